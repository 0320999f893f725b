"""A plan made true in one transaction, with a list of all it made; and the list taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from uuid import UUID

from linli.access.api import Principal
from linli.doors.sheets.chunks import chunks
from linli.doors.sheets.ground import Node
from linli.doors.sheets.models import Made, SheetBatch
from linli.doors.sheets.plan import Plan, Residents, number_places, residents_of
from linli.kernel.addresses import Address, match_key, parse
from linli.register.households.api import add_households, add_members, household_marks, member_marks
from linli.register.people.api import add_people, add_tags, change_people, person_marks, tag_marks
from linli.register.places.api import NewPlace, add_places, place_marks, set_uses, take_place_ids

Progress = Callable[[int], object]

PLACE, PERSON, HOUSEHOLD, MEMBER, TAG = "place", "person", "household", "member", "tag"
CHANGED, USED = "changed", "used"
"""Kinds of `Made`: rows that were made, people who were changed, homes whose use was changed."""

MARKS: Mapping[str, Callable[[Sequence[int]], Mapping[str, int]] | Callable[[Sequence[UUID]], Mapping[str, int]]] = {
    PLACE: place_marks, HOUSEHOLD: household_marks, PERSON: person_marks, MEMBER: member_marks, TAG: tag_marks,
    CHANGED: person_marks, USED: place_marks,
}  # fmt: skip
BY_UUID = frozenset({PERSON, HOUSEHOLD, CHANGED})


def load(actor: Principal, batch: SheetBatch, plan: Plan, *, day: date, progress: Progress) -> dict[str, int]:
    """Make everything of a plan, in the caller's transaction; returns how much was made, by kind.

    progress: called with the number of rows just written.
    """
    number_places(plan, take_place_ids(len(plan.places)) if plan.places else [])
    residents = residents_of(plan, day)
    _add_places(actor, plan, progress)
    add_people(actor=actor, people=residents.people, progress=progress)
    add_households(actor=actor, households=residents.households, progress=progress)
    members = add_members(actor=actor, members=residents.members, progress=progress)
    tags = add_tags(actor=actor, tags=residents.tags, progress=progress) if residents.tags else []
    _note(batch, PLACE, [node.id for node in plan.places if node.id is not None])
    _note(batch, PERSON, [person.id for person in residents.people])
    _note(batch, HOUSEHOLD, [household.id for household in residents.households])
    _note(batch, MEMBER, members)
    _note(batch, TAG, tags)
    if plan.changes:
        before: Mapping[str, object] = change_people(actor=actor, changes=plan.changes)
        _note(batch, CHANGED, [UUID(one) for one in before], before=before)
    if plan.uses:
        uses = set_uses(actor=actor, uses=plan.uses)
        _note(batch, USED, list(uses), before={str(home): use for home, use in uses.items()})
    return made(plan, residents)


def steps(plan: Plan) -> int:
    """How many rows `load` will write, about."""
    return len(plan.places) + 2 * plan.people + plan.households + plan.tags


def made(plan: Plan, residents: Residents) -> dict[str, int]:
    """How much was made, as `Plan.counts` tells it beforehand."""
    return plan.counts() | {
        "people": len(residents.people), "households": len(residents.households), "tags": len(residents.tags)
    }  # fmt: skip


def _add_places(actor: Principal, plan: Plan, progress: Progress) -> None:
    places = [
        NewPlace(node.id, node.kind, node.area_id, node.parent.id, node.compound.id, node.name, node.address,
                 node.floor, node.slot, node.use, _address_key(node))
        for node in plan.places
        if node.id is not None and node.parent is not None and node.parent.id is not None
        and node.compound.id is not None
    ]  # fmt: skip
    add_places(actor=actor, places=places, progress=progress)


def _address_key(node: Node) -> str:
    """By which the address is compared; that of a home is the one of its door with the room added."""
    if node.kind == "home" and node.parent is not None and node.parent.kind != "village_group":
        return match_key(replace(_parsed(node.parent.address), room=node.name.removesuffix("室")))[:80]
    return match_key(_parsed(node.address))[:80]


@lru_cache(maxsize=4096)
def _parsed(address: str) -> Address:
    return parse(address)


def _note(batch: SheetBatch, kind: str, ids: Sequence[int] | Sequence[UUID], *,
          before: Mapping[str, object] | None = None) -> None:  # fmt: skip
    """Keep which rows were made, and what each looked like."""
    marks = MARKS[kind](ids)  # type: ignore[arg-type]
    rows = []
    for chunk in chunks(ids):
        names = [str(one) for one in chunk]
        rows.append(
            Made(
                batch=batch, area_id=batch.area_id, kind=kind, ids=names, marks=[marks[name] for name in names],
                before={name: before[name] for name in names} if before is not None else None,
            )
        )  # fmt: skip
    Made.objects.bulk_create(rows)
