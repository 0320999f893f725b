"""The door to places."""

from linli.register.places.areas import draw_area
from linli.register.places.models import Place, PlaceKind
from linli.register.places.queries import OPEN_KINDS, chain, find_places, outline, place_by_id, places_near

__all__ = [
    "OPEN_KINDS",
    "Place",
    "PlaceKind",
    "chain",
    "draw_area",
    "find_places",
    "outline",
    "place_by_id",
    "places_near",
]
