"""Plain drawn pictures for the invented matters: what was found and what it looks like afterwards.

Flat scenes with a strip that says 演示图片: nobody can take one for a photograph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from linli.project.demo import backdrops, scenes_estate, scenes_street, scenes_village
from linli.project.demo.canvas import Canvas
from linli.project.demo.props import tick

VARIANTS: Final = 3
Painter = Callable[[Canvas, bool], None]
"""(canvas, before): paints what was found, or the orderly place."""

SCENES: Final[Mapping[str, tuple[Callable[[Canvas, int], None], Painter]]] = {
    "place": (backdrops.courtyard, scenes_estate.notice),
    "parking_lock": (backdrops.courtyard, scenes_estate.parking_lock),
    "group_rent": (backdrops.room, scenes_estate.group_rent),
    "fire_lane_car": (backdrops.courtyard, scenes_estate.fire_lane_car),
    "corridor_boxes": (backdrops.corridor, scenes_estate.corridor_boxes),
    "ebike_cable": (backdrops.corridor, scenes_estate.ebike_cable),
    "shed_building": (backdrops.courtyard, scenes_estate.shed_building),
    "green_destroyed": (backdrops.courtyard, scenes_estate.green_destroyed),
    "shop_in_home": (backdrops.room, scenes_estate.shop_in_home),
    "wall_damage": (backdrops.room, scenes_estate.wall_damage),
    "bin_overflow": (backdrops.courtyard, scenes_estate.bin_overflow),
    "bulky_waste": (backdrops.courtyard, scenes_estate.bulky_waste),
    "car_mess": (backdrops.street, scenes_street.car_mess),
    "bike_mess": (backdrops.street, scenes_street.bike_mess),
    "wall_ads": (backdrops.corridor, scenes_estate.wall_ads),
    "facade_loose": (backdrops.courtyard, scenes_estate.facade_loose),
    "lamp_broken": (backdrops.courtyard, scenes_estate.lamp_broken),
    "elevator": (backdrops.corridor, scenes_estate.elevator),
    "water_leak": (backdrops.courtyard, scenes_estate.water_leak),
    "dog": (backdrops.courtyard, scenes_estate.dog_loose),
    "noise": (backdrops.street, scenes_street.noise),
    "extinguisher": (backdrops.corridor, scenes_estate.extinguisher),
    "leaflets": (backdrops.street, scenes_street.leaflets),
    "vendor": (backdrops.street, scenes_street.vendor),
    "storefront": (backdrops.street, scenes_street.storefront),
    "road_boxes": (backdrops.street, scenes_street.road_boxes),
    "signboard": (backdrops.street, scenes_street.signboard),
    "street_trash": (backdrops.street, scenes_street.street_trash),
    "oil_fume": (backdrops.street, scenes_street.oil_fume),
    "exit_blocked": (backdrops.corridor, scenes_street.exit_blocked),
    "gas_bottle": (backdrops.room, scenes_street.gas_bottle),
    "manhole": (backdrops.street, scenes_street.manhole),
    "burning": (backdrops.field, scenes_village.burning),
    "animals": (backdrops.field, scenes_village.animals),
    "ditch": (backdrops.field, scenes_village.ditch),
    "farmland": (backdrops.field, scenes_village.farmland),
    "house_build": (backdrops.village, scenes_village.house_build),
    "river_trash": (backdrops.river, scenes_village.river_trash),
    "sewage": (backdrops.river, scenes_village.sewage),
    "dumping": (backdrops.field, scenes_village.dumping),
    "yard": (backdrops.village, scenes_village.yard),
    "road_hole": (backdrops.village, scenes_village.road_hole),
    "river_edge": (backdrops.river, scenes_village.river_edge),
    "fishing": (backdrops.river, scenes_village.fishing),
    "workshop": (backdrops.village, scenes_village.workshop),
    "market": (backdrops.village, scenes_village.market),
    "tree_fallen": (backdrops.village, scenes_village.tree_fallen),
    "flood": (backdrops.village, scenes_village.flood),
}


def draw(scene: str, *, state: str, variant: int = 0) -> bytes:
    """Return a JPEG of 1200 × 900 pixels without metadata; the same arguments give the same bytes.

    scene: a key of `SCENES`. state: `before` or `after`. variant: 0–2, other light, every second one mirrored.
    Raises KeyError for an unknown scene, ValueError for an unknown state or variant.
    """
    if state not in ("before", "after") or not 0 <= variant < VARIANTS:
        raise ValueError("state is before or after, variant from 0 to 2")
    backdrop, painter = SCENES[scene]
    canvas = Canvas("#ffffff")
    backdrop(canvas, variant)
    painter(canvas, state == "before")
    if variant == 1:
        canvas.mirror()
    if state == "after":
        tick(canvas, 1120, 84)
    return canvas.jpeg()
