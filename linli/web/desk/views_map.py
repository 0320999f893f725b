"""Open matters on the plan, with the same filters as the list and the list beside it."""

from __future__ import annotations

from dataclasses import replace

from django.http import JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, staff
from linli.catalogue.api import ItemClass
from linli.kernel.clock import now
from linli.web.desk import filters, lists, points, words
from linli.web.desk.filters import Filter
from linli.web.desk.frame import frame_of
from linli.web.desk.pages import answer, private
from linli.web.desk.saved import notes

ON_THE_MAP = ("open", "triage", "dispatch", "units", "verify", "overdue", "warned", "suspended")


@staff("case.read")
def show(request: StaffRequest) -> HttpResponseBase:
    """The plan with its filters; a matter that is tapped shows beside it."""
    chosen = filters.read(request.GET)
    view = lists.VIEWS[chosen.view if chosen.view in ON_THE_MAP else "open"]
    frame = frame_of(request.actor, now=now(), area=chosen.area, unit=chosen.unit)
    kinds = [("", _("All classes")), *((cls.value, words.class_name(cls)) for cls in ItemClass)]
    rest = filters.chips(replace(chosen, cls=""), frame.area_name, frame.unit_name)
    context = {
        "chosen": chosen,
        "view": view,
        "views": [(lists.VIEWS[slug], replace(chosen, view=slug).query) for slug in ON_THE_MAP],
        "classes": [(cls, word, replace(chosen, view=view.slug, cls=cls).query) for cls, word in kinds],
        "chips": [replace(chip, query=_with_class(chip.query, chosen)) for chip in rest],
        "notes": notes(request.actor, chosen, frame),
    }
    return answer(request, "desk/map.html", context, tab="map", frame=frame)


def _with_class(query: str, chosen: Filter) -> str:
    return replace(filters.read(QueryDict(query)), cls=chosen.cls).query


@staff("case.read")
def geojson(request: StaffRequest) -> HttpResponseBase:
    """The matters of a filter that have a point, within the person's area."""
    chosen = filters.read(request.GET)
    view = lists.VIEWS[chosen.view if chosen.view in ON_THE_MAP else "open"]
    return private(JsonResponse(points.of_view(request.actor, view, chosen, now())))
