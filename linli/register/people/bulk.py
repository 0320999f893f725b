"""Many people at once: what a list of a committee adds or brings up to date, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from linli.access.api import Principal, blind_index, require, seal_for, seal_many
from linli.kernel.identifiers import mask_id, mask_phone
from linli.register.bulk import Progress, chunks, delete_many, insert_many, marks_of, take_ids, update_many
from linli.register.people.models import Person, Tag, TagKind
from linli.register.people.numbers import ID, PHONE

PERSON_COLUMNS = (
    "id", "area", "home", "name", "sex", "born_on", "id_kind", "id_mask", "id_index", "id_secret", "phone_mask",
    "phone_index", "phone_secret", "language", "source", "checked_on", "left_on",
)  # fmt: skip
CHANGEABLE = (
    "name", "sex", "born_on", "id_kind", "id_mask", "id_index", "id_secret", "phone_mask", "phone_index",
    "phone_secret", "source", "checked_on",
)  # fmt: skip
TAG_COLUMNS = ("id", "area", "home", "person", "kind", "source", "stale_on")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be added. `id` made beforehand (`uuid7`). `id_number`, `phone`: in the clear, sealed on the way."""

    id: UUID
    area_id: int
    home_id: int | None
    name: str
    sex: str
    born_on: date | None
    id_kind: str
    id_number: str
    phone: str
    source: str
    checked_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewTag:
    """A need or a role to be noted of a person, as learnt on a day."""

    area_id: int
    home_id: int | None
    person_id: UUID
    kind: str
    source: str
    noted_on: date


def id_index(number: str) -> bytes:
    """By which a document's number is found, exactly as it is written."""
    return blind_index(number, column=ID)


def phone_index(number: str) -> bytes:
    """By which a person's phone is found."""
    return blind_index(number, column=PHONE)


def add_people(*, actor: Principal, people: Sequence[NewPerson], progress: Progress = lambda _n: None) -> None:
    """Add people with their sealed numbers. Raises Forbidden. The caller notes the trail."""
    require(actor, "register.import")
    secrets = _sealed([(p.id, {ID: p.id_number, PHONE: p.phone}) for p in people])
    rows = [
        (p.id, p.area_id, p.home_id, p.name, p.sex or "0", p.born_on, p.id_kind, mask_id(p.id_number) if p.id_number
         else "", id_index(p.id_number) if p.id_number else None, kept.get(ID), mask_phone(p.phone) if p.phone
         else "", phone_index(p.phone) if p.phone else None, kept.get(PHONE), "", p.source, p.checked_on, p.left_on)
        for p, kept in zip(people, secrets, strict=True)
    ]  # fmt: skip
    insert_many(Person, PERSON_COLUMNS, rows, progress=progress)


def change_people(*, actor: Principal, changes: Mapping[UUID, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """Bring people up to date; returns what each had before, for `restore_people`. Raises Forbidden.

    changes: of each person, fields of `NewPerson` with their new values. The caller notes the trail.
    """
    require(actor, "register.import")
    there = {row["id"]: row for row in Person.objects.filter(id__in=list(changes)).values("id", *CHANGEABLE)}
    sealing = [(one, _numbers(changes[one])) for one in there]
    rows = []
    for (one, numbers), kept in zip(sealing, _sealed_again(sealing), strict=True):
        now = there[one] | {key: value for key, value in changes[one].items() if key in CHANGEABLE}
        if ID in numbers:
            now |= {"id_mask": mask_id(numbers[ID]), "id_index": id_index(numbers[ID])}
            now |= {"id_secret": kept.get(ID)}
        if PHONE in numbers:
            now |= {"phone_mask": mask_phone(numbers[PHONE]), "phone_index": phone_index(numbers[PHONE])}
            now |= {"phone_secret": kept.get(PHONE)}
        rows.append((one, *(now[key] for key in CHANGEABLE)))
    update_many(Person, "id", CHANGEABLE, rows)
    return {str(one): {key: _plain(row[key]) for key in CHANGEABLE} for one, row in there.items()}


def restore_people(*, actor: Principal, before: Mapping[str, Mapping[str, object]]) -> None:
    """Give people back what `change_people` took from them. Raises Forbidden."""
    require(actor, "register.import")
    rows = [(UUID(one), *(_unplain(key, row[key]) for key in CHANGEABLE)) for one, row in before.items()]
    update_many(Person, "id", CHANGEABLE, rows)


def add_tags(*, actor: Principal, tags: Sequence[NewTag], progress: Progress = lambda _n: None) -> list[int]:
    """Note needs and roles; returns their ids. Raises Forbidden."""
    require(actor, "need.read")
    fresh = dict(TagKind.objects.values_list("code", "fresh_days"))
    ids = take_ids(Tag, len(tags)) if tags else []
    rows = [
        (at, t.area_id, t.home_id, t.person_id, t.kind, t.source, t.noted_on + timedelta(days=fresh[t.kind]))
        for at, t in zip(ids, tags, strict=True)
    ]
    insert_many(Tag, TAG_COLUMNS, rows, progress=progress)
    return ids


def person_marks(ids: Sequence[UUID]) -> dict[str, int]:
    """A digest of each person as he is now, by his id as text; those who are gone are left out."""
    return marks_of(Person, (*PERSON_COLUMNS, "merged_into"), ids)


def tag_marks(ids: Sequence[int]) -> dict[str, int]:
    """A digest of each tag as it is now, by its id as text; those that are gone are left out."""
    return marks_of(Tag, (*TAG_COLUMNS, "ended_on"), ids)


def drop_people(*, actor: Principal, ids: Sequence[UUID]) -> int:
    """Delete people for good, as an import had made them. Raises Forbidden. The caller notes the trail."""
    require(actor, "register.import")
    return delete_many(Person, ids)


def drop_tags(*, actor: Principal, ids: Sequence[int]) -> int:
    """Delete tags for good, as an import had made them. Raises Forbidden."""
    require(actor, "need.read")
    return delete_many(Tag, ids)


def _numbers(change: Mapping[str, object]) -> dict[str, str]:
    return {name: str(change[key]) for key, name in (("id_number", ID), ("phone", PHONE)) if change.get(key)}


def _sealed(people: Sequence[tuple[UUID, Mapping[str, str]]]) -> Sequence[Mapping[str, UUID]]:
    """Seal the numbers of new people, each under a key of his own: field → id of the secret, in their order."""
    having = [(one, {name: value for name, value in numbers.items() if value}) for one, numbers in people]
    kept: dict[UUID, Mapping[str, UUID]] = {}
    for chunk in chunks([(one, numbers) for one, numbers in having if numbers]):
        kept |= dict(zip((one for one, _numbers_of in chunk), seal_many(chunk), strict=True))
    return [kept.get(one, {}) for one, _numbers_of in people]


def _sealed_again(people: Sequence[tuple[UUID, Mapping[str, str]]]) -> Sequence[Mapping[str, UUID]]:
    """The same for people who are there already and may have a key."""
    return [seal_for(one, numbers) if numbers else {} for one, numbers in people]


def _plain(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return None if value is None else str(value)


def _unplain(key: str, value: object) -> object:
    if value is not None and key.endswith("_index"):
        return bytes.fromhex(str(value))
    return value
