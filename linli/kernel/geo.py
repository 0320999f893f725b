"""Points on the map and the three datums met in China (DOMAIN 2.13).

Stored: WGS 84, which equals CGCS2000 (EPSG:4490) within centimetres. Maps of AMap and Tencent speak GCJ-02, Baidu
BD-09; both are converted at the edge and never stored unmarked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

_EARTH_MEAN_RADIUS = 6_371_008.8
_KRASOVSKY_AXIS = 6_378_245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000.0 / 180.0


class Datum(StrEnum):
    """The datum a pair of degrees was measured in."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Point(NamedTuple):
    """Longitude and latitude in degrees, in this order."""

    lon: float
    lat: float


class Box(NamedTuple):
    """A rectangle in degrees: west, south, east, north (the order of GeoJSON)."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, p: Point) -> bool:
        """Return whether `p` lies in the rectangle, its edges included."""
        return self.west <= p.lon <= self.east and self.south <= p.lat <= self.north


# The rectangle inside which the GCJ-02 transform is defined; outside, the maps show plain WGS 84.
CHINA_BOX = Box(72.004, 0.8293, 137.8347, 55.8271)


def point(lon: float, lat: float) -> Point:
    """Return the checked point. Raises InvalidInput (`bad_point`) for NaN, infinity or degrees off the globe."""
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput(gettext_noop("This is not a place on the map."), code="bad_point")
    return Point(float(lon), float(lat))


def haversine(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres on a sphere of the mean Earth radius (error below 0.5 %)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2) ** 2
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    chord = half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon
    return 2 * _EARTH_MEAN_RADIUS * math.asin(math.sqrt(min(1.0, chord)))


def bbox(points: Iterable[Point]) -> Box | None:
    """Return the smallest box that holds all points, or None when there are none. Not for sets across 180°."""
    held = list(points)
    if not held:
        return None
    lons, lats = [p.lon for p in held], [p.lat for p in held]
    return Box(min(lons), min(lats), max(lons), max(lats))


def box_around(centre: Point, metres: float) -> Box:
    """Return a box that holds every point within `metres` of `centre`: the cheap filter before `haversine`."""
    lat_span = math.degrees(metres / _EARTH_MEAN_RADIUS)
    edge = min(89.9, abs(centre.lat) + lat_span)
    lon_span = min(180.0, lat_span / math.cos(math.radians(edge)))
    return Box(centre.lon - lon_span, centre.lat - lat_span, centre.lon + lon_span, centre.lat + lat_span)


def to_wgs84(p: Point, source: Datum) -> Point:
    """Return `p`, measured in `source`, in WGS 84 degrees (within 0.1 m of the exact inverse)."""
    if source is Datum.GCJ02:
        return gcj02_to_wgs84(p)
    if source is Datum.BD09:
        return bd09_to_wgs84(p)
    return p


def from_wgs84(p: Point, target: Datum) -> Point:
    """Return the WGS 84 point `p` in the degrees of `target`."""
    if target is Datum.GCJ02:
        return wgs84_to_gcj02(p)
    if target is Datum.BD09:
        return wgs84_to_bd09(p)
    return p


def wgs84_to_gcj02(p: Point) -> Point:
    """Return `p` as Chinese maps draw it; unchanged outside `CHINA_BOX`."""
    if not CHINA_BOX.holds(p):
        return p
    x, y = p.lon - 105.0, p.lat - 35.0
    lat_radians = math.radians(p.lat)
    flattening = 1 - _KRASOVSKY_ECCENTRICITY_SQUARED * math.sin(lat_radians) ** 2
    meridian = _KRASOVSKY_AXIS * (1 - _KRASOVSKY_ECCENTRICITY_SQUARED) / flattening**1.5
    parallel = _KRASOVSKY_AXIS / math.sqrt(flattening) * math.cos(lat_radians)
    return Point(
        p.lon + math.degrees(_metres_east(x, y) / parallel),
        p.lat + math.degrees(_metres_north(x, y) / meridian),
    )


def gcj02_to_wgs84(p: Point) -> Point:
    """Return the WGS 84 point that Chinese maps draw at `p`, found by iteration; unchanged outside `CHINA_BOX`."""
    if not CHINA_BOX.holds(p):
        return p
    return _inverse(wgs84_to_gcj02, p)


def gcj02_to_bd09(p: Point) -> Point:
    """Return the GCJ-02 point `p` in Baidu's degrees; unchanged outside `CHINA_BOX`."""
    if not CHINA_BOX.holds(p):
        return p
    radius = math.hypot(p.lon, p.lat) + 0.00002 * math.sin(p.lat * _BAIDU_TURN)
    angle = math.atan2(p.lat, p.lon) + 0.000003 * math.cos(p.lon * _BAIDU_TURN)
    return Point(radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006)


def bd09_to_gcj02(p: Point) -> Point:
    """Return the Baidu point `p` in GCJ-02 degrees, found by iteration; unchanged outside `CHINA_BOX`."""
    if not CHINA_BOX.holds(p):
        return p
    return _inverse(gcj02_to_bd09, p)


def wgs84_to_bd09(p: Point) -> Point:
    """Return the WGS 84 point `p` in Baidu's degrees."""
    return gcj02_to_bd09(wgs84_to_gcj02(p))


def bd09_to_wgs84(p: Point) -> Point:
    """Return the Baidu point `p` in WGS 84 degrees."""
    return gcj02_to_wgs84(bd09_to_gcj02(p))


def _inverse(forward: Callable[[Point], Point], target: Point) -> Point:
    """Walk to the point that `forward` sends to `target`; the offsets are flat, so each round gains three digits."""
    guess = target
    for _ in range(10):
        hit = forward(guess)
        off_lon, off_lat = target.lon - hit.lon, target.lat - hit.lat
        guess = Point(guess.lon + off_lon, guess.lat + off_lat)
        if abs(off_lon) < 1e-10 and abs(off_lat) < 1e-10:
            break
    return guess


def _waves(value: float, slow: float, slower: float, weights: tuple[float, float, float, float]) -> float:
    """Return the sum of four sine waves along one axis, in metres: the shape both offsets share."""
    a, b, c, d = weights
    turn = math.pi * value
    fine = a * math.sin(turn) + b * math.sin(turn / 3.0)
    broad = c * math.sin(turn / slow) + d * math.sin(turn / slower)
    return (fine + broad) * 2.0 / 3.0


def _ripple(x: float) -> float:
    turn = math.pi * x
    return (20.0 * math.sin(6.0 * turn) + 20.0 * math.sin(2.0 * turn)) * 2.0 / 3.0


def _metres_east(x: float, y: float) -> float:
    plane = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    return plane + _ripple(x) + _waves(x, 12.0, 30.0, (20.0, 40.0, 150.0, 300.0))


def _metres_north(x: float, y: float) -> float:
    plane = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    return plane + _ripple(x) + _waves(y, 12.0, 30.0, (20.0, 40.0, 160.0, 320.0))
