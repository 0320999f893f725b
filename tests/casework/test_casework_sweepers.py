"""Several sweepers and deliverers at once, on connections of their own in a database of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import cast
import pytest
from casework.stage import MONDAY
from django.conf import settings
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from linli.access import scope
from linli.access.api import as_system, enter_public
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.casework.timeline.api import sweep
from linli.kernel.clock import frozen
from linli.outbox.api import deliver
from linli.territory.api import area_by_code

REPORTS = 260
"""More than one batch of the sweeper holds."""


@pytest.fixture
def own_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A clone that only this test writes to, for good."""
    house = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "clone_database"))
    former = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        house.clone_database(f"{former}_sweepers")
        house.point_to(f"{former}_sweepers")
        scope._system.opened = float("-inf")
        yield
        house.point_to(former)
        scope._system.opened = float("-inf")
    with house._admin("postgres") as admin:
        admin.execute(f'drop database "{former}_sweepers" with (force)')


def at_once(action: Callable[[], Any], times: int = 4) -> list[Any]:
    """The same in several threads, all starting together."""
    ready = threading.Barrier(times)

    def run(_: int) -> Any:
        try:
            ready.wait()
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def asked(query: str) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def swept() -> int:
    with as_system():
        return sweep()


def test_several_sweepers_at_once_fire_each_clock_exactly_once(own_database: None) -> None:
    with frozen(MONDAY) as clock:
        with transaction.atomic():
            actor, area = enter_public(), area_by_code(cast.HOME_AREA).id
            for number in range(REPORTS):
                receive_report(actor=actor, draft=Draft(Channel.RESIDENT, words=f"第{number}件", area_id=area))
        clock.advance(MONDAY.resolution * 31 * 60 * 1_000_000)
        swept_at_once = at_once(swept)
        last = swept()
        assert sum(swept_at_once) + last == 2 * REPORTS
        assert swept() == 0
    fired = asked(
        "select name, count(*), count(distinct payload->>'matter_id') from outbox_event"
        " where name like 'casework.timeline.%' group by name order by name"
    )
    assert fired == [
        ("casework.timeline.ClockOverdue", REPORTS, REPORTS),
        ("casework.timeline.ClockWarned", REPORTS, REPORTS),
    ]


def test_several_deliverers_at_once_deliver_an_event_once(own_database: None) -> None:
    with frozen(MONDAY):
        with transaction.atomic():
            actor, area = enter_public(), area_by_code(cast.HOME_AREA).id
            got = receive_report(actor=actor, draft=Draft(Channel.RESIDENT, words="楼道里堆满了杂物", area_id=area))
        ((event_id,),) = asked("select id from outbox_event where delivered_at is null")
        assert sorted(at_once(lambda: deliver(UUID(str(event_id))))) == [False, False, False, True]
    ((suggestions,),) = asked(
        f"select jsonb_array_length(suggestions) from casework_report where id = '{got.report_id}'"
    )
    assert suggestions >= 1
