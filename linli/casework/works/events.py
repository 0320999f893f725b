from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WorkDone:
    """A unit fed back what came of a case; somebody else must verify it."""

    case_id: UUID
    area_id: int
    unit_id: int
    result: str


@dataclass(frozen=True, slots=True)
class SelfHandled:
    """A matter was found and fixed by the same hands (自处置)."""

    case_id: UUID
    area_id: int
