"""A reporter took his matter back: the unit that had it need not come."""

from __future__ import annotations

from linli.access.api import as_system
from linli.casework.cases.api import case_by_id
from linli.casework.cases.events import CaseWithdrawn
from linli.notices.api import send
from linli.outbox.api import on


@on(CaseWithdrawn)
def tell_unit(event: CaseWithdrawn) -> None:
    """One notice to the unit, urgent for matters of safety: somebody may be on the way."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        send(
            area_id=case.area_id, template="withdrawn", unit_id=event.unit_id, matter_id=case.id,
            params={"number": case.number, "title": case.title}, urgent=case.cls == "S",
        )  # fmt: skip
