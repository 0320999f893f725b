from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from csp.decorators import csp_update
from django.http import JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, require, staff
from linli.catalogue.api import ItemClass
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, NotFound
from linli.kernel.geo import Box, Datum, Point, box_around, from_wgs84, point
from linli.territory.api import box_of
from linli.web.desk import filters, lists, words
from linli.web.desk.atlas import chosen as switches
from linli.web.desk.atlas import ground, kinds, matters, places
from linli.web.desk.atlas.basemap import basemap, datum_of
from linli.web.desk.atlas.chosen import Chosen
from linli.web.desk.atlas.features import Told
from linli.web.desk.atlas.layers import LAYERS, Layer, Mark, layers_for
from linli.web.desk.atlas.sight import NEAR, Sight, read_sight
from linli.web.desk.filters import Filter
from linli.web.desk.frame import Frame, frame_of
from linli.web.desk.lists import View
from linli.web.desk.pages import answer, private
from linli.web.desk.saved import notes

ON_THE_MAP = ("open", "triage", "dispatch", "units", "verify", "overdue", "warned", "suspended")
PUDONG = Box(121.45, 30.85, 121.95, 31.4)
"""Where the map begins when nobody has told where the area lies."""

LEAST_METRES = 700.0
"""A committee of which only the centre is known begins with this much around it."""

IN_THE_FORM = ("since", "due")
"""Conditions that have a field of their own on the page."""


def _view(chosen: Filter) -> View:
    return lists.VIEWS[chosen.view if chosen.view in ON_THE_MAP else "open"]


@staff("case.read")
def show(request: StaffRequest) -> HttpResponseBase:
    """The map with its layers, filters and list; the browser fetches what is in sight."""
    chosen, view = filters.read(request.GET), _view(filters.read(request.GET))
    actor, base = request.actor, basemap()
    frame = frame_of(actor, now=now(), area=chosen.area, unit=chosen.unit, place=chosen.place)
    mine = layers_for(actor)
    on = switches.read(request.GET, mine)
    context = {
        "chosen": chosen,
        "kept": [(name, value) for name, value in QueryDict(chosen.query).items() if name not in IN_THE_FORM],
        "notes": notes(actor, chosen, frame),
        "legend": legend(actor, mine, on),
        "at": on.at,
        "bounds": ",".join(map(str, _bounds(chosen.area or actor.area_path, datum_of(base)))),
        "base": base,
        "near": NEAR,
        "layer_url": reverse("desk:map_layer", args=["LAYER"]),
        **_chips(chosen, view, on, frame),
    }
    page = answer(request, "desk/atlas/map.html", context, tab="map", frame=frame)
    # This page, and no other, may load from the origin of the base map.
    allowed = {"img-src": [base.origin], "connect-src": [base.origin]} if base else {}
    return csp_update(allowed)(lambda _request: page)(request)


def _bounds(path: str, datum: Datum) -> list[float]:
    """Where the map begins: the area, and at least a neighbourhood around its middle."""
    box = box_of(path) or PUDONG
    around = box_around(point((box.west + box.east) / 2, (box.south + box.north) / 2), LEAST_METRES)
    box = Box(
        min(box.west, around.west), min(box.south, around.south), max(box.east, around.east),
        max(box.north, around.north),
    )  # fmt: skip
    corners = (from_wgs84(Point(box.west, box.south), datum), from_wgs84(Point(box.east, box.north), datum))
    return [round(degrees, 6) for corner in corners for degrees in corner]


@dataclass(frozen=True, slots=True)
class Entry:
    """A layer in the legend: the marks this person is told, whether it is on, and the kinds of it that can be chosen as
    (value, words, is chosen).
    """

    layer: Layer
    marks: Sequence[Mark]
    on: bool
    kinds: list[tuple[str, str, bool]]

    @property
    def narrowed(self) -> bool:
        """Whether some of its kinds are chosen."""
        return any(is_on for _value, _words, is_on in self.kinds)


def legend(actor: Principal, layers: list[Layer], on: Chosen) -> list[Entry]:
    """The layers as the legend lists them: what is on top of the map first."""
    offered = kinds.choices(layers)
    return [
        Entry(
            layer, layer.marks_for(actor), on.shows(layer),
            [(one, text, one in on.kinds) for one, text in offered.get(layer.slug, ())],
        )
        for layer in reversed(layers)
    ]  # fmt: skip


def _chips(chosen: Filter, view: View, on: Chosen, frame: Frame) -> dict[str, object]:
    """The views, the classes, and the conditions that can be taken off, each with its address."""
    classes = [("", _("All classes")), *((cls.value, words.class_name(cls)) for cls in ItemClass)]
    rest = filters.chips(replace(chosen, cls=""), frame.area_name, frame.unit_name, frame.place_name)
    return {
        "view": view,
        "views": [(lists.VIEWS[slug], _query(replace(chosen, view=slug), on)) for slug in ON_THE_MAP],
        "classes": [(cls, word, _query(replace(chosen, view=view.slug, cls=cls), on)) for cls, word in classes],
        "chips": [replace(chip, query=_query(_with_class(chip.query, chosen), on)) for chip in rest],
    }


def _with_class(query: str, chosen: Filter) -> Filter:
    return replace(filters.read(QueryDict(query)), cls=chosen.cls)


def _query(chosen: Filter, on: Chosen) -> str:
    return "&".join(part for part in (chosen.query, on.query) if part)


@staff("case.read")
def layer(request: StaffRequest, layer: str) -> HttpResponseBase:
    """What of one layer is in sight, as GeoJSON. A window that cannot be read is answered with 422 and words."""
    if layer not in LAYERS:
        raise NotFound(_("The map has no such layer."), code="layer_unknown", detail={"layer": layer})
    wanted = LAYERS[layer]
    require(request.actor, wanted.act)
    try:
        sight = read_sight(request.GET, datum_of(basemap()))
    except InvalidInput as error:
        problem = {"title": str(error), "code": error.code, "status": HTTPStatus.UNPROCESSABLE_ENTITY}
        return private(JsonResponse(problem, status=problem["status"], content_type="application/problem+json"))
    found = _told(request.actor, wanted, sight, request.GET) if sight.zoom >= wanted.from_zoom else Told([], 0)
    return private(JsonResponse(found.collection(sight)))


def _told(actor: Principal, wanted: Layer, sight: Sight, given: QueryDict) -> Told:
    if wanted.slug == "matters":
        chosen = filters.read(given)
        return matters.told(actor, _view(chosen), chosen, sight)
    if wanted.slug == "areas":
        return ground.areas(actor, sight)
    if wanted.slug == "stations":
        return ground.stations(actor, sight)
    return places.told(actor, wanted, sight, switches.read(given, [wanted]).kinds)
