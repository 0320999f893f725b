"""Pages of charts: find a compound, see it whole, see one entrance, keep an open page up to date."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, staff
from linli.register.charts.api import (
    COUNTS_ONLY,
    Cell,
    Chart,
    Grade,
    Layer,
    chart_of_compound,
    chart_of_entrance,
    compounds_in_sight,
    layers_of,
    legends_at,
    place_in_sight,
    presets_for,
)
from linli.register.places.api import Place, PlaceKind, find_places
from linli.web.desk.charts import draw
from linli.web.desk.charts.asked import Asked, read
from linli.web.desk.charts.draw import Pen
from linli.web.desk.charts.matters import NOTHING, InHand, in_hand, places_of
from linli.web.desk.pages import answer, private

MOST_NEWS = 200
"""So many changes a page may ask after at once; beyond it fetches everything anew."""
ID = re.compile(r"^[0-9]{1,18}$")
TOPS = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP)


@staff("chart.read")
def index(request: StaffRequest) -> HttpResponseBase:
    """Which compound? Those within sight, or found by words."""
    words = request.GET.get("q", "").strip()[:80]
    found = compounds_in_sight(request.actor, find_places(words, limit=40) if words else None)
    return answer(
        request,
        "desk/charts/index.html",
        {"compounds": found, "words": words, "wide": request.actor.role in COUNTS_ONLY},
        tab="register",
    )


@dataclass(slots=True)
class Shown:
    """A chart with what it takes to draw it."""

    place: Place
    asked: Asked
    chart: Chart
    pen: Pen

    @property
    def compound_id(self) -> int:
        return self.place.compound_id or self.place.id


def shown(actor: Principal, place: Place, given: QueryDict, *, only: Collection[int] | None = None) -> Shown:
    """Read a chart as an address asks for it. Raises NotFound out of sight."""
    asked = read(given, actor)
    layers = {asked.colour, asked.shape} | ({Layer.DUTY} & layers_of(actor.role))
    hands = NOTHING
    if Layer.MATTERS in layers_of(actor.role):
        layers |= {Layer.MATTERS}
        hands = in_hand(actor, place.compound_id or place.id, only=only)
    whole = place.kind in TOPS
    draw_it = chart_of_compound if whole else chart_of_entrance
    chart = draw_it(actor, place, layers, given=hands.values, only=only)
    signs = legends_at(place.area.path, [asked.colour, asked.shape])
    address = _addresses(actor, asked, whole)
    return Shown(place, asked, chart, Pen(asked, signs[asked.colour], signs[asked.shape], hands, not whole, address))


class _addresses:  # noqa: N801  (a function that keeps two addresses)
    """Where a cell leads: from the compound to its entrance, from the entrance to the home."""

    def __init__(self, actor: Principal, asked: Asked, whole: bool) -> None:
        self.whole = whole
        self.query = asked.but(view="chart").query
        self.home = draw.home_address() if actor.can("register.read") else None

    def __call__(self, stack_id: int, cell: Cell) -> str:
        if self.whole:
            return f"{stack_id}?{self.query}#h{cell.home_id}"
        if self.home is not None:
            return self.home(cell.home_id)
        return f"?{self.query}&home={cell.home_id}#card"


@staff("chart.read")
def chart(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """The chart of a compound or an entrance; a building with entrances is shown where it stands."""
    actor = request.actor
    place = place_in_sight(actor, place_id)
    if place.kind == PlaceKind.BUILDING and _has_entrances(place) and actor.role not in COUNTS_ONLY:
        return redirect(f"{reverse('desk:chart', args=[place.compound_id])}?{request.GET.urlencode()}#b{place.id}")
    if actor.role in COUNTS_ONLY:
        return _counts(request, place)
    found = shown(actor, place, request.GET)
    return answer(request, "desk/charts/chart.html", _context(request, found), tab="register")


def _has_entrances(place: Place) -> bool:
    return Place.objects.filter(parent_id=place.id, kind=PlaceKind.ENTRANCE).exists()


def _context(request: StaffRequest, found: Shown) -> dict[str, object]:
    actor, asked, pen = request.actor, found.asked, found.pen
    allowed = layers_of(actor.role)
    names = [(layer.value, _(layer.label)) for layer in Layer if layer in allowed]
    top = found.place if found.place.kind in TOPS else place_in_sight(actor, found.compound_id)
    table = asked.view == "table"
    return {
        "place": found.place,
        "top": top,
        "asked": asked,
        "whole": found.place.kind in TOPS,
        "layers": names,
        "presets": [
            (_(one.label), asked.but(colour=one.colour, shape=one.shape).query,
             (one.colour, one.shape) == (asked.colour, asked.shape))
            for one in presets_for(allowed)
        ],
        "to_table": asked.but(view="table").query,
        "to_chart": asked.but(view="chart").query,
        "to_paper": asked.but(paper=not asked.paper).query,
        "keys": draw.keys_of(pen, found.chart),
        "definitions": pen.definitions(found.chart),
        "rows": draw.table_html(pen, found.chart) if table else "",
        "blocks": [] if table else _blocks(found),
        "top_badge": draw.badge_html(pen, found.compound_id),
        "homes": len(found.chart.cells),
        "answering": found.chart.answering,
        "card": _card(request, found),
        "grades": {block.place_id: block.grade for block in found.chart.blocks},
        "may_grades": actor.can("grade.read") and found.place.kind in TOPS,
        "may_legends": actor.can("legend.edit"),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """A building, or one of its entrances, as the template places it."""

    place_id: int
    name: str
    badge: str
    inside: object


def _blocks(found: Shown) -> list[Drawn]:
    pen = found.pen
    return [
        Drawn(
            block.place_id, block.name, draw.badge_html(pen, block.place_id),
            [
                Drawn(
                    stack.place_id, stack.name,
                    "" if stack.place_id == block.place_id else draw.badge_html(pen, stack.place_id),
                    draw.stack_html(pen, stack),
                )
                for stack in block.stacks
            ],
        )
        for block in found.chart.blocks
    ]  # fmt: skip


def _card(request: StaffRequest, found: Shown) -> dict[str, object] | None:
    """What is known of one home of the chart, for whom no page of the home is there."""
    wanted = request.GET.get("home", "")
    cell = next((one for one in found.chart.cells if str(one.home_id) == wanted), None)
    if cell is None:
        return None
    pen = found.pen
    told = [(_(one.layer.label), draw.said(one.sign(cell.values[one.layer]))) for one in (pen.colour, pen.shape)]
    return {"name": cell.name, "told": dict(told), "people": cell.people, "matters": pen.hands.of(cell.home_id)}


def _counts(request: StaffRequest, place: Place) -> HttpResponseBase:
    """Buildings with their grade and how many homes and matters they have: what a post above the town may see."""
    top = place if place.kind in TOPS else place_in_sight(request.actor, place.compound_id or place.id)
    allowed = layers_of(request.actor.role)
    found = chart_of_compound(request.actor, top, allowed)
    hands: InHand = in_hand(request.actor, top.id)
    rows = [
        (
            block.name,
            block.homes,
            hands.by_building.get(block.place_id, 0),
            _(Grade(block.grade).label) if block.grade else "",
        )
        for block in found.blocks
    ]
    return answer(request, "desk/charts/counts.html", {"place": top, "rows": rows}, tab="register")


@staff("chart.read")
def cells(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """Some homes of an open page drawn anew: `m` matters it heard of, `h` places it shows them at."""
    actor = request.actor
    place = place_in_sight(actor, place_id)
    if actor.role in COUNTS_ONLY:
        return private(HttpResponse(""))
    heard = [one for one in map(_uuid, request.GET.getlist("m")[:MOST_NEWS]) if one is not None]
    places = {
        int(one) for one in request.GET.getlist("h")[:MOST_NEWS] if one.isascii() and one.isdigit() and len(one) < 19
    }
    places |= places_of(actor, heard, place.compound_id or place.id)
    if not places:
        return private(HttpResponse(""))
    found = shown(actor, place, request.GET, only=sorted(places))
    return private(HttpResponse(draw.fragment(found.pen, found.chart, places)))


def _uuid(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
