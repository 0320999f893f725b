"""The inbox: views with counts, the list, filters, the list as a table file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, staff
from linli.accounts.api import UNIT_ROLES, WIDE_ROLES, units_within
from linli.audit.api import record
from linli.catalogue.api import ItemClass, list_specs
from linli.kernel.clock import now, shanghai
from linli.kernel.text import csv_safe
from linli.territory.api import Area, areas_under
from linli.web.desk import filters, lists, saved, words
from linli.web.desk.filters import Filter
from linli.web.desk.frame import Frame, frame_of
from linli.web.desk.lists import Row, View
from linli.web.desk.pages import answer, is_part, part, private
from linli.web.ui.states import badge

MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Counted:
    """A view and how much is in it; None where nobody counts."""

    view: View
    count: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Views under one heading."""

    label: Promise
    views: list[Counted]


def groups(actor: Principal, frame: Frame) -> list[Group]:
    """The left pane."""
    shown = [Counted(view, frame.counts.get(view.slug, 0) if view.counted else None) for view in lists.views_for(actor)]
    return [Group(label, [one for one in shown if one.view.group == key]) for key, label in lists.GROUPS.items()]


@staff("case.read")
def inbox(request: StaffRequest) -> HttpResponseBase:
    """The three panes; for htmx the list alone, or only the rows after a cursor."""
    chosen, after, moment = filters.read(request.GET), request.GET.get("after", ""), now()
    if after and is_part(request):
        return part(request, "desk/_rows.html", _rows(request, chosen, moment, after))
    frame = frame_of(request.actor, now=moment, counts=True, area=chosen.area, unit=chosen.unit, place=chosen.place)
    start = next((one for one in frame.saved if one.is_start), None)
    if start is not None and not request.GET and not is_part(request):
        return redirect(f"{reverse('desk:inbox')}?{start.query}")
    context = _rows(request, chosen, moment, after) | _around(request, chosen, frame)
    if is_part(request):
        return part(request, "desk/_list.html", context)
    rows = context["page"].rows
    if len(rows) == 1 and chosen.number and not after:
        return redirect("desk:matter", rows[0].number)
    return answer(request, "desk/inbox.html", context, frame=frame)


def _rows(request: StaffRequest, chosen: Filter, moment: datetime, after: str) -> dict[str, Any]:
    page = lists.page(request.actor, chosen, now=moment, after=after)
    more = QueryDict(chosen.query, mutable=True)
    more["after"] = page.more
    triage = request.actor.can("report.triage") and any(row.can_accept for row in page.rows)
    return {"page": page, "more_url": f"{reverse('desk:inbox')}?{more.urlencode()}", "can_bulk": triage}


def _around(request: StaffRequest, chosen: Filter, frame: Frame) -> dict[str, Any]:
    """What stands around the rows: the views, the conditions in words, the saved filters."""
    view = lists.view_of(chosen, request.actor)
    return {
        "view": view,
        "chosen": chosen,
        "here": saved.query_of(chosen, view),
        "groups": groups(request.actor, frame),
        "saved": frame.saved,
        "is_saved": any(one.query == saved.query_of(chosen, view) for one in frame.saved),
        "notes": saved.notes(request.actor, chosen, frame),
        "chips": filters.chips(chosen, frame.area_name, frame.unit_name, frame.place_name),
        "count": frame.counts.get(view.slug) if view.counted and not chosen.narrowed else None,
    }


@staff("case.read")
def views(request: StaffRequest) -> HttpResponseBase:
    """The left pane anew, after something changed."""
    chosen = filters.read(request.GET)
    frame = frame_of(request.actor, now=now(), counts=True)
    return part(request, "desk/_views.html", _around(request, chosen, frame))


@staff("case.read")
def narrow(request: StaffRequest) -> HttpResponseBase:
    """The form with every condition."""
    chosen = filters.read(request.GET)
    context = {
        "chosen": chosen,
        "views": lists.views_for(request.actor),
        "view": lists.view_of(replace(chosen, q=""), request.actor),
        "items": [(spec.code, words.item_title(spec.code)) for spec in list_specs()],
        "classes": [(cls.value, words.class_name(cls)) for cls in ItemClass],
        "channels": words.CHANNELS.items(),
        "levels": [(str(level), word) for level, word in words.LEVELS.items()],
        "areas": areas(request.actor),
        "units": units(request.actor),
    }
    return answer(request, "desk/filters.html", context)


def areas(actor: Principal) -> list[tuple[str, str]]:
    """The areas below one's own as (path, indented name); for the district the towns and stations only."""
    found = areas_under(actor.area_path)
    if actor.role in WIDE_ROLES:
        found = [area for area in found if area.kind in ("town", "station")]
    return [(area.path, _indented(area, actor)) for area in found]


def units(actor: Principal) -> list[tuple[str, str]]:
    """The units a matter of one's area can lie with; for the district those of towns and stations only."""
    if actor.role in UNIT_ROLES:
        return []  # they see what lies with their own unit and nothing else
    found = units_within(actor.area_path)
    if actor.role in WIDE_ROLES:
        found = [unit for unit in found if unit.area.kind in ("district", "town", "station")]
    return [(str(unit.id), f"{unit} · {unit.area}") for unit in found]


def _indented(area: Area, actor: Principal) -> str:
    depth = area.path.count(".") - actor.area_path.count(".")
    return "\u3000" * max(0, depth) + str(area)


@staff("case.read")
def export(request: StaffRequest) -> HttpResponseBase:
    """The list as CSV for a spreadsheet: at most 5,000 rows, no reporter, no formula; the export is on record."""
    if request.method != "POST":
        return redirect("desk:inbox")
    chosen = filters.read(QueryDict(request.POST.get("query", "")))
    view = lists.view_of(chosen, request.actor)
    rows = lists.page(request.actor, chosen, now=now(), size=MOST_ROWS).rows
    record(
        actor=request.actor, act="desk.export", subject_kind="list", subject_id=view.slug,
        detail={"rows": len(rows), "narrowed_by": _narrowed(chosen)},
    )  # fmt: skip
    response = HttpResponse(table(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="linli-{view.slug}-{shanghai(now()):%Y%m%d-%H%M}.csv"'
    )
    return private(response)


def _narrowed(chosen: Filter) -> list[str]:
    """Which conditions were set; their values may name people and stay out of the trail."""
    return [field.name for field in fields(chosen) if field.name != "view" and getattr(chosen, field.name)]


def table(rows: list[Row]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read Chinese; every cell made harmless."""
    head = [
        _("Number"), _("State"), _("Title"), _("Kind of matter"), _("Area"), _("Place"), _("With"), _("Channel"),
        _("Level"), _("Reports"), _("Begun"), _("Next limit"), _("Waits for"),
    ]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([csv_safe(cell) for cell in head])
    for row in rows:
        cells = [
            row.number, str(badge(row.state).word), row.title, row.what, row.area, row.place, row.unit, row.channel,
            row.level, row.reports, f"{shanghai(row.began_at):%Y-%m-%d %H:%M}",
            f"{shanghai(row.due_at):%Y-%m-%d %H:%M}" if row.due_at else "", row.waiting_for,
        ]  # fmt: skip
        writer.writerow([csv_safe(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")
