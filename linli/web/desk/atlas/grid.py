"""Things that lie close together, counted by PostgreSQL on a grid that does not move with the window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Avg, Count, F, IntegerField, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Floor

from linli.kernel.geo import Box
from linli.web.desk.atlas.sight import Sight

MOST = 5000
"""As many features as one answer holds."""

CLOSE = 0.75
"""Middles nearer to each other than this part of a cell would lie on each other on the screen: they become one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`n` things, `over` of them flagged, whose middle is (lng, lat), all within `box`; `one`: the key of one."""

    x: int
    y: int
    n: int
    over: int
    lng: float
    lat: float
    box: Box
    one: Any


def cells(rows: QuerySet[Any], sight: Sight, *, key: str, flagged: Q | None = None) -> list[Cell]:
    """The cells of the grid in which rows lie, the fullest first; at most MOST and one more. One statement.

    key: a column that names a row; flagged: which rows count as `over`.
    """
    width, height = sight.cell
    over = Count(key, filter=flagged) if flagged is not None else Value(0, output_field=IntegerField())
    found = (
        rows.order_by()
        .values(x=Floor(F("lng") / width), y=Floor(F("lat") / height))
        .annotate(
            n=Count("*"), over=over, mid_lng=Avg("lng"), mid_lat=Avg("lat"), west=Min("lng"), south=Min("lat"),
            east=Max("lng"), north=Max("lat"), one=Min(key),
        )
        .order_by("-n", "x", "y")[: MOST + 1]
    )  # fmt: skip
    return [_cell(raw) for raw in found]


def _cell(raw: dict[str, Any]) -> Cell:
    return Cell(
        int(raw["x"]), int(raw["y"]), raw["n"], raw["over"], raw["mid_lng"], raw["mid_lat"],
        Box(raw["west"], raw["south"], raw["east"], raw["north"]), raw["one"],
    )  # fmt: skip


def joined(found: Iterable[Cell], sight: Sight) -> list[Cell]:
    """The same things in fewer cells: those that meet in one cell, or whose middles lie too close, are one.

    The sum of `n` and of `over` stays. The fullest draw the others to themselves.
    """
    kept: dict[tuple[int, int], Cell] = {}
    for one in sorted(found, key=lambda each: (-each.n, each.x, each.y)):
        near = _nearest(one, kept, sight)
        if near is None:
            kept[one.x, one.y] = one
        else:
            kept[near.x, near.y] = _sum(near, one)
    return list(kept.values())


def _nearest(one: Cell, kept: dict[tuple[int, int], Cell], sight: Sight) -> Cell | None:
    if (one.x, one.y) in kept:
        return kept[one.x, one.y]
    width, height = sight.cell
    around = [kept.get((one.x + dx, one.y + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    far = {
        ((other.lng - one.lng) / width) ** 2 + ((other.lat - one.lat) / height) ** 2: other
        for other in around
        if other is not None
    }
    return far[min(far)] if far and min(far) < CLOSE**2 else None


def _sum(a: Cell, b: Cell) -> Cell:
    n = a.n + b.n
    box = Box(
        min(a.box.west, b.box.west), min(a.box.south, b.box.south),
        max(a.box.east, b.box.east), max(a.box.north, b.box.north),
    )  # fmt: skip
    lng, lat = (a.lng * a.n + b.lng * b.n) / n, (a.lat * a.n + b.lat * b.n) / n
    return replace(a, n=n, over=a.over + b.over, lng=lng, lat=lat, box=box)
