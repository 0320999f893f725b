from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.kernel.geo import Box, Point, bbox
from linli.kernel.polygons import ShapeIndex, from_geojson
from linli.territory.models import Area, AreaShape


def area_by_code(code: str) -> Area:
    """The area with this statistical code. Raises NotFound."""
    try:
        return Area.objects.get(code=code)
    except Area.DoesNotExist:
        raise NotFound(_("No such area."), code="area_unknown", detail={"code": code}) from None


def area_by_id(area_id: int) -> Area:
    """The area with this id, kept in the process for a minute. Raises NotFound."""
    kept = _areas.get(area_id)
    if kept is None or time.monotonic() - kept[0] > _FRESH_SECONDS:
        try:
            area = Area.objects.get(id=area_id)
        except Area.DoesNotExist:
            raise NotFound(_("No such area."), code="area_unknown", detail={"area_id": area_id}) from None
        kept = _areas[area_id] = (time.monotonic(), area)
    return kept[1]


def areas_under(path: str) -> list[Area]:
    """The area at `path` and everything below it, in tree order."""
    return list(Area.objects.filter(path__gte=path, path__lt=path + END))


def ancestors(path: str) -> list[Area]:
    """The areas above `path`, nearest first, `path` itself left out."""
    above = _paths_above(path)
    found = {area.path: area for area in Area.objects.filter(path__in=above)}
    return [found[p] for p in above if p in found]


def _paths_above(path: str) -> list[str]:
    steps = path.split(".")
    return [".".join(steps[:n]) for n in range(len(steps) - 1, 0, -1)]


def areas_named(called: str) -> list[Area]:
    """The areas with this code or exactly this name (Chinese or English): none, one, or namesakes."""
    if not called:
        return []
    return list(Area.objects.filter(Q(code=called) | Q(name=called) | Q(name_en=called)))


def shape_of(area: Area) -> AreaShape | None:
    """The outline of an area, or None when nobody has drawn it."""
    return AreaShape.objects.filter(area_id=area.id).first()


def shapes_within(box: Box, kinds: Iterable[str]) -> list[AreaShape]:
    """The outlines of areas of some kinds that reach into a WGS 84 box, each with its area; the widest first."""
    return list(
        AreaShape.objects.filter(
            area__kind__in=list(kinds), west__lte=box.east, east__gte=box.west, south__lte=box.north,
            north__gte=box.south,
        )
        .select_related("area")
        .order_by("area__path")
    )  # fmt: skip


def centres_within(box: Box, kinds: Iterable[str]) -> list[Area]:
    """Areas of some kinds whose centre lies in a WGS 84 box, in tree order."""
    inside = {"lng__range": (box.west, box.east), "lat__range": (box.south, box.north)}
    return list(Area.objects.filter(kind__in=list(kinds), **inside))


def box_of(path: str) -> Box | None:
    """A WGS 84 box around an area: its outline, else the centres of what lies in it. None when neither is known."""
    drawn = AreaShape.objects.filter(area__path=path).values_list("west", "south", "east", "north").first()
    if drawn is not None:
        return Box(*drawn)
    centres = Area.objects.filter(path__gte=path, path__lt=path + END, lat__isnull=False).values_list("lng", "lat")
    return bbox(Point(lng or 0.0, lat or 0.0) for lng, lat in centres)


def shape_around(area: Area, *, using: str = "default") -> AreaShape | None:
    """The outline of the nearest area above this one that has one."""
    above = AreaShape.objects.using(using).select_related("area").filter(area__path__in=_paths_above(area.path))
    return max(above, key=lambda shape: len(shape.area.path), default=None)


@dataclass(frozen=True, slots=True)
class _Ground:
    """All outlines of the process: the ids of their areas, innermost first, and the index in the same order."""

    stamp: object
    areas: tuple[int, ...]
    index: ShapeIndex


def areas_at(here: Point) -> list[Area]:
    """The areas whose outline holds a WGS 84 point, innermost first (committee, station, town, district).

    Only drawn areas are found: above a committee without an outline, or where no town is drawn, ask `ancestors` of
    what was found or `nearest_leaf`. A point on a common border lies in both neighbours, the lower code first.
    """
    return _all_holding([here])[0]


def area_of_points(points: Sequence[Point]) -> list[Area | None]:
    """For each WGS 84 point the innermost drawn area that holds it (as `areas_at`), or None."""
    return [areas[0] if areas else None for areas in _all_holding(points)]


def _all_holding(points: Sequence[Point]) -> list[list[Area]]:
    ground = _ground()
    return [[area_by_id(ground.areas[place]) for place in places] for places in ground.index.holding(points)]


def _ground() -> _Ground:
    """The outlines, looked at once a minute and read anew when one was drawn since."""
    kept = _grounds.get("")
    if kept is not None and time.monotonic() - kept[0] <= _FRESH_SECONDS:
        return kept[1]
    stamp = tuple(AreaShape.objects.order_by("id").values_list("id", "drawn_at"))
    ground = kept[1] if kept is not None and kept[1].stamp == stamp else _read_ground(stamp)
    _grounds[""] = (time.monotonic(), ground)
    return ground


def _read_ground(stamp: object) -> _Ground:
    drawn = AreaShape.objects.values_list("area_id", "area__path", "area__code", "geometry")
    inward = sorted(drawn, key=lambda row: (-row[1].count("."), row[2]))
    shapes = [from_geojson(geometry) for _id, _path, _code, geometry in inward]
    return _Ground(stamp, tuple(row[0] for row in inward), ShapeIndex(shapes))


def nearest_leaf(lat: float, lng: float, *, under: str = "") -> Area | None:
    """The data-carrying area whose centre is closest to a WGS 84 point, or None when no centre is known.

    Centres stand in until every committee has its polygon.
    """
    candidates = (area for area in _centres() if not under or under <= area.path < under + END)
    return min(candidates, key=lambda a: _squared(a, lat, lng), default=None)


def _centres() -> list[Area]:
    """The data-carrying areas whose centre is known, kept in the process for a minute."""
    kept = _leaves.get("")
    if kept is None or time.monotonic() - kept[0] > _FRESH_SECONDS:
        found = Area.objects.filter(kind__in=["committee", "village", "special", "other"], lat__isnull=False)
        kept = _leaves[""] = (time.monotonic(), list(found))
    return kept[1]


def _squared(area: Area, lat: float, lng: float) -> float:
    return ((area.lat or 0.0) - lat) ** 2 + (0.86 * ((area.lng or 0.0) - lng)) ** 2


def names(ids: Iterable[int]) -> dict[int, str]:
    """Display names by id, in the reader's language."""
    return {area.id: str(area) for area in Area.objects.filter(id__in=set(ids))}


END = "\U0010ffff"
"""The greatest character: `path + END` closes the range of everything below `path`."""

_FRESH_SECONDS = 60.0
_ids: dict[str, tuple[float, tuple[int, ...]]] = {}
_areas: dict[int, tuple[float, Area]] = {}
_leaves: dict[str, tuple[float, list[Area]]] = {}
_grounds: dict[str, tuple[float, _Ground]] = {}


def ids_under(path: str) -> tuple[int, ...]:
    """The ids of the area at `path` and of all below it, kept in the process for a minute: the tree changes rarely."""
    kept = _ids.get(path)
    if kept is None or time.monotonic() - kept[0] > _FRESH_SECONDS:
        ids = tuple(Area.objects.filter(path__gte=path, path__lt=path + END).values_list("id", flat=True))
        kept = _ids[path] = (time.monotonic(), ids)
    return kept[1]


def forget() -> None:
    """Drop what the process keeps of the tree; called when the tree was changed here."""
    _ids.clear()
    _areas.clear()
    _leaves.clear()
    _grounds.clear()
