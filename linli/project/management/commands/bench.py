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
from linli.project.bench import intake, pages, register
from linli.project.bench.scratch import linli, owner_url, scratch_database


class Command(BaseCommand):
    help = "Measure intake, list and case page; print the figures and write var/bench.json."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--large", type=int, default=pages.LARGE, help="cases in the large list")
        parser.add_argument(
            "--scale", choices=["matters", "district", "here"], default="matters",
            help="matters: intake, list and case page in a database of its own; district: the register, in a database "
            "with the invented town and in this installation's, which holds the district; here: the register of this "
            "installation alone",
        )  # fmt: skip
        parser.add_argument("--small", type=int, default=pages.SMALL, help="cases in the small list")

    def handle(self, *_args: Any, **options: Any) -> None:
        os.environ["LINLI_PUBLIC_PER_MINUTE"] = "0"
        os.environ["LINLI_DEMO"] = "0"
        figures: dict[str, object] = {"at": now().isoformat(), "machine": platform.platform(), "cores": os.cpu_count()}
        scale = options["scale"]
        if scale == "matters":
            figures |= self._matters(options["small"], options["large"])
        else:
            figures |= self._side_by_side() if scale == "district" else register.measure(owner_url(), self._say)
        report = settings.VAR / ("bench.json" if scale == "matters" else f"bench-{scale}.json")
        report.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
        self._say(report.read_text(encoding="utf-8"))

    def _matters(self, small: int, large: int) -> dict[str, object]:
        figures: dict[str, object] = {}
        with scratch_database(settings.VAR, "linli_bench") as scratch:
            figures |= intake.measure(scratch, self._say)
        with scratch_database(settings.VAR, "linli_bench") as scratch:
            figures |= pages.measure(scratch, self._say, small=small, large=large)
        return figures

    def _side_by_side(self) -> dict[str, object]:
        """Town and district; each measured by a process that works on that database alone."""
        with scratch_database(settings.VAR, "linli_bench_town") as scratch:
            linli(scratch.url, "demo", "load", "--scale", "town", "--matters", "480", LINLI_DEMO="1")
            town = self._figures_of(scratch.url)
        return {"town": town, "district": self._figures_of(owner_url())}

    def _figures_of(self, url: str) -> object:
        linli(url, "bench", "--scale", "here")
        return orjson.loads((settings.VAR / "bench-here.json").read_bytes())

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
