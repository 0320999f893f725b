from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A report became a case (立案)."""

    case_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class ReportMerged:
    """One more report belongs to a case."""

    case_id: UUID
    report_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class ExtensionAsked:
    """A unit asks for more time."""

    case_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class CaseReopened:
    """A closed case goes back to work."""

    case_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """The reporter took his matter back while this unit had it."""

    case_id: UUID
    area_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class CaseEnded:
    """A case was closed or voided."""

    case_id: UUID
    area_id: int
    state: str
