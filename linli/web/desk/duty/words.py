"""Codes of duty in words for people, each with the sign and the tone it is shown with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from linli.access.api import Principal
from linli.kernel.identifiers import mask_name
from linli.register.duty.api import FULL_NAMES, Cause, Laid, Seat
from linli.register.people.api import Person


@dataclass(frozen=True, slots=True)
class Mark:
    """How a fault is shown: never by colour alone."""

    word: Promise
    tone: str
    icon: str


MARKS: Mapping[Cause, Mark] = {
    Cause.GAP: Mark(_l("Nobody is charged"), "danger", "over"),
    Cause.LEFT: Mark(_l("The person charged has left"), "danger", "hidden"),
    Cause.AWAY: Mark(_l("On leave without a stand-in"), "attention", "pause"),
    Cause.OVERLAP: Mark(_l("More than one is accountable"), "attention", "split"),
}
SEATS: Mapping[Seat, Promise] = {
    Seat.ACCOUNTABLE: _l("Accountable"),
    Seat.CO_HEAD: _l("Second head"),
    Seat.DEPUTY: pgettext_lazy("duty", "Deputy"),
}
LAID: Mapping[Laid, Promise] = {
    Laid.DISTRICT: _l("District"),
    Laid.TOWN: _l("Town"),
    Laid.STATION: pgettext_lazy("duty", "Station"),
    Laid.COMMITTEE: _l("Residents' committee"),
    Laid.VILLAGE: _l("Villagers' committee"),
    Laid.SPECIAL: _l("Special area"),
    Laid.OTHER: _l("Other area"),
    Laid.COMPOUND: _l("Compound"),
    Laid.VILLAGE_GROUP: _l("Village group"),
    Laid.BUILDING: pgettext_lazy("duty", "Building"),
    Laid.ENTRANCE: pgettext_lazy("duty", "Entrance"),
    Laid.HOME: pgettext_lazy("duty", "Home"),
}


def laid_words(kinds: list[str]) -> list[str]:
    """What a level is laid on, in words."""
    return [str(LAID[Laid(kind)]) for kind in kinds]


def columns() -> list[str]:
    """The head of an export."""
    return [_("Area"), _("Entrance or house"), _("Level"), _("What is wrong"), _("Accountable"), _("Laid on")]


def names_of(actor: Principal, people: Iterable[Person]) -> dict[object, str]:
    """Residents as the reader may know them."""
    full = actor.role in FULL_NAMES
    return {one.id: one.name if full else mask_name(one.name) for one in people}
