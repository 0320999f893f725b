"""What a layer answers: GeoJSON features in the degrees of the base map, and whether there is more than they tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from linli.web.desk.atlas.grid import MOST, Cell
from linli.web.desk.atlas.sight import Sight

Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """The features of one answer; `total`: of how many things they speak; `cut`: there are more than that."""

    features: Sequence[Feature]
    total: int
    cut: bool = False

    def collection(self, sight: Sight) -> dict[str, object]:
        """As GeoJSON, with the window it is true for."""
        return {
            "type": "FeatureCollection", "bbox": sight.shown_box(sight.box), "near": sight.near, "total": self.total,
            "cut": self.cut, "features": list(self.features),
        }  # fmt: skip


def thing(sight: Sight, lng: float, lat: float, **told: object) -> Feature:
    """A feature at one position. `told`: id, title, state, facts (sentences), url where there is one."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": sight.shown(lng, lat)},
        "properties": told,
    }


def cluster(sight: Sight, slug: str, cell: Cell) -> Feature:
    """Many close together."""
    return thing(
        sight, cell.lng, cell.lat, id=f"{slug}:{cell.x}:{cell.y}", n=cell.n, over=cell.over,
        box=sight.shown_box(cell.box),
    )  # fmt: skip


def of_cells(sight: Sight, slug: str, found: Iterable[Cell], alone: Iterable[Feature], *, cut: bool) -> Told:
    """Clusters and the things that stand alone, the fullest first."""
    clusters = [cell for cell in found if cell.n > 1]
    single = list(alone)
    told = [*(cluster(sight, slug, cell) for cell in sorted(clusters, key=lambda each: -each.n)), *single]
    return Told(told[:MOST], sum(cell.n for cell in clusters) + len(single), cut or len(told) > MOST)
