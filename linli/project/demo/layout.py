"""Where invented houses stand: small plane geometry around Zhoupu, in metres, turned into WGS 84 degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

ORIGIN_LNG: Final = 121.585
ORIGIN_LAT: Final = 31.105
METRES_PER_LAT: Final = 110_900.0
METRES_PER_LNG: Final = 111_320.0 * math.cos(math.radians(ORIGIN_LAT))
DECIMALS: Final = 6


class Spot(NamedTuple):
    """WGS 84 degrees, longitude first."""

    lng: float
    lat: float


class Plane(NamedTuple):
    """Metres east and north of the middle of the town."""

    x: float
    y: float


class Disc(NamedTuple):
    """Room that something needs: centre in metres and radius in metres."""

    x: float
    y: float
    radius: float


def to_plane(lng: float, lat: float) -> Plane:
    """Degrees to metres; exact enough within ten kilometres of the origin."""
    return Plane((lng - ORIGIN_LNG) * METRES_PER_LNG, (lat - ORIGIN_LAT) * METRES_PER_LAT)


def to_spot(x: float, y: float) -> Spot:
    """Metres to degrees, rounded to a decimetre."""
    return Spot(round(ORIGIN_LNG + x / METRES_PER_LNG, DECIMALS), round(ORIGIN_LAT + y / METRES_PER_LAT, DECIMALS))


def turned(x: float, y: float, bearing: float) -> Plane:
    """The offset (x, y) turned counter-clockwise by `bearing` degrees."""
    angle = math.radians(bearing)
    return Plane(x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle))


def spread(discs: Sequence[Disc], *, gap: float, rounds: int = 400) -> list[Disc]:
    """Push discs apart, pair by pair, until they keep `gap` metres between their rims. Repeatable.

    Raises ValueError when `rounds` passes do not suffice.
    """
    moved = list(discs)
    for _ in range(rounds):
        if not _push(moved, gap):
            return moved
    raise ValueError("the discs do not come to rest")


def _push(moved: list[Disc], gap: float) -> bool:
    """Part every pair that is too close by the missing distance; True when something moved."""
    changed = False
    for i in range(len(moved)):
        for k in range(i):
            a, b = moved[i], moved[k]
            need = a.radius + b.radius + gap
            east, north = a.x - b.x, a.y - b.y
            if abs(east) >= need or abs(north) >= need:
                continue
            apart = math.hypot(east, north)
            if apart >= need:
                continue
            if apart < 0.01:
                east, north, apart = math.cos(i), math.sin(i), 1.0
            step = (need + 0.5 - apart) / 2 / apart
            moved[i] = Disc(a.x + east * step, a.y + north * step, a.radius)
            moved[k] = Disc(b.x - east * step, b.y - north * step, b.radius)
            changed = True
    return changed
