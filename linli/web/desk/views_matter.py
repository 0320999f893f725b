"""The page of a matter: its story, what stands beside it, and its acts."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.access.api import StaffRequest, open_sealed, purposes_of, staff
from linli.casework.cases.api import photo_in_sight
from linli.files.api import KEPT_TYPE, PhotoSize, open_photo
from linli.kernel.errors import LinliError, NotFound
from linli.web.desk import lists, matter_page, words
from linli.web.desk.acts import DEEDS, Deed
from linli.web.desk.forms_base import DeedForm
from linli.web.desk.matter import Matter, by_id, by_number, merged_into
from linli.web.desk.pages import answer, is_part, part, private

PEEK, PAGE = "peek", "page"


@staff("case.read")
def show(request: StaffRequest, number: str) -> HttpResponseBase:
    """The page, or one live part of it. `?do=` opens an act."""
    matter = by_number(request.actor, number)
    whole = merged_into(request.actor, matter.report) if matter.report else None
    wanted = request.GET.get("part", "")
    partly = wanted in matter_page.PARTS and is_part(request)
    if whole is not None and not partly:
        messages.info(request, _("%(number)s was merged into this matter.") % {"number": number})
        return redirect("desk:matter", whole.number)
    if partly:
        where = PEEK if request.GET.get("frame") == PEEK else PAGE
        context = {**matter_page.part_of(wanted, matter, where=where), "whole": whole}
        return part(request, matter_page.PARTS[wanted], context)
    context = matter_page.page(matter, opened=request.GET.get("do", ""))
    return answer(request, "desk/matter.html", context)


@staff("case.read")
def peek(request: StaffRequest, matter_id: UUID) -> HttpResponseBase:
    """The preview beside the list."""
    matter = by_id(request.actor, matter_id)
    if not is_part(request):
        return redirect("desk:matter", matter.number)
    return part(request, "desk/_peek.html", matter_page.preview(matter, opened=request.GET.get("do", "")))


@staff("case.read")
def row(request: StaffRequest, matter_id: UUID) -> HttpResponseBase:
    """One line of the list, anew. A matter that left the view stays as a line until the list is fetched again."""
    found = lists.row_of(request.actor, matter_id)
    if found is None:
        raise NotFound(_("There is no such matter in your area."), code="matter_unknown")
    return part(request, "desk/_row.html", {"row": found})


def act_view(deed: Deed) -> Callable[..., HttpResponseBase]:
    """The view of one act. GET leads to the page with the form open; POST does it."""

    @staff(deed.permission)
    def act(request: StaffRequest, number: str) -> HttpResponseBase:
        matter = by_number(request.actor, number)
        if request.method != "POST":
            return redirect(f"{reverse('desk:matter', args=[number])}?do={deed.slug}#acts")
        form = _form(request, deed, matter)
        if _do(form):
            return _done(request, matter, form)
        return _again(request, by_number(request.actor, number), form)

    return act


def _form(request: StaffRequest, deed: Deed, matter: Matter) -> DeedForm:
    """What was sent. A form that cannot be made any more (the report is a case by now) holds the words and says why."""
    try:
        return deed.form(request.POST, request.FILES, matter=matter, slug=deed.slug)
    except LinliError as error:
        gone = DeedForm(request.POST, matter=matter, slug=deed.slug)
        gone.add_error(None, _(str(error)))
        return gone


def _do(form: DeedForm) -> bool:
    """Do the act; what goes wrong stands in the form."""
    try:
        form.keep_photos()
        if not form.is_valid():
            return False
        form.perform()
    except LinliError as error:
        form.add_error(None, _(str(error)))
        return False
    return True


def _done(request: StaffRequest, matter: Matter, form: DeedForm) -> HttpResponseBase:
    if not is_part(request):
        messages.success(request, str(form.done))
        return redirect("desk:matter", matter.number)
    fresh = _after(request, matter)
    if fresh is None:
        response: HttpResponseBase = HttpResponse()
        response.headers["HX-Redirect"] = reverse("desk:inbox")
        return response
    if request.POST.get("frame") == PEEK:
        context = {**matter_page.preview(fresh), "row": lists.row_of(request.actor, fresh.id)}
        response = part(request, "desk/_peek.html", {**context, "said": form.done})
    else:
        response = part(request, "desk/_matter.html", {**matter_page.page(fresh), "said": form.done})
    response.headers["HX-Trigger"] = "desk:changed"
    return response


def _after(request: StaffRequest, matter: Matter) -> Matter | None:
    """The matter as it stands now: the case a merge led to, or None when it has left this person's sight."""
    try:
        fresh = by_number(request.actor, matter.number)
    except NotFound:
        return None
    whole = merged_into(request.actor, fresh.report) if fresh.report else None
    return by_number(request.actor, whole.number) if whole is not None else fresh


def _again(request: StaffRequest, matter: Matter, form: DeedForm) -> HttpResponse:
    """The same form with its errors; words whose act is not possible any more are shown to be taken along."""
    peeking = request.POST.get("frame") == PEEK
    context = (matter_page.preview if peeking else matter_page.page)(matter, bound=form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if is_part(request):
        return part(request, "desk/_peek.html" if peeking else "desk/_matter.html", context, status=status)
    return answer(request, "desk/matter.html", context, status=status)


@staff("report.triage")
def consequence(request: StaffRequest, number: str) -> HttpResponseBase:
    """What filing under the chosen item would lead to; asked for as the choice changes."""
    matter = by_number(request.actor, number)
    form = DEEDS["file"].form(request.GET, matter=matter, slug="file")
    return part(request, "desk/acts/_consequence.html", {"form": form})


@staff("reporter.open")
def phone(request: StaffRequest, number: str, report_id: str) -> HttpResponseBase:
    """Open a reporter's phone: purpose and reason first, on record before the number appears, shown once."""
    matter = by_number(request.actor, number)
    report = next((one for one in matter.reports if str(one.id) == report_id), None)
    if report is None or report.phone_secret_id is None:
        raise NotFound(_("There is no phone number on this report."), code="phone_missing")
    if request.method != "POST":
        return redirect("desk:matter", number)
    context: dict[str, Any] = {"matter": matter, "report": report, "purposes": purposes()}
    status = HTTPStatus.OK
    try:
        context["opened"] = open_sealed(
            actor=request.actor, secret_id=report.phone_secret_id, subject_kind="report", subject_id=str(report.id),
            area_id=report.area_id, area_path=report.area.path, field="phone",
            purpose=request.POST.get("purpose", ""), reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except LinliError as error:
        context |= {
            "wrong": _(str(error)),
            "purpose": request.POST.get("purpose"),
            "reason": request.POST.get("reason"),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    if is_part(request):
        return part(request, "desk/_phone.html", context, status=status)
    return answer(request, "desk/phone.html", context, status=status)


def purposes() -> list[tuple[str, str]]:
    """What a reporter's phone may be opened for."""
    return [(code, words.say(words.PURPOSES, code)) for code in purposes_of("report.phone")]


@staff("case.read")
def photo(request: StaffRequest, photo_id: UUID, size: str) -> HttpResponseBase:
    """A picture this person may see."""
    found = photo_in_sight(request.actor, photo_id)
    opened = open_photo(found, PhotoSize.THUMB if size == "thumb" else PhotoSize.FULL)
    response = FileResponse(opened, content_type=KEPT_TYPE)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@staff("case.read")
def plan(request: StaffRequest, number: str) -> HttpResponseBase:
    """This matter and the open ones around it, as points."""
    matter = by_number(request.actor, number)
    return private(JsonResponse(matter_page.plan(matter)))
