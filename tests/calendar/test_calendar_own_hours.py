"""A town with hours and days of its own, counted minute by minute by something that knows nothing of ours.

A hundred random towns in the ordinary run, a thousand in the long one (LINLI_SOAK=1).
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest

from linli.calendar.api import Shift, Unit, WorkCalendar

EAST8 = timezone(timedelta(hours=8))
MINUTE = timedelta(minutes=1)
FIRST = date(2026, 3, 2)
FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
"""Days off by the national regulation whose dates do not follow the moon; taken for free until somebody edits them."""
TOWNS = 1_000 if os.environ.get("LINLI_SOAK") == "1" else 100


@dataclass(frozen=True)
class Town:
    """Hours as minutes of the day, from a day on; days that an editor set; nothing else."""

    plans: list[tuple[date, list[tuple[int, int]]]]
    edited: dict[date, bool]

    def worked(self, day: date) -> bool:
        return self.edited.get(day, day.weekday() < 5 and (day.month, day.day) not in FIXED)

    def hours(self, day: date) -> list[tuple[int, int]]:
        return [plan for since, plan in self.plans if since <= day][-1]

    def open_at(self, moment: datetime) -> bool:
        minute = moment.hour * 60 + moment.minute
        return self.worked(moment.date()) and any(a <= minute < b for a, b in self.hours(moment.date()))

    def close(self, day: date) -> datetime:
        return midnight(day) + self.hours(day)[-1][1] * MINUTE

    def minutes_between(self, start: datetime, end: datetime, unit: str) -> int:
        """Whole minutes that count, one after the other."""
        return sum(unit == "e" or self.open_at(start + n * MINUTE) for n in range(max(0, int((end - start) / MINUTE))))

    def days_between(self, start: datetime, end: datetime, unit: str) -> int:
        """Days used up: their close, or their midnight, has come; the first day does not count."""
        days = [start.date() + timedelta(days=n) for n in range(1, 40)]
        if unit == "n":
            return sum(midnight(day) + timedelta(days=1) <= end for day in days)
        return sum(self.worked(day) and self.close(day) <= end for day in days)

    def calendar(self) -> WorkCalendar:
        shifts = tuple(Shift(clock(a), clock(b), since) for since, plan in self.plans for a, b in plan)
        return WorkCalendar(days=self.edited, shifts=shifts)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=EAST8)


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def random_plan(dice: random.Random) -> list[tuple[int, int]]:
    edges = sorted(dice.sample(range(6 * 60, 22 * 60), 2 * dice.randint(1, 3)))
    return list(zip(edges[::2], edges[1::2], strict=True))


def random_town(dice: random.Random) -> Town:
    begins = [
        date(2020, 1, 1),
        *(FIRST + timedelta(days=n) for n in sorted(dice.sample(range(30), dice.randint(0, 2)))),
    ]
    edited = {FIRST + timedelta(days=dice.randrange(40)): dice.random() < 0.5 for _ in range(8)}
    return Town([(since, random_plan(dice)) for since in begins], edited)


def random_moment(dice: random.Random, within_days: int) -> datetime:
    return midnight(FIRST) + dice.randrange(within_days * 24 * 60) * MINUTE


@pytest.mark.parametrize("unit", ["e", "h", "d", "n"])
def test_as_much_time_has_gone_as_counting_says(unit: str) -> None:
    dice, used = random.Random(f"own hours {unit}"), 0
    for _ in range(TOWNS):
        town = random_town(dice)
        start = random_moment(dice, 25)
        end = start + dice.randrange(7 * 24 * 60) * MINUTE
        found = town.calendar().elapsed(start, end, unit)
        if unit in "eh":
            assert found * 60 == pytest.approx(Decimal(town.minutes_between(start, end, unit))), (town, start, end)
        else:
            assert found == town.days_between(start, end, unit), (town, start, end)
        used += found > 0
    assert used > TOWNS / 2, "the sample holds real work"


@pytest.mark.parametrize("unit", ["e", "h"])
def test_hours_laid_on_end_at_the_minute_at_which_that_many_have_been_counted(unit: str) -> None:
    dice = random.Random(f"laid on {unit}")
    for _ in range(TOWNS):
        town, start, minutes = random_town(dice), random_moment(dice, 20), dice.randint(1, 600)
        end = town.calendar().add(start, Decimal(minutes) / 60, unit)
        assert abs(end - as_minute(end)) < timedelta(milliseconds=1)
        assert town.minutes_between(start, as_minute(end), unit) == minutes
        assert town.minutes_between(start, as_minute(end) - MINUTE, unit) == minutes - 1, "not a minute sooner"


def as_minute(moment: datetime) -> datetime:
    """The nearest whole minute."""
    return midnight(FIRST) + round((moment - midnight(FIRST)) / MINUTE) * MINUTE


@pytest.mark.parametrize("unit", list(Unit))
def test_what_is_used_and_what_is_left_make_the_whole(unit: Unit) -> None:
    """There and back: whatever was laid on is used up at its end, and before it the rest is what is missing."""
    dice = random.Random(f"there and back {unit}")
    for _ in range(TOWNS):
        calendar, start = random_town(dice).calendar(), random_moment(dice, 20)
        amount = dice.randint(1, 9)
        end = calendar.add(start, amount, unit)
        assert calendar.remaining(start, amount, unit, now=end) == 0
        assert calendar.remaining(start, amount, unit, now=start) == amount
        between = start + (end - start) * dice.random()
        used, left = calendar.elapsed(start, between, unit), calendar.remaining(start, amount, unit, now=between)
        if unit is Unit.NATURAL_DAY:  # art. 203 may carry its end on while no day is left
            assert left == max(0, amount - used)
        else:
            assert used + left == amount
        if unit in (Unit.NATURAL_HOUR, Unit.WORKING_HOUR) and left:
            assert abs(calendar.add(between, left, unit) - end) < timedelta(milliseconds=1)


def test_a_suspension_inside_the_hours_gives_back_what_counting_says() -> None:
    dice, moved = random.Random("suspended"), 0
    for _ in range(TOWNS):
        town, start = random_town(dice), random_moment(dice, 15)
        begin = start + dice.randrange(3 * 24 * 60) * MINUTE
        stop = (begin, begin + dice.randrange(2 * 24 * 60) * MINUTE)
        minutes = dice.randint(60, 900)
        end = town.calendar().deadline(start, Decimal(minutes) / 60, "h", [stop])
        assert end is not None
        counted = town.minutes_between(start, as_minute(end), "h")
        lost = town.minutes_between(max(start, stop[0]), min(stop[1], as_minute(end)), "h")
        assert counted - lost == minutes
        moved += lost > 0
    assert moved > TOWNS / 5


def test_control_a_town_that_forgets_its_lunch_is_caught() -> None:
    dice, wrong = random.Random("lunch"), 0
    for _ in range(TOWNS):
        town = random_town(dice)
        glued = Town([(since, [(plan[0][0], plan[-1][1])]) for since, plan in town.plans], town.edited)
        start = random_moment(dice, 20)
        end = start + timedelta(days=3)
        wrong += town.calendar().elapsed(start, end, "h") != Decimal(glued.minutes_between(start, end, "h")) / 60
    assert wrong > TOWNS / 3


def test_the_random_towns_are_what_a_town_could_enter() -> None:
    dice = random.Random("towns")
    for _ in range(TOWNS):
        for _, plan in random_town(dice).plans:
            assert all(a < b for a, b in plan)
            assert all(before[1] <= after[0] for before, after in pairwise(plan))
