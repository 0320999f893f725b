"""The page of one report for whoever holds its link: how it stands, its story, and the reporter's own few acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linli.access.api import LinkRequest, Reporter
from linli.casework.cases.api import (
    Case,
    CaseState,
    acts_from,
    add_by_reporter,
    case_of_report,
    own_story,
    photo_in_sight,
    withdraw_case,
)
from linli.casework.intake.api import Report, ReportState, add_to_report, after, own_report, withdraw_report
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Satisfaction, dispute, rate
from linli.files.api import KEPT_TYPE, PhotoSize, open_photo
from linli.kernel.errors import InvalidInput, LinliError, NotFound
from linli.web.resident import mine
from linli.web.resident.filled import read, take_photos
from linli.web.resident.gate import by_link
from linli.web.resident.standing import WAY, standing
from linli.web.resident.telling import RATINGS, tell

UNPROCESSABLE = 422


@dataclass(slots=True)
class Typed:
    """What stood in a form that was refused, and why."""

    act: str = ""
    words: str = ""
    satisfaction: str = ""
    photos: list[UUID] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@by_link
@require_GET
def follow(request: LinkRequest, secret: str) -> HttpResponse:
    """The page; `?new=1` right after sending shows number, promise and the ways to keep the link."""
    report = own_report(request.actor)
    response = _page(request, report, secret, Typed())
    if "new" in request.GET or "again" in request.GET:
        mine.keep(request, response, mine.Kept(secret, report.number, report.received_at))
    return response


@by_link
@require_POST
def act(request: LinkRequest, secret: str, act: str) -> HttpResponseBase:
    """One of the reporter's acts; refused, the page comes back with all that was typed."""
    report = own_report(request.actor)
    typed = Typed(act, request.POST.get("words", ""), request.POST.get("satisfaction", ""), read(request).photos)
    if act not in ACTS:
        raise NotFound(_("This page is not there. Please check the link."), code="page_unknown")
    typed.errors = take_photos(request.FILES.getlist("photos"), typed.photos, purpose="report")
    if not typed.errors:
        try:
            ACTS[act](request.actor, report, typed)
        except LinliError as error:
            typed.errors = [_(str(error))]
    if typed.errors:
        return _page(request, report, secret, typed)
    messages.success(request, THANKS[act]())
    return redirect("resident:follow", secret=secret)


def _add(actor: Reporter, report: Report, typed: Typed) -> None:
    case = case_of_report(actor)
    if case is None:
        add_to_report(actor=actor, report_id=report.id, words=typed.words, photos=typed.photos)
    else:
        add_by_reporter(actor=actor, case_id=case.id, words=typed.words, photos=typed.photos)


def _withdraw(actor: Reporter, report: Report, typed: Typed) -> None:
    case = case_of_report(actor)
    if case is None:
        withdraw_report(actor=actor, report_id=report.id, words=typed.words)
    else:
        withdraw_case(actor=actor, case_id=case.id, words=typed.words)


def _rate(actor: Reporter, report: Report, typed: Typed) -> None:
    if typed.satisfaction not in set(Satisfaction):
        raise InvalidInput(_("Choose one of the four answers."), code="satisfaction_missing")
    rate(actor=actor, satisfaction=Satisfaction(typed.satisfaction), words=typed.words)


def _dispute(actor: Reporter, report: Report, typed: Typed) -> None:
    dispute(actor=actor, words=typed.words, photos=typed.photos)


ACTS: Mapping[str, Callable[[Reporter, Report, Typed], None]] = {
    "add": _add,
    "withdraw": _withdraw,
    "rate": _rate,
    "dispute": _dispute,
}
THANKS: Mapping[str, Callable[[], str]] = {
    "add": lambda: _("Added. Those who work on it can see it."),
    "withdraw": lambda: _("Taken back. Nothing more happens."),
    "rate": lambda: _("Thank you. Your answer is kept."),
    "dispute": lambda: _("Back to work. The next level hears of it too."),
}


def possible(report: Report, case: Case | None) -> set[str]:
    """The acts that the state tables allow now; the actions decide again."""
    names = {Act.ADD: "add", Act.WITHDRAW: "withdraw", Act.RATE: "rate", Act.DISPUTE: "dispute"}
    if case is None:
        state = ReportState(report.state)
        return {name for one, name in names.items() if after(state, one) is not None}
    allowed = acts_from(CaseState(case.state))
    return {name for one, name in names.items() if one in allowed} - ({"withdraw"} if case.reports > 1 else set())


def _page(request: LinkRequest, report: Report, secret: str, typed: Typed) -> HttpResponse:
    case = case_of_report(request.actor)
    url = request.build_absolute_uri(reverse("resident:follow", args=[secret]))
    context = {
        "report": report,
        "case": case,
        "standing": standing(report, case),
        "way": WAY,
        "story": tell(own_story(request.actor), secret),
        "possible": possible(report, case),
        "typed": typed,
        "ratings": RATINGS.items(),
        "secret": secret,
        "url": url,
        "fresh": "new" in request.GET,
        "again": "again" in request.GET,
        "qr": qr(url),
        "at": "mine",
    }
    return render(request, "resident/follow.html", context, status=UNPROCESSABLE if typed.errors else 200)


@by_link
@require_GET
def row(request: LinkRequest, secret: str) -> HttpResponse:
    """How the report stands, for the list of this phone."""
    report = own_report(request.actor)
    shown = {"standing": standing(report, case_of_report(request.actor)), "report": report, "secret": secret}
    return render(request, "resident/parts/row.html", shown)


@by_link
@require_GET
def photo(request: LinkRequest, secret: str, photo_id: UUID, size: str) -> HttpResponse:
    """A photo of the story; which ones exist for this link, code and database decide alike."""
    with open_photo(
        photo_in_sight(request.actor, photo_id), PhotoSize.THUMB if size == "thumb" else PhotoSize.FULL
    ) as file:
        response = HttpResponse(file.read(), content_type=KEPT_TYPE)
    patch_cache_control(response, private=True, max_age=86_400)
    return response


def qr(url: str) -> str:
    """The link as a QR code: an SVG picture in a data address."""
    drawn = segno.make(url, error="m", micro=False)
    return str(drawn.svg_data_uri(scale=4, border=2))
