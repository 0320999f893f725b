"""The numbers a person has: checked, masked, found by a blind index, sealed under his own key."""

from __future__ import annotations

from django.utils.translation import gettext as _

from linli.access.api import PERSON_PURPOSES, Principal, blind_index, declare_sealed, open_sealed, seal_for
from linli.calendar.api import today
from linli.kernel.errors import NotFound
from linli.kernel.identifiers import mask_id, mask_phone, parse_mobile, parse_resident_id
from linli.register.people.models import Person
from linli.register.people.rules import Sex

ID = declare_sealed("person.id", permission="person.open", purposes=PERSON_PURPOSES).name
PHONE = declare_sealed("person.phone", permission="person.open", purposes=PERSON_PURPOSES).name
RESIDENT_ID = "resident_id"


def index_of(column: str, text: str) -> bytes:
    """The blind index of an ID number or a phone as somebody types it. Raises InvalidInput for what is none."""
    plain = parse_resident_id(text).number if column == ID else parse_mobile(text)
    return blind_index(plain, column=column)


def take_numbers(person: Person, *, id_number: str, phone: str) -> list[str]:
    """Seal the numbers that are given; set mask and index, and what an ID number tells. The columns changed.

    Raises InvalidInput for a number that is none.
    """
    given: dict[str, str] = {}
    changed: list[str] = []
    if id_number.strip():
        told = parse_resident_id(id_number, today=today())
        given[ID] = told.number
        person.id_kind, person.id_mask, person.born_on = RESIDENT_ID, mask_id(told.number), told.born
        person.id_index, person.sex = blind_index(told.number, column=ID), Sex(told.sex.value)
        changed += ["id_kind", "id_mask", "id_index", "id_secret", "born_on", "sex"]
    if phone.strip():
        given[PHONE] = parse_mobile(phone)
        person.phone_mask = mask_phone(given[PHONE])
        person.phone_index = blind_index(given[PHONE], column=PHONE)
        changed += ["phone_mask", "phone_index", "phone_secret"]
    if given:
        secrets = seal_for(person.id, given)
        person.id_secret = secrets.get(ID, person.id_secret)
        person.phone_secret = secrets.get(PHONE, person.phone_secret)
    return changed


def open_number(*, actor: Principal, person: Person, column: str, purpose: str, reason: str) -> str:
    """A number of a person, once, after the opening was put on record (`access.open_sealed`).

    person: as `queries.person_by_id` gives him to the actor. Raises Forbidden, InvalidInput, NotFound.
    """
    secret = {ID: person.id_secret, PHONE: person.phone_secret}.get(column)
    if secret is None:
        raise NotFound(_("There is no such number."), code="number_missing")
    return open_sealed(
        actor=actor, secret_id=secret, subject_kind="person", subject_id=str(person.id), area_id=person.area_id,
        area_path=person.area.path, field=column.partition(".")[2], purpose=purpose, reason=reason,
    )  # fmt: skip
