"""`manage.py linli_files sweep [--hours N]`: housekeeping of the photo store."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections

from linli.files.actions import drop_expired, drop_unattached, sweep_orphans
from linli.kernel import clock


class Command(BaseCommand):
    help = "Drop expired and never used photos, then delete stored files that no row refers to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["sweep"])
        parser.add_argument("--hours", type=int, default=24, help="leave alone what is younger")

        # The owner's role sees and may delete every row; the application's role must not be able to.
        default = "owner" if "owner" in connections else DEFAULT_DB_ALIAS
        parser.add_argument("--database", default=default, help="alias whose role sees every photo")

    def handle(self, *args: object, hours: int, database: str, **options: object) -> None:
        grace = timedelta(hours=hours)
        now = clock.now()
        rows = drop_expired(now=now, using=database) + drop_unattached(before=now - grace, using=database)
        swept = sweep_orphans(grace, using=database)
        self.stdout.write(f"{rows} rows dropped, {swept.examined} old files examined, {swept.deleted} deleted")
