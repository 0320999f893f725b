"""Open places on the map: compounds, buildings, facilities, venues, and who answers for a compound."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import Principal
from linli.accounts.api import Unit
from linli.calendar.api import today
from linli.catalogue.api import UnitKind
from linli.register.duty.api import is_laid, laid_on
from linli.register.places.api import (
    Place,
    PlaceKind,
    PlaceState,
    inspection_over,
    inspections_over,
    places_within,
)
from linli.web.desk.atlas import grid
from linli.web.desk.atlas.features import Feature, Told, of_cells, thing
from linli.web.desk.atlas.kinds import asked_of, kind_word
from linli.web.desk.atlas.layers import Layer
from linli.web.desk.atlas.sight import Sight

FIRM = UnitKind.PROPERTY_FIRM
Made = Callable[[Sequence[Place]], Iterable[Feature]]


def told(actor: Principal, layer: Layer, sight: Sight, kinds: Iterable[str]) -> Told:
    """The places of a layer in the window: each by itself when near, else counted on the grid."""
    rows = places_within(sight.box, layer.kinds).exclude(state=PlaceState.GONE)
    wanted = asked_of(layer, kinds)
    if wanted:
        rows = rows.filter(subkind__in=wanted)
    make = _maker(actor, layer, sight)
    if sight.near:
        first = list(rows.order_by("id")[: grid.MOST + 1])
        return Told(list(make(first[: grid.MOST])), min(len(first), grid.MOST), len(first) > grid.MOST)
    return _counted(rows, layer, sight, make, _flag(actor, layer))


def _counted(rows: QuerySet[Place], layer: Layer, sight: Sight, make: Made, flag: Q | None) -> Told:
    found = grid.cells(rows, sight, key="id", flagged=flag)
    kept = grid.joined(found[: grid.MOST], sight)
    alone = Place.objects.filter(id__in=[cell.one for cell in kept if cell.n == 1]).order_by("id")
    return of_cells(sight, layer.slug, kept, make(list(alone)), cut=len(found) > grid.MOST)


def _flag(actor: Principal, layer: Layer) -> Q | None:
    """Which places of a layer need somebody: a cluster says how many."""
    if layer.slug == "facilities":
        return Q(state=PlaceState.FAULTY)
    if layer.slug == "venues" and actor.can(layer.marked_with):
        return inspections_over(today()) & ~Q(state=PlaceState.CLOSED)
    return ~Q(is_laid(FIRM)) if layer.slug == "duty" else None


def _maker(actor: Principal, layer: Layer, sight: Sight) -> Made:
    if layer.slug == "duty":
        return lambda places: _answers(places, sight)
    return lambda places: [_place(actor, layer, sight, place) for place in places]


def _place(actor: Principal, layer: Layer, sight: Sight, place: Place) -> Feature:
    words = {mark.state: str(mark.label) for mark in layer.marks_for(actor)}
    state = _state(place, words)
    facts = [kind_word(place.kind, place.subkind), *([words[state]] if state not in ("plain", "group") else [])]
    told = {"id": f"{layer.slug}:{place.id}", "title": place.name, "state": state, "facts": facts}
    if actor.can("register.read"):
        told["url"] = _matters_at(place)
    return thing(sight, place.lng or 0.0, place.lat or 0.0, **told)


def _state(place: Place, told: Collection[str]) -> str:
    """The first of the states that may be told and holds for a place."""
    holds = {
        "group": place.kind == PlaceKind.VILLAGE_GROUP,
        "closed": place.state == PlaceState.CLOSED,
        "faulty": place.state == PlaceState.FAULTY,
        "due": inspection_over(place.inspected_on, place.inspect_days, today()),
    }
    return next((state for state, it_does in holds.items() if it_does and state in told), "plain")


def _matters_at(place: Place) -> str:
    return f"{reverse('desk:inbox')}?view=open&place={place.id}"


def _answers(places: Sequence[Place], sight: Sight) -> Iterable[Feature]:
    units = laid_on([place.id for place in places], FIRM)
    return [_answer(place, units.get(place.id), sight) for place in places]


def _answer(place: Place, unit: Unit | None, sight: Sight) -> Feature:
    return thing(
        sight, place.lng or 0.0, place.lat or 0.0, id=f"duty:{place.id}",
        title=str(unit) if unit else _("Nobody answers"), state="plain" if unit else "nobody", facts=[place.name],
        url=_matters_at(place),
    )  # fmt: skip
