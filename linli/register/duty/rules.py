from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Seat(StrEnum):
    """How somebody is charged. One is accountable; a second head beside him is no overlap (双楼长, DOMAIN row 12)."""

    ACCOUNTABLE = "accountable"
    CO_HEAD = "co_head"
    DEPUTY = "deputy"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _SEAT_LABELS[self]


_SEAT_LABELS = {
    Seat.ACCOUNTABLE: gettext_noop("Accountable"),
    Seat.CO_HEAD: gettext_noop("Second head"),
    Seat.DEPUTY: gettext_noop("Deputy"),
}


class Cause(StrEnum):
    """Why an entrance is not in order at a level."""

    GAP = "gap"
    LEFT = "left"
    AWAY = "away"
    OVERLAP = "overlap"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    Cause.GAP: gettext_noop("Nobody is charged"),
    Cause.LEFT: gettext_noop("The person charged has left"),
    Cause.AWAY: gettext_noop("On leave without a stand-in"),
    Cause.OVERLAP: gettext_noop("More than one is accountable"),
}


class Laid(StrEnum):
    """What a charge can be laid on: kinds of area, and kinds of place."""

    DISTRICT = "district"
    TOWN = "town"
    STATION = "station"
    COMMITTEE = "committee"
    VILLAGE = "village"
    SPECIAL = "special"
    OTHER = "other"
    COMPOUND = "compound"
    VILLAGE_GROUP = "village_group"
    BUILDING = "building"
    ENTRANCE = "entrance"
    HOME = "home"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _LAID_LABELS[self]


_LAID_LABELS = {
    Laid.DISTRICT: gettext_noop("District"),
    Laid.TOWN: gettext_noop("Town"),
    Laid.STATION: gettext_noop("Station"),
    Laid.COMMITTEE: gettext_noop("Residents' committee"),
    Laid.VILLAGE: gettext_noop("Villagers' committee"),
    Laid.SPECIAL: gettext_noop("Special area"),
    Laid.OTHER: gettext_noop("Other area"),
    Laid.COMPOUND: gettext_noop("Compound"),
    Laid.VILLAGE_GROUP: gettext_noop("Village group"),
    Laid.BUILDING: gettext_noop("Building"),
    Laid.ENTRANCE: gettext_noop("Entrance"),
    Laid.HOME: gettext_noop("Home"),
}
ON_AREAS = frozenset({Laid.DISTRICT, Laid.TOWN, Laid.STATION, Laid.COMMITTEE, Laid.VILLAGE, Laid.SPECIAL, Laid.OTHER})

MOST_LEVELS = 9
MAX_CHAIN_NAME, MAX_WORDS = 60, 200
"""Characters of a chain's or a level's name, and of a sentence on a card."""


@dataclass(frozen=True, slots=True)
class LevelDraft:
    """A level as somebody describes it. most_doors, most_homes: more is too much for one person; None: no bound."""

    name: str
    name_en: str = ""
    laid_on: tuple[Laid, ...] = ()
    must_cover: bool = True
    most_doors: int | None = None
    most_homes: int | None = None


def in_force(starts_on: date, ends_on: date | None, day: date) -> bool:
    """Whether a term holds on a day. `ends_on` is the first day on which it no longer does."""
    return starts_on <= day and (ends_on is None or day < ends_on)


def judge(held: int, fit: int, gone: int) -> Cause | None:
    """What is wrong at a level of an entrance; None when it is in order.

    held: accountable charges that cover it. fit: those whose holder, or a stand-in, is there. gone: those whose holder
    has left. Nobody there comes before too many.
    """
    if held == 0:
        return Cause.GAP
    if fit == 0:
        return Cause.LEFT if gone == held else Cause.AWAY
    return Cause.OVERLAP if held - gone > 1 else None


def level_of_preset(row: Mapping[str, object]) -> LevelDraft:
    """A level as the file of presets has it."""
    laid = row["laid_on"]
    doors, homes = row.get("most_doors"), row.get("most_homes")
    return LevelDraft(
        name=str(row["name"]),
        name_en=str(row["name_en"]),
        laid_on=tuple(Laid(str(one)) for one in laid) if isinstance(laid, list) else (),
        must_cover=bool(row.get("must_cover", True)),
        most_doors=doors if isinstance(doors, int) else None,
        most_homes=homes if isinstance(homes, int) else None,
    )
