from __future__ import annotations

from uuid import UUID

from linli.access.api import Principal, within
from linli.casework.verification.models import Check, Rating


def checks_of(actor: Principal, case_id: UUID) -> list[Check]:
    """Who checked a result, oldest first."""
    return list(within(Check.objects.filter(case_id=case_id), actor).order_by("at"))


def ratings_of(actor: Principal, case_id: UUID) -> list[Rating]:
    """What the reporters said, oldest first."""
    return list(within(Rating.objects.filter(case_id=case_id), actor).order_by("at"))
