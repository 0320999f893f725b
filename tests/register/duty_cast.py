"""The cast's chain as the tests of duty speak of it, read with the owner's rights whoever acts at the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

import cast
from django.db import connection

from linli.accounts.api import Post
from linli.register.duty.api import Chain, ChainLevel, Charge, Holder, Spot
from linli.register.people.api import Person
from linli.register.places.api import Place
from linli.territory.api import Area

P = ParamSpec("P")
T = TypeVar("T")
DAY = date(2026, 3, 2)
"""The day of the stage."""
TOMORROW, YESTERDAY, LATER = DAY + timedelta(days=1), DAY - timedelta(days=1), DAY + timedelta(days=30)


@contextmanager
def owning() -> Iterator[None]:
    """For a moment nobody's rights but the owner's."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        before = cursor.fetchone()[0]
        cursor.execute("set local role none")
        try:
            yield
        finally:
            cursor.execute("select set_config('role', %s, true)", [before])


def owned(read: Callable[P, T]) -> Callable[P, T]:
    """Run a read with the owner's rights."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        with owning():
            return read(*args, **kwargs)

    return reading


@owned
def area(code: str = cast.HOME_AREA) -> Area:
    return Area.objects.get(code=code)


@owned
def place(suffix: str = ".3", code: str = cast.HOME_AREA) -> Place:
    return Place.objects.select_related("area").get(code=f"cast.{code}{suffix}")


def spot(suffix: str | None = ".3", code: str = cast.HOME_AREA) -> Spot:
    """A place of the cast, or its area as a whole."""
    return Spot(area(code), None if suffix is None else place(suffix, code))


@owned
def post(username: str) -> Post:
    return Post.objects.select_related("user").get(user__username=username)


def of(username: str) -> Holder:
    return Holder(post=post(username))


@owned
def resident(code: str = cast.HOME_AREA) -> Person:
    return Person.objects.get(area__code=code, home__isnull=False)


@owned
def chain() -> Chain:
    return Chain.objects.prefetch_related("levels").select_related("area").get(code="cast")


@owned
def level(depth: int) -> ChainLevel:
    return ChainLevel.objects.get(chain__code="cast", depth=depth)


@owned
def charge(username: str = "building_head") -> Charge:
    return Charge.objects.filter(post__user__username=username).select_related("area", "level").order_by("id")[0]
