from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReportReceived:
    """A report stands in the database. Published by the front-door function."""

    report_id: UUID
    area_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class ReportRouted:
    """A report outside the list went to its legal owner."""

    report_id: UUID
    area_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class RefusalAsked:
    """Somebody proposes not to take a report on; somebody else must review it."""

    report_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class ReportClosed:
    """A report ended without a case: refused or withdrawn."""

    report_id: UUID
    area_id: int
    state: str
