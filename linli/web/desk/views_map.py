"""Open matters on the plan, with the same filters as the list and the list beside it."""

from __future__ import annotations

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, staff
from linli.catalogue.api import ItemClass
from linli.kernel.clock import now
from linli.web.desk import filters, lists, points, words
from linli.web.desk.pages import answer, private

ON_THE_MAP = ("open", "triage", "dispatch", "units", "verify", "overdue", "warned", "suspended")


@staff("case.read")
def show(request: StaffRequest) -> HttpResponseBase:
    """The plan with its filters; a matter that is tapped shows beside it."""
    chosen = filters.read(request.GET)
    view = lists.VIEWS[chosen.view if chosen.view in ON_THE_MAP else "open"]
    kinds = [("", _("All classes")), *((cls.value, words.class_name(cls)) for cls in ItemClass)]
    context = {
        "chosen": chosen,
        "view": view,
        "views": [lists.VIEWS[slug] for slug in ON_THE_MAP],
        "classes": kinds,
        "most": points.MOST,
    }
    return answer(request, "desk/map.html", context, tab="map")


@staff("case.read")
def geojson(request: StaffRequest) -> HttpResponseBase:
    """The matters of a filter that have a point, within the person's area."""
    chosen = filters.read(request.GET)
    view = lists.VIEWS[chosen.view if chosen.view in ON_THE_MAP else "open"]
    return private(JsonResponse(points.of_view(request.actor, view, chosen, now())))
