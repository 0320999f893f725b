from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Sex(StrEnum):
    """As in GB/T 2261.1."""

    MALE = "1"
    FEMALE = "2"
    UNKNOWN = "0"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _SEX_LABELS[self]


_SEX_LABELS = {
    Sex.MALE: gettext_noop("Male"),
    Sex.FEMALE: gettext_noop("Female"),
    Sex.UNKNOWN: gettext_noop("Not stated"),
}


class TagGroup(StrEnum):
    """A need somebody has, or a role he has taken on."""

    NEED = "need"
    ROLE = "role"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _GROUP_LABELS[self]


_GROUP_LABELS = {TagGroup.NEED: gettext_noop("Need"), TagGroup.ROLE: gettext_noop("Role")}


class Source(StrEnum):
    """Where a fact was learnt (DOMAIN row 40: 底数清)."""

    DOOR = "door"
    PHONE = "phone"
    SELF = "self"
    IMPORT = "import"
    AUTHORITY = "authority"
    DEMO = "demo"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _SOURCE_LABELS[self]


_SOURCE_LABELS = {
    Source.DOOR: gettext_noop("At the door"),
    Source.PHONE: gettext_noop("By phone"),
    Source.SELF: gettext_noop("Told by the person"),
    Source.IMPORT: gettext_noop("From a list"),
    Source.AUTHORITY: gettext_noop("From an authority"),
    Source.DEMO: gettext_noop("Invented"),
}


class Likeness(StrEnum):
    """Why two records may be one person."""

    SAME_ID = "id"
    SAME_PHONE = "phone"
    SAME_BIRTH = "birth"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _LIKENESS_LABELS[self]


_LIKENESS_LABELS = {
    Likeness.SAME_ID: gettext_noop("The same ID number"),
    Likeness.SAME_PHONE: gettext_noop("The same phone and a similar name"),
    Likeness.SAME_BIRTH: gettext_noop("The same name and day of birth"),
}

EDITABLE = frozenset({"name", "sex", "born_on", "language"})
"""What a correction may change beside the sealed numbers; where he lives is an act of its own."""


def stale_from(day: date, fresh_days: int) -> date:
    """The day from which something learnt on `day` has to be looked at again."""
    return day + timedelta(days=fresh_days)


def plain_name(name: str) -> str:
    """A name without blanks and middle dots, in lower case: two records may write it differently."""
    return "".join(c for c in name.lower() if not c.isspace() and c not in "·•.")


def similar(one: str, other: str) -> bool:
    """Whether two names may be one person's: equal, one within the other, or one character written otherwise."""
    a, b = plain_name(one), plain_name(other)
    if not a or not b:
        return False
    if a == b or (min(len(a), len(b)) > 1 and (a in b or b in a)):
        return True
    return len(a) == len(b) > 1 and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def is_real_birthday(born_on: date | None, today: date) -> bool:
    """Whether somebody may be born on this day: not later than today and not before 1850."""
    return born_on is None or (born_on.year >= 1850 and born_on <= today)
