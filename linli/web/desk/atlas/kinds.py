"""The kinds of places in words, and which of them the map was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.register.places.api import CompoundKind, PlaceKind, subkinds
from linli.web.desk.atlas.layers import Layer

WORDS: Mapping[str, Promise] = {
    "gate": _l("Gate"), "waste_room": _l("Waste room"), "bike_shed": _l("Bicycle shed"), "fire_lane": _l("Fire lane"),
    "hydrant": _l("Hydrant"), "fitness": _l("Fitness corner"), "car_park": _l("Car park"),
    "street_lamp": _l("Street lamp"), "green": _l("Green space"), "manhole": _l("Manhole"), "bridge": _l("Bridge"),
    "sluice": _l("Sluice"), "river_section": _l("River section"), "field": _l("Field"),
    "village_road": _l("Village road"), "party_service": _l("Party and mass service centre"),
    "reception": _l("Reception point"), "culture": _l("Culture centre"), "joint_duty": _l("Joint-duty station"),
    "clinic": _l("Clinic"), "plaza": _l("Plaza"), "exit": _l("Emergency exit"), "roadside": _l("Roadside"),
    "shop": _l("Shop"), "restaurant": _l("Restaurant"), "supermarket": _l("Supermarket"), "cinema": _l("Cinema"),
    "training": _l("Training school"), "kiosk": _l("Kiosk"),
}  # fmt: skip


def kind_word(kind: str, subkind: str) -> str:
    """A kind of place in words; one that nobody has named yet is shown as it is kept."""
    if kind == PlaceKind.COMPOUND and subkind in {one.value for one in CompoundKind}:
        return _(CompoundKind(subkind).label)
    if subkind in WORDS:
        return str(WORDS[subkind])
    return subkind or str(PlaceKind(kind).label)


def choices(layers: Iterable[Layer]) -> dict[str, list[tuple[str, str]]]:
    """The kinds that can be chosen, as (value of the address, words), by the layer they belong to."""
    found: dict[str, list[tuple[str, str]]] = {}
    for layer in layers:
        if layer.kinds and layer.slug != "duty":
            there = [(f"{layer.slug}.{sub}", kind_word(kind, sub)) for kind, sub in subkinds(layer.kinds)]
            found[layer.slug] = sorted(there, key=lambda one: one[1])
    return found


def asked_of(layer: Layer, asked: Iterable[str]) -> list[str]:
    """The kinds asked for in one layer (`facilities.hydrant`); none: all of them."""
    return sorted({one.removeprefix(f"{layer.slug}.") for one in asked if one.startswith(f"{layer.slug}.")})
