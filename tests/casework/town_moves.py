"""What the people of the played town may try: each act as an action and what it is given, by whom it is likely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from casework.stage import MILESTONE, Matter, photo, unit
from hypothesis import strategies as st

from linli.casework.cases.api import (
    CaseState,
    Result,
    ask_extension,
    comment,
    decide_extension,
    merge_report,
    open_case,
    reopen,
    resume,
    suspend,
    void,
)
from linli.casework.dispatch.api import (
    RETURN_REASONS,
    accept_assignment,
    ask_return,
    dispatch_case,
    rule_return,
    transfer,
)
from linli.casework.intake.api import (
    ask_refusal,
    review_refusal,
    route_report,
    send_back,
)
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Method, verify
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle

ITEMS = ("C06", "C12", "C18", "C16", "C05")
WORDS = ("楼道里堆满了纸箱", "电瓶车在楼道充电", "公司拖欠工资三个月，找谁讨薪", "")
DESK = ("worker", "head", "dispatcher")
HANDS = ("responder", "responder_mate", "responder_urban", "responder_housing", "worker", "head")
ANYBODY = (*DESK, *HANDS, "worker_sibling", "responder_other", "dispatcher_other", "district")
Call = tuple[Callable[..., Any], dict[str, Any]]


def case_calls(draw: Callable[[Any], Any], others: Sequence[Matter]) -> Mapping[Act, Callable[[Matter], Call]]:
    """Each act of staff on a case as an action and what it is given."""
    pick = st.sampled_from
    more = st.sampled_from([(Decimal(2), "d"), (Decimal(4), "h"), (Decimal(24), "e"), (Decimal(3), "n")])

    def extension(grant: bool) -> Callable[[Matter], Call]:
        def call(matter: Matter) -> Call:
            amount, kind = draw(more)
            return decide_extension, {
                "case_id": matter.id,
                "grant": grant,
                "amount": amount,
                "unit": kind,
                "words": "嗯",
            }

        return call

    def ask(matter: Matter) -> Call:
        amount, kind = draw(more)
        return ask_extension, {"case_id": matter.id, "amount": amount, "unit": kind, "words": "等材料"}

    def fed_back(matter: Matter) -> Call:
        result = draw(pick(list(Result)))
        photos = [photo()] if draw(st.booleans()) else []
        return feed_back, {"case_id": matter.id, "result": result, "words": "处理好了", "photos": photos}

    def checked(passed: bool) -> Callable[[Matter], Call]:
        return lambda m: (verify, {"case_id": m.id, "passed": passed, "method": Method.ON_SITE, "words": "看过了"})

    def ruled(grant: bool) -> Callable[[Matter], Call]:
        return lambda m: (rule_return, {"case_id": m.id, "grant": grant, "words": "裁定"})

    def moved(matter: Matter) -> Call:
        to = unit(draw(pick(("urban", "housing", "property", "committee", "property_other"))))
        return transfer, {"case_id": matter.id, "unit_id": to.id, "words": "改派"}

    return {
        Act.DISPATCH: lambda m: (dispatch_case, {"case_id": m.id}),
        Act.ACCEPT: lambda m: (accept_assignment, {"case_id": m.id}),
        Act.ARRIVE: lambda m: (arrive, {"case_id": m.id, "words": "到了"}),
        Act.STEP: lambda m: (add_step, {"case_id": m.id, "words": "做了一半"}),
        Act.MILESTONE: lambda m: (reach_milestone, {"case_id": m.id, "label": MILESTONE}),
        Act.FEED_BACK: fed_back,
        Act.VERIFY: checked(True),
        Act.REWORK: checked(False),
        Act.SELF_HANDLE: lambda m: (
            self_handle, {"case_id": m.id, "words": "顺手做了", "before": [photo()], "after": [photo()]}
        ),
        Act.RETURN_ASK: lambda m: (
            ask_return, {"case_id": m.id, "reason": draw(pick(RETURN_REASONS)), "words": "不归我们"}
        ),
        Act.RETURN_GRANT: ruled(True),
        Act.RETURN_DENY: ruled(False),
        Act.TRANSFER: moved,
        Act.EXTEND_ASK: ask,
        Act.EXTEND_GRANT: extension(True),
        Act.EXTEND_DENY: extension(False),
        Act.SUSPEND: lambda m: (suspend, {"case_id": m.id, "reason": "等表决"}),
        Act.RESUME: lambda m: (resume, {"case_id": m.id}),
        Act.REOPEN: lambda m: (reopen, {"case_id": m.id, "words": "又来了"}),
        Act.VOID: lambda m: (void, {"case_id": m.id, "words": "重复"}),
        Act.COMMENT: lambda m: (comment, {"case_id": m.id, "words": "看一下", "public": draw(st.booleans())}),
        Act.MERGE: lambda m: (merge_report, {"report_id": draw(pick(others)).id, "into": m.id}),
    }  # fmt: skip


def report_calls(draw: Callable[[Any], Any]) -> Mapping[Act, Callable[[Matter], Call]]:
    """Each act of staff on a report as an action and what it is given."""
    pick = st.sampled_from

    def routed(matter: Matter) -> Call:
        to = unit(draw(pick(("urban", "centre", "housing"))))
        return route_report, {"report_id": matter.id, "topic": draw(pick(("X10", "X03"))), "unit": to}

    def reviewed(agree: bool) -> Callable[[Matter], Call]:
        return lambda m: (review_refusal, {"report_id": m.id, "agree": agree, "words": "复核"})

    return {
        Act.OPEN: lambda m: (open_case, {"report_id": m.id, "item_code": draw(pick((*ITEMS, "")))}),
        Act.ROUTE: routed,
        Act.SEND_BACK: lambda m: (send_back, {"report_id": m.id, "words": "不归我们"}),
        Act.REFUSE_ASK: lambda m: (ask_refusal, {"report_id": m.id, "reason": "不在清单"}),
        Act.REFUSE: reviewed(True),
        Act.REFUSE_DENY: reviewed(False),
    }


WHO_OF_CASE: Mapping[Act, Sequence[str]] = {
    Act.VERIFY: DESK, Act.REWORK: DESK, Act.DISPATCH: DESK, Act.TRANSFER: DESK, Act.SELF_HANDLE: DESK,
    Act.RETURN_GRANT: (*DESK, "district"), Act.RETURN_DENY: (*DESK, "district"), Act.VOID: ("head", "dispatcher"),
    Act.EXTEND_GRANT: DESK, Act.EXTEND_DENY: DESK, Act.SUSPEND: DESK, Act.REOPEN: (*DESK, "district"), Act.MERGE: DESK,
}  # fmt: skip


FORWARD = {
    CaseState.FILED: Act.DISPATCH, CaseState.DISPATCHED: Act.ACCEPT, CaseState.RETURN_ASKED: Act.RETURN_GRANT,
    CaseState.HANDLING: Act.FEED_BACK, CaseState.SUSPENDED: Act.RESUME, CaseState.FED_BACK: Act.VERIFY,
}  # fmt: skip
"""Taken more often than the side routes, so that a play gets to the end of a matter."""
