"""The register's own page: one tile for each thing a post may do with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, staff
from linli.kernel.phrases import gettext_noop
from linli.web.desk.pages import answer


@dataclass(frozen=True, slots=True)
class Tile:
    """A way into the register. `act`: the permission without which it is not shown."""

    url: str
    icon: str
    title: str
    hint: str
    act: str


TILES: tuple[Tile, ...] = (
    Tile(
        "desk:canvasses",
        "people",
        gettext_noop("Canvass"),
        gettext_noop("From home to home with a question"),
        "canvass.walk",
    ),
    Tile(
        "desk:map",
        "map",
        gettext_noop("Map of open matters"),
        gettext_noop("Where something is to be done"),
        "case.read",
    ),
)
"""In the order of a committee worker's day."""


@staff("register.read")
def hub(request: StaffRequest) -> HttpResponseBase:
    """What this post may do with the register."""
    tiles = [(tile, _(tile.title), _(tile.hint)) for tile in TILES if request.actor.can(tile.act)]
    return answer(request, "desk/hub.html", {"tiles": tiles}, tab="register")
