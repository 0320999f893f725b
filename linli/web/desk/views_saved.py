"""A person's own saved filters: keep, rename, throw away, start with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, staff
from linli.accounts.api import (
    MAX_FILTER_NAME,
    SavedFilter,
    delete_filter,
    filters_of,
    rename_filter,
    save_filter,
    start_with_filter,
    unit_names,
)
from linli.kernel.errors import Conflict, InvalidInput
from linli.register.places.api import Place
from linli.territory.api import Area
from linli.web.desk import filters, lists
from linli.web.desk.filters import Chip
from linli.web.desk.pages import answer
from linli.web.desk.saved import query_of


@dataclass(frozen=True, slots=True)
class Line:
    """A filter with its view and conditions in words. `typed`, `wrong`: a name that was not taken, and why."""

    view: lists.View
    chips: list[Chip]
    kept: SavedFilter | None = None
    typed: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A filter that could not be saved yet."""

    query: str
    line: Line


@staff("case.read")
def index(request: StaffRequest) -> HttpResponseBase:
    """All own filters; POST saves the one that is open in the list."""
    if request.method != "POST":
        return _page(request)
    chosen = filters.read(QueryDict(request.POST.get("query", "")))
    query, name = query_of(chosen, lists.view_of(chosen, request.actor)), request.POST.get("name", "")
    try:
        kept = save_filter(actor=request.actor, name=name, query=query)
    except (InvalidInput, Conflict) as error:
        line = _line(request.actor, query, typed=name, wrong=str(error))
        return _page(request, fresh=Fresh(query, line))
    messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
    return redirect(f"{reverse('desk:inbox')}?{query}")


def _rename(actor: Principal, filter_id: int, name: str) -> str:
    return _("It is called “%(name)s” now.") % {"name": rename_filter(actor=actor, filter_id=filter_id, name=name).name}


def _delete(actor: Principal, filter_id: int, name: str) -> str:
    delete_filter(actor=actor, filter_id=filter_id)
    return _("Deleted.")


def _start(actor: Principal, filter_id: int, name: str) -> str:
    start_with_filter(actor=actor, filter_id=filter_id)
    return _("The inbox opens with this filter now.")


def _no_start(actor: Principal, filter_id: int, name: str) -> str:
    start_with_filter(actor=actor, filter_id=None)
    return _("The inbox opens as it used to.")


CHANGES: Mapping[str, Callable[[Principal, int, str], str]] = {
    "rename": _rename, "delete": _delete, "start": _start, "no-start": _no_start,
}  # fmt: skip


@staff("case.read")
def change(request: StaffRequest, filter_id: int) -> HttpResponseBase:
    """One change of one filter: rename, delete, start with it or no longer."""
    make = CHANGES.get(request.POST.get("do", ""))
    if request.method == "POST" and make is not None:
        name = request.POST.get("name", "")
        try:
            messages.success(request, make(request.actor, filter_id, name))
        except (InvalidInput, Conflict) as error:
            return _page(request, wrong={filter_id: (name, str(error))})
    return redirect("desk:saved")


def _page(
    request: StaffRequest, *, fresh: Fresh | None = None, wrong: Mapping[int, tuple[str, str]] | None = None
) -> HttpResponse:
    refused = wrong or {}
    lines = []
    for kept in filters_of(request.actor):
        typed, why = refused.get(kept.id, ("", ""))
        lines.append(_line(request.actor, kept.query, kept=kept, typed=typed, wrong=why))
    context = {"lines": lines, "fresh": fresh, "longest": MAX_FILTER_NAME}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fresh or refused else HTTPStatus.OK
    return answer(request, "desk/saved.html", context, status=status)


def _line(actor: Principal, query: str, *, kept: SavedFilter | None = None, typed: str = "", wrong: str = "") -> Line:
    chosen = filters.read(QueryDict(query))
    area = Area.objects.filter(path=chosen.area).first() if chosen.area else None
    unit = unit_names({int(chosen.unit)}) if chosen.unit else {}
    place = Place.objects.filter(id=int(chosen.place)).first() if chosen.place else None
    chips = filters.chips(chosen, str(area or ""), next(iter(unit.values()), ""), place.name if place else "")
    return Line(lists.view_of(chosen, actor), chips, kept, typed, wrong)
