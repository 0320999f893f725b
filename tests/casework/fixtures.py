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


@pytest.fixture(scope="module")
def module_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A clone of the template in which what is committed stays, dropped after the last test of the module."""
    house = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "clone_database"))
    former = settings.DATABASES["default"]["NAME"]
    name = f"{former}_{request.module.__name__.rpartition('_')[2]}"
    with django_db_blocker.unblock():
        house.clone_database(name)
        house.point_to(name)
        yield
        house.point_to(former)
    with house._admin("postgres") as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def own_database(module_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database that only the tests of this module write to, for good."""
    with django_db_blocker.unblock():
        yield
        for alias in settings.DATABASES:
            connections[alias].close()
