"""What an import made, taken back without a trace in the register; refused when somebody has gone on with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from linli.access.api import Principal, as_system, shred
from linli.doors.sheets.chunks import chunks
from linli.doors.sheets.load import BY_UUID, CHANGED, HOUSEHOLD, MARKS, MEMBER, PERSON, PLACE, TAG, USED
from linli.doors.sheets.models import Made, SheetBatch
from linli.kernel.errors import WrongState
from linli.kernel.phrases import gettext_noop
from linli.register.duty.api import Duty
from linli.register.households.api import HomeCheck, Household, Member, drop_households, drop_members
from linli.register.people.api import Person, Tag, drop_people, drop_tags, restore_people
from linli.register.places.api import Place, drop_places, set_uses

MOST_HELD: Final = 20
"""So many of the things in the way are named; there may be more."""

CHANGED_SINCE = gettext_noop("was changed since")
GONE_SINCE = gettext_noop("is no longer there")
HOLDS = {
    "person": gettext_noop("somebody has moved in since"),
    "household": gettext_noop("a household was added since"),
    "member": gettext_noop("the household has changed since"),
    "tag": gettext_noop("a need or role was noted since"),
    "check": gettext_noop("was looked at, or is to be looked at"),
    "duty": gettext_noop("a duty was laid on it since"),
    "place": gettext_noop("a place was added in it since"),
}
"""What hangs on something an import made, and was not made with it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Something that stands in the way of taking an import back: what it is called, and why (an English sentence)."""

    name: str
    why: str


@dataclass(slots=True)
class Trail:
    """What an import made: ids as text by kind, each with its digest then; and what it changed."""

    marks: dict[str, dict[str, int]]
    before: dict[str, dict[str, object]]

    def ids(self, kind: str) -> list[int] | list[UUID]:
        """The ids of one kind, in the order they were made."""
        names = self.marks.get(kind, {})
        return [UUID(name) for name in names] if kind in BY_UUID else [int(name) for name in names]


def trail_of(batch: SheetBatch) -> Trail:
    """Everything an import made and changed."""
    found = Trail({}, {})
    for made in Made.objects.filter(batch=batch).order_by("id"):
        found.marks.setdefault(made.kind, {}).update(zip(made.ids, made.marks, strict=True))
        if made.before is not None:
            found.before.setdefault(made.kind, {}).update(made.before)
    return found


def held_by(trail: Trail) -> list[Held]:
    """What stands in the way, at most `MOST_HELD` of it; empty when nothing does."""
    found: list[Held] = []
    for part in (_touched(trail), _hanging(trail)):
        found += islice(part, MOST_HELD - len(found))
    return found


def take_back(actor: Principal, trail: Trail, *, progress: Callable[[int], object]) -> None:
    """Delete what was made, sealed numbers with their keys, and restore what was changed; in the caller's transaction.

    Raises WrongState when something out of sight hangs on it, such as a matter.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            _delete(actor, trail, progress)
            cursor.execute("set constraints all deferred")
            _shred(trail)
    except IntegrityError as held:
        raise WrongState(
            _("Something hangs on one of these homes or people by now, such as a matter. Nothing was undone."),
            code="import_in_use",
        ) from held


def _delete(actor: Principal, trail: Trail, progress: Callable[[int], object]) -> None:
    drops: tuple[tuple[str, Callable[..., int]], ...] = (
        (TAG, drop_tags), (MEMBER, drop_members), (PERSON, drop_people), (HOUSEHOLD, drop_households),
        (PLACE, drop_places),
    )  # fmt: skip
    for kind, drop in drops:
        ids = trail.ids(kind)
        for chunk in chunks(reversed(ids)):
            drop(actor=actor, ids=chunk)
            progress(len(chunk))
    if people := trail.before.get(CHANGED):
        restore_people(actor=actor, before=people)  # type: ignore[arg-type]
    if uses := trail.before.get(USED):
        set_uses(actor=actor, uses={int(home): str(use) for home, use in uses.items()})


def _shred(trail: Trail) -> None:
    """Destroy the keys of people who should never have been here. Only Linli itself may; the tombstones stay."""
    with as_system() as system:
        for chunk in chunks([UUID(name) for name in trail.marks.get(PERSON, {})]):
            shred(actor=system, subject_ids=chunk, why="wrong_record")


def _touched(trail: Trail) -> Iterator[Held]:
    """What was made and looks otherwise now, or is gone."""
    for kind, marks in trail.marks.items():
        now: Mapping[str, int] = MARKS[kind](trail.ids(kind))  # type: ignore[arg-type]
        different = {name: name in now for name, mark in marks.items() if now.get(name) != mark}
        names = _names(kind, list(islice((name for name, there in different.items() if there), MOST_HELD)))
        for name, there in different.items():
            yield Held(names.get(name, name if there else _kind_name(kind)), CHANGED_SINCE if there else GONE_SINCE)


def _hanging(trail: Trail) -> Iterator[Held]:
    """What hangs on something that was made, and was not made with it."""
    homes, people, households = trail.ids(PLACE), trail.ids(PERSON), trail.ids(HOUSEHOLD)
    looks: tuple[tuple[str, Rows, str, Sequence[object], str], ...] = (
        ("person", Person.objects.all(), "home_id", homes, PERSON),
        ("household", Household.objects.all(), "home_id", homes, HOUSEHOLD),
        ("place", Place.objects.all(), "parent_id", homes, PLACE),
        ("check", HomeCheck.objects.all(), "home_id", homes, ""),
        ("duty", Duty.objects.all(), "place_id", homes, ""),
        ("member", Member.objects.all(), "household_id", households, MEMBER),
        ("member", Member.objects.all(), "person_id", people, MEMBER),
        ("tag", Tag.objects.all(), "person_id", people, TAG),
    )
    for what, rows, key, ids, kind in looks:
        own = trail.marks.get(kind, {})
        for chunk in chunks(ids):
            for row, on in rows.filter(**{f"{key}__in": chunk}).values_list("id", key):
                if str(row) not in own:
                    yield Held(_name_of(key, on), HOLDS[what])


def _name_of(key: str, on: object) -> str:
    kind = {"home_id": PLACE, "parent_id": PLACE, "place_id": PLACE, "household_id": HOUSEHOLD}.get(key, PERSON)
    return _names(kind, [str(on)]).get(str(on), str(on))


def _names(kind: str, ids: Sequence[str]) -> dict[str, str]:
    """What rows are called, by id as text: a person with his home, anything else with its address."""
    rows, first, second = _CALLED[kind]
    found = rows.filter(id__in=ids).values_list("id", first, second)
    both = kind not in (PLACE, USED, HOUSEHOLD)
    return {str(row): f"{one}（{two}）" if both and two else str(one or two or row) for row, one, two in found}


Rows = models.QuerySet[Any]
_CALLED: Mapping[str, tuple[Rows, str, str]] = {
    PERSON: (Person.objects.all(), "name", "home__address"),
    CHANGED: (Person.objects.all(), "name", "home__address"),
    PLACE: (Place.objects.all(), "address", "name"),
    USED: (Place.objects.all(), "address", "name"),
    HOUSEHOLD: (Household.objects.all(), "home__address", "home__name"),
    MEMBER: (Member.objects.all(), "person__name", "home__address"),
    TAG: (Tag.objects.all(), "person__name", "home__address"),
}


def _kind_name(kind: str) -> str:
    return str(KIND_NAMES[kind])


KIND_NAMES = {
    PLACE: _("A home"), USED: _("A home"), PERSON: _("A person"), CHANGED: _("A person"),
    HOUSEHOLD: _("A household"), MEMBER: _("A member of a household"), TAG: _("A need or role"),
}  # fmt: skip
