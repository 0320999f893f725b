from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.kernel.errors import NotFound
from linli.kernel.geo import Box, Point, haversine, point
from linli.register.places.models import OPEN_KINDS, Place, PlaceKind, PlaceName
from linli.register.places.rules import PlaceState, inspection_due, inspection_over

NEAR_DEGREES = 0.006
"""About 600 m: how far a place is looked for around a point."""


def place_by_id(place_id: int) -> Place:
    """The place with this id, with its area. Raises NotFound, also when row scope hides it."""
    try:
        return Place.objects.select_related("area").get(id=place_id)
    except Place.DoesNotExist:
        raise NotFound(_("No such place."), code="place_unknown", detail={"place_id": place_id}) from None


def chain(place: Place) -> list[Place]:
    """The place and all it stands in, innermost first."""
    found = [place]
    while found[-1].parent_id is not None:
        found.append(Place.objects.get(id=found[-1].parent_id))
    return found


def places_near(here: Point, *, limit: int = 12) -> list[Place]:
    """Open places around a WGS 84 point, nearest first."""
    box = Place.objects.filter(
        kind__in=OPEN_KINDS,
        lat__range=(here.lat - NEAR_DEGREES, here.lat + NEAR_DEGREES),
        lng__range=(here.lon - NEAR_DEGREES, here.lon + NEAR_DEGREES),
    ).select_related("area")
    return sorted(box, key=lambda p: haversine(here, point(p.lng or 0.0, p.lat or 0.0)))[:limit]


def find_places(words: str, *, limit: int = 12) -> list[Place]:
    """Open places whose address or alias contains the words, blanks aside: compounds first, then the shortest."""
    plain = "".join(words.split()).lower()
    if not plain or "\0" in plain:
        return []
    tokens = {plain[i : i + 2] for i in range(max(1, len(plain) - 1))}
    named = PlaceName.objects.filter(tokens__contains=sorted(tokens), plain__contains=plain)
    first = named.order_by(Length("plain"), "place_id").values_list("place_id", flat=True)[: limit * 8]
    found = {
        place.id: place
        for place in Place.objects.filter(id__in=list(first), kind__in=OPEN_KINDS).select_related("area")
    }
    return sorted(found.values(), key=lambda p: (p.kind != PlaceKind.COMPOUND, len(str(p))))[:limit]


def outline(area_path: str) -> list[Place]:
    """The open places of an area that have a position: what a plan without a base map can draw."""
    return list(
        Place.objects.filter(
            kind__in=OPEN_KINDS, area__path__gte=area_path, area__path__lt=area_path + "\U0010ffff", lat__isnull=False
        )
    )


def home_by_id(actor: Principal, home_id: int) -> Place:
    """A home within the actor's scope, with its area and all it stands in: one statement. Raises NotFound."""
    homes = within(Place.objects.filter(kind=PlaceKind.HOME), actor)
    found = homes.select_related("area", "parent__parent__parent").filter(id=home_id).first()
    if found is None:
        raise NotFound(_("There is no such home in your area."), code="home_unknown")
    return found


def line_of(home: Place) -> list[Place]:
    """What a home of `home_by_id` stands in, outermost first, itself last: no further statement."""
    line = [home]
    while line[0].parent_id is not None and line[0].parent is not None:
        line.insert(0, line[0].parent)
    return line


def find_homes(actor: Principal, *, area_id: int, words: str, limit: int = 30) -> list[Place]:
    """Homes of one committee whose address contains all the words, in the order of their addresses."""
    found = within(Place.objects.filter(area_id=area_id, kind=PlaceKind.HOME), actor)
    for word in words.split():
        found = found.filter(address__icontains=word)
    return list(found.order_by(Length("address"), "address", "id")[:limit])


def aliases_of(place_id: int) -> list[PlaceName]:
    """The other names of an open place."""
    return list(PlaceName.objects.filter(place_id=place_id, alias=True).order_by("text"))


@dataclass(frozen=True, slots=True)
class Watched:
    """A facility or a venue, and the day by which it has to be inspected (`date.min`: it never was)."""

    place: Place
    due_on: date | None
    overdue: bool


def watched(actor: Principal, *, area_id: int, today: date) -> list[Watched]:
    """The facilities and venues of one committee: what is overdue first, then what is out of order, then by name."""
    places = within(Place.objects.filter(area_id=area_id), actor).filter(kind__in=(PlaceKind.FACILITY, PlaceKind.VENUE))
    return _in_order(places.exclude(state=PlaceState.GONE).select_related("parent", "owner_unit"), today)


def overdue_inspections(actor: Principal, *, area_ids: Sequence[int], today: date) -> list[Watched]:
    """What of these areas should have been inspected before today, the longest overdue first."""
    places = within(Place.objects.filter(area_id__in=area_ids), actor).filter(
        Q(kind=PlaceKind.FACILITY) | Q(kind=PlaceKind.VENUE), inspect_days__isnull=False
    )
    found = _in_order(places.exclude(state=PlaceState.GONE).select_related("parent", "owner_unit"), today)
    return sorted((one for one in found if one.overdue), key=lambda one: (one.due_on or date.max, one.place.id))


def _in_order(places: QuerySet[Place], today: date) -> list[Watched]:
    found = []
    for place in places:
        due = inspection_due(place.inspected_on, place.inspect_days)
        found.append(Watched(place, due, inspection_over(place.inspected_on, place.inspect_days, today)))
    return sorted(found, key=lambda one: (not one.overdue, one.place.state == PlaceState.WORKING, str(one.place)))


def places_within(box: Box, kinds: Iterable[str]) -> QuerySet[Place]:
    """The open places of some kinds that stand in a WGS 84 box, its edges included: never a home, never an entrance."""
    return Place.objects.filter(
        kind__in=[kind for kind in kinds if kind in OPEN_KINDS],
        lng__isnull=False,
        lng__range=(box.west, box.east),
        lat__range=(box.south, box.north),
    )


def inspections_over(today: date) -> Q:
    """The places for which `rules.inspection_over` holds."""
    due = ExpressionWrapper(F("inspected_on") + F("inspect_days"), output_field=DateField())
    never = Q(inspect_days__isnull=False, inspected_on__isnull=True)
    return never | Q(GreaterThan(Value(today, output_field=DateField()), due))


def subkinds(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """(kind, subkind) of the open places there are, in order; kept in the process for ten minutes."""
    asked = tuple(sorted(kind for kind in kinds if kind in OPEN_KINDS))
    kept = _subkinds.get(asked)
    if kept is None or time.monotonic() - kept[0] > _SUBKINDS_HOLD:
        there = Place.objects.filter(kind__in=asked, lng__isnull=False).exclude(subkind="")
        found = sorted(there.values_list("kind", "subkind").distinct())
        kept = _subkinds[asked] = (time.monotonic(), found)
    return kept[1]


_SUBKINDS_HOLD = 600.0
_subkinds: dict[tuple[str, ...], tuple[float, list[tuple[str, str]]]] = {}
