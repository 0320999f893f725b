"""Reports passed to a unit because the law makes it answer: take it on, or say once that it is not ours."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from linli.access.api import Principal, StaffRequest, staff
from linli.casework.cases.api import open_case
from linli.casework.dispatch.api import take_routed
from linli.casework.intake.api import Report, ReportState, report_by_id, reports, send_back
from linli.casework.timeline.api import story
from linli.kernel.errors import LinliError, NotFound
from linli.web.worker.shell import UNPROCESSABLE, done, page
from linli.web.worker.telling import tell
from linli.web.worker.words import topic_name

MOST = 50


def routed_to(actor: Principal) -> list[Report]:
    """What waits for the decision of the actor's own unit, the most urgent first."""
    if actor.unit_id is None:
        return []
    return list(reports(actor).filter(state=ReportState.ROUTED, unit_id=actor.unit_id).order_by("due_at", "id")[:MOST])


@staff("report.triage")
@require_GET
def show(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """What was reported, until when to decide, and the two answers."""
    return _page(request, _own(request.actor, report_id))


@staff("report.triage")
@require_POST
def act(request: StaffRequest, report_id: UUID, slug: str) -> HttpResponseBase:
    """`take` makes it a matter of this unit's, at once in its hands; `back` hands it to the desk, with the reason."""
    report = _own(request.actor, report_id)
    words = request.POST.get("words", "")
    try:
        if slug == "take":
            _take(request.actor, report)
            return done(request, _("Taken on: it is with you now."), "worker:task", case_id=report.id)
        if slug == "back":
            send_back(actor=request.actor, report_id=report.id, words=words)
            return done(request, _("Sent back: the desk decides again."), "worker:today")
    except LinliError as error:
        return _page(request, report, words, _(str(error)))
    raise NotFound(_("There is no such step."), code="act_unknown")


def _take(actor: Principal, report: Report) -> None:
    """One transaction: a matter that was opened is in somebody's hands."""
    with transaction.atomic():
        take_routed(actor=actor, case=open_case(actor=actor, report_id=report.id))


def _own(actor: Principal, report_id: UUID) -> Report:
    """A report that lies with the actor's own unit; any other one looks like none at all."""
    report = report_by_id(actor, report_id)
    if report.unit_id != actor.unit_id or report.state != ReportState.ROUTED:
        raise NotFound(_("There is no such report."), code="report_unknown")
    return report


def _page(request: StaffRequest, report: Report, words: str = "", error: str = "") -> HttpResponse:
    context = {
        "report": report,
        "topic": topic_name(report.topic),
        "story": tell(story([report.id])),
        "words": words,
        "error": error,
    }
    return page(request, "worker/routed.html", "today", context, status=UNPROCESSABLE if error else 200)
