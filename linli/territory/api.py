"""The door to the tree of areas."""

from linli.territory.actions import Loaded, draw_shape, load_district, load_shapes
from linli.territory.models import LEAF_KINDS, Area, AreaKind, AreaShape, DatumName, StationKind
from linli.territory.queries import (
    END,
    ancestors,
    area_by_code,
    area_by_id,
    area_of_points,
    areas_at,
    areas_under,
    box_of,
    centres_within,
    ids_under,
    names,
    nearest_leaf,
    shape_of,
    shapes_within,
)

__all__ = [
    "END",
    "LEAF_KINDS",
    "Area",
    "AreaKind",
    "AreaShape",
    "DatumName",
    "Loaded",
    "StationKind",
    "ancestors",
    "area_by_code",
    "area_by_id",
    "area_of_points",
    "areas_at",
    "areas_under",
    "box_of",
    "centres_within",
    "draw_shape",
    "ids_under",
    "load_district",
    "load_shapes",
    "names",
    "nearest_leaf",
    "shape_of",
    "shapes_within",
]
