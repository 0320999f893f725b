"""`linli bench`: figures and ratios of one run, into var/bench.json."""

from __future__ import annotations

import os
import platform
from argparse import ArgumentParser
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand

from linli.kernel.clock import now
from linli.project.bench import intake, pages
from linli.project.bench.scratch import scratch_database


class Command(BaseCommand):
    help = "Measure intake, list and case page; print the figures and write var/bench.json."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--large", type=int, default=pages.LARGE, help="cases in the large list")
        parser.add_argument("--small", type=int, default=pages.SMALL, help="cases in the small list")

    def handle(self, *_args: Any, **options: Any) -> None:
        os.environ["LINLI_PUBLIC_PER_MINUTE"] = "0"
        os.environ["LINLI_DEMO"] = "0"
        figures: dict[str, object] = {"at": now().isoformat(), "machine": platform.platform(), "cores": os.cpu_count()}
        with scratch_database(settings.VAR, "linli_bench") as scratch:
            figures |= intake.measure(scratch, self._say)
        with scratch_database(settings.VAR, "linli_bench") as scratch:
            figures |= pages.measure(scratch, self._say, small=options["small"], large=options["large"])
        report = settings.VAR / "bench.json"
        report.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
        self._say(report.read_text(encoding="utf-8"))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
