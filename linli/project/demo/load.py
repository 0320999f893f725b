"""Loads the invented town with its matters: once, wholly, and going on where an earlier load was cut short.

What is to be loaded is written into the trail with the town, so that the same matters are planned again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import translation

from linli.access.api import as_system
from linli.accounts.api import Unit
from linli.audit.api import record, trail_of
from linli.calendar.api import current_calendar
from linli.project.demo.history import plan_history
from linli.project.demo.replay import OWNER, Progress, Replay
from linli.project.demo.seeds import TOWN, Scale
from linli.project.demo.settle import LOAD, settle
from linli.project.demo.town import build_town
from linli.register.households.api import stale_checks

LOADED = "demo.loaded"


@dataclass(frozen=True, slots=True)
class Begun:
    """A load that was begun: when, how large, and whether it came to its end."""

    at: datetime
    scale: Scale
    matters: int
    finished: bool


def begun() -> Begun | None:
    """The load of this database, or None when the town is not there."""
    with as_system():
        trail = {entry.act: entry for entry in trail_of("area", TOWN)}
    first = trail.get(LOAD)
    if first is None:
        return None
    return Begun(first.at, Scale(first.detail["scale"]), first.detail["matters"], LOADED in trail)


def is_empty() -> bool:
    """Whether nothing was ever set up here."""
    return not Unit.objects.using(OWNER).exists()


def load(scale: Scale, matters: int, tell: Progress) -> Replay:
    """Settle the town unless it is there, then replay what is still missing; sizes of a load once begun are kept.

    Raises RuntimeError outside the demonstration, and when the database holds something else.
    """
    if not settings.LINLI_DEMO:
        raise RuntimeError("demonstration data is only loaded with LINLI_DEMO=1")
    if is_empty():
        settle(build_town(scale), matters=matters)
    start = begun()
    if start is None:
        raise RuntimeError("this database holds other units than those of the demonstration")
    history = plan_history(build_town(start.scale), start.at, count=start.matters, deadline=_deadline)
    with translation.override("zh-hans"):
        replay = Replay()
        replay.run(history, tell)
    with as_system() as system:
        stale_checks(actor=system)
    record(actor=None, act=LOADED, subject_kind="area", subject_id=TOWN, using=OWNER)
    return replay


def _deadline(limit: str, start: datetime) -> datetime:
    return current_calendar().add(start, Decimal(limit[1:]), limit[0])
