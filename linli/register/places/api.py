"""The door to places."""

from linli.register.places.areas import draw_area
from linli.register.places.models import Place, PlaceKind, PlaceName
from linli.register.places.queries import OPEN_KINDS, chain, find_places, outline, place_by_id, places_near
from linli.register.places.rules import CompoundKind, PlaceState, UseState, may_stand_in

__all__ = [
    "OPEN_KINDS",
    "CompoundKind",
    "Place",
    "PlaceKind",
    "PlaceName",
    "PlaceState",
    "UseState",
    "chain",
    "draw_area",
    "find_places",
    "may_stand_in",
    "outline",
    "place_by_id",
    "places_near",
]
