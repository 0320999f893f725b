from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseDispatched:
    """A unit was asked to act."""

    case_id: UUID
    area_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class ReturnAsked:
    """A unit says the matter is not its own; the next level must rule."""

    case_id: UUID
    area_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class ReturnRuled:
    """The next level has ruled on a return."""

    case_id: UUID
    area_id: int
    unit_id: int
    granted: bool
