"""A unit was asked to act: tell its people."""

from __future__ import annotations

from linli.access.api import as_system
from linli.casework.cases.api import case_by_id
from linli.casework.dispatch.events import CaseDispatched
from linli.notices.api import send
from linli.outbox.api import on


@on(CaseDispatched)
def tell_unit(event: CaseDispatched) -> None:
    """One notice to the unit, urgent for matters of safety."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        # It may have been suspended before we came to deliver: then nothing is promised for the time being.
        due = case.promised_at.isoformat() if case.promised_at else "–"
        send(
            area_id=case.area_id,
            template="dispatched",
            params={"number": case.number, "title": case.title, "due": due},
            unit_id=event.unit_id,
            matter_id=case.id,
            urgent=case.cls == "S",
        )
