"""Which legend holds where: the nearest area's own, else the one that is shipped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from linli.access.api import Principal
from linli.register.charts.grading import Limits, limits_from
from linli.register.charts.models import GradeLimit, Legend
from linli.register.charts.rules import Layer
from linli.register.charts.signs import Sign, read_signs


@dataclass(frozen=True, slots=True)
class Reading:
    """The legend of one layer that holds at a place. `area_id` None: as shipped."""

    layer: Layer
    signs: tuple[Sign, ...]
    version: int
    area_id: int | None

    def sign(self, value: str) -> Sign:
        """The sign of a value. Raises KeyError for one the layer does not have."""
        for sign in self.signs:
            if sign.value == value:
                return sign
        raise KeyError(value)


def _line(path: str) -> list[str]:
    steps = path.split(".")
    return [".".join(steps[:n]) for n in range(1, len(steps) + 1)]


def legends_at(area_path: str, layers: Collection[Layer]) -> Mapping[Layer, Reading]:
    """The legends that hold at an area: of the nearest area that has one, its highest version that is not retired."""
    rows = Legend.objects.filter(
        Q(area__isnull=True) | Q(area__path__in=_line(area_path)), layer__in=layers, retired_at__isnull=True
    )
    best: dict[Layer, tuple[tuple[int, int], Reading]] = {}
    for row, path in ((row, row.area.path if row.area else "") for row in rows.select_related("area")):
        layer, rank = Layer(row.layer), (len(path), row.version)
        if layer not in best or rank > best[layer][0]:
            best[layer] = rank, Reading(layer, read_signs(row.rows), row.version, row.area_id)
    return {layer: reading for layer, (_rank, reading) in best.items()}


def legend_history(actor: Principal, layer: Layer) -> QuerySet[Legend]:
    """Every version of a layer's legend that was made at the actor's own area, and the shipped ones; newest first."""
    seen = Q(area_id=actor.area_id) | Q(area_id=None)
    newest_first = (F("area_id").asc(nulls_last=True), "-version", "-id")
    return Legend.objects.filter(seen, layer=layer).select_related("area").order_by(*newest_first)


def limits_at(area_path: str) -> Limits:
    """The limits of the rule of grades that hold at an area: the newest row of the nearest area, else as shipped."""
    rows = GradeLimit.objects.filter(area__path__in=_line(area_path)).select_related("area")
    best = max(rows, key=lambda row: (len(row.area.path), row.id), default=None)
    return limits_from(best.values) if best else Limits()
