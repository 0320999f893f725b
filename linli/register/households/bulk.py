"""Many households at once: what a list of a committee adds, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from linli.access.api import Principal, require
from linli.register.bulk import Progress, delete_many, insert_many, marks_of, take_ids
from linli.register.households.models import Household, Member

HOUSEHOLD_COLUMNS = ("id", "area", "home", "tenure", "moved_in", "moved_out")
MEMBER_COLUMNS = ("id", "area", "home", "household", "person", "relation", "lives_here", "since", "until")


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """A household to be added. `id` made beforehand (`uuid7`)."""

    id: UUID
    area_id: int
    home_id: int
    tenure: str
    moved_in: date | None = None
    moved_out: date | None = None


@dataclass(frozen=True, slots=True)
class NewMember:
    """A person who becomes a member of a household."""

    area_id: int
    home_id: int
    household_id: UUID
    person_id: UUID
    relation: str
    lives_here: bool = True
    since: date | None = None
    until: date | None = None


def add_households(
    *, actor: Principal, households: Sequence[NewHousehold], progress: Progress = lambda _n: None
) -> None:
    """Add households. Raises Forbidden. The caller notes the trail."""
    require(actor, "register.import")
    rows = [(h.id, h.area_id, h.home_id, h.tenure, h.moved_in, h.moved_out) for h in households]
    insert_many(Household, HOUSEHOLD_COLUMNS, rows, progress=progress)


def add_members(*, actor: Principal, members: Sequence[NewMember], progress: Progress = lambda _n: None) -> list[int]:
    """Let people be members of households; returns the ids. Raises Forbidden."""
    require(actor, "register.import")
    ids = take_ids(Member, len(members)) if members else []
    rows = [
        (at, m.area_id, m.home_id, m.household_id, m.person_id, m.relation, m.lives_here, m.since, m.until)
        for at, m in zip(ids, members, strict=True)
    ]
    insert_many(Member, MEMBER_COLUMNS, rows, progress=progress)
    return ids


def household_marks(ids: Sequence[UUID]) -> dict[str, int]:
    """A digest of each household as it is now, by its id as text; those that are gone are left out."""
    return marks_of(Household, HOUSEHOLD_COLUMNS, ids)


def member_marks(ids: Sequence[int]) -> dict[str, int]:
    """A digest of each membership as it is now, by its id as text; those that are gone are left out."""
    return marks_of(Member, MEMBER_COLUMNS, ids)


def drop_households(*, actor: Principal, ids: Sequence[UUID]) -> int:
    """Delete households for good, as an import had made them. Raises Forbidden."""
    require(actor, "register.import")
    return delete_many(Household, ids)


def drop_members(*, actor: Principal, ids: Sequence[int]) -> int:
    """Delete memberships for good, as an import had made them. Raises Forbidden."""
    require(actor, "register.import")
    return delete_many(Member, ids)
