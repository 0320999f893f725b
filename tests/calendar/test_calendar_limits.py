"""Limits against a second implementation that counts minute by minute and knows nothing of ours.

The oracle reads the days from the files in /work/shared (or LINLI_SHARED), not from the shipped table.
"""

import csv
import json
import os
import random
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from linli.calendar.official_days import SHIPPED_YEARS, DayKind, official_days, shipped_calendar
from linli.calendar.rules import Unit, WorkCalendar

HOLIDAYS = Path(os.environ.get("LINLI_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "data/holidays"
EAST8 = timezone(timedelta(hours=8))
MINUTE = timedelta(minutes=1)
FIRST = datetime(2025, 1, 1, tzinfo=EAST8)
LAST = datetime(2026, 12, 31, tzinfo=EAST8)
CASES = 1_000


@pytest.fixture(scope="module")
def known() -> dict[date, bool]:
    """Return day → worked, from the first source."""
    path = HOLIDAYS / "cn_days_2025_2026_chinesecalendar1.11.csv"
    if not path.exists():
        pytest.skip(f"the holiday files are not here: {path}")
    with path.open(newline="") as rows:
        return {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(rows)}


def never(_moment: datetime) -> bool:
    return False


def always(_moment: datetime) -> bool:
    return True


class Oracle:
    """Counts by walking: one minute for hours, one day for days."""

    def __init__(self, known: dict[date, bool]) -> None:
        self.known = known

    def worked(self, day: date) -> bool:
        return self.known[day]

    def open_at(self, minute: datetime) -> bool:
        """Return whether the minute that begins here is worked."""
        clock = (minute.hour, minute.minute)
        return ((8, 30) <= clock < (12, 0) or (13, 0) <= clock < (17, 30)) and self.known[minute.date()]

    def after_minutes(self, start: datetime, minutes: int, runs, stopped=never) -> datetime:
        at = start
        while minutes:
            if runs(at) and not stopped(at):
                minutes -= 1
            at += MINUTE
        return at

    def after_days(self, start: datetime, days: int, unit: str, stopped=never) -> datetime:
        day = start.date()
        while days:
            day += timedelta(days=1)
            if unit == "d" and not self.worked(day):
                continue
            if not stopped(self.end_of(day, unit)):
                days -= 1
        while unit == "n" and (not self.worked(day) or stopped(self.end_of(day, unit))):
            day += timedelta(days=1)
        return self.end_of(day, unit)

    def end_of(self, day: date, unit: str) -> datetime:
        if unit == "n":
            return datetime(day.year, day.month, day.day, tzinfo=EAST8) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, 17, 30, tzinfo=EAST8)

    def end(self, start, amount, unit, stopped=None):
        """Return the deadline; hours come as whole minutes in `amount`. stopped(minute start) or stopped(close)."""
        no = stopped or never
        if unit == "e":
            return self.after_minutes(start, amount, always, no)
        if unit == "h":
            return self.after_minutes(start, amount, self.open_at, no)
        return self.after_days(start, amount, unit, no)


@pytest.fixture(scope="module")
def oracle(known):
    return Oracle(known)


def random_start(dice: random.Random) -> datetime:
    return FIRST + timedelta(minutes=dice.randrange(700 * 24 * 60))


def random_amount(dice: random.Random, unit: str) -> int:
    return dice.randint(1, {"e": 72 * 60, "h": 16 * 60, "d": 15, "n": 15}[unit])


def in_unit(amount: int, unit: str) -> float:
    return amount / 60 if unit in "eh" else amount


@pytest.mark.parametrize("unit", ["e", "h", "d", "n"])
def test_a_thousand_random_limits_end_when_counting_says(oracle, unit):
    calendar, dice, across = shipped_calendar(), random.Random(f"limits {unit}"), 0
    for _ in range(CASES):
        start, amount = random_start(dice), random_amount(dice, unit)
        expected = oracle.end(start, amount, unit)
        assert calendar.add(start, in_unit(amount, unit), Unit(unit)) == expected, (start, amount, unit)
        across += any(
            oracle.worked(day) and day.weekday() >= 5
            for day in (start.date() + timedelta(days=n) for n in range((expected.date() - start.date()).days + 1))
        )
    assert across > 10, "the sample crosses make-up workdays"


@pytest.mark.parametrize("unit", ["e", "h", "d", "n"])
def test_a_thousand_random_intervals_hold_as_much_as_counting_says(oracle, unit):
    calendar, dice = shipped_calendar(), random.Random(f"intervals {unit}")
    for _ in range(CASES):
        start = random_start(dice)
        end = start + timedelta(minutes=dice.randrange(3 * 24 * 60))
        if unit in "eh":
            counted = sum(unit == "e" or oracle.open_at(start + n * MINUTE) for n in range(int((end - start) / MINUTE)))
            assert round(calendar.elapsed(start, end, Unit(unit)) * 60) == counted, (start, end)
            assert abs(calendar.elapsed(start, end, Unit(unit)) * 60 - counted) < 1e-9
        else:
            days = [start.date() + timedelta(days=n) for n in range(1, 9)]
            counted = sum(oracle.end_of(day, unit) <= end and (unit == "n" or oracle.worked(day)) for day in days)
            assert calendar.elapsed(start, end, Unit(unit)) == counted, (start, end)


@pytest.mark.parametrize("unit", ["e", "h", "d", "n"])
def test_random_suspensions_move_the_deadline_by_what_counting_says(oracle, unit):
    calendar, dice, moved = shipped_calendar(), random.Random(f"pauses {unit}"), 0
    for _ in range(CASES // 2):
        start, amount = random_start(dice), random_amount(dice, unit)
        pauses = []
        for _ in range(dice.randint(1, 3)):
            begin = start + timedelta(minutes=dice.randint(-600, 5 * 24 * 60))
            pauses.append((begin, begin + timedelta(minutes=dice.randrange(4 * 24 * 60))))

        def stopped(moment, pauses=pauses, unit=unit):
            if unit in "eh":
                return any(begin <= moment < end for begin, end in pauses)
            return any(begin < moment <= end for begin, end in pauses)

        expected = oracle.end(start, amount, unit, stopped)
        found = calendar.deadline(start, in_unit(amount, unit), Unit(unit), pauses)
        assert found == expected, (start, amount, unit, pauses)
        moved += found != calendar.add(start, in_unit(amount, unit), Unit(unit))
    assert moved > 100


def test_control_a_calendar_without_make_up_days_is_caught(known, oracle):
    forgetful = WorkCalendar(days={day: worked and day.weekday() < 5 for day, worked in known.items()})
    for unit in ("h", "d", "n"):
        dice, wrong = random.Random(f"limits {unit}"), 0
        for _ in range(CASES):
            start, amount = random_start(dice), random_amount(dice, unit)
            wrong += forgetful.add(start, in_unit(amount, unit), Unit(unit)) != oracle.end(start, amount, unit)
        assert wrong >= 10, unit


def test_control_counting_the_start_day_is_caught(oracle):
    calendar, dice = shipped_calendar(), random.Random("start day")
    wrong = 0
    for _ in range(200):
        start, amount = random_start(dice), dice.randint(2, 15)
        wrong += calendar.add(start, amount - 1, Unit.WORKING_DAY) != oracle.end(start, amount, "d")
    assert wrong == 200


def test_the_shipped_days_are_those_of_the_first_source(known):
    days = {day.date: day.kind.is_worked for year in (2025, 2026) for day in official_days(year)}
    assert len(days) == 730
    assert days == known


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_shipped_days_are_those_of_the_second_source(year):
    path = HOLIDAYS / f"chinese-days_{year}.json"
    if not path.exists():
        pytest.skip(f"the holiday files are not here: {path}")
    told = json.loads(path.read_text(encoding="utf-8"))
    days = official_days(year)
    assert {day.date.isoformat() for day in days if day.kind is DayKind.HOLIDAY} == set(told["holidays"])
    assert {day.date.isoformat() for day in days if day.kind is DayKind.MAKE_UP} == set(told["workdays"])
    for day in days:
        if day.date.isoformat() in told["holidays"]:
            assert told["holidays"][day.date.isoformat()].split(",")[1][:2] in day.name_zh


def test_2027_has_the_statutory_days_and_is_marked_estimated():
    path = HOLIDAYS / "cn_2027_statutory_only_holidays0.109.csv"
    if not path.exists():
        pytest.skip(f"the holiday files are not here: {path}")
    with path.open(newline="") as rows:
        told = {row["date"] for row in csv.DictReader(rows)}
    days = official_days(2027)
    assert {day.date.isoformat() for day in days if day.kind is DayKind.HOLIDAY} == told
    assert all(day.estimated for day in days)
    assert not any(day.estimated for year in (2025, 2026) for day in official_days(year))


def test_every_shipped_day_is_named_and_of_its_kind():
    for year in SHIPPED_YEARS:
        for day in official_days(year):
            named = day.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP)
            assert bool(day.name_zh) == bool(day.name_en) == named
            assert (day.kind in (DayKind.WEEKEND, DayKind.MAKE_UP)) <= (day.date.weekday() >= 5)
            assert (day.kind is DayKind.WORKDAY) <= (day.date.weekday() < 5)


def test_the_clock_is_utc_in_and_out():
    calendar = shipped_calendar()
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=EAST8)
    assert calendar.add(monday, 2, Unit.WORKING_HOUR) == calendar.add(monday.astimezone(UTC), 2, Unit.WORKING_HOUR)
    assert calendar.add(monday, 2, Unit.WORKING_HOUR).utcoffset() == timedelta(0)
