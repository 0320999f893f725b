"""The days off and make-up workdays that the State Council announces each November, and a guess at the year after.

2025, 2026: the General Office's notices on holidays, compared day by day with two independent sources. 2027: the
thirteen statutory days (national regulation on holidays, 2024) and the usual days in lieu; no make-up workday is known,
so the whole year is marked estimated until the notice comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from linli.calendar.rules import WorkCalendar


class DayKind(StrEnum):
    """What a day is; work is done on `workday` and `make_up`."""

    WORKDAY = "workday"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    MAKE_UP = "make_up"

    @property
    def is_worked(self) -> bool:
        """Whether work is done."""
        return self in (DayKind.WORKDAY, DayKind.MAKE_UP)


@dataclass(frozen=True)
class OfficialDay:
    """One day as announced, or as estimated: its kind and the holiday it belongs to, in Chinese and English."""

    date: date
    kind: DayKind
    name_zh: str
    name_en: str
    estimated: bool


@dataclass(frozen=True)
class _Feast:
    """One holiday of a year: the days off from first to last, and the weekend days worked for it."""

    key: str
    first: str
    last: str
    make_up: tuple[str, ...] = ()


_NAMES = {
    "new_year": ("元旦", "New Year's Day"),
    "spring": ("春节", "Spring Festival"),
    "qingming": ("清明节", "Tomb-Sweeping Day"),
    "labour": ("劳动节", "Labour Day"),
    "dragon_boat": ("端午节", "Dragon Boat Festival"),
    "mid_autumn": ("中秋节", "Mid-Autumn Festival"),
    "national": ("国庆节", "National Day"),
    "national_mid_autumn": ("国庆节、中秋节", "National Day and Mid-Autumn Festival"),
}

_YEARS: dict[int, tuple[_Feast, ...]] = {
    2025: (
        _Feast("new_year", "01-01", "01-01"),
        _Feast("spring", "01-28", "02-04", ("01-26", "02-08")),
        _Feast("qingming", "04-04", "04-06"),
        _Feast("labour", "05-01", "05-05", ("04-27",)),
        _Feast("dragon_boat", "05-31", "06-02"),
        _Feast("national_mid_autumn", "10-01", "10-08", ("09-28", "10-11")),
    ),
    2026: (
        _Feast("new_year", "01-01", "01-03", ("01-04",)),
        _Feast("spring", "02-15", "02-23", ("02-14", "02-28")),
        _Feast("qingming", "04-04", "04-06"),
        _Feast("labour", "05-01", "05-05", ("05-09",)),
        _Feast("dragon_boat", "06-19", "06-21"),
        _Feast("mid_autumn", "09-25", "09-27"),
        _Feast("national", "10-01", "10-07", ("09-20", "10-10")),
    ),
    2027: (
        _Feast("new_year", "01-01", "01-01"),
        _Feast("spring", "02-05", "02-10"),
        _Feast("qingming", "04-05", "04-05"),
        _Feast("labour", "05-01", "05-04"),
        _Feast("dragon_boat", "06-09", "06-09"),
        _Feast("mid_autumn", "09-15", "09-15"),
        _Feast("national", "10-01", "10-05"),
    ),
}
_ESTIMATED_YEARS = frozenset({2027})

SHIPPED_YEARS = tuple(_YEARS)
"""The years whose days are shipped, the last of them estimated."""


def official_days(year: int) -> list[OfficialDay]:
    """Return every day of a shipped year, in order. Raises KeyError for another year."""
    named: dict[date, tuple[DayKind, str]] = {}
    for feast in _YEARS[year]:
        off = _span(_day(year, feast.first), _day(year, feast.last))
        named |= dict.fromkeys(off, (DayKind.HOLIDAY, feast.key))
        named |= {_day(year, day): (DayKind.MAKE_UP, feast.key) for day in feast.make_up}
    return [_official(day, named.get(day)) for day in _span(date(year, 1, 1), date(year, 12, 31))]


def shipped_calendar() -> WorkCalendar:
    """Return the calendar of the shipped years with the default shifts: for tests and tools without a database."""
    days = [day for year in SHIPPED_YEARS for day in official_days(year)]
    return WorkCalendar(
        days={day.date: day.kind.is_worked for day in days},
        estimated_days=frozenset(day.date for day in days if day.estimated),
    )


def _official(day: date, known: tuple[DayKind, str] | None) -> OfficialDay:
    kind, key = known or (DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY, "")
    zh, en = _NAMES.get(key, ("", ""))
    return OfficialDay(day, kind, zh, en, day.year in _ESTIMATED_YEARS)


def _day(year: int, month_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_day}")


def _span(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
