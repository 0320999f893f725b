from __future__ import annotations

from django.db.models.functions import Length
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.kernel.geo import Point, haversine, point
from linli.register.places.models import Place, PlaceKind, PlaceName

OPEN_KINDS = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP, PlaceKind.BUILDING, PlaceKind.FACILITY, PlaceKind.VENUE)
"""Kinds that anybody may see: no home, no entrance."""

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
