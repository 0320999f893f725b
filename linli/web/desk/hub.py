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
        "desk:homes",
        "home",
        gettext_noop("Homes and people"),
        gettext_noop("By address, name, phone or ID number"),
        "person.read",
    ),
    Tile(
        "desk:home_checks",
        "eye",
        gettext_noop("Homes to look at"),
        gettext_noop("After a change, or not looked at for long"),
        "person.read",
    ),
    Tile(
        "desk:duplicates",
        "merge",
        gettext_noop("Noted twice"),
        gettext_noop("Records that may be one person"),
        "person.edit",
    ),
    Tile(
        "desk:facilities",
        "tool",
        gettext_noop("Facilities and venues"),
        gettext_noop("Their state, and when they were inspected"),
        "place.edit",
    ),
    Tile(
        "desk:canvasses",
        "people",
        gettext_noop("Canvass"),
        gettext_noop("From home to home with a question"),
        "canvass.walk",
    ),
    Tile(
        "desk:charts",
        "building",
        gettext_noop("Charts of homes"),
        gettext_noop("Every compound as it stands, home by home"),
        "chart.read",
    ),
    Tile(
        "desk:map",
        "map",
        gettext_noop("The one map"),
        gettext_noop("Places, facilities, stations, open matters"),
        "case.read",
    ),
    Tile(
        "desk:duty",
        "people",
        gettext_noop("Who answers for what"),
        gettext_noop("Chains of duty, gaps, leave and cards"),
        "register.read",
    ),
    Tile(
        "desk:grades",
        "flag",
        gettext_noop("Grades of buildings"),
        gettext_noop("Proposed by a rule, decided by people"),
        "grade.read",
    ),
    Tile(
        "desk:legends",
        "layers",
        gettext_noop("Legends"),
        gettext_noop("Colours, shapes and letters of the charts"),
        "legend.edit",
    ),
    Tile(
        "desk:sheets",
        "upload",
        gettext_noop("Tables in and out"),
        gettext_noop("Bring in a list of homes and people, or take one out"),
        "register.import",
    ),
    Tile(
        "desk:sheets_out",
        "download",
        gettext_noop("Tables that wait for you"),
        gettext_noop("Somebody asks to take out personal data"),
        "export.approve",
    ),
)
"""In the order of a committee worker's day."""


@staff("chart.read")
def hub(request: StaffRequest) -> HttpResponseBase:
    """What this post may do with the register."""
    tiles = [(tile, _(tile.title), _(tile.hint)) for tile in TILES if request.actor.can(tile.act)]
    return answer(request, "desk/hub.html", {"tiles": tiles}, tab="register")
