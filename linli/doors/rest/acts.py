"""Operations that move a case: one for each act of the state table, with the body that act needs."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from linli.access.api import Principal
from linli.casework.cases import api as casework
from linli.casework.cases.api import cases
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, transfer
from linli.casework.timeline.api import Act
from linli.casework.verification.api import verify
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle
from linli.doors.rest.cases import find_case
from linli.doors.rest.gates import JSON_TYPE, principal, staff
from linli.doors.rest.operations import operation
from linli.doors.rest.schemas import (
    CommentIn,
    DispatchIn,
    Done,
    ExtensionIn,
    ExtensionRulingIn,
    FeedBackIn,
    MilestoneIn,
    Reason,
    ReturnIn,
    RulingIn,
    Said,
    SelfHandledIn,
    Shown,
    TransferIn,
    VerifyIn,
)

router = Router(tags=["acts"])

AT: Final = "/cases/{case}/acts/"


def _case(request: HttpRequest, key: str) -> tuple[Principal, UUID]:
    actor = principal(request)
    return actor, find_case(actor, key).id


def _done(actor: Principal, case_id: UUID, act: Act) -> Done:
    state = cases(actor).filter(id=case_id).values_list("state", flat=True).first()
    return Done(id=case_id, act=act, state=state)


@operation(router, "POST", AT + "dispatch", staff("case.dispatch"), body=JSON_TYPE, response=Done)
def dispatch(request: HttpRequest, case: str, given: DispatchIn) -> Done:
    """Send the case to the proposed unit, or with a reason to another one that answers near the place."""
    actor, case_id = _case(request, case)
    dispatch_case(actor=actor, case_id=case_id, unit_id=given.unit_id, words=given.words)
    return _done(actor, case_id, Act.DISPATCH)


@operation(router, "POST", AT + "transfer", staff("case.transfer"), body=JSON_TYPE, response=Done)
def transfer_case(request: HttpRequest, case: str, given: TransferIn) -> Done:
    """Take the case from its unit and send it to another one."""
    actor, case_id = _case(request, case)
    transfer(actor=actor, case_id=case_id, unit_id=given.unit_id, words=given.words)
    return _done(actor, case_id, Act.TRANSFER)


@operation(router, "POST", AT + "accept", staff("case.accept"), response=Done)
def accept(request: HttpRequest, case: str) -> Done:
    """The unit takes the case on."""
    actor, case_id = _case(request, case)
    accept_assignment(actor=actor, case_id=case_id)
    return _done(actor, case_id, Act.ACCEPT)


@operation(router, "POST", AT + "return", staff("case.return.ask"), body=JSON_TYPE, response=Done)
def return_case(request: HttpRequest, case: str, given: ReturnIn) -> Done:
    """Say once, with a legal reason, that the case is not this unit's; the next level rules."""
    actor, case_id = _case(request, case)
    ask_return(actor=actor, case_id=case_id, reason=given.reason, words=given.words)
    return _done(actor, case_id, Act.RETURN_ASK)


@operation(router, "POST", AT + "rule_return", staff("case.return.rule"), body=JSON_TYPE, response=Done)
def rule_on_return(request: HttpRequest, case: str, given: RulingIn) -> Done:
    """Rule on a return."""
    actor, case_id = _case(request, case)
    rule_return(actor=actor, case_id=case_id, grant=given.grant, words=given.words)
    return _done(actor, case_id, Act.RETURN_GRANT if given.grant else Act.RETURN_DENY)


@operation(router, "POST", AT + "arrive", staff("case.handle"), body=JSON_TYPE, response=Done)
def arrive_at_case(request: HttpRequest, case: str, given: Shown) -> Done:
    """First contact, or arrival on site with what was found."""
    actor, case_id = _case(request, case)
    arrive(actor=actor, case_id=case_id, words=given.words, photos=given.photos)
    return _done(actor, case_id, Act.ARRIVE)


@operation(router, "POST", AT + "step", staff("case.handle"), body=JSON_TYPE, response=Done)
def step(request: HttpRequest, case: str, given: Shown) -> Done:
    """Say or show what was done so far."""
    actor, case_id = _case(request, case)
    add_step(actor=actor, case_id=case_id, words=given.words, photos=given.photos)
    return _done(actor, case_id, Act.STEP)


@operation(router, "POST", AT + "milestone", staff("case.handle"), body=JSON_TYPE, response=Done)
def milestone(request: HttpRequest, case: str, given: MilestoneIn) -> Done:
    """One milestone of the item is reached."""
    actor, case_id = _case(request, case)
    reach_milestone(actor=actor, case_id=case_id, label=given.label, words=given.words, photos=given.photos)
    return _done(actor, case_id, Act.MILESTONE)


@operation(router, "POST", AT + "feed_back", staff("case.handle"), body=JSON_TYPE, response=Done)
def feed_back_case(request: HttpRequest, case: str, given: FeedBackIn) -> Done:
    """Say what came of it, with the photos the item asks for."""
    actor, case_id = _case(request, case)
    feed_back(actor=actor, case_id=case_id, result=given.result, words=given.words, photos=given.photos)
    return _done(actor, case_id, Act.FEED_BACK)


@operation(router, "POST", AT + "self_handle", staff("case.self_handle"), body=JSON_TYPE, response=Done)
def self_handle_case(request: HttpRequest, case: str, given: SelfHandledIn) -> Done:
    """Found and fixed at once."""
    actor, case_id = _case(request, case)
    self_handle(actor=actor, case_id=case_id, words=given.words, before=given.before, after=given.after)
    return _done(actor, case_id, Act.SELF_HANDLE)


@operation(router, "POST", AT + "extension", staff("case.extend.ask"), body=JSON_TYPE, response=Done)
def ask_extension(request: HttpRequest, case: str, given: ExtensionIn) -> Done:
    """Ask for more time, once, before the deadline."""
    actor, case_id = _case(request, case)
    casework.ask_extension(
        actor=actor, case_id=case_id, amount=given.amount, unit=given.unit, words=given.words
    )  # fmt: skip
    return _done(actor, case_id, Act.EXTEND_ASK)


@operation(router, "POST", AT + "rule_extension", staff("case.extend.decide"), body=JSON_TYPE, response=Done)
def rule_on_extension(request: HttpRequest, case: str, given: ExtensionRulingIn) -> Done:
    """Give more time or refuse it."""
    actor, case_id = _case(request, case)
    casework.decide_extension(
        actor=actor, case_id=case_id, grant=given.grant, amount=given.amount, unit=given.unit, words=given.words
    )
    return _done(actor, case_id, Act.EXTEND_GRANT if given.grant else Act.EXTEND_DENY)


@operation(router, "POST", AT + "suspend", staff("case.suspend.decide"), body=JSON_TYPE, response=Done)
def suspend(request: HttpRequest, case: str, given: Reason) -> Done:
    """Let the clocks stand still while the matter waits for something; the words say for what."""
    actor, case_id = _case(request, case)
    casework.suspend(actor=actor, case_id=case_id, reason=given.words)
    return _done(actor, case_id, Act.SUSPEND)


@operation(router, "POST", AT + "resume", staff("case.resume"), body=JSON_TYPE, response=Done)
def resume(request: HttpRequest, case: str, given: Said) -> Done:
    """Let the clocks go on."""
    actor, case_id = _case(request, case)
    casework.resume(actor=actor, case_id=case_id, words=given.words)
    return _done(actor, case_id, Act.RESUME)


@operation(router, "POST", AT + "verify", staff("case.verify"), body=JSON_TYPE, response=Done)
def verify_case(request: HttpRequest, case: str, given: VerifyIn) -> Done:
    """Check a result; nobody verifies his own work."""
    actor, case_id = _case(request, case)
    verify(
        actor=actor, case_id=case_id, passed=given.passed, method=given.method, words=given.words, photos=given.photos
    )
    return _done(actor, case_id, Act.VERIFY if given.passed else Act.REWORK)


@operation(router, "POST", AT + "comment", staff("case.comment"), body=JSON_TYPE, response=Done)
def comment(request: HttpRequest, case: str, given: CommentIn) -> Done:
    """Say something; no clock moves."""
    actor, case_id = _case(request, case)
    casework.comment(actor=actor, case_id=case_id, words=given.words, public=given.public)
    return _done(actor, case_id, Act.COMMENT)


@operation(router, "POST", AT + "reopen", staff("case.reopen"), body=JSON_TYPE, response=Done)
def reopen(request: HttpRequest, case: str, given: Reason) -> Done:
    """Send a closed case back to work."""
    actor, case_id = _case(request, case)
    casework.reopen(actor=actor, case_id=case_id, words=given.words)
    return _done(actor, case_id, Act.REOPEN)


@operation(router, "POST", AT + "void", staff("case.void"), body=JSON_TYPE, response=Done)
def void(request: HttpRequest, case: str, given: Reason) -> Done:
    """Set a duplicate or invalid case aside, with its reason."""
    actor, case_id = _case(request, case)
    casework.void(actor=actor, case_id=case_id, words=given.words)
    return _done(actor, case_id, Act.VOID)
