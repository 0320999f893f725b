"""Several sweepers and deliverers at once, on connections of their own in a database of their own."""

from __future__ import annotations

from uuid import UUID

import cast
from casework.crowd import asked, at_once
from casework.stage import MONDAY
from django.db import transaction

from linli.access.api import as_system, enter_public
from linli.casework.intake.api import Channel, Draft, receive_report
from linli.casework.timeline.api import sweep
from linli.kernel.clock import frozen
from linli.outbox.api import deliver
from linli.territory.api import area_by_code

REPORTS = 260
"""More than one batch of the sweeper holds."""


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
        swept_at_once = at_once(*[swept] * 4)
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
        assert sorted(at_once(*[lambda: deliver(UUID(str(event_id)))] * 4)) == [False, False, False, True]
    ((suggestions,),) = asked(
        f"select jsonb_array_length(suggestions) from casework_report where id = '{got.report_id}'"
    )
    assert suggestions >= 1
