"""What time it is: UTC inside, Asia/Shanghai for people.

Rules never call `now()`; they take `now` as an argument. Actions and tasks call it once and pass it down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


ClockT = TypeVar("ClockT", bound=Clock)


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until moved: for tests and for walking a demonstration through a week."""

    def __init__(self, at: datetime) -> None:
        self._at = as_utc(at)

    def now(self) -> datetime:
        """Return the instant the clock was set to."""
        return self._at

    def advance(self, step: timedelta) -> datetime:
        """Move by `step` (backwards when negative) and return the new instant."""
        self._at += step
        return self._at


class _Wall:
    """Holds the clock in use, so that threads started inside a test see the replaced one too."""

    clock: Clock = SystemClock()


def now() -> datetime:
    """Return the present instant of the clock in use, aware, in UTC."""
    return _Wall.clock.now()


@contextmanager
def using(clock: ClockT) -> Iterator[ClockT]:
    """Use `clock` for the whole process until the block ends, then put the former one back."""
    former = _Wall.clock
    _Wall.clock = clock
    try:
        yield clock
    finally:
        _Wall.clock = former


@contextmanager
def frozen(at: datetime) -> Iterator[SettableClock]:
    """Stop the clock of the whole process at `at` until the block ends."""
    with using(SettableClock(at)) as clock:
        yield clock


def as_utc(at: datetime) -> datetime:
    """Return `at` in UTC.

    Raises ValueError for a naive datetime: guessing a zone would move deadlines by eight hours.
    """
    if at.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be placed in time")
    return at.astimezone(UTC)


def shanghai(at: datetime) -> datetime:
    """Return `at` as people in Shanghai read it. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be placed in time")
    return at.astimezone(SHANGHAI)


def shanghai_date(at: datetime) -> date:
    """Return the calendar day in Shanghai that contains `at`."""
    return shanghai(at).date()
