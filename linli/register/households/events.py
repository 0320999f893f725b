from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PeopleOfHomeChanged:
    """Somebody moved into a home, out of it, or is registered there from now on."""

    home_id: int
    area_id: int


@dataclass(frozen=True, slots=True)
class PeopleMerged:
    """The record `drop_id` went into `keep_id`."""

    keep_id: UUID
    drop_id: UUID
    area_id: int


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """The two are two records again."""

    keep_id: UUID
    drop_id: UUID
    area_id: int
