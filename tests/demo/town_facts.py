"""What several tests of the demonstration need: one instant, the working calendar, how many of everything there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from linli.calendar.rules import WorkCalendar
from linli.project.demo.history import plan_history
from linli.project.demo.matters import Fate, PhotoPlan, PlannedMatter, Step
from linli.project.demo.seeds import Scale
from linli.project.demo.town import SEED, Town, build_town

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""A Tuesday, 10:30 in Shanghai."""

_calendar = WorkCalendar()


def deadline(limit: str, start: datetime) -> datetime:
    """The end of a limit when every Monday to Friday is worked and nothing else is."""
    return _calendar.add(start, Decimal(limit[1:]), limit[0])


@cache
def whole_town(seed: int = SEED) -> Town:
    """The town at full size, built once for each process."""
    return build_town(seed=seed)


@cache
def corner_town() -> Town:
    """The corner for tests."""
    return build_town(Scale.SMALL)


@cache
def planned(count: int = 900, now: datetime = NOW) -> tuple[PlannedMatter, ...]:
    """The matters of the whole town, planned once for each process."""
    return plan_history(whole_town(), now, count=count, deadline=deadline)


def with_fate(*fates: Fate) -> list[PlannedMatter]:
    """The planned matters that end so."""
    return [matter for matter in planned() if matter.fate in fates]


def step_of(matter: PlannedMatter, act: str) -> Step:
    """The first step of this act."""
    return next(step for step in matter.steps if step.act == act)


def pictures_of(matters: tuple[PlannedMatter, ...]) -> Iterator[PhotoPlan]:
    """Every picture that the matters show."""
    for matter in matters:
        yield from matter.photos
        for step in matter.steps:
            yield from step.photos


def counts(town: Town) -> dict[str, int]:
    """How much of everything a town holds; homes are counted one by one, farmhouses included."""
    doors = [door for _, _, door in town.entrances()]
    houses = sum(1 for _ in town.houses())
    return {
        "compounds": len(town.compounds),
        "buildings": sum(1 for _ in town.buildings()),
        "entrances": len(doors),
        "homes": sum(len(list(door.homes())) for door in doors) + houses,
        "groups": len(town.groups),
        "houses": houses,
        "facilities": len(town.facilities) + sum(len(compound.facilities) for compound in town.compounds),
        "venues": len(town.venues),
        "units": len(town.units),
        "people": len(town.people),
    }
