"""`linli demo load`, `linli demo accounts`: the invented town of Zhoupu."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from linli.accounts.api import Post, Role, User
from linli.kernel.clock import now
from linli.project.bench.scratch import owner_url
from linli.project.demo.district import load as district
from linli.project.demo.load import begun, is_empty, load
from linli.project.demo.seeds import Scale
from linli.project.demo.settle import PASSWORD

OWNER = "owner"
DISTRICT = "district"
MATTERS = {Scale.TOWN: 480, Scale.SMALL: 160}
SHOWN = (
    Role.BUILDING_HEAD,
    Role.WORKER,
    Role.STATION_HEAD,
    Role.DISPATCHER,
    Role.RESPONDER,
    Role.DISTRICT,
    Role.AUDITOR,
)


class Command(BaseCommand):
    help = "Load the demonstration town, or list one account for each role."
    requires_system_checks = []  # checked with the pages; this must start quickly

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        load = steps.add_parser("load", help="load the invented town of Zhoupu with three months of matters")
        load.add_argument("--scale", choices=[*(scale.value for scale in Scale), DISTRICT], default=Scale.TOWN.value)
        load.add_argument("--matters", type=int, help="how many matters to invent")
        load.add_argument("--if-empty", action="store_true", help="do nothing when there are units already")
        steps.add_parser("accounts", help="print one account for each role")

    def handle(self, *args: object, **options: object) -> None:
        if not settings.LINLI_DEMO:
            raise CommandError(
                "Demonstration data is only loaded with LINLI_DEMO=1: its accounts have a published password."
            )
        if options["step"] == "accounts":
            self._accounts()
        elif options["scale"] == DISTRICT:
            self._district()
        elif is_empty() or self._cut_short():
            matters, scale = options["matters"], Scale(str(options["scale"]))
            self._load(scale, matters if isinstance(matters, int) else MATTERS[scale])
        elif not options["if_empty"]:
            raise CommandError("There are units in this database already; nothing was loaded.")

    def _cut_short(self) -> bool:
        start = begun()
        return start is not None and not start.finished

    def _load(self, scale: Scale, matters: int) -> None:
        self.stdout.write("Loading the demonstration town …")
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, TimeRemainingColumn(), transient=True) as bar:
            task = bar.add_task("Replaying three months", total=None)
            replay = load(scale, matters, lambda done, of: bar.update(task, completed=done, total=of))
        self.stdout.write(
            f"{len(replay.reports)} matters are there; {sum(replay.dropped.values())} steps were refused."
        )
        for reason, times in replay.dropped.most_common(8):
            self.stdout.write(f"  {times} × {reason}")

    def _district(self) -> None:
        """Goes on where an earlier load was cut short; may stand beside the town, whose areas it leaves alone."""
        self.stdout.write("Loading the whole district: 2 million homes, 5.5 million people, 3 million matters …")
        begun_at = time.monotonic()
        url = owner_url()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, TimeRemainingColumn(), transient=True) as bar:
            task = bar.add_task("Areas", total=None)
            filled = district.load(url, now(), lambda done, of: bar.update(task, completed=done, total=of))
        self.stdout.write(f"{filled} areas were filled in {time.monotonic() - begun_at:.0f} s.")
        for name, count in sorted(district.sizes(url).items()):
            self.stdout.write(f"  {name:<14} {count:>12,}")

    def _accounts(self) -> None:
        port = os.environ.get("PORT", "8000")
        self.stdout.write(
            f"\n  Linli runs on http://localhost:{port}\n\n  Resident: no account, start on the first page"
        )
        for role in SHOWN:
            user = _one(Post.objects.using(OWNER).filter(role=role))
            if user is not None:
                self.stdout.write(f"  {role.label:<28} {user.username:<16} {PASSWORD}")
        self.stdout.write("")


def _one(posts: QuerySet[Post]) -> User | None:
    post = posts.select_related("user").order_by("deputy", "id").first()
    return post.user if post else None
