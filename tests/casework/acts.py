"""Every act as a row: from which state, by whom, with what, who else may, and what it publishes.

Written from DOMAIN §2.2 and §4.2, not from the code. `who` and `may` are of the standing cast, around a case of the
home area that lies with the urban management squad and is kept by the station's desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from casework.stage import CASE_MOVES, ITEM, MILESTONE, PRELUDE, Matter, Stage, photo, unit

from linli.casework.cases.api import (
    CaseState,
    Result,
    ask_extension,
    comment,
    decide_extension,
    escalate,
    merge_report,
    open_case,
    remind,
    reopen,
    resume,
    suspend,
    void,
)
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, transfer
from linli.casework.intake.api import ReportState, ask_refusal, review_refusal, route_report, send_back, suggest
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Method, close_unrated, verify
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle

DESK = frozenset({"worker", "head", "dispatcher"})
LEADS = frozenset({"head", "dispatcher", "district"})
HANDS = frozenset({"responder_urban"})
MORE = {"amount": Decimal(2), "unit": "d", "words": "要等材料"}
LOOKED = {"method": Method.ON_SITE, "words": "看过了"}

Given = Callable[[Stage, Matter], Mapping[str, Any]]
Payload = Callable[[Stage, Matter], Mapping[str, Any]]


@dataclass(frozen=True)
class Deed:
    """One act of a person of staff, and what belongs to it."""

    act: Act
    state: CaseState | ReportState
    who: str
    may: frozenset[str]
    action: Callable[..., Any]
    given: Given = lambda stage, matter: {}
    publishes: tuple[tuple[str, Payload], ...] = ()

    def __str__(self) -> str:
        return f"{self.on}.{self.act}"

    @property
    def on(self) -> str:
        return "case" if isinstance(self.state, CaseState) else "report"

    def bring(self, stage: Stage) -> Matter:
        """A matter on which the act is the next one."""
        if isinstance(self.state, ReportState):
            return stage.report_in(self.state)
        matter = stage.case_in(self.state)
        for before in PRELUDE.get(self.act, ()):
            CASE_MOVES[before](stage, matter)
        return matter

    def take(self, stage: Stage, matter: Matter, who: str | None = None) -> None:
        """Somebody does it."""
        key = "case_id" if self.on == "case" and self.act is not Act.MERGE else "report_id"
        stage.do(who or self.who, self.action, **{key: matter.id} | dict(self.given(stage, matter)))


def fixed(**given: Any) -> Given:
    return lambda stage, matter: given


def of_case(stage: Stage, matter: Matter) -> dict[str, Any]:
    return {"case_id": str(matter.id), "area_id": stage.report(matter)["area_id"]}


def of_report(stage: Stage, matter: Matter) -> dict[str, Any]:
    return {"report_id": str(matter.id), "area_id": stage.report(matter)["area_id"]}


def at(key: str) -> Payload:
    return lambda stage, matter: of_case(stage, matter) | {"unit_id": unit(key).id}


def case_and(**more: Any) -> Payload:
    return lambda stage, matter: of_case(stage, matter) | more


def at_urban(**more: Any) -> Payload:
    return lambda stage, matter: of_case(stage, matter) | {"unit_id": unit("urban").id} | more


def report_and(**more: Any) -> Payload:
    return lambda stage, matter: of_report(stage, matter) | more


def _another(stage: Stage, matter: Matter) -> Mapping[str, Any]:
    return {"report_id": stage.receive(words="我也看到了").id, "into": matter.id}


S, R = CaseState, ReportState
CASES, DISPATCH, WORKS = "casework.cases.", "casework.dispatch.", "casework.works."
INTAKE, VERIFICATION = "casework.intake.", "casework.verification."

DEEDS = [
    # A report.
    Deed(Act.OPEN, R.RECEIVED, "worker", DESK, open_case, fixed(item_code=ITEM), ((CASES + "CaseOpened", case_and()),)),
    Deed(Act.ROUTE, R.RECEIVED, "worker", DESK, route_report, lambda stage, matter: {"topic": "X10", "unit": unit(
        "urban")}, ((INTAKE + "ReportRouted", lambda s, m: of_report(s, m) | {"unit_id": unit("urban").id}),)),
    Deed(Act.SEND_BACK, R.ROUTED, "responder_urban", DESK | HANDS, send_back, fixed(words="不归我们")),
    Deed(Act.REFUSE_ASK, R.RECEIVED, "worker", DESK, ask_refusal, fixed(reason="不在清单"),
         ((INTAKE + "RefusalAsked", report_and()),)),
    Deed(Act.REFUSE, R.REFUSAL_ASKED, "head", LEADS, review_refusal, fixed(agree=True, words="属实"),
         ((INTAKE + "ReportClosed", report_and(state="refused")),)),
    Deed(Act.REFUSE_DENY, R.REFUSAL_ASKED, "head", LEADS, review_refusal, fixed(agree=False, words="应当受理")),
    Deed(Act.SUGGEST, R.RECEIVED, "worker", DESK, suggest, fixed(suggestions=[{"code": "C04", "score": 0.9}])),
    # The main line.
    Deed(Act.DISPATCH, S.FILED, "worker", DESK, dispatch_case, publishes=((DISPATCH + "CaseDispatched", at("urban")),)),
    Deed(Act.ACCEPT, S.DISPATCHED, "responder_urban", HANDS, accept_assignment),
    Deed(Act.ARRIVE, S.HANDLING, "responder_urban", HANDS, arrive, fixed(words="到场")),
    Deed(Act.STEP, S.HANDLING, "responder_urban", HANDS, add_step, fixed(words="已约谈")),
    Deed(Act.MILESTONE, S.HANDLING, "responder_urban", HANDS, reach_milestone, fixed(label=MILESTONE)),
    Deed(Act.FEED_BACK, S.HANDLING, "responder_urban", HANDS, feed_back, fixed(result=Result.EXPLAINED, words="已说明"),
         ((WORKS + "WorkDone", at_urban(result="explained")),)),
    Deed(Act.VERIFY, S.FED_BACK, "worker", DESK | {"district"}, verify, fixed(passed=True, **LOOKED),
         ((VERIFICATION + "WorkVerified", case_and()),)),
    Deed(Act.REWORK, S.FED_BACK, "worker", DESK | {"district"}, verify, fixed(passed=False, **LOOKED),
         ((VERIFICATION + "WorkSentBack", at_urban(by_reporter=False)),)),
    Deed(Act.CLOSE, S.VERIFIED, "system", frozenset(), close_unrated,
         publishes=((CASES + "CaseEnded", case_and(state="closed")),)),
    # Side routes.
    Deed(Act.SELF_HANDLE, S.FILED, "worker", DESK, self_handle, lambda stage, matter: {
        "words": "当场清走", "before": [photo()], "after": [photo()]}, ((WORKS + "SelfHandled", case_and()),)),
    Deed(Act.RETURN_ASK, S.DISPATCHED, "responder_urban", HANDS, ask_return, fixed(
        reason="not_our_duty", words="不归我们"), ((DISPATCH + "ReturnAsked", at_urban()),)),
    Deed(Act.RETURN_GRANT, S.RETURN_ASKED, "dispatcher", LEADS, rule_return, fixed(grant=True, words="同意"),
         ((DISPATCH + "ReturnRuled", at_urban(granted=True)),)),
    Deed(Act.RETURN_DENY, S.RETURN_ASKED, "dispatcher", LEADS, rule_return, fixed(grant=False, words="由你单位办"),
         ((DISPATCH + "ReturnRuled", at_urban(granted=False)),)),
    Deed(Act.TRANSFER, S.HANDLING, "worker", DESK, transfer, lambda stage, matter: {
        "unit_id": unit("housing").id, "words": "归房管办"}, ((DISPATCH + "CaseDispatched", at("housing")),)),
    Deed(Act.EXTEND_ASK, S.HANDLING, "responder_urban", DESK | HANDS, ask_extension, fixed(**MORE),
         ((CASES + "ExtensionAsked", case_and()),)),
    Deed(Act.EXTEND_GRANT, S.HANDLING, "worker", DESK | {"district"}, decide_extension, fixed(grant=True, **MORE)),
    Deed(Act.EXTEND_DENY, S.HANDLING, "worker", DESK | {"district"}, decide_extension, fixed(grant=False, **MORE)),
    Deed(Act.SUSPEND, S.HANDLING, "worker", DESK, suspend, fixed(reason="等业主大会表决")),
    Deed(Act.REMIND, S.SUSPENDED, "worker", DESK | HANDS, remind),
    Deed(Act.RESUME, S.SUSPENDED, "responder_urban", DESK | HANDS, resume, fixed(words="表决通过")),
    Deed(Act.REOPEN, S.CLOSED, "worker", DESK | {"district"}, reopen, fixed(words="又出现了"),
         ((CASES + "CaseReopened", case_and()),)),
    Deed(Act.VOID, S.HANDLING, "head", LEADS, void, fixed(words="重复"),
         ((CASES + "CaseEnded", case_and(state="voided")),)),
    Deed(Act.COMMENT, S.HANDLING, "worker", DESK | HANDS | {"district"}, comment, fixed(words="留意一下")),
    Deed(Act.ESCALATE, S.HANDLING, "system", LEADS, escalate, fixed(data={"clock": "whole"})),
    Deed(Act.MERGE, S.FILED, "worker", DESK, merge_report, _another),
]  # fmt: skip

__all__ = ["CASES", "DEEDS", "DISPATCH", "INTAKE", "VERIFICATION", "WORKS", "Deed", "of_case", "of_report"]
