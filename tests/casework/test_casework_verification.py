"""Other eyes, the reporter's word, and what closes a matter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from casework.stage import BY_COMMITTEE, CASE_MOVES, MONDAY, Matter, Stage, photo, unit, user_id, when

from linli.casework.cases.api import CaseState, Result, own_story
from linli.casework.dispatch.api import accept_assignment, dispatch_case
from linli.casework.timeline.api import Act
from linli.casework.verification.api import (
    Method,
    Satisfaction,
    checks_of,
    close_unrated,
    dispute,
    rate,
    ratings_of,
    verify,
)
from linli.casework.verification.rules import WEIGHTS
from linli.casework.works.api import add_step, feed_back
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import Forbidden, LinliError, NotFound, WrongState

pytestmark = pytest.mark.django_db
DESK = ("worker", "head", "dispatcher")


def checks(stage: Stage, matter: Matter) -> list[dict[str, Any]]:
    return stage.ask(
        "select checked_by, method, passed, words from casework_check where case_id = %s order by at, id", matter.id
    )


def code_of(stage: Stage, who: str, matter: Matter, **given: Any) -> str:
    """How somebody's check is refused; empty when it is taken."""
    try:
        stage.do(who, verify, **{"case_id": matter.id, "passed": True, "method": Method.ON_SITE} | given)
    except LinliError as refused:
        return refused.code
    return ""


def fed_back_by(stage: Stage, *hands: str, result: Result = Result.EXPLAINED) -> Matter:
    """A matter of the committee on which these people have worked; the last one fed back."""
    matter = stage.opened(BY_COMMITTEE)
    stage.do("dispatcher", dispatch_case, case_id=matter.id)
    stage.do(hands[0], accept_assignment, case_id=matter.id)
    for who in hands[:-1]:
        stage.do(who, add_step, case_id=matter.id, words="做了一些")
    stage.do(hands[-1], feed_back, case_id=matter.id, result=result, words="办完了")
    return matter


class TestOtherEyes:
    @pytest.mark.parametrize("hands", [("worker",), ("head",), ("worker", "head"), ("worker", "head", "dispatcher")])
    def test_whoever_laid_a_hand_on_it_does_not_verify_and_all_others_may(
        self, stage: Stage, hands: tuple[str, ...]
    ) -> None:
        matter = fed_back_by(stage, *hands)
        for who in hands:
            assert code_of(stage, who, matter) == "own_work"
            assert code_of(stage, who, matter, passed=False, words="重做") == "own_work"
        assert checks(stage, matter) == []
        first_other = next(who for who in (*DESK, "district") if who not in hands)
        assert code_of(stage, first_other, matter) == ""
        assert stage.case(matter)["state"] == CaseState.VERIFIED

    def test_the_hands_of_an_earlier_round_and_of_another_unit_count_too(self, stage: Stage) -> None:
        matter = fed_back_by(stage, "worker")
        stage.do("head", verify, case_id=matter.id, passed=False, method=Method.PHOTOS, words="不够")
        CASE_MOVES[Act.TRANSFER](stage, matter)
        CASE_MOVES[Act.ACCEPT](stage, matter)
        CASE_MOVES[Act.FEED_BACK](stage, matter)
        assert code_of(stage, "worker", matter) == "own_work"
        assert code_of(stage, "head", matter) == ""

    def test_to_have_taken_it_on_or_dispatched_it_is_no_hand(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)  # dispatched by the worker, done by the squad
        assert code_of(stage, "worker", matter) == ""

    @pytest.mark.parametrize("who", ["responder_urban", "responder", "auditor"])
    def test_no_unit_verifies_and_no_auditor(self, stage: Stage, who: str) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        assert code_of(stage, who, matter) == "not_permitted"

    @pytest.mark.parametrize(
        ("who", "passed", "code"),
        [
            ("worker", True, "needs_lead"), ("worker", False, ""), ("head", True, ""), ("dispatcher", True, ""),
            ("district", True, ""),
        ],
    )  # fmt: skip
    def test_that_it_cannot_be_solved_only_a_lead_confirms(
        self, stage: Stage, who: str, passed: bool, code: str
    ) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        given = {"case_id": matter.id, "result": Result.UNSOLVABLE, "words": "法律不允许"}
        stage.do("responder_urban", feed_back, **given)
        assert code_of(stage, who, matter, passed=passed, words="看过了") == code
        assert len(checks(stage, matter)) == (0 if code else 1)

    @pytest.mark.parametrize("result", [Result.SOLVED, Result.EXPLAINED], ids=str)
    def test_the_other_two_results_a_worker_may_confirm(self, stage: Stage, result: Result) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        stage._anyone()
        given = {"case_id": matter.id, "result": result, "words": "办完了", "photos": [photo()]}
        stage.do("responder_urban", feed_back, **given)
        assert code_of(stage, "worker", matter) == ""

    @pytest.mark.parametrize("method", list(Method), ids=str)
    def test_how_it_was_looked_at_is_kept_also_a_call_back(self, stage: Stage, method: Method) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        assert code_of(stage, "worker", matter, method=method, words="居民说好了") == ""
        assert checks(stage, matter) == [
            {"checked_by": user_id("worker"), "method": method, "passed": True, "words": "居民说好了"}
        ]
        assert [one.method for one in stage.see("district", checks_of, matter.id)] == [method]

    def test_a_photo_of_the_check_stands_in_the_story(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        stage._anyone()
        shot = photo()
        assert code_of(stage, "worker", matter, photos=[shot]) == ""
        assert stage.entries(matter)[-1]["photos"] == [str(shot)]

    def test_sent_back_it_forgets_its_result_counts_the_round_and_keeps_the_check(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.FED_BACK)
        assert code_of(stage, "worker", matter, passed=False, words="还堵着") == ""
        row = stage.case(matter)
        assert (row["state"], row["result"], row["reworks"], row["unit_id"]) == (
            CaseState.HANDLING, "", 1, unit("urban").id,
        )  # fmt: skip
        CASE_MOVES[Act.FEED_BACK](stage, matter)
        assert code_of(stage, "worker", matter) == ""
        assert [one["passed"] for one in checks(stage, matter)] == [False, True]


class TestTheReportersWord:
    @pytest.mark.parametrize("satisfaction", list(Satisfaction), ids=str)
    def test_every_answer_closes_the_matter_and_is_kept(self, stage: Stage, satisfaction: Satisfaction) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        stage.link(matter, rate, satisfaction=satisfaction, words="谢谢")
        assert stage.case(matter)["state"] == CaseState.CLOSED
        (one,) = stage.see("worker", ratings_of, matter.id)
        assert (one.satisfaction, one.solved, one.words, one.round) == (satisfaction, True, "谢谢", 0)
        assert stage.running(matter) == set()

    def test_the_four_answers_weigh_as_the_hotline_counts_them(self) -> None:
        assert {s.value: w for s, w in WEIGHTS.items()} == {
            "satisfied": 1.0, "mostly": 0.8, "fair": 0.6, "dissatisfied": 0.0,
        }  # fmt: skip

    @pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.VERIFIED], ids=str)
    @pytest.mark.parametrize("act", [Act.RATE, Act.DISPUTE], ids=str)
    def test_only_what_others_have_verified_can_be_rated(self, stage: Stage, state: CaseState, act: Act) -> None:
        matter = stage.case_in(state)
        before = stage.snapshot(matter)
        with pytest.raises(WrongState):
            CASE_MOVES[act](stage, matter)
        assert stage.snapshot(matter) == before

    def test_not_solved_leads_back_to_the_same_unit_with_the_time_that_was_left(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        stage.link(matter, dispute, words="还是老样子")
        row = stage.case(matter)
        assert (row["state"], row["reworks"], row["result"], row["unit_id"]) == (
            CaseState.HANDLING, 1, "", unit("urban").id,
        )  # fmt: skip
        assert stage.running(matter) == {"whole"}
        (one,) = stage.see("worker", ratings_of, matter.id)
        assert (one.satisfaction, one.solved, one.words) == (Satisfaction.DISSATISFIED, False, "还是老样子")

    def test_each_round_he_may_speak_once_and_no_round_is_forgotten(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        for words in ("没好", "还是没好"):
            stage.link(matter, dispute, words=words)
            for act in (Act.FEED_BACK, Act.VERIFY):
                CASE_MOVES[act](stage, matter)
        stage.link(matter, rate, satisfaction=Satisfaction.FAIR)
        rows = stage.ask("select round, solved from casework_rating where case_id = %s order by round", matter.id)
        assert [(row["round"], row["solved"]) for row in rows] == [(0, False), (1, False), (2, True)]
        assert stage.case(matter)["reworks"] == 2

    def test_after_a_reopening_he_rates_anew(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.CLOSED)
        for act in (Act.REOPEN, Act.FEED_BACK, Act.VERIFY):
            CASE_MOVES[act](stage, matter)
        stage.link(matter, rate, satisfaction=Satisfaction.MOSTLY)
        rows = stage.ask("select satisfaction from casework_rating where case_id = %s order by round", matter.id)
        assert [row["satisfaction"] for row in rows] == ["satisfied", "mostly"]

    def test_a_report_that_became_no_case_cannot_be_rated(self, stage: Stage) -> None:
        matter = stage.receive()
        with pytest.raises(NotFound) as caught:
            stage.link(matter, rate, satisfaction=Satisfaction.FAIR)
        assert caught.value.code == "case_unknown"

    def test_what_he_says_is_his_own_to_read_again(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        stage.link(matter, rate, satisfaction=Satisfaction.FAIR, words="慢了点")
        last = stage.see_by_link(matter, own_story)[-1]
        assert (last.words, last.data["satisfaction"]) == ("慢了点", "fair")


class TestTheWindow:
    """Seven natural days to rate; then Linli closes it, and only then."""

    END = datetime(2026, 3, 10, 0, 0, tzinfo=SHANGHAI)

    def test_it_ends_with_the_seventh_day(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        assert when(stage.case(matter)["due_at"]) == self.END
        assert stage.case(matter)["next_clock"] == "rate"

    @pytest.mark.parametrize(("seconds", "state"), [(-1, CaseState.VERIFIED), (0, CaseState.CLOSED)])
    def test_to_the_second(self, stage: Stage, seconds: int, state: CaseState) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        stage.deliver_all()
        stage.clock.advance(self.END - MONDAY + timedelta(seconds=seconds))
        stage.sweep()
        stage.deliver_all()
        assert stage.case(matter)["state"] == state

    def test_a_reporter_who_comes_before_the_timer_still_counts(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        stage.clock.advance(self.END - MONDAY + timedelta(minutes=1))
        stage.sweep()
        stage.link(matter, rate, satisfaction=Satisfaction.MOSTLY)
        stage.deliver_all()
        assert stage.acts(matter)[-1] == Act.RATE

    def test_closed_without_a_rating_it_holds_none_and_may_be_reopened_but_not_rated(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        assert stage.system(close_unrated, case_id=matter.id) is True
        assert stage.system(close_unrated, case_id=matter.id) is False
        assert stage.see("worker", ratings_of, matter.id) == []
        with pytest.raises(WrongState):
            stage.link(matter, rate, satisfaction=Satisfaction.FAIR)
        CASE_MOVES[Act.REOPEN](stage, matter)
        assert stage.case(matter)["state"] == CaseState.HANDLING

    @pytest.mark.parametrize("who", [*DESK, "district", "responder_urban", "auditor"])
    def test_nobody_closes_by_hand_what_the_reporter_may_still_rate(self, stage: Stage, who: str) -> None:
        matter = stage.case_in(CaseState.VERIFIED)
        before = stage.snapshot(matter)
        with pytest.raises(Forbidden):
            stage.do(who, close_unrated, case_id=matter.id)
        assert stage.snapshot(matter) == before

    @pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.VERIFIED], ids=str)
    def test_a_timer_that_comes_late_does_nothing_and_says_so(self, stage: Stage, state: CaseState) -> None:
        matter = stage.case_in(state)
        before = stage.snapshot(matter)
        assert stage.system(close_unrated, case_id=matter.id) is False
        assert stage.snapshot(matter) == before
