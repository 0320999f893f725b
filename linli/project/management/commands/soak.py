"""`linli soak`: the long campaigns at full size; figures go to var/soak.json."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from linli.project.soak.campaigns import CAMPAIGNS, NAMES
from linli.project.soak.running import soak


class Command(BaseCommand):
    help = "Run the long campaigns (probes, kills, fuzz) and write var/soak.json; ends with 1 when one fails."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", choices=NAMES, help="one campaign; may be repeated")
        parser.add_argument("--seed", type=int, default=None, help="to repeat a run; random otherwise")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not (settings.BASE_DIR / "tests" / "conftest.py").exists():
            raise CommandError("The campaigns are in the folder tests, which is not here: run this in a clone.")
        wanted = [one for one in CAMPAIGNS if not options["only"] or one.name in options["only"]]
        seed = options["seed"] if options["seed"] is not None else secrets.randbelow(2**31)
        report = settings.VAR / "soak.json"
        self.stdout.write(f"seed {seed}")
        if not soak(wanted, root=settings.BASE_DIR, seed=seed, report=report, say=self._say):
            raise CommandError(f"A campaign failed; see above and {report.name}.")
        self.stdout.write(f"All passed; the figures are in {report.name}.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
