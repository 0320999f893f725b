"""Two people at the same matter in the same second: one step is taken, the other person is told clearly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from casework.crowd import Crowd, Deed, asked
from casework.stage import BY_COMMITTEE, ITEM, Matter, unit

from linli.casework.cases.api import (
    Result,
    ask_extension,
    comment,
    decide_extension,
    merge_report,
    open_case,
    reopen,
    void,
    withdraw_case,
)
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, transfer
from linli.casework.intake.api import ask_refusal, review_refusal, withdraw_report
from linli.casework.verification.api import Method, Satisfaction, close_unrated, dispute, rate, verify
from linli.casework.works.api import add_step, feed_back
from linli.kernel.errors import LinliError, NotFound, WrongState

AMOUNT: dict[str, Any] = {"amount": 2, "unit": "d", "words": "要等材料"}


def case_row(matter: Matter) -> tuple[str, int, int, int]:
    ((state, unit_id, reports, reworks),) = asked(
        "select state, unit_id, reports, reworks from casework_case where id = %s", [matter.id]
    )
    return state, unit_id, reports, reworks


def unit_id(key: str) -> int:
    ((found,),) = asked("select id from accounts_unit where code = %s", [f"cast.{key}"])
    return int(found)


def running(matter: Matter) -> list[tuple[str, int]]:
    return asked("select state, unit_id from casework_assignment where case_id = %s and ended_at is null", [matter.id])


def events(matter: Matter, name: str) -> int:
    ((count,),) = asked(
        "select count(*) from outbox_event where name like %s and payload->>'case_id' = %s",
        [f"%{name}", str(matter.id)],
    )
    return int(count)


def audited(matter_id: UUID, act: str) -> int:
    ((count,),) = asked("select count(*) from audit_record where subject_id = %s and act = %s", [str(matter_id), act])
    return int(count)


def dispatched(crowd: Crowd, item: str = ITEM) -> Matter:
    matter = crowd.opened(item)
    crowd.do("worker", dispatch_case, case_id=matter.id)
    return matter


def handling(crowd: Crowd) -> Matter:
    matter = dispatched(crowd)
    crowd.do("responder_urban", accept_assignment, case_id=matter.id)
    return matter


def fed_back(crowd: Crowd) -> Matter:
    matter = handling(crowd)
    crowd.do("responder_urban", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="已说明")
    return matter


def verified(crowd: Crowd) -> Matter:
    matter = fed_back(crowd)
    crowd.do("worker", verify, case_id=matter.id, passed=True, method=Method.ON_SITE)
    return matter


def loses(error: LinliError | None, kind: type[LinliError], code: str) -> None:
    assert isinstance(error, kind), error
    assert error.code == code


def test_two_dispatchers_send_a_case_once(crowd: Crowd) -> None:
    matter = crowd.opened()
    met = crowd.meeting(
        crowd.deed("worker", dispatch_case, case_id=matter.id),
        crowd.deed("dispatcher", dispatch_case, case_id=matter.id, unit_id=unit_id("housing"), words="归房管办"),
    )
    assert (met.first, met.waited) == (None, True)
    loses(met.second, WrongState, "case_wrong_state")
    assert running(matter) == [("offered", unit_id("urban"))]
    assert crowd.acts(matter.id) == ["receive", "open", "dispatch"]
    assert (events(matter, "CaseDispatched"), audited(matter.id, "case.dispatch")) == (1, 1)


def test_a_unit_that_takes_a_case_on_while_the_desk_takes_it_away_is_told_that_it_is_gone(crowd: Crowd) -> None:
    matter = dispatched(crowd)
    met = crowd.meeting(
        crowd.deed("worker", transfer, case_id=matter.id, unit_id=unit_id("housing"), words="归房管办"),
        crowd.deed("responder_urban", accept_assignment, case_id=matter.id),
    )
    assert (met.first, met.waited) == (None, True)
    loses(met.second, NotFound, "case_unknown")
    assert running(matter) == [("offered", unit_id("housing"))]
    assert case_row(matter)[:2] == ("dispatched", unit_id("housing"))


def test_a_case_that_was_just_taken_on_may_still_be_transferred_and_starts_anew_there(crowd: Crowd) -> None:
    matter = dispatched(crowd)
    met = crowd.meeting(
        crowd.deed("responder_urban", accept_assignment, case_id=matter.id),
        crowd.deed("worker", transfer, case_id=matter.id, unit_id=unit_id("housing"), words="归房管办"),
    )
    assert (met.first, met.second, met.waited) == (None, None, True)
    assert crowd.acts(matter.id)[-2:] == ["accept", "transfer"]
    assert running(matter) == [("offered", unit_id("housing"))]
    ended = asked(
        "select state, accepted_by is not null from casework_assignment where case_id = %s and ended_at is not null",
        [matter.id],
    )
    assert ended == [("ended", True)]


def test_two_desks_that_transfer_to_different_units_do_so_one_after_the_other(crowd: Crowd) -> None:
    matter = dispatched(crowd)
    met = crowd.meeting(
        crowd.deed("worker", transfer, case_id=matter.id, unit_id=unit_id("housing"), words="归房管办"),
        crowd.deed("dispatcher", transfer, case_id=matter.id, unit_id=unit_id("property"), words="归物业"),
    )
    assert (met.first, met.second) == (None, None)
    assert running(matter) == [("offered", unit_id("property"))]
    assert crowd.acts(matter.id)[-2:] == ["transfer", "transfer"]


def test_a_desk_that_transfers_to_where_another_has_just_sent_it_hears_so(crowd: Crowd) -> None:
    matter = dispatched(crowd)
    to_housing = {"case_id": matter.id, "unit_id": unit_id("housing"), "words": "归房管办"}
    met = crowd.meeting(crowd.deed("worker", transfer, **to_housing), crowd.deed("dispatcher", transfer, **to_housing))
    assert met.first is None
    assert met.second is not None and met.second.code == "same_unit"
    assert events(matter, "CaseDispatched") == 2


Pair = Callable[[Crowd, Matter], tuple[Deed, Deed]]


def both_ways(*pairs: tuple[str, Callable[[Crowd], Matter], Pair, str, str]) -> pytest.MarkDecorator:
    """Each pair met in both orders."""
    cases = []
    for name, bring, pair, first_leads_to, second_leads_to in pairs:
        cases.append(pytest.param(bring, pair, False, first_leads_to, id=name))
        cases.append(pytest.param(bring, pair, True, second_leads_to, id=f"{name}, the other way round"))
    return pytest.mark.parametrize(("bring", "pair", "turned", "leads_to"), cases)


def _void_or_withdraw(crowd: Crowd, matter: Matter) -> tuple[Deed, Deed]:
    return (
        crowd.deed("dispatcher", void, case_id=matter.id, words="重复"),
        crowd.deed(f"reporter:{matter.link}", withdraw_case, case_id=matter.id),
    )


def _rate_or_close(crowd: Crowd, matter: Matter) -> tuple[Deed, Deed]:
    def close(actor: Any, case_id: UUID) -> None:
        if not close_unrated(actor=actor, case_id=case_id):
            raise WrongState("not closed", code="case_wrong_state")

    return (
        crowd.deed(f"reporter:{matter.link}", rate, satisfaction=Satisfaction.SATISFIED),
        crowd.deed("system", close, case_id=matter.id),
    )


def _pass_or_send_back(crowd: Crowd, matter: Matter) -> tuple[Deed, Deed]:
    given = {"case_id": matter.id, "method": Method.ON_SITE, "words": "看过了"}
    return crowd.deed("worker", verify, passed=True, **given), crowd.deed("head", verify, passed=False, **given)


def _take_on_or_return(crowd: Crowd, matter: Matter) -> tuple[Deed, Deed]:
    given = {"case_id": matter.id, "reason": "not_our_duty", "words": "不归我们"}
    return (
        crowd.deed("responder_urban", accept_assignment, case_id=matter.id),
        crowd.deed("responder_urban", ask_return, **given),
    )


@both_ways(
    ("void or withdraw", lambda crowd: crowd.opened(), _void_or_withdraw, "voided", "voided"),
    ("rate or close unrated", verified, _rate_or_close, "closed", "closed"),
    ("pass or send back", fed_back, _pass_or_send_back, "verified", "handling"),
    ("take on or return", dispatched, _take_on_or_return, "handling", "return_asked"),
)
def test_of_two_steps_that_exclude_each_other_the_first_one_holds(
    crowd: Crowd, bring: Callable[[Crowd], Matter], pair: Pair, turned: bool, leads_to: str
) -> None:
    matter = bring(crowd)
    told = crowd.acts(matter.id)
    deeds = pair(crowd, matter)
    met = crowd.meeting(*(reversed(deeds) if turned else deeds))
    assert (met.first, met.waited) == (None, True)
    loses(met.second, WrongState, "case_wrong_state")
    assert case_row(matter)[0] == leads_to
    assert len(crowd.acts(matter.id)) == len(told) + 1


def test_what_the_reporter_withdraws_while_it_is_dispatched_is_withdrawn(crowd: Crowd) -> None:
    matter = crowd.opened()
    met = crowd.meeting(
        crowd.deed("worker", dispatch_case, case_id=matter.id),
        crowd.deed(f"reporter:{matter.link}", withdraw_case, case_id=matter.id),
    )
    assert (met.first, met.second, met.waited) == (None, None, True)
    assert case_row(matter)[:2] == ("voided", unit_id("urban"))
    ((told,),) = asked(
        "select payload->>'unit_id' from outbox_event where name like '%%CaseWithdrawn' and payload->>'case_id' = %s",
        [str(matter.id)],
    )
    assert int(told) == unit_id("urban")


def test_what_was_just_withdrawn_is_not_dispatched(crowd: Crowd) -> None:
    matter = crowd.opened()
    met = crowd.meeting(
        crowd.deed(f"reporter:{matter.link}", withdraw_case, case_id=matter.id),
        crowd.deed("worker", dispatch_case, case_id=matter.id),
    )
    loses(met.second, WrongState, "case_wrong_state")
    assert running(matter) == []
    assert events(matter, "CaseDispatched") == 0


@pytest.mark.parametrize("merge_first", [True, False])
def test_a_report_is_opened_or_merged_and_never_both(crowd: Crowd, merge_first: bool) -> None:
    case, report = crowd.opened(), crowd.received()
    merge = crowd.deed("worker", merge_report, report_id=report.id, into=case.id)
    opening = crowd.deed("head", open_case, report_id=report.id, item_code=ITEM)
    met = crowd.meeting(merge, opening) if merge_first else crowd.meeting(opening, merge)
    assert (met.first, met.waited) == (None, True)
    loses(met.second, WrongState, "report_wrong_state")
    joined = asked("select case_id from casework_casereport where report_id = %s", [report.id])
    assert joined == [(case.id if merge_first else report.id,)]
    assert case_row(case)[2] == (2 if merge_first else 1)


def test_two_merges_into_one_case_are_both_counted(crowd: Crowd) -> None:
    case, one, other = crowd.opened(), crowd.received(), crowd.received()
    met = crowd.meeting(
        crowd.deed("worker", merge_report, report_id=one.id, into=case.id),
        crowd.deed("head", merge_report, report_id=other.id, into=case.id),
    )
    assert (met.first, met.second, met.waited) == (None, None, True)
    assert case_row(case)[2] == 3


def test_a_report_is_not_opened_twice(crowd: Crowd) -> None:
    report = crowd.received()
    met = crowd.meeting(
        crowd.deed("worker", open_case, report_id=report.id, item_code=ITEM),
        crowd.deed("head", open_case, report_id=report.id, item_code=BY_COMMITTEE),
    )
    loses(met.second, WrongState, "report_wrong_state")
    assert asked("select item_code from casework_case where id = %s", [report.id]) == [(ITEM,)]


@pytest.mark.parametrize("agree", [True, False])
def test_two_reviewers_decide_a_refusal_once(crowd: Crowd, agree: bool) -> None:
    report = crowd.received()
    crowd.do("worker", ask_refusal, report_id=report.id, reason="不在清单")
    met = crowd.meeting(
        crowd.deed("head", review_refusal, report_id=report.id, agree=agree, words="看过了"),
        crowd.deed("dispatcher", review_refusal, report_id=report.id, agree=not agree, words="看过了"),
    )
    loses(met.second, WrongState, "report_wrong_state")
    assert asked("select state from casework_report where id = %s", [report.id]) == [
        ("refused" if agree else "received",)
    ]


def test_a_report_is_withdrawn_or_opened_and_never_both(crowd: Crowd) -> None:
    report = crowd.received()
    met = crowd.meeting(
        crowd.deed(f"reporter:{report.link}", withdraw_report, report_id=report.id),
        crowd.deed("worker", open_case, report_id=report.id, item_code=ITEM),
    )
    loses(met.second, WrongState, "report_wrong_state")
    assert asked("select count(*) from casework_case where id = %s", [report.id]) == [(0,)]


def test_two_leads_rule_on_a_return_once(crowd: Crowd) -> None:
    matter = dispatched(crowd)
    crowd.do("responder_urban", ask_return, case_id=matter.id, reason="not_our_duty", words="不归我们")
    met = crowd.meeting(
        crowd.deed("head", rule_return, case_id=matter.id, grant=True, words="同意"),
        crowd.deed("dispatcher", rule_return, case_id=matter.id, grant=False, words="不同意"),
    )
    loses(met.second, WrongState, "case_wrong_state")
    assert (case_row(matter)[0], events(matter, "ReturnRuled")) == ("filed", 1)


def test_more_time_is_asked_for_once_and_decided_once(crowd: Crowd) -> None:
    matter = handling(crowd)
    ask = crowd.deed("responder_urban", ask_extension, case_id=matter.id, **AMOUNT)
    met = crowd.meeting(ask, ask)
    loses(met.second, WrongState, "extension_used")
    given = {"case_id": matter.id, **AMOUNT}
    met = crowd.meeting(
        crowd.deed("worker", decide_extension, grant=True, **given),
        crowd.deed("head", decide_extension, grant=True, **given),
    )
    loses(met.second, WrongState, "extension_not_asked")
    assert asked("select extensions from casework_case where id = %s", [matter.id]) == [(1,)]


def test_a_reporter_who_sends_his_rating_twice_is_counted_once(crowd: Crowd) -> None:
    matter = verified(crowd)
    send = crowd.deed(f"reporter:{matter.link}", rate, satisfaction=Satisfaction.MOSTLY)
    met = crowd.meeting(send, send)
    assert met.second is not None and met.second.code in ("rated_already", "case_wrong_state")
    assert asked("select satisfaction from casework_rating where case_id = %s", [matter.id]) == [("mostly",)]


@pytest.mark.parametrize("rated_first", [True, False])
def test_a_reporter_is_content_or_not_and_never_both(crowd: Crowd, rated_first: bool) -> None:
    matter = verified(crowd)
    by_link = f"reporter:{matter.link}"
    content = crowd.deed(by_link, rate, satisfaction=Satisfaction.SATISFIED)
    not_yet = crowd.deed(by_link, dispute, words="还是老样子")
    met = crowd.meeting(content, not_yet) if rated_first else crowd.meeting(not_yet, content)
    assert met.first is None
    loses(met.second, WrongState, "rated_already" if rated_first else "case_wrong_state")
    assert case_row(matter)[0] == ("closed" if rated_first else "handling")
    assert asked("select solved from casework_rating where case_id = %s", [matter.id]) == [(rated_first,)]


def test_two_people_who_reopen_a_case_reopen_it_once(crowd: Crowd) -> None:
    matter = verified(crowd)
    crowd.do(f"reporter:{matter.link}", rate, satisfaction=Satisfaction.FAIR)
    met = crowd.meeting(
        crowd.deed("worker", reopen, case_id=matter.id, words="又出现了"),
        crowd.deed("head", reopen, case_id=matter.id, words="又出现了"),
    )
    loses(met.second, WrongState, "case_wrong_state")
    assert case_row(matter)[3] == 1


def test_two_hands_of_one_unit_both_stand_in_the_work_order_and_neither_may_verify(crowd: Crowd) -> None:
    matter = dispatched(crowd, BY_COMMITTEE)
    crowd.do("head", accept_assignment, case_id=matter.id)
    met = crowd.meeting(
        crowd.deed("worker", add_step, case_id=matter.id, words="扫了一半"),
        crowd.deed("head", add_step, case_id=matter.id, words="扫了另一半"),
    )
    assert (met.first, met.second, met.waited) == (None, None, True)
    ((hands,),) = asked("select hands from casework_workorder where case_id = %s", [matter.id])
    assert len(set(hands)) == 2


def test_people_who_only_say_something_hinder_nobody(crowd: Crowd) -> None:
    matter = handling(crowd)
    met = crowd.meeting(
        crowd.deed("worker", comment, case_id=matter.id, words="留意"),
        crowd.deed("responder_urban", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="已说明"),
    )
    assert (met.first, met.second) == (None, None)
    assert crowd.acts(matter.id)[-2:] == ["comment", "feed_back"]


def test_two_different_matters_do_not_wait_for_each_other(crowd: Crowd) -> None:
    """The positive control of waiting: without a common row nobody waits."""
    one, other = crowd.opened(), crowd.opened()
    met = crowd.meeting(
        crowd.deed("worker", dispatch_case, case_id=one.id), crowd.deed("head", dispatch_case, case_id=other.id)
    )
    assert (met.first, met.second, met.waited) == (None, None, False)
    assert running(one) == running(other) == [("offered", unit_id("urban"))]


def test_the_units_of_the_cast_are_read_from_the_kept_database(crowd: Crowd) -> None:
    assert unit("urban").id == unit_id("urban")
