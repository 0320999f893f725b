"""Which places are offered: near the phone, or found by name; committees too, for what stands in no register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linli.kernel.geo import Point, haversine, point
from linli.register.places.api import Place, find_places, outline, places_near
from linli.territory.api import LEAF_KINDS, Area, ancestors, areas_under
from linli.web.resident.filled import Filled

NEAR_ENOUGH_METRES = 120
"""A place this close is chosen beforehand; the reporter mends it with one tap."""
MOST = 8
FEW = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """One place to tap: the value the form sends, its name, what it lies in, and how far away it is (metres)."""

    value: str
    name: str
    within: str
    metres: int | None = None
    chosen: bool = False


def offers(filled: Filled) -> list[Offer]:
    """What the place list shows: what is chosen, what a search found, what lies near the phone."""
    found = find_places(filled.look, limit=MOST) if filled.look else []
    near = places_near(filled.here, limit=MOST) if filled.here is not None and not filled.look else []
    held = [filled.place] if filled.place is not None else []
    rows = list({place.id: place for place in [*held, *found, *near]}.values())
    guessed = None if held or filled.area else _guess(rows, filled.here)
    listed = [_of_place(place, filled.here, chosen=place in (filled.place, guessed)) for place in rows]
    areas = [filled.area] if filled.area is not None else []
    if filled.look and len(found) < FEW:
        areas += [area for area in _areas(filled.look) if area not in areas]
    return [*listed, *(_of_area(area, chosen=area == filled.area) for area in areas)]


def _guess(rows: Sequence[Place], here: Point | None) -> Place | None:
    if here is None or not rows:
        return None
    metres = _metres(rows[0], here)
    return rows[0] if metres is not None and metres <= NEAR_ENOUGH_METRES else None


def _of_place(place: Place, here: Point | None, *, chosen: bool) -> Offer:
    metres = _metres(place, here)
    return Offer(f"p{place.id}", str(place), str(place.area), metres, chosen)


def _of_area(area: Area, *, chosen: bool) -> Offer:
    above = ancestors(area.path)
    return Offer(f"a{area.id}", str(area), str(above[0]) if above else "", chosen=chosen)


def _metres(place: Place, here: Point | None) -> int | None:
    if here is None or place.lat is None or place.lng is None:
        return None
    return round(haversine(here, point(place.lng, place.lat)), -1).__int__()


def _areas(words: str) -> list[Area]:
    needle = words.casefold()
    leaves = (area for area in areas_under("") if area.kind in LEAF_KINDS)
    return [area for area in leaves if needle in area.name.casefold() or needle in area.name_en.casefold()][:FEW]


def plan(area: Area) -> dict[str, object]:
    """The places of a committee as GeoJSON points: `id` is the value the form sends, `name` what stands beside it."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.lng, place.lat]},
            "properties": {"id": f"p{place.id}", "name": place.name},
        }
        for place in outline(area.path)
    ]
    return {"type": "FeatureCollection", "features": features}
