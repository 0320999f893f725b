"""Every refusal there is: reached by a real step, said in the reader's language, and nothing has changed after it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import cast
import pytest
from casework.stage import (
    BY_COMMITTEE,
    CASE_MOVES,
    ITEM,
    OF_SAFETY,
    REPORT_MOVES,
    WAY_TO_CASE,
    Matter,
    Stage,
    photo,
    unit,
)
from django.utils import translation
from django.utils.translation import gettext

import linli.casework
from linli.casework.cases.api import (
    CaseState,
    Result,
    add_by_reporter,
    ask_extension,
    comment,
    decide_extension,
    open_case,
    photo_in_sight,
    reopen,
    suspend,
    void,
    withdraw_case,
)
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, transfer
from linli.casework.intake.api import (
    ReportState,
    add_to_report,
    ask_refusal,
    own_report,
    report_by_id,
    review_refusal,
    send_back,
)
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Method, Satisfaction, dispute, rate, verify
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle
from linli.catalogue.api import forget, retire_item
from linli.kernel.errors import Conflict, Forbidden, InvalidInput, LinliError, NotFound, WrongState
from linli.territory.api import area_by_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_list")]
S, R = CaseState, ReportState
TIME: dict[str, Any] = {"amount": Decimal(2), "unit": "d", "words": "要等材料"}
NOTHING_SAID = " \n　"
BY_URBAN = "responder_urban"

Move = Callable[[Stage, Matter], object]


@dataclass(frozen=True)
class Refusal:
    """A step that is refused: how the matter came there, the step, the error."""

    code: str
    error: type[LinliError]
    bring: Callable[[Stage], Matter]
    move: Move
    note: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.note}".strip()


def case_in(state: CaseState, *then: Act, item: str = ITEM) -> Callable[[Stage], Matter]:
    def bring(stage: Stage) -> Matter:
        matter = stage.case_in(state, item_code=item)
        for act in then:
            CASE_MOVES[act](stage, matter)
        return matter

    return bring


def report_in(state: ReportState) -> Callable[[Stage], Matter]:
    return lambda stage: stage.report_in(state)


def by(who: str, action: Callable[..., Any], **given: Any) -> Move:
    return lambda stage, matter: stage.do(who, action, case_id=matter.id, **given)


def on_report(who: str, action: Callable[..., Any], **given: Any) -> Move:
    return lambda stage, matter: stage.do(who, action, report_id=matter.id, **given)


def by_link(action: Callable[..., Any], **given: Any) -> Move:
    return lambda stage, matter: stage.link(matter, action, **given)


def received(**said: Any) -> Move:
    return lambda stage, matter: stage.receive(**said)


def elsewhere(stage: Stage) -> int:
    """A committee for which no unit answers."""
    found: int = stage.one(
        "select id from territory_area where code like '310115005%%' and length(code) = 12 order by code limit 1"
    )
    return found


def committees_own(stage: Stage) -> Matter:
    """A matter that the desk's own people do: the worker has taken it on."""
    matter = stage.opened(BY_COMMITTEE)
    CASE_MOVES[Act.DISPATCH](stage, matter)
    stage.do("worker", accept_assignment, case_id=matter.id)
    return matter


def returned_by_the_head(stage: Stage) -> Matter:
    matter = stage.opened(BY_COMMITTEE)
    CASE_MOVES[Act.DISPATCH](stage, matter)
    stage.do("head", ask_return, case_id=matter.id, reason="facts_wrong", words="查无此事")
    return matter


def dispatched_by_the_head(stage: Stage) -> Matter:
    matter = stage.opened()
    stage.do("head", dispatch_case, case_id=matter.id)
    CASE_MOVES[Act.RETURN_ASK](stage, matter)
    return matter


def proposed_by_the_head(stage: Stage) -> Matter:
    matter = stage.receive()
    stage.do("head", ask_refusal, report_id=matter.id, reason="不在清单")
    return matter


def sent_back_and_routed_again(stage: Stage) -> Matter:
    matter = stage.report_in(R.ROUTED)
    REPORT_MOVES[Act.SEND_BACK](stage, matter)
    REPORT_MOVES[Act.ROUTE](stage, matter)
    return matter


def asked_by_the_worker(stage: Stage) -> Matter:
    matter = committees_own(stage)
    stage.do("worker", ask_extension, case_id=matter.id, **TIME)
    return matter


def unsolvable(stage: Stage) -> Matter:
    matter = stage.case_in(S.HANDLING)
    stage.do(BY_URBAN, feed_back, case_id=matter.id, result=Result.UNSOLVABLE, words="法律不允许")
    return matter


def worked_on_by_the_worker(stage: Stage) -> Matter:
    matter = committees_own(stage)
    stage.do("worker", arrive, case_id=matter.id)
    stage.do("head", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="已说明")
    return matter


def keyed(stage: Stage) -> Matter:
    return stage.receive(idempotency_key="the-key")


def of_a_retired_item(stage: Stage) -> Matter:
    matter = stage.receive()
    stage.do("district", retire_item, code=ITEM, reason="并入别项")
    forget()
    return matter


def late(stage: Stage) -> Matter:
    matter = stage.case_in(S.HANDLING)
    stage.pass_time(days=60)
    return matter


CHECK: dict[str, Any] = {"method": Method.ON_SITE}
RETURN: dict[str, Any] = {"reason": "not_our_duty", "words": "不归我们"}

REFUSALS = [
    # The front door.
    Refusal("report_empty", InvalidInput, report_in(R.RECEIVED), received(words=NOTHING_SAID)),
    Refusal("report_empty", InvalidInput, report_in(R.RECEIVED), lambda stage, matter: stage.link(
        matter, add_to_report, report_id=matter.id, words=NOTHING_SAID), "adding to a report"),
    Refusal("report_empty", InvalidInput, case_in(S.HANDLING), lambda stage, matter: stage.link(
        matter, add_by_reporter, case_id=matter.id, words=NOTHING_SAID), "adding to a case"),
    Refusal("too_many_photos", InvalidInput, report_in(R.RECEIVED), received(photos=[UUID(int=n) for n in range(7)])),
    Refusal("photo_not_found", NotFound, report_in(R.RECEIVED), received(photos=[UUID(int=1)])),
    Refusal("report_without_place", InvalidInput, report_in(R.RECEIVED), received(area_id=None)),
    Refusal("point_outside", InvalidInput, report_in(R.RECEIVED), received(lat=39.9, lng=116.4)),
    Refusal("area_not_leaf", InvalidInput, report_in(R.RECEIVED),
            lambda stage, _: stage.receive(area_id=area_by_code(cast.TOWN).id)),
    Refusal("area_without_desk", InvalidInput, report_in(R.RECEIVED),
            lambda stage, _: stage.receive(area_id=elsewhere(stage))),
    Refusal("idempotency_key_reused", Conflict, keyed, received(idempotency_key="the-key", words="别的事")),
    # Triage.
    Refusal("item_missing", InvalidInput, report_in(R.RECEIVED), on_report("worker", open_case)),
    Refusal("item_unknown", NotFound, report_in(R.RECEIVED), on_report("worker", open_case, item_code="Q99")),
    Refusal("item_retired", WrongState, of_a_retired_item, on_report("worker", open_case, item_code=ITEM)),
    Refusal("report_unknown", NotFound, report_in(R.RECEIVED),
            lambda stage, _: stage.see("worker", report_by_id, UUID(int=7)), "reading"),
    Refusal("report_unknown", NotFound, report_in(R.RECEIVED), on_report("worker_cousin", open_case, item_code=ITEM)),
    Refusal("report_wrong_state", WrongState, report_in(R.ACCEPTED), REPORT_MOVES[Act.OPEN]),
    Refusal("own_refusal", Forbidden, proposed_by_the_head,
            on_report("head", review_refusal, agree=True, words="同意")),
    Refusal("own_refusal", Forbidden, proposed_by_the_head,
            on_report("head", review_refusal, agree=False, words="不同意"), "turned down"),
    Refusal("send_back_used", WrongState, sent_back_and_routed_again, on_report(BY_URBAN, send_back, words="不归")),
    # Dispatch.
    Refusal("case_unknown", NotFound, case_in(S.DISPATCHED), by("responder_housing", accept_assignment)),
    Refusal("case_unknown", NotFound, report_in(R.RECEIVED), by_link(rate, satisfaction=Satisfaction.FAIR), "rating"),
    Refusal("case_unknown", NotFound, report_in(R.RECEIVED), by_link(dispute, words="没好"), "disputing"),
    Refusal("case_wrong_state", WrongState, case_in(S.DISPATCHED), by("worker", dispatch_case)),
    Refusal("case_wrong_state", WrongState, case_in(S.DISPATCHED), by(BY_URBAN, add_step, words="做了"), "work"),
    Refusal("same_unit", InvalidInput, case_in(S.HANDLING),
            lambda stage, m: stage.do("worker", transfer, case_id=m.id, unit_id=unit("urban").id, words="改派")),
    Refusal("unit_elsewhere", InvalidInput, case_in(S.FILED), lambda stage, m: stage.do(
        "worker", dispatch_case, case_id=m.id, unit_id=unit("property_other").id, words="试试")),
    Refusal("unit_elsewhere", InvalidInput, case_in(S.HANDLING), lambda stage, m: stage.do(
        "worker", transfer, case_id=m.id, unit_id=unit("centre_other").id, words="试试"), "transfer"),
    Refusal("other_unit", Forbidden, case_in(S.DISPATCHED), by("worker", accept_assignment)),
    Refusal("other_unit", Forbidden, case_in(S.HANDLING), by("dispatcher", add_step, words="做了"), "work"),
    Refusal("return_reason", InvalidInput, case_in(S.DISPATCHED), by(BY_URBAN, ask_return, reason="no", words="x")),
    Refusal("return_used", WrongState, case_in(S.RETURN_ASKED, Act.RETURN_DENY), by(BY_URBAN, ask_return, **RETURN)),
    Refusal("own_dispatch", Forbidden, dispatched_by_the_head, by("head", rule_return, grant=True, words="好")),
    Refusal("own_return", Forbidden, returned_by_the_head, by("head", rule_return, grant=True, words="好")),
    # Work.
    Refusal("step_empty", InvalidInput, case_in(S.HANDLING), by(BY_URBAN, add_step, words=NOTHING_SAID)),
    Refusal("milestone_unknown", InvalidInput, case_in(S.HANDLING), by(BY_URBAN, reach_milestone, label="上天")),
    Refusal("words_missing", InvalidInput, case_in(S.HANDLING),
            by(BY_URBAN, feed_back, result=Result.EXPLAINED, words=NOTHING_SAID)),
    Refusal("evidence_missing", InvalidInput, case_in(S.HANDLING),
            by(BY_URBAN, feed_back, result=Result.SOLVED, words="拆了")),
    Refusal("evidence_missing", InvalidInput, case_in(S.FILED), by("worker", self_handle, words="清了"), "at once"),
    Refusal("needs_other_eyes", WrongState, case_in(S.FILED, item=OF_SAFETY),
            lambda stage, m: stage.do("worker", self_handle, case_id=m.id, words="清了", after=[UUID(int=5)])),
    # More time.
    Refusal("extension_amount", InvalidInput, case_in(S.HANDLING),
            by(BY_URBAN, ask_extension, **TIME | {"amount": Decimal(0)})),
    Refusal("extension_amount", InvalidInput, case_in(S.HANDLING, Act.EXTEND_ASK),
            by("worker", decide_extension, grant=True, **TIME | {"amount": Decimal(-1)}), "granting less than nothing"),
    Refusal("extension_amount", InvalidInput, case_in(S.HANDLING, Act.EXTEND_ASK),
            by("worker", decide_extension, grant=True, **TIME | {"unit": "w"}), "granting weeks"),
    Refusal("extension_used", WrongState, case_in(S.HANDLING, Act.EXTEND_ASK), by(BY_URBAN, ask_extension, **TIME)),
    Refusal("extension_used", WrongState, case_in(S.HANDLING, Act.EXTEND_ASK, Act.EXTEND_GRANT),
            by(BY_URBAN, ask_extension, **TIME), "after a grant"),
    Refusal("extension_late", WrongState, late, by(BY_URBAN, ask_extension, **TIME)),
    Refusal("extension_not_asked", WrongState, case_in(S.HANDLING), by("worker", decide_extension, grant=True, **TIME)),
    Refusal("own_extension", Forbidden, asked_by_the_worker, by("worker", decide_extension, grant=True, **TIME)),
    Refusal("own_extension", Forbidden, asked_by_the_worker,
            by("worker", decide_extension, grant=False, **TIME), "denied"),
    # Other eyes, and the reporter.
    Refusal("own_work", Forbidden, worked_on_by_the_worker, by("worker", verify, passed=True, **CHECK)),
    Refusal("own_work", Forbidden, worked_on_by_the_worker,
            by("head", verify, passed=False, words="重做", **CHECK), "sent back"),
    Refusal("needs_lead", Forbidden, unsolvable, by("worker", verify, passed=True, **CHECK)),
    Refusal("words_missing", InvalidInput, case_in(S.VERIFIED), by_link(dispute, words=NOTHING_SAID), "disputing"),
    Refusal("rated_already", WrongState, case_in(S.CLOSED), by_link(rate, satisfaction=Satisfaction.FAIR)),
    Refusal("others_wait", WrongState, case_in(S.FILED, Act.MERGE),
            lambda stage, m: stage.link(m, withdraw_case, case_id=m.id)),
    Refusal("photo_unknown", NotFound, case_in(S.FILED),
            lambda stage, m: stage.see("worker", photo_in_sight, shown_nowhere(stage, m))),
    # Reasons.
    Refusal("reason_missing", InvalidInput, case_in(S.FILED), lambda stage, m: stage.do(
        "worker", dispatch_case, case_id=m.id, unit_id=unit("housing").id), "another unit than proposed"),
    Refusal("reason_missing", InvalidInput, case_in(S.HANDLING), lambda stage, m: stage.do(
        "worker", transfer, case_id=m.id, unit_id=unit("housing").id, words=NOTHING_SAID), "transfer"),
    *(Refusal("reason_missing", InvalidInput, case_in(state, *then), by(who, action, **given), action.__name__)
      for state, then, who, action, given in (
        (S.FILED, (), "worker", comment, {"words": NOTHING_SAID}),
        (S.DISPATCHED, (), BY_URBAN, ask_return, RETURN | {"words": NOTHING_SAID}),
        (S.RETURN_ASKED, (), "dispatcher", rule_return, {"grant": False, "words": NOTHING_SAID}),
        (S.HANDLING, (), BY_URBAN, ask_extension, TIME | {"words": NOTHING_SAID}),
        (S.HANDLING, (Act.EXTEND_ASK,), "worker", decide_extension, TIME | {"grant": False, "words": NOTHING_SAID}),
        (S.HANDLING, (), "worker", suspend, {"reason": NOTHING_SAID}),
        (S.HANDLING, (), "head", void, {"words": NOTHING_SAID}),
        (S.FED_BACK, (), "worker", verify, CHECK | {"passed": False, "words": NOTHING_SAID}),
        (S.CLOSED, (), "worker", reopen, {"words": NOTHING_SAID}),
    )),
    *(Refusal("reason_missing", InvalidInput, report_in(state), on_report(who, action, **given), action.__name__)
      for state, who, action, given in (
        (R.RECEIVED, "worker", ask_refusal, {"reason": NOTHING_SAID}),
        (R.REFUSAL_ASKED, "head", review_refusal, {"agree": True, "words": NOTHING_SAID}),
        (R.ROUTED, BY_URBAN, send_back, {"words": NOTHING_SAID}),
    )),
]  # fmt: skip


def shown_nowhere(stage: Stage, matter: Matter) -> UUID:
    """A photo that lies in the area and that no story shows."""
    stage._anyone()
    shot = photo()
    stage.own("update files_photo set area_id = %s where id = %s", stage.case(matter)["area_id"], shot)
    return shot


CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refused_step_says_why_in_both_languages_and_leaves_everything_as_it_was(
    stage: Stage, refusal: Refusal
) -> None:
    matter = refusal.bring(stage)
    before = stage.snapshot(matter)
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            with pytest.raises(LinliError) as caught:
                refusal.move(stage, matter)
            assert (type(caught.value), caught.value.code) == (refusal.error, refusal.code)
            said[language] = gettext(str(caught.value))  # as the faces show it
    assert CHINESE.search(said["zh-hans"]) and not CHINESE.search(said["en"]), said
    assert stage.snapshot(matter) == before


def test_every_code_in_the_source_of_casework_is_reached_above() -> None:
    """Read from the source: a refusal that nobody can meet, or that no test knows, is found here."""
    written: set[str] = set()
    for path in Path(linli.casework.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                written |= {str(k.value.value) for k in node.keywords if k.arg == "code" and isinstance(
                    k.value, ast.Constant)}  # fmt: skip
    assert len(written) > 30
    assert written - {refusal.code for refusal in REFUSALS} == set()
    assert {refusal.code for refusal in REFUSALS} - written == {"item_unknown"}


def test_a_reporter_whose_row_is_gone_from_sight_is_told_so(stage: Stage) -> None:
    mine, other = stage.receive(), stage.receive()
    reporter = stage._by_link(mine.link)
    stage._by_link(other.link)
    with pytest.raises(NotFound) as caught:
        own_report(reporter)
    assert caught.value.code == "report_unknown"


def test_the_ways_into_every_state_are_themselves_free_of_refusals(stage: Stage) -> None:
    """The positive control: the same cast takes every step that the stage knows."""
    assert {stage.case(stage.case_in(state))["state"] for state in WAY_TO_CASE} == set(CaseState)
