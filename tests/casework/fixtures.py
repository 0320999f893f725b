"""Fixtures shared by the tests of casework and of the floors around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from casework.stage import MONDAY, Stage

from linli.access.api import Anyone, Principal, Reporter
from linli.calendar.api import forget as forget_calendar
from linli.casework.intake import ownership
from linli.casework.timeline import queries
from linli.kernel.clock import frozen


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """What a process keeps of desks, step limits and the calendar must not outlive the rows a test rolled back."""
    for forget in (ownership._desks.clear, queries._kept.table.clear, forget_calendar):
        forget()
    queries._kept.read_at = float("-inf")
    yield
    ownership._desks.clear()
    queries._kept.read_at = float("-inf")
    forget_calendar()


@pytest.fixture
def stage(
    acting: Callable[[str], Principal], anyone: Callable[[], Anyone], by_link: Callable[[str], Reporter]
) -> Iterator[Stage]:
    """The stage, its clock standing at an ordinary Monday morning."""
    with frozen(MONDAY) as clock:
        yield Stage(clock, acting, anyone, by_link)
