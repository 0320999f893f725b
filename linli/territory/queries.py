from __future__ import annotations

import time
from collections.abc import Iterable

from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.territory.models import Area


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
    steps = path.split(".")
    above = [".".join(steps[:n]) for n in range(len(steps) - 1, 0, -1)]
    found = {area.path: area for area in Area.objects.filter(path__in=above)}
    return [found[p] for p in above if p in found]


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
