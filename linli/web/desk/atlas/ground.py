"""Areas as outlines, as fine as can be seen, and stations as points. Public: everybody with a map sees all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from linli.access.api import Principal
from linli.accounts.api import AREA_ROLES
from linli.kernel.polygons import thinned
from linli.territory.api import LEAF_KINDS, Area, AreaKind, AreaShape, StationKind, centres_within, shapes_within
from linli.web.desk.atlas import grid
from linli.web.desk.atlas.features import Feature, Told, thing
from linli.web.desk.atlas.sight import Sight

FAR, MIDDLE = 11, 13
"""Below the first scale districts and towns are drawn, below the second stations too, then committees."""

HALF_A_PIXEL = 1 / 128
"""Of a cell, which is 64 px wide."""


def areas(actor: Principal, sight: Sight) -> Told:
    """The outlines that reach into the window; an area without one is left out."""
    shapes = shapes_within(sight.box, _kinds(sight.zoom))[: grid.MOST]
    return Told([_outline(actor, sight, shape) for shape in shapes], len(shapes))


def stations(actor: Principal, sight: Sight) -> Told:
    """The stations in the window."""
    found = centres_within(sight.box, [AreaKind.STATION])[: grid.MOST]
    return Told([_station(actor, sight, station) for station in found], len(found))


def _kinds(zoom: int) -> list[str]:
    kinds: list[str] = [AreaKind.DISTRICT, AreaKind.TOWN]
    if zoom >= FAR:
        kinds.append(AreaKind.STATION)
    if zoom >= MIDDLE:
        kinds += sorted(LEAF_KINDS)
    return kinds


def _outline(actor: Principal, sight: Sight, shape: AreaShape) -> Feature:
    drawn = thinned(shape.geometry, sight.cell[0] * HALF_A_PIXEL)
    geometry = {"type": drawn["type"], "coordinates": _moved(sight, drawn["coordinates"])}
    facts = [str(AreaKind(shape.area.kind).label)]
    return {"type": "Feature", "geometry": geometry, "properties": _told(actor, "areas", shape.area, facts)}


def _moved(sight: Sight, coordinates: Sequence[Any]) -> list[Any]:
    if isinstance(coordinates[0], float):
        return sight.shown(coordinates[0], coordinates[1])
    return [_moved(sight, part) for part in coordinates]


def _station(actor: Principal, sight: Sight, station: Area) -> Feature:
    facts = [str(StationKind(station.station_kind).label)]
    return thing(sight, station.lng or 0.0, station.lat or 0.0, **_told(actor, "stations", station, facts))


def _told(actor: Principal, slug: str, area: Area, facts: list[str]) -> dict[str, object]:
    told: dict[str, object] = {
        "id": f"{slug}:{area.id}", "title": str(area), "state": "plain", "facts": facts, "rank": area.path.count("."),
    }  # fmt: skip
    if actor.role not in AREA_ROLES or actor.covers(area.path):
        told["url"] = f"{reverse('desk:inbox')}?view=open&area={area.path}"
    return told
