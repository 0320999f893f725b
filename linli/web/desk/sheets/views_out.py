"""A table on its way out: asked for, agreed to, fetched."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from linli.access.api import StaffRequest, staff
from linli.doors.sheets.api import (
    CSV,
    ROWS_ALONE,
    XLSX,
    ExportPurpose,
    ExportState,
    SheetExport,
    Wish,
    ask_export,
    decide_export,
    export_by_id,
    exports_of,
    open_export,
    waiting_for,
    withdraw_export,
)
from linli.kernel.clock import shanghai
from linli.kernel.errors import LinliError
from linli.web.desk.pages import answer, is_part, part
from linli.web.desk.sheets import shown
from linli.web.desk.sheets.forms import WishForm
from linli.web.desk.sheets.views_in import attached

ASK = "register.export"
READ = "register.read"
"""Whoever decides may not be one of those who ask; the door asks again."""


@staff(READ)
def index(request: StaffRequest) -> HttpResponseBase:
    """What waits for this person to agree to, and what he has asked for himself."""
    actor = request.actor
    own = exports_of(actor) if actor.can(ASK) else []
    context = {
        "waiting": [(one, _purpose(one)) for one in waiting_for(actor)],
        "own": [(one, _purpose(one), shown.export_badge(one)) for one in own],
        "may_ask": actor.can(ASK),
        "may_decide": actor.can("export.approve"),
    }
    return answer(request, "desk/sheets/out.html", context, tab="register")


def _purpose(export: SheetExport) -> str:
    return _(ExportPurpose(export.purpose).label)


@staff(ASK)
def new(request: StaffRequest) -> HttpResponseBase:
    """Ask for a table."""
    form = WishForm(request.POST or None, actor=request.actor, initial={"format": "xlsx"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wish = Wish(
            area=form.areas[given["area"]], purpose=given["purpose"], reason=given["reason"], format=given["format"],
            language=get_language() or "zh-hans", place_id=given["place"], empty_homes=given["empty_homes"],
        )  # fmt: skip
        try:
            asked = ask_export(actor=request.actor, wish=wish)
        except LinliError as error:
            form.add_error(None, _(str(error)))
        else:
            return redirect("desk:sheet_out", asked.id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return answer(
        request, "desk/sheets/out_new.html", {"form": form, "alone": ROWS_ALONE}, tab="register", status=status
    )


@staff(READ)
def show(request: StaffRequest, export_id: UUID) -> HttpResponseBase:
    """One table where it stands, for who asked and who may agree; to htmx whether it is still being made."""
    if is_part(request):
        found = export_by_id(request.actor, export_id)
        if ExportState(found.state) is not ExportState.APPROVED:
            return HttpResponseClientRefresh()
        return part(request, "desk/sheets/_making.html", {"export": found})
    return _page(request, export_id)


def _page(request: StaffRequest, export_id: UUID, wrong: str = "") -> HttpResponseBase:
    found = export_by_id(request.actor, export_id)
    mine = found.asked_by == request.actor.user_id
    state = ExportState(found.state)
    context = {
        "export": found, "purpose": _purpose(found), "badge": shown.export_badge(found), "mine": mine, "wrong": wrong,
        "may_decide": state is ExportState.ASKED and found in waiting_for(request.actor),
        "may_fetch": mine and state in (ExportState.MADE, ExportState.OPENED),
        "may_withdraw": mine and state is ExportState.ASKED,
        "at_work": state is ExportState.APPROVED,
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return answer(request, "desk/sheets/out_one.html", context, tab="register", status=status)


@staff(READ)
def decide(request: StaffRequest, export_id: UUID) -> HttpResponseBase:
    """Agree, or turn it down."""
    export_by_id(request.actor, export_id)
    if request.method == "POST":
        agreed = request.POST.get("agree") == "yes"
        try:
            decide_export(actor=request.actor, export_id=export_id, agreed=agreed, words=request.POST.get("words", ""))
        except LinliError as error:
            return _page(request, export_id, _(str(error)))
        messages.success(request, _("Agreed. The file is being made.") if agreed else _("Turned down."))
    return redirect("desk:sheets_out")


@staff(ASK)
def withdraw(request: StaffRequest, export_id: UUID) -> HttpResponseBase:
    """Take one's own wish back."""
    export_by_id(request.actor, export_id)
    if request.method == "POST":
        withdraw_export(actor=request.actor, export_id=export_id)
    return redirect("desk:sheets_out")


@staff(ASK)
def fetch(request: StaffRequest, export_id: UUID) -> HttpResponseBase:
    """The file itself; every fetching is on record."""
    if request.method != "POST":
        return redirect("desk:sheet_out", export_by_id(request.actor, export_id).id)
    found, data = open_export(actor=request.actor, export_id=export_id)
    name = f"linli-{shanghai(found.made_at or found.asked_at):%Y%m%d-%H%M}.{found.format}"
    return attached(data, XLSX if found.format == "xlsx" else CSV, name)
