"""Areas on the ground: polygons read from GeoJSON (RFC 7946), checked, and asked what they hold.

Shapely (GEOS) does the geometry. Everything here is WGS 84; another datum is converted while the text is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from linli.kernel.errors import InvalidInput
from linli.kernel.geo import Box, Datum, Point, point, to_wgs84
from linli.kernel.phrases import gettext_noop

MOST_POSITIONS = 100_000
"""Corners in one geometry. The outline of Pudong has about a thousand."""

_DECIMALS = 7
_METRES_PER_DEGREE = math.pi * 6_371_008.8 / 180.0
_LEAST_RING = 4
Ring = list[Point]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One or more polygons with holes. Made by `from_geojson`, which is the only way to a checked one."""

    geometry: Any
    box: Box

    def holds(self, p: Point) -> bool:
        """Whether `p` lies in the shape, its edge included; a point in a hole does not, one on the hole's edge does."""
        return bool(shapely.intersects_xy(self.geometry, p.lon, p.lat))

    def meets(self, other: Shape) -> bool:
        """Whether the two shapes have at least one point in common."""
        return bool(shapely.intersects(self.geometry, other.geometry))

    def geojson(self) -> dict[str, Any]:
        """The geometry as GeoJSON: outer rings anticlockwise, holes clockwise (RFC 7946, 3.1.6), 7 decimals (1 cm)."""
        found: dict[str, Any] = shapely.geometry.mapping(self.geometry)
        return {"type": found["type"], "coordinates": _as_lists(found["coordinates"])}


def from_geojson(geometry: object, *, datum: Datum = Datum.WGS84) -> Shape:
    """Return the checked shape of a GeoJSON geometry (Polygon or MultiPolygon) whose degrees are in `datum`.

    A height in a position is dropped. Raises InvalidInput: `not_a_polygon` (another type, no rings, not GeoJSON),
    `bad_point`, `ring_open` (first and last position differ), `ring_short` (under four positions), `geometry_large`,
    `geometry_crosses` (an edge crosses another, a hole outside its ring, overlapping parts; `detail` says where).
    """
    kind, parts = _parts(geometry)
    left = [MOST_POSITIONS]
    polygons = []
    for rings in parts:
        outer, *holes = (_ring(ring, datum, left) for ring in _listed(rings))
        polygons.append(shapely.Polygon(outer, holes))
    made = polygons[0] if kind == "Polygon" else shapely.MultiPolygon(polygons)
    if not shapely.is_valid(made):
        raise InvalidInput(
            gettext_noop("The outline crosses itself or its parts overlap."),
            code="geometry_crosses",
            detail={"where": str(shapely.is_valid_reason(made))[:200]},
        )
    made = shapely.orient_polygons(made)
    shapely.prepare(made)
    return Shape(made, Box(*(float(edge) for edge in shapely.bounds(made))))


def thinned(geometry: Mapping[str, Any], degrees: float) -> dict[str, Any]:
    """Return a stored outline (as `Shape.geojson` wrote it) without the corners that nobody can see at a scale.

    `degrees`: how far the drawn line may lie from the true one. Rings stay rings; an island smaller than that stays.
    """
    found = shapely.geometry.mapping(shapely.simplify(shapely.geometry.shape(geometry), degrees))
    return {"type": found["type"], "coordinates": _as_lists(found["coordinates"])}


def distance(shape: Shape, p: Point) -> float:
    """Return how far `p` lies from the shape in metres, 0 inside.

    Measured on a plane laid at `p`: within 1 % up to about 50 km, which is what a question inside one city needs.
    """
    shrink = math.cos(math.radians(p.lat))

    def on_the_plane(degrees: Any) -> Any:
        return (degrees - (p.lon, p.lat)) * (_METRES_PER_DEGREE * shrink, _METRES_PER_DEGREE)

    plane = shapely.transform(shape.geometry, on_the_plane)
    return float(shapely.distance(plane, shapely.Point(0.0, 0.0)))


class ShapeIndex:
    """Many shapes, asked about many points at once."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._tree = shapely.STRtree([shape.geometry for shape in shapes])

    def holding(self, points: Sequence[Point]) -> list[list[int]]:
        """For each point the places, in the sequence given, of the shapes that hold it (edge included), ascending."""
        found: list[list[int]] = [[] for _ in points]
        places_asked = shapely.points([p.lon for p in points], [p.lat for p in points])
        asked, held = self._tree.query(places_asked, predicate="intersects")
        for which, place in zip(asked.tolist(), held.tolist(), strict=True):
            found[which].append(place)
        return [sorted(places) for places in found]


def _parts(geometry: object) -> tuple[str, list[object]]:
    """The type of the geometry and its polygons, each still unread."""
    if isinstance(geometry, Mapping):
        kind, coordinates = geometry.get("type"), geometry.get("coordinates")
        if kind == "Polygon":
            return "Polygon", [coordinates]
        if kind == "MultiPolygon":
            return "MultiPolygon", _listed(coordinates)
    raise _not_a_polygon()


def _listed(value: object) -> list[object]:
    if isinstance(value, list | tuple) and value:
        return list(value)
    raise _not_a_polygon()


def _not_a_polygon() -> InvalidInput:
    return InvalidInput(gettext_noop("An outline is a GeoJSON Polygon or MultiPolygon."), code="not_a_polygon")


def _ring(ring: object, datum: Datum, left: list[int]) -> Ring:
    positions = _listed(ring)
    left[0] -= len(positions)
    if left[0] < 0:
        raise InvalidInput(
            gettext_noop("The outline has too many corners."), code="geometry_large", detail={"most": MOST_POSITIONS}
        )
    given = [_position(each) for each in positions]
    if len(given) < _LEAST_RING:
        raise InvalidInput(gettext_noop("A ring of an outline needs at least three corners."), code="ring_short")
    if given[0] != given[-1]:
        raise InvalidInput(gettext_noop("A ring of an outline must end where it begins."), code="ring_open")
    converted = (to_wgs84(each, datum) for each in given)
    return [Point(round(each.lon, _DECIMALS), round(each.lat, _DECIMALS)) for each in converted]


def _position(value: object) -> Point:
    pair = value[:2] if isinstance(value, list | tuple) else ()
    numbers = [n for n in pair if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(numbers) != 2:
        raise InvalidInput(gettext_noop("This is not a place on the map."), code="bad_point")
    try:
        return point(numbers[0], numbers[1])
    except OverflowError:  # an integer that no float can hold
        raise InvalidInput(gettext_noop("This is not a place on the map."), code="bad_point") from None


def _as_lists(value: Any) -> Any:
    return [_as_lists(each) for each in value] if isinstance(value, tuple | list) else float(value)
