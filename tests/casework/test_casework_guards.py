"""What the table alone does not say: who may, how often, until when, and what must be shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from casework.stage import BY_COMMITTEE, CASE_MOVES, MILESTONE, OF_SAFETY, Stage, photo, unit, user_id

from linli.casework.cases.api import CaseState, Result, ask_extension, open_case, withdraw_case
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, transfer
from linli.casework.intake.api import ReportState, ask_refusal, review_refusal, route_report, send_back
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Method, rate, verify
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone, self_handle
from linli.kernel.errors import Forbidden, InvalidInput, LinliError, NotFound, WrongState

pytestmark = pytest.mark.django_db


def refused(error: type[LinliError], code: str, stage: Stage, who: str, action: object, **given: object) -> None:
    """The step is refused with this error and leaves nothing behind."""
    events = stage.one("select count(*) from outbox_event")
    with pytest.raises(error) as caught:
        stage.do(who, action, **given)
    assert caught.value.code == code
    assert stage.one("select count(*) from outbox_event") == events


def test_a_matter_is_returned_only_once(stage: Stage) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    CASE_MOVES[Act.RETURN_DENY](stage, matter)
    given = {"case_id": matter.id, "reason": "not_our_duty", "words": "还是不归我们"}
    refused(WrongState, "return_used", stage, "responder_urban", ask_return, **given)


def test_a_return_needs_a_reason_of_the_list_and_words(stage: Stage) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    refused(
        InvalidInput, "return_reason", stage, "responder_urban", ask_return, case_id=matter.id, reason="no", words="x"
    )
    given = {"case_id": matter.id, "reason": "not_our_duty", "words": " "}
    refused(InvalidInput, "reason_missing", stage, "responder_urban", ask_return, **given)


def test_the_one_who_dispatched_does_not_rule_on_the_return(stage: Stage) -> None:
    matter = stage.opened()
    stage.do("head", dispatch_case, case_id=matter.id)
    CASE_MOVES[Act.RETURN_ASK](stage, matter)
    refused(Forbidden, "own_dispatch", stage, "head", rule_return, case_id=matter.id, grant=True, words="好")
    stage.do("dispatcher", rule_return, case_id=matter.id, grant=True, words="好")


def test_the_one_who_asked_does_not_rule_on_his_own_return(stage: Stage) -> None:
    matter = stage.opened(BY_COMMITTEE)
    CASE_MOVES[Act.DISPATCH](stage, matter)
    stage.do("head", ask_return, case_id=matter.id, reason="facts_wrong", words="查无此事")
    refused(Forbidden, "own_return", stage, "head", rule_return, case_id=matter.id, grant=True, words="好")


def test_a_granted_return_lies_with_the_desk_again(stage: Stage) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    CASE_MOVES[Act.RETURN_GRANT](stage, matter)
    row = stage.case(matter)
    assert row["unit_id"] == row["desk_id"] == unit("station").id
    assert [one["state"] for one in stage.assignments(matter)] == ["returned"]


def test_more_time_is_granted_only_once(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    CASE_MOVES[Act.EXTEND_ASK](stage, matter)
    given = {"case_id": matter.id, "amount": Decimal(1), "unit": "d", "words": "再等"}
    refused(WrongState, "extension_used", stage, "responder_urban", ask_extension, **given)
    CASE_MOVES[Act.EXTEND_GRANT](stage, matter)
    refused(WrongState, "extension_used", stage, "responder_urban", ask_extension, **given)


def test_more_time_is_asked_before_the_deadline(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.pass_time(days=60)
    given = {"case_id": matter.id, "amount": Decimal(1), "unit": "d", "words": "再等"}
    refused(WrongState, "extension_late", stage, "responder_urban", ask_extension, **given)


@pytest.mark.parametrize(("amount", "kind"), [(Decimal(0), "d"), (Decimal(-1), "h"), (Decimal(1), "w")])
def test_more_time_is_a_positive_amount_of_a_known_unit(stage: Stage, amount: Decimal, kind: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    given = {"case_id": matter.id, "amount": amount, "unit": kind, "words": "再等"}
    refused(InvalidInput, "extension_amount", stage, "responder_urban", ask_extension, **given)


def test_a_request_for_more_time_falls_with_the_result_it_was_for(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    CASE_MOVES[Act.EXTEND_ASK](stage, matter)
    CASE_MOVES[Act.FEED_BACK](stage, matter)
    CASE_MOVES[Act.REWORK](stage, matter)
    assert stage.case(matter)["extension_asked"] is False
    CASE_MOVES[Act.EXTEND_ASK](stage, matter)
    assert "extension" in stage.running(matter)


def test_nobody_reviews_his_own_refusal(stage: Stage) -> None:
    matter = stage.receive()
    stage.do("head", ask_refusal, report_id=matter.id, reason="不在清单")
    refused(Forbidden, "own_refusal", stage, "head", review_refusal, report_id=matter.id, agree=True, words="同意")
    stage.do("dispatcher", review_refusal, report_id=matter.id, agree=True, words="同意")
    assert stage.report(matter)["state"] == ReportState.REFUSED


def test_a_worker_does_not_review_refusals(stage: Stage) -> None:
    matter = stage.report_in(ReportState.REFUSAL_ASKED)
    refused(Forbidden, "not_permitted", stage, "worker", review_refusal, report_id=matter.id, agree=True, words="好")


def test_nobody_verifies_his_own_work_in_any_round(stage: Stage) -> None:
    matter = stage.opened(BY_COMMITTEE)
    CASE_MOVES[Act.DISPATCH](stage, matter)
    stage.do("worker", accept_assignment, case_id=matter.id)
    stage.do("worker", arrive, case_id=matter.id)
    stage.do("head", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="说明了")
    for who in ("worker", "head"):
        given = {"case_id": matter.id, "passed": True, "method": Method.ON_SITE}
        refused(Forbidden, "own_work", stage, who, verify, **given)
    stage.do("dispatcher", verify, case_id=matter.id, passed=False, method=Method.ON_SITE, words="不够")
    stage.do("head", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="再说明")
    refused(Forbidden, "own_work", stage, "worker", verify, case_id=matter.id, passed=True, method=Method.ON_SITE)


def test_that_nothing_can_be_done_is_confirmed_by_a_lead(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.do("responder_urban", feed_back, case_id=matter.id, result=Result.UNSOLVABLE, words="法律不允许")
    refused(Forbidden, "needs_lead", stage, "worker", verify, case_id=matter.id, passed=True, method=Method.PHOTOS)
    stage.do("head", verify, case_id=matter.id, passed=True, method=Method.PHOTOS)
    assert stage.case(matter)["state"] == CaseState.VERIFIED


def test_a_worker_may_send_back_what_is_said_to_be_impossible(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.do("responder_urban", feed_back, case_id=matter.id, result=Result.UNSOLVABLE, words="法律不允许")
    CASE_MOVES[Act.REWORK](stage, matter)
    assert stage.case(matter)["result"] == ""


def test_found_and_fixed_is_only_for_order_and_cleanliness(stage: Stage) -> None:
    matter = stage.opened(OF_SAFETY)
    given = {"case_id": matter.id, "words": "清了", "before": [photo()], "after": [photo()]}
    refused(WrongState, "needs_other_eyes", stage, "worker", self_handle, **given)


def test_found_and_fixed_is_only_within_the_hour(stage: Stage) -> None:
    in_time, late = stage.opened(), stage.opened()
    stage.pass_time(hours=1)
    stage.do("worker", self_handle, case_id=in_time.id, words="清了", before=[photo()], after=[photo()])
    stage.pass_time(seconds=1)
    given = {"case_id": late.id, "words": "清了", "before": [photo()], "after": [photo()]}
    refused(WrongState, "needs_other_eyes", stage, "worker", self_handle, **given)


def test_found_and_fixed_shows_the_result(stage: Stage) -> None:
    matter = stage.opened()
    refused(InvalidInput, "evidence_missing", stage, "worker", self_handle, case_id=matter.id, words="清了")


def test_what_is_said_to_be_solved_shows_the_photo_that_the_item_asks_for(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    given = {"case_id": matter.id, "result": Result.SOLVED, "words": "拆了"}
    refused(InvalidInput, "evidence_missing", stage, "responder_urban", feed_back, **given)
    stage.do("responder_urban", feed_back, **given, photos=[photo()])
    assert stage.case(matter)["result"] == Result.SOLVED


def test_a_result_is_told_in_words(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    given = {"case_id": matter.id, "result": Result.EXPLAINED, "words": " "}
    refused(InvalidInput, "words_missing", stage, "responder_urban", feed_back, **given)


def test_a_step_says_or_shows_something(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    refused(InvalidInput, "step_empty", stage, "responder_urban", add_step, case_id=matter.id, words="  ")
    stage.do("responder_urban", add_step, case_id=matter.id, words="", photos=[photo()])


def test_only_a_milestone_of_the_matter_can_be_reached(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    given = {"case_id": matter.id, "label": "上天"}
    refused(InvalidInput, "milestone_unknown", stage, "responder_urban", reach_milestone, **given)
    stage.do("responder_urban", reach_milestone, case_id=matter.id, label=MILESTONE)
    met = {label for (kind, label), clock in stage.clocks(matter).items() if kind == "milestone" and clock["met_at"]}
    assert met == {MILESTONE}


def test_a_transfer_goes_to_another_unit_with_a_reason(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    given = {"case_id": matter.id, "unit_id": unit("urban").id, "words": "改派"}
    refused(InvalidInput, "same_unit", stage, "worker", transfer, **given)
    given = {"case_id": matter.id, "unit_id": unit("housing").id, "words": ""}
    refused(InvalidInput, "reason_missing", stage, "worker", transfer, **given)


def test_a_case_is_not_sent_to_a_unit_that_does_not_answer_here(stage: Stage) -> None:
    matter = stage.opened()
    given = {"case_id": matter.id, "unit_id": unit("property_other").id, "words": "试试"}
    refused(InvalidInput, "unit_elsewhere", stage, "worker", dispatch_case, **given)


def test_another_unit_than_the_proposed_one_needs_a_reason(stage: Stage) -> None:
    matter = stage.opened()
    given = {"case_id": matter.id, "unit_id": unit("housing").id}
    refused(InvalidInput, "reason_missing", stage, "worker", dispatch_case, **given)
    stage.do("worker", dispatch_case, **given, words="房管办更熟")
    assert [step[0] for step in stage.assignments(matter)[0]["why"]] == ["chosen_by_hand", "instead_of"]


def test_a_case_is_dispatched_once_even_when_the_button_is_pressed_twice(stage: Stage) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    refused(WrongState, "case_wrong_state", stage, "worker", dispatch_case, case_id=matter.id)
    assert len(stage.assignments(matter)) == 1


@pytest.mark.parametrize("who", ["responder", "responder_housing", "responder_other"])
def test_people_of_other_units_do_not_even_see_the_case(stage: Stage, who: str) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    refused(NotFound, "case_unknown", stage, who, accept_assignment, case_id=matter.id)


def test_the_desk_does_not_do_the_work_of_a_department(stage: Stage) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    refused(Forbidden, "other_unit", stage, "worker", accept_assignment, case_id=matter.id)


@pytest.mark.parametrize("who", ["worker_sibling", "worker_cousin", "head_other", "dispatcher_other"])
def test_staff_of_other_places_do_not_see_the_report(stage: Stage, who: str) -> None:
    matter = stage.receive()
    refused(NotFound, "report_unknown", stage, who, open_case, report_id=matter.id, item_code="C04")


def test_a_case_needs_a_kind_unless_it_was_routed(stage: Stage) -> None:
    matter = stage.receive()
    refused(InvalidInput, "item_missing", stage, "worker", open_case, report_id=matter.id)
    refused(NotFound, "item_unknown", stage, "worker", open_case, report_id=matter.id, item_code="Q99")


def test_a_legal_owner_sends_a_report_back_once(stage: Stage) -> None:
    matter = stage.report_in(ReportState.ROUTED)
    stage.do("responder_urban", send_back, report_id=matter.id, words="不归我们")
    back = stage.report(matter)
    assert (back["unit_id"], back["topic"], back["state"]) == (unit("station").id, "", ReportState.RECEIVED)
    stage.do("worker", route_report, report_id=matter.id, topic="X10", unit=unit("urban"))
    refused(WrongState, "send_back_used", stage, "responder_urban", send_back, report_id=matter.id, words="还是不归")


def test_a_reporter_does_not_withdraw_what_others_reported_too(stage: Stage) -> None:
    matter = stage.case_in(CaseState.FILED)
    CASE_MOVES[Act.MERGE](stage, matter)
    with pytest.raises(WrongState) as caught:
        stage.link(matter, withdraw_case, case_id=matter.id)
    assert caught.value.code == "others_wait"


def test_a_report_that_nobody_took_up_cannot_be_rated(stage: Stage) -> None:
    matter = stage.receive()
    with pytest.raises(NotFound):
        stage.link(matter, rate, satisfaction="satisfied")


def test_a_merge_leaves_the_clocks_of_the_case_running(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    before, clocks = stage.case(matter), stage.clocks(matter)
    CASE_MOVES[Act.MERGE](stage, matter)
    after = stage.case(matter)
    assert (after["due_at"], after["promised_at"], after["reports"]) == (before["due_at"], before["promised_at"], 2)
    assert stage.clocks(matter) == clocks


def test_reopening_forgets_the_former_result_and_lets_the_clock_go_on(stage: Stage) -> None:
    matter = stage.case_in(CaseState.CLOSED)
    CASE_MOVES[Act.REOPEN](stage, matter)
    row = stage.case(matter)
    assert (row["result"], row["reworks"], row["closed_at"]) == ("", 1, None)
    assert "whole" in stage.running(matter)


def test_where_everybody_below_has_worked_on_it_the_district_verifies(stage: Stage) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    everybody = [user_id(who) for who in ("worker", "head", "dispatcher", "responder", "responder_mate")]
    stage.own("update casework_workorder set hands = %s where case_id = %s", everybody, matter.id)
    for who in ("worker", "head", "dispatcher"):
        refused(Forbidden, "own_work", stage, who, verify, case_id=matter.id, passed=True, method=Method.PHOTOS)
    stage.do("district", verify, case_id=matter.id, passed=True, method=Method.PHOTOS)
    assert stage.case(matter)["state"] == CaseState.VERIFIED
