from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from linli.calendar import rules
from linli.calendar.models import Day, Shift
from linli.calendar.official_days import DayKind
from linli.kernel.clock import now, shanghai_date

_FRESH_SECONDS = 30.0
Stamp = tuple[int, int, int, int]


class _Kept:
    """What this process holds of the calendar: one value per area, good while the tables' stamp stays the same."""

    stamp: Stamp | None = None
    asked_at = 0.0
    calendars: dict[str | None, rules.WorkCalendar] = {}


@dataclass(frozen=True)
class DayShown:
    """One day for display: kind, names, whether it is only estimated, whether a person set it."""

    date: date
    kind: DayKind
    name_zh: str
    name_en: str
    estimated: bool
    edited: bool


def today() -> date:
    """Return the present day in Shanghai."""
    return shanghai_date(now())


def current_calendar(area_code: str | None = None) -> rules.WorkCalendar:
    """Return the calendar in force for an area (statistical code; None: the default shifts).

    The shifts are those of the nearest area at or above that has its own; before they began, those of the level above.
    Kept in the process; a change made elsewhere is seen within 30 seconds, a change made here at once.
    """
    if time.monotonic() - _Kept.asked_at > _FRESH_SECONDS or _Kept.stamp is None:
        stamp = _stamp()
        if stamp != _Kept.stamp:
            _Kept.calendars = {}
        _Kept.stamp, _Kept.asked_at = stamp, time.monotonic()
    kept = _Kept.calendars
    if area_code not in kept:
        kept[area_code] = _load(area_code)
    return kept[area_code]


def days_between(first: date, last: date) -> list[DayShown]:
    """Return the known days from `first` to `last`, both included, in order."""
    return [
        DayShown(day.date, DayKind(day.kind), day.name_zh, day.name_en, day.estimated, day.edited_by is not None)
        for day in Day.objects.filter(date__gte=first, date__lte=last)
    ]


def forget() -> None:
    """Drop what this process keeps, so that the next question reads the tables."""
    _Kept.stamp = None


def _stamp() -> Stamp:
    """Return what changes with every write: rows and the sum of their versions, which only grow."""
    days = Day.objects.aggregate(rows=Count("date"), versions=Sum("version", default=0))
    shifts = Shift.objects.aggregate(rows=Count("id"), versions=Sum("version", default=0))
    return days["rows"], days["versions"], shifts["rows"], shifts["versions"]


def _load(area_code: str | None) -> rules.WorkCalendar:
    days: dict[date, bool] = {}
    estimated: set[date] = set()
    for day, kind, is_estimated in Day.objects.values_list("date", "kind", "estimated"):
        days[day] = DayKind(kind).is_worked
        if is_estimated:
            estimated.add(day)
    return rules.WorkCalendar(days=days, shifts=_shifts(area_code), estimated_days=frozenset(estimated))


def _shifts(area_code: str | None) -> tuple[rules.Shift, ...]:
    """Return the shifts for an area: from far to near, each level replaces the ones above from its first day on."""
    found: list[rules.Shift] = []
    for code in _levels(area_code):
        own = [
            rules.Shift(start, end, valid_from)
            for start, end, valid_from in Shift.objects.filter(area_code=code).values_list("start", "end", "valid_from")
        ]
        if own:
            begins = min(shift.valid_from for shift in own if shift.valid_from)
            found = [shift for shift in found if shift.valid_from and shift.valid_from < begins] + own
    return tuple(found) or rules.DEFAULT_SHIFTS


def _levels(area_code: str | None) -> list[str | None]:
    """Return the codes whose shifts may hold, default first: district (6), town (9), then the area itself."""
    if area_code is None:
        return [None]
    return [None, *(area_code[:size] for size in (6, 9) if len(area_code) > size), area_code]
