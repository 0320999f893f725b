from __future__ import annotations

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
