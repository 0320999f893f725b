"""A run of days laid out once, so that a question about working time is a look-up and not a walk.

Days are proleptic ordinals (`date.toordinal`), times of day and amounts of work are whole microseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise

from linli.kernel.clock import SHANGHAI, shanghai
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

DAY = 86_400_000_000
HOUR = 3_600_000_000
_SPARE = 800
_LONGEST = 80_000
_NEVER = date(9998, 12, 31).toordinal()
# Days off by the national regulation on holidays (2024) whose dates do not follow the moon.
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def usual_workday(day: date) -> bool:
    """Return whether a day that nobody announced is taken for a working day: Monday to Friday, no fixed holiday."""
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_HOLIDAYS


@dataclass(frozen=True, order=True)
class Shift:
    """A span of office hours on every working day from `valid_from` on (None: always): Shanghai time, end after start.

    All shifts with the same `valid_from` form one plan; a later plan replaces the earlier one.
    """

    start: time
    end: time
    valid_from: date | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a shift ends after it starts, on the same day")


class Plan:
    """The shifts of one working day, in order and not overlapping."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        ordered = sorted((_of_day(shift.start), _of_day(shift.end)) for shift in shifts)
        if any(after[0] < before[1] for before, after in pairwise(ordered)):
            raise ValueError("shifts overlap")
        self._starts = [start for start, _ in ordered]
        self._ends = [end for _, end in ordered]
        self._done = [0]
        for start, end in ordered:
            self._done.append(self._done[-1] + end - start)
        self.total = self._done[-1]
        self.close = self._ends[-1]

    def done_by(self, moment: int) -> int:
        """Return the work done in this day before the time of day `moment`."""
        place = bisect_right(self._starts, moment)
        if place == 0:
            return 0
        return self._done[place - 1] + min(moment, self._ends[place - 1]) - self._starts[place - 1]

    def when(self, done: int) -> int:
        """Return the earliest time of day by which `done` (1 to `total`) is done."""
        place = bisect_left(self._done, done)
        return self._ends[place - 1] - (self._done[place] - done)

    def opening_after(self, moment: int) -> int | None:
        """Return the first time of day from `moment` on that lies inside a shift, or None."""
        place = bisect_right(self._ends, moment)
        return max(moment, self._starts[place]) if place < len(self._starts) else None


class Plans:
    """All plans of a calendar by the day they begin; days before the first plan follow the first."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        ordered = sorted(shifts, key=_begin)
        self._begins = [begin for begin, _ in groupby(ordered, key=_begin)]
        self._plans = [Plan(group) for _, group in groupby(ordered, key=_begin)]
        if not self._plans:
            raise ValueError("a calendar needs at least one shift")

    def on(self, ordinal: int) -> Plan:
        """Return the plan in force on a day."""
        return self._plans[max(0, bisect_right(self._begins, ordinal) - 1)]


class Timetable:
    """The days `first` (included) to `last` (excluded) with running sums of work, working days and estimated days."""

    def __init__(
        self,
        first: int,
        last: int,
        *,
        is_workday: Callable[[date], bool],
        is_estimated: Callable[[date], bool],
        plans: Plans,
    ) -> None:
        self.first, self.last = first, last
        self._plans = plans
        self._work, self._count, self._estimates = [0], [0], [0]
        self._workdays: list[int] = []
        for ordinal in range(first, last):
            day = date.fromordinal(ordinal)
            works = is_workday(day)
            if works:
                self._workdays.append(ordinal)
            self._work.append(self._work[-1] + (plans.on(ordinal).total if works else 0))
            self._count.append(len(self._workdays))
            self._estimates.append(self._estimates[-1] + is_estimated(day))

    def holds(self, ordinal: int) -> bool:
        """Return whether the day lies in this table."""
        return self.first <= ordinal < self.last

    def is_workday(self, ordinal: int) -> bool:
        """Return whether work is done on the day."""
        return self._count[ordinal - self.first + 1] > self._count[ordinal - self.first]

    def has_estimate(self, start: int, end: int) -> bool:
        """Return whether any day from `start` to `end`, both included, is estimated."""
        return self._estimates[end - self.first + 1] > self._estimates[start - self.first]

    def plan(self, ordinal: int) -> Plan:
        """Return the shifts in force on the day, whether or not it is a working day."""
        return self._plans.on(ordinal)

    def work_until(self, ordinal: int, moment: int) -> int:
        """Return the work done from the beginning of the table to a moment of a day."""
        before = self._work[ordinal - self.first]
        return before + self.plan(ordinal).done_by(moment) if self.is_workday(ordinal) else before

    def total_work(self) -> int:
        """Return all work in the table."""
        return self._work[-1]

    def when_worked(self, work: int) -> tuple[int, int]:
        """Return the earliest day and moment by which `work` (1 to `total_work`) is done from the table's beginning."""
        index = bisect_left(self._work, work) - 1
        ordinal = self.first + index
        return ordinal, self.plan(ordinal).when(work - self._work[index])

    def workdays_until(self, ordinal: int) -> int:
        """Return how many working days lie in the table before the day."""
        return self._count[ordinal - self.first]

    def total_workdays(self) -> int:
        """Return how many working days the table has."""
        return len(self._workdays)

    def workday(self, number: int) -> int:
        """Return the working day with the given number, counted from 1 at the table's beginning."""
        return self._workdays[number - 1]


class Almanac:
    """Known days and plans, with the table laid out last kept at hand."""

    def __init__(self, days: Mapping[date, bool], estimated: frozenset[date], plans: Plans) -> None:
        self._days, self._estimated, self.plans = days, estimated, plans
        self._kept: Timetable | None = None

    def is_workday(self, day: date) -> bool:
        """Return whether work is done on the day; an unknown day follows `usual_workday`."""
        known = self._days.get(day)
        return usual_workday(day) if known is None else known

    def is_estimated(self, day: date) -> bool:
        """Return whether nobody has announced yet what the day is."""
        return day not in self._days or day in self._estimated

    def table(self, first: int, last: int) -> Timetable:
        """Return a table that holds both days, the kept one when it does. Raises InvalidInput (`limit_too_long`)."""
        kept = self._kept
        if kept is not None and kept.holds(first) and kept.holds(last):
            return kept
        begin, end = first - _SPARE, last + _SPARE
        near_begin, near_end = self._known_span()
        if near_begin - _SPARE < end and begin < near_end + _SPARE:
            begin, end = min(begin, near_begin), max(end, near_end)
        return self._lay_out(max(1, begin), end)

    def longer(self, table: Timetable, last: int = 0) -> Timetable:
        """Return a table with the same beginning, so the same running sums, that holds `last` and more days.

        Raises InvalidInput (`limit_too_long`) when it would span more than two centuries.
        """
        return self._lay_out(table.first, max(2 * table.last - table.first, last + _SPARE))

    def _known_span(self) -> tuple[int, int]:
        if not self._days:
            return _NEVER, _NEVER
        return min(self._days).toordinal(), max(self._days).toordinal() + 1

    def _lay_out(self, first: int, last: int) -> Timetable:
        if last - first > _LONGEST or last > _NEVER:
            raise InvalidInput(gettext_noop("This limit is too long."), code="limit_too_long")
        made = Timetable(first, last, is_workday=self.is_workday, is_estimated=self.is_estimated, plans=self.plans)
        self._kept = made
        return made


def _begin(shift: Shift) -> int:
    return shift.valid_from.toordinal() if shift.valid_from else 0


def _of_day(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def split(at: datetime) -> tuple[int, int]:
    """Return the Shanghai day of an instant and the time of day in it. Raises ValueError for a naive datetime."""
    local = shanghai(at)
    return local.toordinal(), _of_day(local.time())


def join(ordinal: int, moment: int) -> datetime:
    """Return the instant, in UTC, of a time of day in Shanghai; `DAY` is 24:00."""
    wall = datetime.combine(date.fromordinal(ordinal), time(), SHANGHAI) + timedelta(microseconds=moment)
    return wall.astimezone(UTC)
