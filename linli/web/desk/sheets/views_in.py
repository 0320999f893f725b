"""A table on its way in: upload, columns, check, import, undo."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from linli.access.api import StaffRequest, staff
from linli.doors.sheets.api import (
    BY_KEY,
    XLSX,
    BatchState,
    FileGone,
    SheetBatch,
    ask_undo,
    batch_by_id,
    batches,
    came_in_before,
    drop_batch,
    faults_of,
    match_columns,
    mending_sheet,
    progress_of,
    receive_file,
    start_import,
    template,
    waiting_for,
    words_here,
)
from linli.kernel.errors import LinliError
from linli.web.desk.pages import answer, part, private
from linli.web.desk.sheets import shown
from linli.web.desk.sheets.forms import FileForm

ACT = "register.import"


@staff(ACT)
def index(request: StaffRequest) -> HttpResponseBase:
    """What came in, the latest first, and the ways in and out."""
    rows = [(batch, shown.batch_badge(batch)) for batch in batches(request.actor)]
    return answer(
        request, "desk/sheets/index.html",
        {"rows": rows, "waiting": len(waiting_for(request.actor)), "may_export": request.actor.can("register.export")},
        tab="register",
    )  # fmt: skip


@staff(ACT)
def blank(request: StaffRequest) -> HttpResponseBase:
    """An empty table with headings, an example and lists to choose from."""
    language = get_language() or "zh-hans"
    tags, compounds = words_here(request.actor.area_path, language)
    return attached(template(language, tags=tags, compounds=compounds), XLSX, "linli-register.xlsx")


@staff(ACT)
def new(request: StaffRequest) -> HttpResponseBase:
    """Send a table."""
    form = FileForm(request.POST or None, request.FILES or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            batch = receive_file(
                actor=request.actor, area=form.areas[given["area"]], name=given["file"].name or "-",
                data=given["file"].read(), language=get_language() or "zh-hans",
                profile=form.profiles.get(given.get("profile", "")),
            )  # fmt: skip
        except LinliError as error:
            form.add_error("file", _(str(error)))
        else:
            return redirect("desk:sheet", batch.id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return answer(request, "desk/sheets/new.html", {"form": form}, tab="register", status=status)


@staff(ACT)
def show(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """An import where it stands."""
    return _page(request, batch_by_id(request.actor, batch_id))


def _back(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """To the page of the import, for whoever may see it."""
    return redirect("desk:sheet", batch_by_id(request.actor, batch_id).id)


def _page(request: StaffRequest, batch: SheetBatch, *, match: bool = False, wrong: str = "") -> HttpResponseBase:
    state = BatchState(batch.state)
    again = match or "match" in request.GET
    matching = state is BatchState.RECEIVED or (state is BatchState.CHECKED and again)
    faults = faults_of(batch)
    context: dict[str, Any] = {
        "batch": batch, "badge": shown.batch_badge(batch), "wrong": wrong, "matching": matching,
        "at_work": state in shown.AT_WORK, "state": str(state), "progress": progress_of(batch.id),
        "choices": shown.choices(batch) if matching and batch.file_key else [],
        "faults": shown.fault_lines(faults), "more_faults": max(0, batch.found.get("faults", 0) - shown.MOST_FAULTS),
        "would": shown.counts(batch.found), "made": shown.counts(batch.made),
        "before": came_in_before(batch) if state is BatchState.CHECKED else None,
        "held": shown.held(batch), "failure": shown.failure(batch),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return answer(request, "desk/sheets/batch.html", context, tab="register", status=status)


@staff(ACT)
def match(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """Say which column is which; the check begins."""
    if request.method != "POST":
        return _back(request, batch_id)
    given = request.POST
    columns = {key: int(at) for key in BY_KEY if (at := given.get(f"column_{key}", "")).isdecimal()}
    try:
        match_columns(
            actor=request.actor, batch_id=batch_id, columns=columns, fill_down="fill_down" in given,
            update_known="update_known" in given, remember_as=given.get("remember_as", "")[:40],
        )  # fmt: skip
    except LinliError as error:
        return _page(request, batch_by_id(request.actor, batch_id), match=True, wrong=_(str(error)))
    return redirect("desk:sheet", batch_id)


@staff(ACT)
def progress(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """How far the work is; when it is over, the page is shown anew."""
    batch = batch_by_id(request.actor, batch_id)
    if BatchState(batch.state) not in shown.AT_WORK:
        return HttpResponseClientRefresh()
    return part(
        request, "desk/sheets/_progress.html",
        {"batch": batch, "badge": shown.batch_badge(batch), "progress": progress_of(batch.id)},
    )  # fmt: skip


@staff(ACT)
def run(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """Bring in what was checked."""
    if request.method == "POST":
        try:
            start_import(actor=request.actor, batch_id=batch_id, good_alone=request.POST.get("rows") == "good")
        except LinliError as error:
            return _page(request, batch_by_id(request.actor, batch_id), wrong=_(str(error)))
    return _back(request, batch_id)


@staff(ACT)
def undo(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """Take back what came in."""
    if request.method == "POST":
        try:
            ask_undo(actor=request.actor, batch_id=batch_id)
        except LinliError as error:
            return _page(request, batch_by_id(request.actor, batch_id), wrong=_(str(error)))
    return _back(request, batch_id)


@staff(ACT)
def drop(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """Let a file go that nobody brings in."""
    if request.method != "POST":
        return _back(request, batch_id)
    drop_batch(actor=request.actor, batch_id=batch_id)
    messages.success(request, _("The file was let go; nothing was imported."))
    return redirect("desk:sheets")


@staff(ACT)
def mend(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """The rows that have to be mended."""
    if request.method != "POST":
        return _back(request, batch_id)
    try:
        data = mending_sheet(actor=request.actor, batch_id=batch_id)
    except FileGone as error:
        return _page(request, batch_by_id(request.actor, batch_id), wrong=_(str(error)))
    return attached(data, XLSX, "linli-to-be-mended.xlsx")


def attached(data: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved, never shown inside a page."""
    response = HttpResponse(data, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})
    plain = name.encode("ascii", "ignore").decode() or "linli"
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    return private(response)
