"""Point in polygon written out twice by hand, as a second opinion on the library that the product asks."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

Ring = Sequence[Sequence[float]]


def winding(ring: Ring, x: float, y: float) -> int:
    """How often the ring runs round the point, anticlockwise counted positive (Sunday's algorithm)."""
    turns = 0
    for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(ring):
        left = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        if y0 <= y < y1 and left > 0:
            turns += 1
        elif y1 <= y < y0 and left < 0:
            turns -= 1
    return turns


def crossings(ring: Ring, x: float, y: float) -> int:
    """How many edges a ray to the east meets."""
    met = 0
    for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(ring):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            met += 1
    return met


def polygons(geometry: Mapping[str, Any]) -> list[list[Ring]]:
    """The polygons of a geometry, each as its rings."""
    coordinates = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else list(coordinates)


def holds_by_winding(geometry: Mapping[str, Any], x: float, y: float) -> bool:
    """Inside an outer ring and outside its holes, by winding numbers."""
    return any(
        winding(outer, x, y) != 0 and not any(winding(hole, x, y) for hole in holes)
        for outer, *holes in polygons(geometry)
    )


def holds_by_crossings(geometry: Mapping[str, Any], x: float, y: float) -> bool:
    """The same by counting crossings, all rings of a polygon together."""
    return any(sum(crossings(ring, x, y) for ring in rings) % 2 == 1 for rings in polygons(geometry))


def signed_area(ring: Ring) -> float:
    """Positive when the ring runs anticlockwise."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(ring)) / 2
