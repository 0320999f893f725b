"""The days of 2025 and 2026 as the State Council's General Office published them, typed here by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from linli.calendar.api import SHIPPED_YEARS, DayKind, Unit, shipped_calendar
from linli.calendar.official_days import official_days

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = shipped_calendar()

HOLIDAYS: list[tuple[str, str, int, str]] = [
    # First day, last day, how many days, whose holiday.
    ("2025-01-01", "2025-01-01", 1, "元旦"),
    ("2025-01-28", "2025-02-04", 8, "春节"),
    ("2025-04-04", "2025-04-06", 3, "清明"),
    ("2025-05-01", "2025-05-05", 5, "劳动"),
    ("2025-05-31", "2025-06-02", 3, "端午"),
    ("2025-10-01", "2025-10-08", 8, ""),
    ("2026-01-01", "2026-01-03", 3, "元旦"),
    ("2026-02-15", "2026-02-23", 9, "春节"),
    ("2026-04-04", "2026-04-06", 3, "清明"),
    ("2026-05-01", "2026-05-05", 5, "劳动"),
    ("2026-06-19", "2026-06-21", 3, "端午"),
    ("2026-09-25", "2026-09-27", 3, "中秋"),
    ("2026-10-01", "2026-10-07", 7, "国庆"),
]
MAKE_UP: list[tuple[str, int]] = [
    # Weekend days on which work is done, with their weekday (5 Saturday, 6 Sunday).
    ("2025-01-26", 6), ("2025-02-08", 5), ("2025-04-27", 6), ("2025-09-28", 6), ("2025-10-11", 5),
    ("2026-01-04", 6), ("2026-02-14", 5), ("2026-02-28", 5), ("2026-05-09", 5), ("2026-09-20", 6), ("2026-10-10", 5),
]  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def run(first: str, last: str) -> list[date]:
    return [day(first) + timedelta(days=n) for n in range((day(last) - day(first)).days + 1)]


KNOWN = {one.date: one for year in (2025, 2026) for one in official_days(year)}


@pytest.mark.parametrize(("first", "last", "count", "name"), HOLIDAYS, ids=[row[0] for row in HOLIDAYS])
class TestAHoliday:
    def test_all_its_days_are_free_and_named(self, first: str, last: str, count: int, name: str) -> None:
        days = run(first, last)
        assert len(days) == count
        for one in days:
            assert KNOWN[one].kind is DayKind.HOLIDAY, one
            assert name in KNOWN[one].name_zh
            assert KNOWN[one].name_en
            assert not CALENDAR.is_workday(one)
            assert CALENDAR.close_of(one) is None

    def test_the_days_around_it_are_none_of_it(self, first: str, last: str, count: int, name: str) -> None:
        for edge in (day(first) - timedelta(days=1), day(last) + timedelta(days=1)):
            assert edge not in KNOWN or KNOWN[edge].kind is not DayKind.HOLIDAY

    def test_work_hours_stand_still_and_hours_by_the_clock_run_through_it(
        self, first: str, last: str, count: int, name: str
    ) -> None:
        begin, end = at(f"{first}T00:00"), at(f"{last}T00:00") + timedelta(days=1)
        assert CALENDAR.elapsed(begin, end, Unit.WORKING_HOUR) == 0
        assert CALENDAR.elapsed(begin, end, Unit.WORKING_DAY) == 0
        assert CALENDAR.elapsed(begin, end, Unit.NATURAL_HOUR) == 24 * count

    def test_what_comes_in_on_it_is_first_worked_on_after_it(
        self, first: str, last: str, count: int, name: str
    ) -> None:
        noon = at(f"{first}T12:00")
        opening = CALENDAR.next_working_time(noon).astimezone(ZONE)
        assert opening.date() > day(last)
        assert opening.date() - day(last) <= timedelta(days=3)
        assert (opening.hour, opening.minute) == (8, 30)
        assert CALENDAR.add(noon, 1, Unit.WORKING_HOUR) == opening + timedelta(hours=1)


@pytest.mark.parametrize(("text", "weekday"), MAKE_UP, ids=[row[0] for row in MAKE_UP])
class TestAMakeUpWorkday:
    def test_it_is_a_weekend_day_on_which_work_is_done(self, text: str, weekday: int) -> None:
        one = day(text)
        assert one.weekday() == weekday
        assert KNOWN[one].kind is DayKind.MAKE_UP
        assert KNOWN[one].name_zh and KNOWN[one].name_en
        assert CALENDAR.close_of(one) == at(f"{text}T17:30")
        assert CALENDAR.elapsed(at(f"{text}T00:00"), at(f"{text}T23:59"), Unit.WORKING_HOUR) == 8

    def test_the_other_day_of_its_weekend_is_free(self, text: str, weekday: int) -> None:
        other = day(text) + timedelta(days=1 if weekday == 5 else -1)
        assert not CALENDAR.is_workday(other)

    def test_a_working_day_ends_on_it(self, text: str, weekday: int) -> None:
        before = at(f"{text}T09:00") - timedelta(days=1)
        assert CALENDAR.add(before, 1, Unit.WORKING_DAY) == at(f"{text}T17:30")


@pytest.mark.parametrize("year", [2025, 2026])
class TestAWholeYear:
    def test_no_other_day_is_free_or_made_up(self, year: int) -> None:
        holidays = {one for first, last, *_ in HOLIDAYS for one in run(first, last) if one.year == year}
        made_up = {day(text) for text, _ in MAKE_UP if day(text).year == year}
        days = {one: known for one, known in KNOWN.items() if one.year == year}
        assert len(days) == 365
        for one, known in days.items():
            if one in holidays:
                continue
            usual = DayKind.WEEKEND if one.weekday() >= 5 else DayKind.WORKDAY
            assert known.kind is (DayKind.MAKE_UP if one in made_up else usual), one
            assert not known.estimated

    def test_its_working_days_are_counted(self, year: int) -> None:
        """Holidays on weekdays less the weekend days worked instead: 2025 has 248 working days, 2026 too."""
        weekdays = sum(one.weekday() < 5 for one in KNOWN if one.year == year)
        free = sum(one.weekday() < 5 for first, last, *_ in HOLIDAYS for one in run(first, last) if one.year == year)
        made_up = sum(day(text).year == year for text, _ in MAKE_UP)
        begin, end = at(f"{year - 1}-12-31T23:59"), at(f"{year}-12-31T18:00")
        worked = CALENDAR.elapsed(begin, end, Unit.WORKING_DAY)
        assert worked == weekdays - free + made_up == 248
        assert CALENDAR.elapsed(begin, end, Unit.WORKING_HOUR) == 8 * worked


@pytest.mark.parametrize(
    ("start", "limits"),
    [
        # An unlawful building (C06) reported on the eve of the Spring Festival of 2026: each limit by hand.
        (
            "2026-02-13T16:30",
            [(2, "h", "2026-02-14T09:30"), (4, "h", "2026-02-14T11:30"), (7, "d", "2026-03-02T17:30"),
             (20, "d", "2026-03-19T17:30")],
        ),
        # The same on the eve of the National Day: two make-up Saturdays lie near, one behind and one ahead.
        (
            "2026-09-30T16:30",
            [(2, "h", "2026-10-08T09:30"), (4, "h", "2026-10-08T11:30"), (7, "d", "2026-10-15T17:30"),
             (20, "d", "2026-11-03T17:30")],
        ),
        # In the year before, with the holiday of eight days and its two Sundays and Saturdays.
        (
            "2025-09-27T10:00",
            [(2, "h", "2025-09-28T10:30"), (4, "h", "2025-09-28T13:30"), (1, "d", "2025-09-28T17:30"),
             (3, "d", "2025-09-30T17:30"), (5, "d", "2025-10-10T17:30"), (6, "d", "2025-10-11T17:30")],
        ),
        # By the clock nothing waits; natural days that end on a holiday go to the next working day.
        (
            "2026-02-14T20:00",
            [(0.5, "e", "2026-02-14T20:30"), (24, "e", "2026-02-15T20:00"), (3, "n", "2026-02-25T00:00"),
             (30, "n", "2026-03-17T00:00")],
        ),
    ],
    ids=["spring festival", "national day 2026", "national day 2025", "by the clock"],
)  # fmt: skip
def test_limits_across_a_holiday_end_where_a_person_counts_them(
    start: str, limits: list[tuple[float, str, str]]
) -> None:
    assert [(amount, unit, CALENDAR.add(at(start), amount, unit)) for amount, unit, _ in limits] == [
        (amount, unit, at(end)) for amount, unit, end in limits
    ]


def test_only_the_two_published_years_are_certain() -> None:
    assert set(SHIPPED_YEARS) >= {2025, 2026}
    assert not CALENDAR.is_estimated(day("2025-01-01"), day("2026-12-31"))
    for year in set(SHIPPED_YEARS) - {2025, 2026}:
        assert CALENDAR.is_estimated(date(year, 6, 15))
