from __future__ import annotations

from uuid import UUID

from linli.access.api import Principal, within
from linli.casework.works.models import WorkOrder


def orders_of(actor: Principal, case_id: UUID) -> list[WorkOrder]:
    """The work orders of a case, oldest first."""
    found = within(WorkOrder.objects.filter(case_id=case_id), actor, unit="unit_id")
    return list(found.select_related("unit").order_by("started_at", "id"))


def hands_of(case_id: UUID) -> frozenset[int]:
    """Everybody who worked on a case, in any round: none of them may verify it."""
    rows = WorkOrder.objects.filter(case_id=case_id).values_list("hands", flat=True)
    return frozenset(hand for hands in rows for hand in hands)
