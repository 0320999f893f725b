from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WorkVerified:
    """Other eyes found the result good; the reporter may rate."""

    case_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class WorkSentBack:
    """Other eyes, or the reporter, sent the result back to the unit."""

    case_id: UUID
    area_id: int
    unit_id: int
    by_reporter: bool


@dataclass(frozen=True, slots=True)
class CaseRated:
    """A reporter rated the end."""

    case_id: UUID
    area_id: int
    satisfaction: str
