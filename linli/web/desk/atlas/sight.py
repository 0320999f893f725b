"""What of the map is in sight: the window and the scale of a request, in the datum of the base map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from linli.kernel.errors import InvalidInput
from linli.kernel.geo import Box, Datum, Point, from_wgs84, point, to_wgs84

NEAR = 17
"""From this scale on every thing is told by itself; farther away those close together are counted."""

FARTHEST = 24

_CELL = 45.0
_FLAT = 0.875
_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class Sight:
    """A WGS 84 window, widened to whole cells, and its scale (0 the whole globe, each step twice as near)."""

    box: Box
    zoom: int
    datum: Datum

    @property
    def near(self) -> bool:
        """Whether every thing is told by itself."""
        return self.zoom >= NEAR

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height in degrees of a cell of the grid: 64 px wide, square on the screen near Shanghai."""
        return cell(self.zoom)

    def shown(self, lng: float, lat: float) -> list[float]:
        """A WGS 84 position as the base map draws it."""
        there = from_wgs84(Point(lng, lat), self.datum)
        return [round(there.lon, _DECIMALS), round(there.lat, _DECIMALS)]

    def shown_box(self, box: Box) -> list[float]:
        """West, south, east, north as the base map draws them."""
        return [*self.shown(box.west, box.south), *self.shown(box.east, box.north)]


def cell(zoom: int) -> tuple[float, float]:
    """Width and height in degrees of a cell. Both are exact in binary: a point lies on the same side at every scale."""
    return math.ldexp(_CELL, -zoom), math.ldexp(_CELL * _FLAT, -zoom)


def read_sight(given: Mapping[str, str], datum: Datum) -> Sight:
    """The window `bbox=west,south,east,north` and the scale `zoom` of an address, in degrees of `datum`.

    Raises InvalidInput: `bad_zoom`, `bad_box` (not four numbers, off the globe, or nothing between its edges).
    """
    text = given.get("zoom", "")
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= FARTHEST):
        raise InvalidInput(
            _("The scale of the map (zoom) must be a whole number from 0 to %(most)s.") % {"most": FARTHEST},
            code="bad_zoom",
        )
    west_south, east_north = (to_wgs84(corner, datum) for corner in _corners(given.get("bbox", "")))
    width, height = cell(int(text))
    box = Box(
        math.floor(west_south.lon / width) * width, math.floor(west_south.lat / height) * height,
        math.ceil(east_north.lon / width) * width, math.ceil(east_north.lat / height) * height,
    )  # fmt: skip
    return Sight(box, int(text), datum)


def _corners(text: str) -> tuple[Point, Point]:
    bad = InvalidInput(
        _("The window of the map (bbox) must be four numbers: west, south, east, north, in degrees."), code="bad_box"
    )
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        corners = point(west, south), point(east, north)
    except (ValueError, InvalidInput):
        raise bad from None
    if west >= east or south >= north:
        raise bad
    return corners
