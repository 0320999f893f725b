"""Fixtures shared by the tests of casework and of the floors around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from casework.crowd import Crowd
from casework.stage import MONDAY, Stage
from django.conf import settings
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from linli.access.api import Anyone, Principal, Reporter
from linli.calendar.api import forget as forget_calendar
from linli.casework.intake import ownership
from linli.casework.timeline import queries
from linli.catalogue.api import forget as forget_list
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
def fresh_list() -> Iterator[None]:
    """What this process holds of the list of items must not outlive the rows a test rolled back."""
    forget_list()
    yield
    forget_list()


@pytest.fixture
def stage(
    acting: Callable[[str], Principal], anyone: Callable[[], Anyone], by_link: Callable[[str], Reporter]
) -> Iterator[Stage]:
    """The stage, its clock standing at an ordinary Monday morning."""
    with frozen(MONDAY) as clock:
        yield Stage(clock, acting, anyone, by_link)


@contextmanager
def _committed(request: pytest.FixtureRequest, blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone of the template in which what is committed stays, dropped at the end."""
    house = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "clone_database"))
    former = settings.DATABASES["default"]["NAME"]
    with blocker.unblock():
        house.clone_database(f"{former}_kept")
        house.point_to(f"{former}_kept")
        yield
        house.point_to(former)
    with house._admin("postgres") as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(f"{former}_kept")))


@pytest.fixture
def own_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database that only this test writes to, for good."""
    with _committed(request, django_db_blocker):
        yield


@pytest.fixture(scope="module")
def crowd(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Crowd]:
    """The cast in a database that only this module writes to, under a clock that stands still on a Monday."""
    with _committed(request, django_db_blocker), frozen(MONDAY):
        yield Crowd()
