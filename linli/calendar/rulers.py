"""One ruler per unit: instants to positions and back, so that one piece of arithmetic serves all four.

A position is a whole number that grows with time: microseconds for hours, days used up for days. `instant` gives the
earliest instant at a position. Every ruler is laid at the start of one limit, and is asked only about instants from
there on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from linli.calendar.timetable import DAY, HOUR, Almanac, join, split

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Ruler(Protocol):
    """What the arithmetic needs of a unit."""

    one: int
    """Positions in one unit: microseconds of an hour, or 1 for days."""

    def zero(self) -> int:
        """Return the position from which a limit of one unit or more is counted."""
        ...

    def position(self, at: datetime) -> int:
        """Return how far time has come at `at`, not before `zero`."""
        ...

    def instant(self, position: int) -> datetime:
        """Return the earliest instant, in UTC, at which `position` (above `zero`) is reached."""
        ...


class NaturalHours:
    """The wall clock."""

    one = HOUR

    def __init__(self, start: datetime) -> None:
        self._start = _microseconds(start)

    def zero(self) -> int:
        """Return the start in microseconds since 1970."""
        return self._start

    def position(self, at: datetime) -> int:
        """Return microseconds since 1970."""
        return max(self._start, _microseconds(at))

    def instant(self, position: int) -> datetime:
        """Return the instant so many microseconds after 1970."""
        return _EPOCH + position * _MICROSECOND


class WorkingHours:
    """Work done in shifts of working days."""

    one = HOUR

    def __init__(self, almanac: Almanac, start: datetime) -> None:
        self._almanac = almanac
        ordinal, moment = split(start)
        self._table = almanac.table(ordinal, ordinal)
        self._zero = self._table.work_until(ordinal, moment)

    def zero(self) -> int:
        """Return the work done before the start."""
        return self._zero

    def position(self, at: datetime) -> int:
        """Return the work done before `at`."""
        ordinal, moment = split(at)
        if ordinal >= self._table.last:
            self._table = self._almanac.longer(self._table, ordinal)
        return max(self._zero, self._table.work_until(ordinal, moment))

    def instant(self, position: int) -> datetime:
        """Return when so much work is done."""
        while self._table.total_work() < position:
            self._table = self._almanac.longer(self._table)
        return join(*self._table.when_worked(position))


class WorkingDays:
    """Closes of business; the close of the start day is not counted."""

    one = 1

    def __init__(self, almanac: Almanac, start: datetime, *, same_day: bool = False) -> None:
        self._almanac = almanac
        ordinal, moment = split(start)
        self._table = almanac.table(ordinal, ordinal + 1)
        self._zero = self._closes(ordinal, moment) if same_day else self._table.workdays_until(ordinal + 1)

    def zero(self) -> int:
        """Return the working days up to and with the start day."""
        return self._zero

    def position(self, at: datetime) -> int:
        """Return the working days whose close is not after `at`."""
        ordinal, moment = split(at)
        if ordinal >= self._table.last:
            self._table = self._almanac.longer(self._table, ordinal)
        return max(self._zero, self._closes(ordinal, moment))

    def instant(self, position: int) -> datetime:
        """Return the close of the working day with this number."""
        while self._table.total_workdays() < position:
            self._table = self._almanac.longer(self._table)
        ordinal = self._table.workday(position)
        return join(ordinal, self._table.plan(ordinal).close)

    def _closes(self, ordinal: int, moment: int) -> int:
        closed = self._table.is_workday(ordinal) and self._table.plan(ordinal).close <= moment
        return self._table.workdays_until(ordinal) + closed


class NaturalDays:
    """Midnights; the one that ends the start day is not counted."""

    one = 1

    def __init__(self, start: datetime, *, same_day: bool = False) -> None:
        self._zero = split(start)[0] + (0 if same_day else 1)

    def zero(self) -> int:
        """Return the day after the start, whose beginning is the first midnight."""
        return self._zero

    def position(self, at: datetime) -> int:
        """Return the day of `at`: so many days have ended."""
        return max(self._zero, split(at)[0])

    def instant(self, position: int) -> datetime:
        """Return the midnight that begins this day, which is 24:00 of the day before."""
        return join(position - 1, DAY)


def next_workday_end(almanac: Almanac, midnight: datetime) -> datetime:
    """Return `midnight`, or when the day it ends is a rest day, the end of the next working day (art. 203 para. 1)."""
    ordinal = split(midnight)[0] - 1
    while not almanac.is_workday(date.fromordinal(ordinal)):
        ordinal += 1
    return join(ordinal, DAY)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
