"""Working-time arithmetic: when a limit ends, how much of it is used, and what a suspension does to it.

Units are those of DOMAIN §3. `e` natural hours run by the wall clock; `h` working hours run only inside shifts of
working days. `d` working days and `n` natural days follow the Civil Code: the day of the start does not count (art.
201); a working day ends at the close of business, a natural day at 24:00 (art. 203 para. 2); a limit in natural days
whose last day is a rest day ends on the next working day (art. 203 para. 1).

A suspension (挂起) takes away exactly the time of the unit that falls inside it. For days: a day is used up at its
close (end of the last shift, or 24:00); a day whose close falls after the beginning of a suspension and not after its
end is not used up. So Monday 10:00 to Wednesday 15:00 costs Monday and Tuesday; a suspension of one morning costs
nothing; a natural limit never ends inside a suspension.

Instants are aware, results are in UTC; a naive datetime raises ValueError. A unit is a `Unit` or its letter; another
letter raises InvalidInput (`bad_unit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from linli.calendar.rulers import NaturalDays, NaturalHours, Ruler, WorkingDays, WorkingHours, next_workday_end
from linli.calendar.timetable import Almanac, Plans, Shift, join, split, usual_workday
from linli.kernel.clock import as_utc
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

__all__ = ["DEFAULT_SHIFTS", "Amount", "Pause", "Shift", "Unit", "WorkCalendar", "usual_workday"]

Amount = Decimal | float | int
Pause = tuple[datetime, datetime | None]
"""A suspension: from, and to (None while it lasts)."""

DEFAULT_SHIFTS = (Shift(time(8, 30), time(12, 0)), Shift(time(13, 0), time(17, 30)))
"""Office hours we ship, 8 hours [P]; a town edits its own."""


class Unit(StrEnum):
    """What a limit is counted in."""

    NATURAL_HOUR = "e"
    WORKING_HOUR = "h"
    WORKING_DAY = "d"
    NATURAL_DAY = "n"

    @property
    def is_day(self) -> bool:
        """Whether whole days are counted."""
        return self in (Unit.WORKING_DAY, Unit.NATURAL_DAY)


_LONGEST = {Unit.NATURAL_HOUR: 240_000, Unit.WORKING_HOUR: 60_000, Unit.WORKING_DAY: 10_000, Unit.NATURAL_DAY: 10_000}


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, in which shifts. An immutable value, safe to share between threads.

    days: known days, True for a working day (make-up workdays included). Other days follow `usual_workday` and
    count as estimated. shifts: see `Shift`. estimated_days: known days that nobody has announced yet.
    """

    days: Mapping[date, bool] = field(default_factory=dict, hash=False)
    shifts: tuple[Shift, ...] = DEFAULT_SHIFTS
    estimated_days: frozenset[date] = frozenset()
    _almanac: Almanac = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", dict(self.days))
        object.__setattr__(self, "_almanac", Almanac(self.days, self.estimated_days, Plans(self.shifts)))

    def add(self, start: datetime, amount: Amount, unit: str) -> datetime:
        """Return when a limit of `amount` (hours, or whole days) from `start` ends. 0 days: by the same close.

        For working hours it is the earliest such instant: the close of Monday, not the opening of Tuesday.
        Raises InvalidInput: `bad_limit`, `limit_too_long`.
        """
        kind = checked_unit(unit)
        ruler, left = self._laid(start, checked_amount(amount, kind), kind)
        return self._end(ruler, ruler.zero() + left, kind) if left else as_utc(start)

    def deadline(self, start: datetime, amount: Amount, unit: str, pauses: Iterable[Pause] = ()) -> datetime | None:
        """Return when the limit ends with its suspensions taken out, or None while the clock stands still.

        pauses: any order, may overlap; parts before `start` do not count; one that begins at the deadline or later
        changes nothing. Raises InvalidInput: `bad_limit`, `limit_too_long`, `bad_pause`.
        """
        kind, stops = checked_unit(unit), _merged(start, pauses)
        ruler, left = self._laid(start, checked_amount(amount, kind), kind)
        if not left:
            return as_utc(start)
        at = ruler.zero()
        for begin, end in stops:
            reached = ruler.position(begin)
            if at + left <= reached:
                break
            if end is None:
                return None
            at, left = ruler.position(end), left - (reached - at)
        due = self._end(ruler, at + left, kind)
        return self._past_stops(due, stops) if kind is Unit.NATURAL_DAY else due

    def elapsed(self, start: datetime, end: datetime, unit: str, pauses: Iterable[Pause] = ()) -> Decimal:
        """Return the hours, or whole days, of a limit begun at `start` that are used up at `end`; 0 when end is before.

        Raises InvalidInput (`bad_pause`).
        """
        stops, last = _merged(start, pauses), as_utc(end)
        if last <= start:
            return Decimal(0)
        ruler = self._laid(start, Decimal(1), checked_unit(unit))[0]
        used = ruler.position(last) - ruler.zero()
        for begin, until in stops:
            if begin < last:
                used -= ruler.position(min(until or last, last)) - ruler.position(begin)
        return Decimal(used) / ruler.one

    def remaining(
        self, start: datetime, amount: Amount, unit: str, *, now: datetime, pauses: Iterable[Pause] = ()
    ) -> Decimal:
        """Return what is left of the limit at `now`, in its unit; negative when overdue; standing while suspended.

        Days are whole: 0 on the last day. Raises InvalidInput as `deadline` does.
        """
        kind, stops = checked_unit(unit), list(pauses)
        due = self.deadline(start, amount, kind, stops)
        left = checked_amount(amount, kind) - self.elapsed(start, now, kind, stops)
        return max(Decimal(0), left) if kind.is_day and (due is None or as_utc(now) <= due) else left

    def is_workday(self, day: date) -> bool:
        """Return whether work is done on the day."""
        return self._almanac.is_workday(day)

    def is_estimated(self, start: datetime | date, end: datetime | date | None = None) -> bool:
        """Return whether any Shanghai day from `start` to `end`, both included, has not been announced officially."""
        first = _ordinal(start)
        last = max(first, first if end is None else _ordinal(end))
        return self._almanac.table(first, last).has_estimate(first, last)

    def is_working_time(self, at: datetime) -> bool:
        """Return whether `at` lies inside a shift of a working day (its end excluded)."""
        return self.next_working_time(at) == at

    def next_working_time(self, at: datetime) -> datetime:
        """Return `at` when it is working time, else the next opening; in UTC."""
        ordinal, moment = split(at)
        plans = self._almanac.plans
        while True:
            opening = plans.on(ordinal).opening_after(moment) if self.is_workday(date.fromordinal(ordinal)) else None
            if opening is not None:
                return join(ordinal, opening)
            ordinal, moment = ordinal + 1, 0

    def close_of(self, day: date) -> datetime | None:
        """Return the close of business on the day, in UTC, or None on a rest day."""
        ordinal = day.toordinal()
        return join(ordinal, self._almanac.plans.on(ordinal).close) if self.is_workday(day) else None

    def _laid(self, start: datetime, limit: Decimal, unit: Unit) -> tuple[Ruler, int]:
        """Return the ruler laid at `start` and the positions in `limit`; 0 days is the rest of the same day."""
        same_day = unit.is_day and not limit
        ruler: Ruler
        if unit is Unit.NATURAL_HOUR:
            ruler = NaturalHours(as_utc(start))
        elif unit is Unit.WORKING_HOUR:
            ruler = WorkingHours(self._almanac, start)
        elif unit is Unit.WORKING_DAY:
            ruler = WorkingDays(self._almanac, start, same_day=same_day)
        else:
            ruler = NaturalDays(start, same_day=same_day)
        return ruler, 1 if same_day else int((limit * ruler.one).to_integral_value())

    def _end(self, ruler: Ruler, position: int, unit: Unit) -> datetime:
        due = ruler.instant(position)
        return next_workday_end(self._almanac, due) if unit is Unit.NATURAL_DAY else due

    def _past_stops(self, due: datetime, stops: list[Pause]) -> datetime | None:
        """Return the end of a natural limit that art. 203 carried into a later suspension: the next end outside it."""
        for begin, end in stops:
            if begin < due and end is None:
                return None
            if end is not None and begin < due <= end:
                ordinal = split(end)[0]
                due = next_workday_end(self._almanac, join(ordinal + 1, 0))
        return due


def checked_unit(unit: str) -> Unit:
    """Return the unit for its letter. Raises InvalidInput (`bad_unit`)."""
    try:
        return Unit(unit)
    except ValueError as wrong:
        raise InvalidInput(
            gettext_noop("A limit is counted in natural hours, working hours, working days or natural days."),
            code="bad_unit",
            detail={"unit": str(unit)},
        ) from wrong


def checked_amount(amount: Amount, unit: Unit) -> Decimal:
    """Return the limit as an exact decimal. Raises InvalidInput.

    `bad_limit`: negative, not a number, or days that are not whole. `limit_too_long`: more than about 27 years.
    """
    try:
        limit = Decimal(str(amount))
    except InvalidOperation as wrong:
        raise _bad_limit(amount, unit) from wrong
    if not limit.is_finite() or limit < 0 or (unit.is_day and limit != limit.to_integral_value()):
        raise _bad_limit(amount, unit)
    if limit > _LONGEST[unit]:
        raise InvalidInput(
            gettext_noop("This limit is too long."),
            code="limit_too_long",
            detail={"amount": str(amount), "unit": str(unit), "most": _LONGEST[unit]},
        )
    return limit


def _bad_limit(amount: Amount, unit: str) -> InvalidInput:
    return InvalidInput(
        gettext_noop("A limit is a number of hours, or a whole number of days, and not negative."),
        code="bad_limit",
        detail={"amount": str(amount), "unit": str(unit)},
    )


def _ordinal(day: datetime | date) -> int:
    return split(day)[0] if isinstance(day, datetime) else day.toordinal()


def _merged(start: datetime, pauses: Iterable[Pause]) -> list[Pause]:
    """Return the suspensions from `start` on, in order, joined where they touch; empty ones are left out."""
    since = as_utc(start)
    joined: list[Pause] = []
    for begin, end in sorted((_clipped(since, pause) for pause in pauses), key=_begin):
        if end is not None and end <= begin:
            continue
        before = joined[-1] if joined else None
        if before is None or (before[1] is not None and before[1] < begin):
            joined.append((begin, end))
        elif before[1] is not None:
            joined[-1] = (before[0], None if end is None else max(before[1], end))
    return joined


def _begin(pause: Pause) -> datetime:
    return pause[0]


def _clipped(since: datetime, pause: Pause) -> Pause:
    begin, end = as_utc(pause[0]), None if pause[1] is None else as_utc(pause[1])
    if end is not None and end < begin:
        raise InvalidInput(gettext_noop("A suspension cannot end before it begins."), code="bad_pause")
    return max(since, begin), end
