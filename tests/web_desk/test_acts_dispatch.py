"""Who answers: the proposal with its reason, another choice in words, taking on, transfer, return and ruling."""

from __future__ import annotations

import pytest
from casework.stage import BY_COMMITTEE, BY_FIRM, Stage, unit, user_id
from web_desk.desk import Desk

from linli.casework.cases.api import CaseState
from linli.casework.dispatch.api import dispatch_case

pytestmark = pytest.mark.django_db

REQUIRED = "这个字段是必填项。"
MOVED_ON = "这件事项已进入下一步，现在不能这样操作。"


# --- dispatch ---


@pytest.mark.parametrize(
    ("item", "unit_name", "why"),
    [
        ("C06", "周浦镇城管中队", "清单规定由此类单位负责：城管中队 · 该区域的此类单位：周浦镇"),
        (BY_FIRM, "瑞和物业", "清单规定由此类单位负责：物业 · 该区域的此类单位：向阳居委会"),
        (BY_COMMITTEE, "向阳居委会", "清单规定由此类单位负责：居委 · 该区域的此类单位：向阳居委会"),
    ],
    ids=["urban", "firm", "committee"],
)
def test_the_proposed_unit_stands_there_with_its_reason(
    stage: Stage, desk: Desk, item: str, unit_name: str, why: str
) -> None:
    matter = stage.opened(item)
    form = desk.page("worker", matter).form("dispatch")
    assert form.values["unit"] == ["proposed"]
    assert f"{unit_name} {why}" in form.text
    assert unit_name not in [one.text.split(" · ")[0] for one in form.one("select", name="another").all("option")]


def test_the_reason_reads_in_english_too(stage: Stage, desk: Desk) -> None:
    form = desk.page("worker", stage.opened(), lang="en").form("dispatch")
    assert "The list makes this kind of unit answer for it: urban management squad" in form.text
    options = form.one("select", name="another").text
    assert "operation centre" in options and "operation_centre" not in options
    assert "城运中心 · 城运中心" in desk.page("worker", stage.opened()).form("dispatch").text


def test_sent_as_proposed_the_story_says_to_whom_and_why(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    assert desk.do("worker", matter, "dispatch", unit="proposed", another="", words="请当面核实").status == 302
    page = desk.page("worker", matter)
    step = page.steps[-2]
    assert "派遣 → 周浦镇城管中队" in step.text and "请当面核实" in step.text
    assert "为何? 清单规定由此类单位负责：城管中队。 该区域的此类单位：周浦镇。" in step.text
    assert "接单 1 工作时" in step.text
    english = desk.page("worker", matter, lang="en").steps[-2].text
    assert english.startswith("Dispatched → ") and "Taking on 1 working hour" in english
    assert "urban management squad. It is the unit of this kind" in english


def test_another_unit_is_sent_with_a_reason_that_the_story_keeps(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    housing = unit("housing")
    answer = desk.do("worker", matter, "dispatch", unit="another", another=str(housing.id), words="涉及承重墙")
    assert answer.status == 302
    assert stage.case(matter)["unit_id"] == housing.id
    step = desk.page("worker", matter).steps[-2].text
    assert "派遣 → 周浦镇房管办" in step and "涉及承重墙" in step
    assert "由worker选定。 代替建议的单位：周浦镇城管中队。" in step
    (told,) = stage.assignments(matter)
    assert told["why"] == [["chosen_by_hand", "worker"], ["instead_of", "周浦镇城管中队"]]


OVERRIDES = {
    "no-unit": ({"unit": "another", "another": "", "words": "涉及承重墙"}, ["请选择单位。"]),
    "no-reason": ({"unit": "another", "another": "housing", "words": ""}, ["请说明为何不派给建议的单位。"]),
    "only-blanks": ({"unit": "another", "another": "housing", "words": "   "}, ["请说明为何不派给建议的单位。"]),
    "neither": (
        {"unit": "another", "another": "", "words": ""},
        ["请选择单位。", "请说明为何不派给建议的单位。"],
    ),
    "too-long": (
        {"unit": "another", "another": "housing", "words": "长" * 4001},
        ["确保该变量包含不超过 4000 字符 (目前字符数 4001)。"],
    ),
}


@pytest.mark.parametrize("fault", OVERRIDES)
def test_overriding_without_unit_or_reason_is_refused_and_kept(stage: Stage, desk: Desk, fault: str) -> None:
    given, errors = OVERRIDES[fault]
    sent = {**given, "another": str(unit(given["another"]).id) if given["another"] else ""}
    matter = stage.opened()
    answer = desk.refused("worker", matter, "dispatch", **sent)
    form = answer.form("dispatch")
    assert answer.status == 422
    assert form.errors == errors
    assert form.values["unit"] == ["another"]
    assert form.values["words"] == [given["words"]]
    assert form.values["another"] == [sent["another"]]


def test_a_unit_of_another_town_cannot_be_sent(stage: Stage, desk: Desk) -> None:
    matter, foreign = stage.opened(), str(unit("centre_other").id)
    answer = desk.refused("worker", matter, "dispatch", unit="another", another=foreign, words="试试")
    assert answer.form("dispatch").errors == [f"选择一个有效的选项。 {foreign} 不在可用的选项中。"]


def test_two_clicks_send_once_and_say_so_the_second_time(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    desk.do("worker", matter, "dispatch", unit="proposed", another="", words="")
    answer = desk.refused("worker", matter, "dispatch", unit="proposed", another="", words="再派一次")
    assert answer.status == 422
    assert MOVED_ON in answer.text and "再派一次" in answer.one("section", id="part-acts").text
    assert len(stage.assignments(matter)) == 1


# --- accept ---


def test_the_unit_takes_it_on_and_its_clock_is_met(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    stage.pass_time(minutes=20)
    assert desk.do("responder_urban", matter, "accept").status == 302
    assert stage.case(matter)["state"] == "handling"
    (told,) = stage.assignments(matter)
    assert (told["state"], told["accepted_by"]) == ("accepted", user_id("responder_urban"))
    page = desk.page("responder_urban", matter)
    assert "已接单。" in page.text and page.titles[-2] == "已接单"
    assert "接单 按时" in page.one("ul", _class="d-clocks").text


def test_what_the_committee_itself_does_is_taken_on_by_the_people_of_the_desk(stage: Stage, desk: Desk) -> None:
    matter = stage.opened(BY_COMMITTEE)
    stage.do("worker", dispatch_case, case_id=matter.id)
    assert "accept" in desk.page("worker", matter).offered
    assert desk.do("head", matter, "accept").status == 302
    assert "feed-back" in desk.page("worker", matter).offered


def test_the_desk_does_not_take_on_what_lies_with_a_unit(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    answer = desk.refused("worker", matter, "accept")
    assert answer.status == 422
    assert "这件事项不在您的单位。" in answer.one("section", id="part-acts").text


def test_taking_on_twice_does_nothing_the_second_time(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    desk.do("responder_urban", matter, "accept")
    answer = desk.refused("responder_urban", matter, "accept")
    assert (answer.status, MOVED_ON in answer.text) == (422, True)


# --- transfer ---


def test_a_transfer_ends_the_first_assignment_and_keeps_the_promise(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    promised = stage.case(matter)["promised_at"]
    options = [one.attrs["value"] for one in desk.page("worker", matter).form("transfer").all("option")]
    assert str(unit("urban").id) not in options and str(unit("housing").id) in options
    assert desk.do("worker", matter, "transfer", unit=str(unit("housing").id), words="归房管办").status == 302
    case = stage.case(matter)
    assert (case["unit_id"], case["state"], case["promised_at"]) == (unit("housing").id, "dispatched", promised)
    assert [one["unit_id"] for one in stage.assignments(matter)] == [unit("urban").id, unit("housing").id]
    page = desk.page("worker", matter)
    assert page.titles[-2] == "改派 → 周浦镇房管办" and "归房管办" in page.steps[-2].text
    assert desk.page("responder_urban", matter).status == 404
    assert desk.page("responder_housing", matter).offered == ["accept", "return", "comment"]


@pytest.mark.parametrize(
    ("to", "words", "errors"),
    [("", "归房管办", [REQUIRED]), ("housing", "", [REQUIRED]), ("", "", [REQUIRED, REQUIRED])],
    ids=["no-unit", "no-reason", "neither"],
)
def test_a_transfer_names_unit_and_reason(stage: Stage, desk: Desk, to: str, words: str, errors: list[str]) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("worker", matter, "transfer", unit=str(unit(to).id) if to else "", words=words)
    assert (answer.status, answer.form("transfer").errors) == (422, errors)
    assert answer.form("transfer").values["words"] == [words]


def test_nothing_is_transferred_to_where_it_is(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("worker", matter, "transfer", unit=str(unit("urban").id), words="留下")
    assert answer.status == 422 and len(answer.form("transfer").errors) == 1


# --- return and ruling ---


def test_a_unit_asks_to_return_with_a_legal_reason_and_the_next_level_reads_it(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    assert desk.do("responder_urban", matter, "return", reason="needs_higher_level", words="须区里牵头").status == 302
    assert stage.case(matter)["state"] == "return_asked"
    page = desk.page("head", matter)
    assert "周浦镇城管中队: 需上级处理 须区里牵头" in page.form("rule").text
    assert page.titles[-2] == "申请退单" and "需上级处理" in page.steps[-2].text
    assert "Needs a higher level" in desk.page("head", matter, lang="en").form("rule").text


@pytest.mark.parametrize(
    ("reason", "words", "count"),
    [("", "不归我们", 1), ("not_our_duty", "", 1), ("because", "不归我们", 1), ("", "", 2)],
    ids=["no-reason", "no-words", "no-legal-reason", "neither"],
)
def test_a_return_needs_a_legal_reason_and_words(stage: Stage, desk: Desk, reason: str, words: str, count: int) -> None:
    matter = stage.case_in(CaseState.DISPATCHED)
    answer = desk.refused("responder_urban", matter, "return", reason=reason, words=words)
    assert (answer.status, len(answer.form("return").errors)) == (422, count)
    assert answer.form("return").values["words"] == [words]


def test_granted_it_is_the_desks_again(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    assert desk.do("dispatcher", matter, "rule", decision="grant", words="确属区里").status == 302
    case = stage.case(matter)
    assert (case["state"], case["unit_id"]) == ("filed", unit("station").id)
    page = desk.page("worker", matter)
    assert page.titles[-2] == "同意退单" and "dispatch" in page.offered
    assert "尚未派遣，由受理台负责。" in page.one("div", id="part-side").text
    assert desk.page("responder_urban", matter).status == 404


def test_denied_it_stays_and_cannot_be_returned_again(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    desk.do("dispatcher", matter, "rule", decision="deny", words="属你单位职责")
    assert stage.case(matter)["state"] == "dispatched"
    page = desk.page("responder_urban", matter)
    assert page.offered == ["accept", "comment"]
    assert page.blocked == {"return": "已退过一次单，仍由该单位承办。"}
    assert page.titles[-2] == "不同意退单"
    answer = desk.refused("responder_urban", matter, "return", reason="not_our_duty", words="还是不归我们")
    assert answer.status == 422


def test_who_dispatched_does_not_rule(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    stage.do("head", dispatch_case, case_id=matter.id)
    desk.do("responder_urban", matter, "return", reason="not_our_duty", words="不归我们")
    page = desk.page("head", matter)
    assert "rule" not in page.offered
    assert page.blocked["rule"] == "由您派遣的，退单须由上一级裁定。"
    answer = desk.refused("head", matter, "rule", decision="deny", words="你们办")
    assert answer.status == 422 and "你们办" in answer.one("section", id="part-acts").text
    assert "rule" in desk.page("dispatcher", matter).offered


def test_nor_who_asked(stage: Stage, desk: Desk) -> None:
    matter = stage.opened(BY_COMMITTEE)
    stage.do("worker", dispatch_case, case_id=matter.id)
    desk.do("head", matter, "return", reason="facts_wrong", words="情况不实")
    page = desk.page("head", matter)
    assert page.blocked["rule"] == "由您申请退单的，须由上一级裁定。"
    assert desk.refused("head", matter, "rule", decision="grant", words="同意").status == 422
    assert desk.page("dispatcher", matter).blocked == {}
    assert desk.page("head", matter, lang="en").blocked["rule"] == (
        "You asked for the return; the next level must rule on it."
    )


@pytest.mark.parametrize("given", [{"decision": "", "words": "理由"}, {"decision": "grant", "words": ""}])
def test_a_ruling_says_which_and_why(stage: Stage, desk: Desk, given: dict[str, str]) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    answer = desk.refused("head", matter, "rule", **given)
    assert (answer.status, answer.form("rule").errors) == (422, [REQUIRED])
    assert answer.form("rule").values["words"] == [given["words"]]


def test_a_ruling_that_comes_second_is_told_so(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.RETURN_ASKED)
    desk.do("dispatcher", matter, "rule", decision="deny", words="属你单位职责")
    answer = desk.refused("head", matter, "rule", decision="grant", words="我同意退")
    acts = answer.one("section", id="part-acts").text
    assert MOVED_ON in acts and "我同意退" in acts
