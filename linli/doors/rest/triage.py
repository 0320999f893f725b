"""Operations that decide on a report: take it on, merge it, send it back, or refuse it with four eyes."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from linli.access.api import Principal
from linli.casework.cases.api import merge_report, open_case
from linli.casework.intake.api import ask_refusal, reports, review_refusal, send_back
from linli.casework.timeline.api import Act
from linli.doors.rest.gates import JSON_TYPE, principal, staff
from linli.doors.rest.operations import operation
from linli.doors.rest.schemas import Done, MergeIn, OpenIn, Reason, ReviewIn

router = Router(tags=["triage"])

AT: Final = "/reports/{report_id}/acts/"


def _done(actor: Principal, report_id: UUID, act: Act) -> Done:
    state = reports(actor).filter(id=report_id).values_list("state", flat=True).first()
    return Done(id=report_id, act=act, state=state)


@operation(router, "POST", AT + "open", staff("report.triage"), body=JSON_TYPE, response=Done)
def open_report(request: HttpRequest, report_id: UUID, given: OpenIn) -> Done:
    """Take the report on: a case with the same id and number."""
    actor = principal(request)
    open_case(
        actor=actor,
        report_id=report_id,
        item_code=given.item_code or "",
        title=given.title,
        conditions=given.conditions,
    )
    return _done(actor, report_id, Act.OPEN)


@operation(router, "POST", AT + "merge", staff("report.triage"), body=JSON_TYPE, response=Done)
def merge(request: HttpRequest, report_id: UUID, given: MergeIn) -> Done:
    """Add the report to a case that is open already."""
    actor = principal(request)
    merge_report(actor=actor, report_id=report_id, into=given.into)
    return _done(actor, report_id, Act.MERGE)


@operation(router, "POST", AT + "send_back", staff("report.triage"), body=JSON_TYPE, response=Done)
def send_report_back(request: HttpRequest, report_id: UUID, given: Reason) -> Done:
    """The legal owner says that it is not his."""
    actor = principal(request)
    send_back(actor=actor, report_id=report_id, words=given.words)
    return _done(actor, report_id, Act.SEND_BACK)


@operation(router, "POST", AT + "ask_refusal", staff("report.refuse.propose"), body=JSON_TYPE, response=Done)
def propose_refusal(request: HttpRequest, report_id: UUID, given: Reason) -> Done:
    """Propose not to take the report on; somebody else must review it."""
    actor = principal(request)
    ask_refusal(actor=actor, report_id=report_id, reason=given.words)
    return _done(actor, report_id, Act.REFUSE_ASK)


@operation(router, "POST", AT + "review_refusal", staff("report.refuse.review"), body=JSON_TYPE, response=Done)
def rule_on_refusal(request: HttpRequest, report_id: UUID, given: ReviewIn) -> Done:
    """Decide on a proposed refusal."""
    actor = principal(request)
    review_refusal(actor=actor, report_id=report_id, agree=given.agree, words=given.words)
    return _done(actor, report_id, Act.REFUSE if given.agree else Act.REFUSE_DENY)
