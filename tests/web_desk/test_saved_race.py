"""Two windows of one person at the same moment: a name is taken once, the list opens with one filter."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import cast
import pytest
from access import house_db as house
from django.conf import settings
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from linli.access.api import Principal, enter
from linli.accounts.api import SavedFilter, rename_filter, save_filter, start_with_filter
from linli.kernel.errors import LinliError

QUERY = "view=overdue"
Step = Callable[[Principal], object]


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database in which what is committed stays."""
    before, name = settings.DATABASES["default"]["NAME"], f"linli_saved_{os.getpid()}"
    with django_db_blocker.unblock():
        house.clone_database(name)
        house.point_to(name)
        yield
        house.point_to(before)
    with house.admin("postgres") as admin:
        admin.execute(f"drop database if exists {name} with (force)")


def race(*steps: Step) -> list[str]:
    """Each step in a transaction of its own, all open before the first begins; what each window was told."""
    token, ready, told = house.token_for("worker"), threading.Barrier(len(steps)), list[str]()

    def window(step: Step) -> None:
        try:
            with transaction.atomic():
                me = enter(token)
                ready.wait(20)
                step(me)
            told.append("done")
        except LinliError as error:
            told.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=window, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(told)


def kept() -> list[tuple[str, str, bool]]:
    mine = SavedFilter.objects.using("owner").filter(user_id=cast.user_of("worker").id).order_by("name")
    return [(one.name, one.query, one.is_start) for one in mine]


def save(name: str, query: str = QUERY) -> Step:
    return lambda me: save_filter(actor=me, name=name, query=query)


def test_a_name_is_taken_by_one_window_and_the_others_are_told(committed: None) -> None:
    told = race(save("超期"), save("超期", "view=open"), save("超期", "view=closed"), save("临期"))
    assert told == ["done", "done", "filter_name_taken", "filter_name_taken"]
    assert [name for name, _query, _start in kept()] == ["临期", "超期"]


def test_two_filters_are_not_given_one_name(committed: None) -> None:
    race(save("甲"), save("乙"))
    ids = [one.id for one in SavedFilter.objects.using("owner").order_by("id")]
    told = race(*(lambda me, one=one: rename_filter(actor=me, filter_id=one, name="丙") for one in ids))
    assert told == ["done", "filter_name_taken"]
    assert sorted(name for name, _query, _start in kept()) in (["丙", "乙"], ["丙", "甲"])


def test_two_windows_that_choose_a_start_leave_exactly_one(committed: None) -> None:
    race(save("甲"), save("乙"), save("丙"))
    ids = [one.id for one in SavedFilter.objects.using("owner").order_by("id")]
    for _ in range(5):
        told = race(*(lambda me, one=one: start_with_filter(actor=me, filter_id=one) for one in ids))
        assert told == ["done", "done", "done"]
        assert sum(start for _name, _query, start in kept()) == 1
