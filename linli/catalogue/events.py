from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemAdmitted:
    """A matter passed the five tests and stands on a list."""

    code: str
    list_kind: str


@dataclass(frozen=True, slots=True)
class ItemRefused:
    """A matter failed at least one of the five tests and stays with its legal owner."""

    code: str
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRevised:
    """A new version of an item; open cases keep the limits they were given."""

    code: str
    version: int


@dataclass(frozen=True, slots=True)
class ItemOverridden:
    """An area set its own values for an item (an empty change takes them back)."""

    code: str
    area_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ItemRetired:
    """An item left its list; nothing new is opened under it."""

    code: str
