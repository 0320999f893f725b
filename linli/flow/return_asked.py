"""A unit says a matter is not its own: the next level rules."""

from __future__ import annotations

from linli.access.api import as_system
from linli.accounts.api import heads_of
from linli.calendar.api import today
from linli.casework.cases.api import case_by_id
from linli.casework.dispatch.events import ReturnAsked, ReturnRuled
from linli.notices.api import send
from linli.outbox.api import on


@on(ReturnAsked)
def tell_next_level(event: ReturnAsked) -> None:
    """To the first station head, or whoever stands above when there is none."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        for post in heads_of(case.area, case.level, today()):
            send(
                area_id=case.area_id, template="return_asked", post_id=post.id, matter_id=case.id,
                params={"number": case.number, "title": case.title},
            )  # fmt: skip


@on(ReturnRuled)
def tell_unit(event: ReturnRuled) -> None:
    """The unit hears what was ruled."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        send(
            area_id=case.area_id, template="return_ruled", unit_id=event.unit_id, matter_id=case.id,
            params={"number": case.number, "title": case.title},
        )  # fmt: skip
