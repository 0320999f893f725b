"""`linli worker`: delivers events, fires clocks, carries notices."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management import call_command
from django.core.management.base import BaseCommand

CONCURRENCY = 4


class Command(BaseCommand):
    help = "Deliver events, fire clocks, carry notices, until told to stop."
    requires_system_checks = []  # checked with the pages; this must start quickly

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help="jobs at the same time")

    def handle(self, *args: object, **options: object) -> None:
        call_command(
            "procrastinate",
            "worker",
            f"--concurrency={options['concurrency']}",
            "--delete-jobs=successful",
            "--shutdown-graceful-timeout=5",
        )
