"""A sketch of where a matter lies: the places we know around it, drawn on the server, no base map and no library."""

from __future__ import annotations

import math
from dataclasses import dataclass

from linli.casework.cases.api import Case
from linli.kernel.geo import Point, point
from linli.register.places.api import places_near

WIDTH, HEIGHT = 360, 200
REACH_METRES = 160.0
METRES_PER_DEGREE = 111_320.0
NAMED = 7
CLEAR = 26.0
"""Names closer than this to one that stands already are left out, so that none covers another."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the sketch, in its own units."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """The matter stands in the middle; `geo` opens the phone's own map."""

    dots: tuple[Dot, ...]
    geo: str
    width: int = WIDTH
    height: int = HEIGHT
    x: float = WIDTH / 2
    y: float = HEIGHT / 2


def sketch(case: Case) -> Sketch | None:
    """The surroundings of a matter, or None when nobody knows its position."""
    here = _position(case)
    if here is None:
        return None
    dots: list[Dot] = []
    for place in places_near(here, limit=40):
        x, y = _drawn(point(place.lng or 0.0, place.lat or 0.0), here)
        inside = 12 < x < WIDTH - 60 and 16 < y < HEIGHT - 10
        clear = all(math.hypot(x - dot.x, (y - dot.y) * 2) > CLEAR for dot in dots)
        if inside and clear:
            dots.append(Dot(round(x, 1), round(y, 1), place.name if len(dots) < NAMED else ""))
    return Sketch(tuple(dots), f"geo:{here.lat:.6f},{here.lon:.6f}")


def _position(case: Case) -> Point | None:
    if case.lat is not None and case.lng is not None:
        return point(case.lng, case.lat)
    place = case.place
    if place is not None and place.lat is not None and place.lng is not None:
        return point(place.lng, place.lat)
    return None


def _drawn(spot: Point, here: Point) -> tuple[float, float]:
    scale = HEIGHT / 2 / REACH_METRES
    east = (spot.lon - here.lon) * METRES_PER_DEGREE * math.cos(math.radians(here.lat))
    north = (spot.lat - here.lat) * METRES_PER_DEGREE
    return WIDTH / 2 + east * scale, HEIGHT / 2 - north * scale
