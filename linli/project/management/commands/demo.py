"""`linli demo load`, `linli demo accounts`: the invented town of Zhoupu."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import translation
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from linli.accounts.api import Post, Role, Unit, User
from linli.calendar.api import current_calendar
from linli.kernel.clock import now
from linli.project.demo.history import plan_history
from linli.project.demo.replay import Replay
from linli.project.demo.seeds import Scale
from linli.project.demo.settle import PASSWORD, settle
from linli.project.demo.town import build_town

OWNER = "owner"
MATTERS = {Scale.TOWN: 480, Scale.SMALL: 160}
SHOWN = (Role.WORKER, Role.STATION_HEAD, Role.DISPATCHER, Role.RESPONDER, Role.DISTRICT, Role.AUDITOR)


class Command(BaseCommand):
    help = "Load the demonstration town, or list one account for each role."
    requires_system_checks = []  # checked with the pages; this must start quickly

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        load = steps.add_parser("load", help="load the invented town of Zhoupu with three months of matters")
        load.add_argument("--scale", choices=[scale.value for scale in Scale], default=Scale.TOWN.value)
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
        elif Unit.objects.using(OWNER).exists():
            if not options["if_empty"]:
                raise CommandError("There are units in this database already; nothing was loaded.")
        else:
            matters = options["matters"]
            self._load(Scale(str(options["scale"])), matters if isinstance(matters, int) else None)

    def _load(self, scale: Scale, matters: int | None) -> None:
        town = build_town(scale)
        self.stdout.write("Loading the demonstration town …")
        settle(town)
        history = plan_history(
            town, now(), count=MATTERS[scale] if matters is None else matters, deadline=_deadline
        )  # fmt: skip
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, TimeRemainingColumn(), transient=True) as bar, translation.override("zh-hans"):
            task = bar.add_task("Replaying three months", total=None)
            replay = Replay()
            replay.run(history, lambda done, of: bar.update(task, completed=done, total=of))
        self.stdout.write(
            f"{len(replay.receipts)} matters are there; {sum(replay.dropped.values())} steps were refused."
        )
        for reason, times in replay.dropped.most_common(8):
            self.stdout.write(f"  {times} × {reason}")

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


def _deadline(limit: str, start: datetime) -> datetime:
    return current_calendar().add(start, Decimal(limit[1:]), limit[0])
