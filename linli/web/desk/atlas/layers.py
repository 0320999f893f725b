"""The layers of the map: what each shows, who sees it, from which scale on, and the marks it is drawn with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy as _p

from linli.access.api import Principal
from linli.register.places.api import PlaceKind


@dataclass(frozen=True, slots=True)
class Mark:
    """One picture: a filled outline on a square of 24, a tone that repeats what the outline says, and its word."""

    state: str
    tone: str
    path: str
    label: Promise


@dataclass(frozen=True, slots=True)
class Layer:
    """act: the permission without which the layer is not there. from_zoom: empty when seen from farther away.

    names_from: the scale from which its things carry their names; 0: never. plate: what many close together are drawn
    on; flag: how many of them need somebody, in words. marked_with: the permission without which only the first mark
    is told.
    """

    slug: str
    label: Promise
    marks: tuple[Mark, ...]
    act: str = "case.read"
    kinds: tuple[str, ...] = ()
    on: bool = False
    from_zoom: int = 0
    names_from: int = 0
    plate: str = ""
    flag: Promise | str = ""
    marked_with: str = ""

    def marks_for(self, actor: Principal) -> tuple[Mark, ...]:
        """The marks that this person is told."""
        return self.marks if not self.marked_with or actor.can(self.marked_with) else self.marks[:1]


HOUSE = "M4 11 12 3.5 20 11v9.5H4z"
ROOFS = "M2.5 12 8 6l4 4.5L16 6l5.5 6v8.5h-19z"
TOWER = "M7.5 3.5h9v17h-9z"
HEXAGON = "M8 4.5h8l4.5 7.5L16 19.5H8L3.5 12z"
CROSS = "M7 3.5l5 5 5-5 3.5 3.5-5 5 5 5-3.5 3.5-5-5-5 5L3.5 17l5-5-5-5z"
BAR = "M3.5 9h17v6h-17z"
AWNING = "M4.5 4h15l2 6.5h-2.5V20H5v-9.5H2.5z"
PENNANT = "M4 4h16v4.5L12 21 4 8.5z"
FLAG = "M5 3h14l-3.5 4.5L19 12H7.5v9H5z"
SHIELD = "M12 3l8 2.5v6c0 5-3.5 8-8 9.5-4.5-1.5-8-4.5-8-9.5v-6z"
HOLLOW = SHIELD + "M12 6.5 7 8v3.5c0 3 2 5 5 6.3 3-1.3 5-3.3 5-6.3V8z"
LAND = "M2.5 8 9 3.5l6 3 6.5-3V16L15 20.5l-6-3-6.5 3z"
DISC = "M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14z"
TRIANGLE = "M12 4 21 20H3z"
DIAMOND = "M12 2l10 10-10 10L2 12z"
SQUARE = "M5 5h14v14H5z"
ROUND_PLATE = "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20z"
AWNING_PLATE = "M4 3h16l2 7h-2v11H4V10H2z"
SQUARE_PLATE = "M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3z"

SHUT = Mark("closed", "quiet", BAR, _p("map", "closed"))
OPEN_PLACES = (
    Layer(
        "buildings",
        _l("Buildings"),
        (Mark("plain", "quiet", TOWER, _p("map", "building")),),
        kinds=(PlaceKind.BUILDING,),
        from_zoom=15,
        names_from=17,
        plate=SQUARE_PLATE,
    ),
    Layer(
        "compounds",
        _l("Compounds and village groups"),
        (
            Mark("plain", "accent", HOUSE, _p("map", "compound")),
            Mark("group", "accent", ROOFS, _p("map", "village group")),
        ),
        kinds=(PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP),
        on=True,
        names_from=14,
        plate=SQUARE_PLATE,
    ),
    Layer(
        "facilities",
        _l("Facilities"),
        (
            Mark("plain", "quiet", HEXAGON, _p("map", "in working order")),
            Mark("faulty", "danger", CROSS, _p("map", "faulty")),
            SHUT,
        ),
        kinds=(PlaceKind.FACILITY,),
        names_from=18,
        plate=HEXAGON,
        flag=_l("{n} faulty"),
    ),
    Layer(
        "venues",
        _l("Venues"),
        (
            Mark("plain", "quiet", AWNING, _p("map", "venue")),
            Mark("due", "attention", PENNANT, _p("map", "inspection overdue")),
            SHUT,
        ),
        kinds=(PlaceKind.VENUE,),
        names_from=17,
        plate=AWNING_PLATE,
        flag=_l("{n} to inspect"),
        marked_with="register.read",
    ),
    Layer(
        "duty",
        _p("map", "Who answers"),
        (
            Mark("plain", "good", SHIELD, _p("map", "a property firm")),
            Mark("nobody", "danger", HOLLOW, _p("map", "nobody")),
        ),
        act="register.read",
        kinds=(PlaceKind.COMPOUND,),
        names_from=14,
        plate=SHIELD,
        flag=_l("{n} without"),
    ),
)
AREAS = Layer("areas", _l("Areas"), (Mark("plain", "quiet", LAND, _p("map", "outline")),), on=True, names_from=9)
STATIONS = Layer(
    "stations", _l("Stations"), (Mark("plain", "accent", FLAG, _p("map", "station")),), on=True, names_from=12
)
MATTERS = Layer(
    "matters",
    _l("Open matters"),
    (
        Mark("left", "good", DISC, _p("map", "within its limit")),
        Mark("near", "attention", TRIANGLE, _p("map", "near its limit")),
        Mark("over", "danger", DIAMOND, _p("map", "over its limit")),
        Mark("paused", "quiet", SQUARE, _p("map", "suspended")),
    ),
    on=True,
    plate=ROUND_PLATE,
    flag=_l("{n} over"),
)

LAYERS: Mapping[str, Layer] = {layer.slug: layer for layer in (AREAS, STATIONS, *OPEN_PLACES, MATTERS)}
"""In the order in which they are drawn, the last on top."""


def layers_for(actor: Principal) -> list[Layer]:
    """The layers of this person's map."""
    return [layer for layer in LAYERS.values() if actor.can(layer.act)]
