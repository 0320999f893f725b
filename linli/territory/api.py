"""The door to the tree of areas."""

from linli.territory.actions import load_district
from linli.territory.models import LEAF_KINDS, Area, AreaKind, StationKind
from linli.territory.queries import (
    END,
    ancestors,
    area_by_code,
    area_by_id,
    areas_under,
    ids_under,
    names,
    nearest_leaf,
)

__all__ = [
    "END",
    "LEAF_KINDS",
    "Area",
    "AreaKind",
    "StationKind",
    "ancestors",
    "area_by_code",
    "area_by_id",
    "areas_under",
    "ids_under",
    "load_district",
    "names",
    "nearest_leaf",
]
