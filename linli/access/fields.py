"""Which fields are sealed, who may open them, what for, and what the person they speak of is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from linli.access.permissions import PERMISSIONS
from linli.kernel.errors import NotFound


class Level(StrEnum):
    """How far a field is guarded beyond its permission. The names are those of DHIS2's access levels.

    Every opening asks a purpose and is on record before the value is given, at every level.
    """

    OPEN = "open"
    """Opened wherever the permission is held; words of reason are not asked for."""
    AUDITED = "audited"
    """Opened wherever the permission is held, with a reason."""
    PROTECTED = "protected"
    """Opened within the own area, with a reason; beyond it only under a broken glass."""
    CLOSED = "closed"
    """Opened within the own area, with a reason; a broken glass does not help."""


class Disclosure(StrEnum):
    """When a person reads in his own log that a value of his was opened (SECURITY (c)3)."""

    NOW = "now"
    AFTER_CASE = "after_case"
    SEALED_UNTIL_REVIEW = "sealed_until_review"


PURPOSES: Mapping[str, Disclosure] = {
    "contact_reporter": Disclosure.NOW,
    "verify_on_site": Disclosure.NOW,
    "urgent_safety": Disclosure.NOW,
    "correct_record": Disclosure.NOW,
    "contact_person": Disclosure.NOW,
    "home_visit": Disclosure.NOW,
    "give_care": Disclosure.NOW,
    "check_identity": Disclosure.NOW,
    # The line would tell who has complained, or that a home is going to be inspected.
    "handle_matter": Disclosure.AFTER_CASE,
    # The line would warn the one against whom somebody is protected, or who is being looked for.
    "protect_person": Disclosure.SEALED_UNTIL_REVIEW,
    "assist_inquiry": Disclosure.SEALED_UNTIL_REVIEW,
}
"""Why a sealed value may be opened; faces translate it."""

REPORTER_PURPOSES = ("contact_reporter", "verify_on_site", "urgent_safety", "correct_record")
PERSON_PURPOSES = (
    "contact_person", "home_visit", "give_care", "urgent_safety", "check_identity", "correct_record", "handle_matter",
    "protect_person", "assist_inquiry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealedField:
    """A field as it was declared. `name`: kind of the subject and field, such as `person.phone`."""

    name: str
    permission: str
    level: Level
    purposes: tuple[str, ...]


LONGEST_NAME = 30
_fields: dict[str, SealedField] = {}


def declare_sealed(
    name: str, *, permission: str, purposes: tuple[str, ...], level: Level = Level.PROTECTED
) -> SealedField:
    """Declare a sealed field, in the room that owns it. One that is not declared is neither sealed nor opened.

    name: `<kind of subject>.<field>`, at most 30 characters. Raises ValueError for a permission or a purpose that does
    not exist, or when the same name was declared otherwise.
    """
    unknown = set(purposes) - set(PURPOSES)
    if permission not in PERMISSIONS or unknown or not purposes or name.count(".") != 1 or len(name) > LONGEST_NAME:
        raise ValueError(f"{name} cannot be declared: {permission}, {sorted(unknown) or purposes}")
    made = SealedField(name, permission, Level(level), tuple(purposes))
    if _fields.setdefault(name, made) != made:
        raise ValueError(f"{name} is declared already, and otherwise")
    return made


def sealed_field(name: str) -> SealedField:
    """The declared field of this name. Raises NotFound."""
    found = _fields.get(name)
    if found is None:
        raise NotFound(_("There is nothing to open."), code="field_unknown", detail={"field": name})
    return found


def purposes_of(name: str) -> tuple[str, ...]:
    """What a field may be opened for. Raises NotFound."""
    return sealed_field(name).purposes


def disclosure_of(purpose: str) -> Disclosure:
    """When the person is told of an opening for this purpose. Raises KeyError."""
    return PURPOSES[purpose]
