"""What else a report can become: merged, routed, sent back, refused by two people."""

from __future__ import annotations

import cast
import pytest
from casework.stage import REPORT_MOVES, Stage, unit, user_id
from web_desk.desk import Desk

from linli.casework.cases.api import open_case
from linli.casework.intake.api import ReportState
from linli.casework.timeline.api import Act

pytestmark = pytest.mark.django_db

REQUIRED = "这个字段是必填项。"


# --- merge ---


def test_near_matters_of_the_kind_are_offered_to_merge_into(stage: Stage, desk: Desk) -> None:
    case = stage.opened("C06")
    matter = stage.receive(words="又见违建", item_code="C06")
    form = desk.page("worker", matter).form("merge")
    (choice,) = form.all("input", name="into", type="radio")
    assert choice.attrs["value"] == str(case.id)
    assert f"{case.number} · 楼道里堆满了纸箱 · 向阳居委会" in form.text
    assert desk.page("worker", matter, lang="en").form("merge").text.endswith("Merge")


def test_with_nothing_near_the_form_says_so_and_takes_a_number(stage: Stage, desk: Desk) -> None:
    form = desk.page("worker", stage.receive(words="独一件", item_code="C03")).form("merge")
    assert "附近没有同类在办事项。知道编号的话请直接输入。" in form.text
    assert not form.has("input", name="into")


@pytest.mark.parametrize("by", ["into", "number", "number-as-spoken"])
def test_merged_both_reporters_follow_one_story(stage: Stage, desk: Desk, by: str) -> None:
    case = stage.opened("C06")
    matter = stage.receive(words="我也看到违建", item_code="C06", reporter_name="李阿姨")
    typed = case.number.replace("-", " ").lower() if by == "number-as-spoken" else case.number
    given = {"into": str(case.id)} if by == "into" else {"number": typed}
    answer = desk.do("worker", matter, "merge", **given)
    assert (answer.status, stage.report(matter)["state"]) == (302, "merged")
    assert stage.case(case)["reports"] == 2
    away = desk.page("worker", matter)
    assert (away.status, away.headers["Location"]) == (302, f"/desk/{case.number}")
    page = desk.page("worker", case)
    assert f"{matter.number} 已并入本件。" in page.text
    told = page.one("ul", _class="d-told").text
    assert f"李* {matter.number}" in told and "李阿姨" not in page.text
    assert [title for title in page.titles if title.startswith("已并案")] == [f"已并案 → {case.number}"]
    received = [step for step in page.steps if "我也看到违建" in step.text]
    assert len(received) == 1 and f"编号 {matter.number}" in received[0].text


MERGE_FAULTS = {
    "nothing": ({}, "请选择要并入的事项，或输入编号。"),
    "unknown-number": ({"number": "2603-132-999999-?"}, None),
    "not-a-number": ({"number": "隔壁那件"}, None),
    "of-nobody": ({"number": "2603-132-000000-0"}, None),
}


@pytest.mark.parametrize("fault", MERGE_FAULTS)
def test_a_merge_into_nothing_is_refused_and_the_number_kept(stage: Stage, desk: Desk, fault: str) -> None:
    given, sentence = MERGE_FAULTS[fault]
    matter = stage.receive(item_code="C06")
    answer = desk.refused("worker", matter, "merge", **given)
    assert answer.status == 422
    form = answer.form("merge")
    assert form.values["number"] == [given.get("number", "")]
    assert len(form.errors) == 1
    if sentence:
        assert form.errors == [sentence]
    assert not any(word in form.errors[0] for word in ("This", "No ", "Please"))


def test_a_case_of_another_committee_is_not_there_to_merge_into(stage: Stage, desk: Desk) -> None:
    far = stage.receive(area_id=stage.one("select id from territory_area where code = %s", cast.FOREIGN_AREA))
    stage.do("dispatcher_other", open_case, report_id=far.id, item_code="C06")
    matter = stage.receive(item_code="C06")
    answer = desk.refused("worker", matter, "merge", number=far.number)
    assert answer.form("merge").errors == ["您的辖区内没有这个编号的在办事项。"]
    assert stage.case(far)["reports"] == 1


def test_nothing_is_merged_into_what_has_ended(stage: Stage, desk: Desk) -> None:
    case = stage.opened("C06")
    desk.do("head", case, "void", words="重复登记")
    matter = stage.receive(item_code="C06")
    answer = desk.refused("worker", matter, "merge", number=case.number)
    assert answer.form("merge").errors == ["这件事项已进入下一步，现在不能这样操作。"]
    assert stage.case(case)["reports"] == 1


def test_a_page_left_open_on_a_merged_report_gets_its_parts_and_a_way_to_the_whole(stage: Stage, desk: Desk) -> None:
    case, matter = stage.opened("C06"), stage.receive(item_code="C06")
    desk.do("worker", matter, "merge", number=case.number)
    head = desk.get("worker", f"{matter.number}?part=head", part=True)
    assert (head.status, head.has("header", id="part-head"), head.has("html")) == (200, True, False)
    acts = desk.get("worker", f"{matter.number}?part=acts", part=True)
    assert acts.one("section", id="part-acts").one("a").attrs["href"] == f"/desk/{case.number}"
    assert f"已并入 {case.number}。" in acts.text
    english = desk.get("worker", f"{matter.number}?part=acts", part=True, lang="en")
    assert f"It was merged into {case.number}." in english.text


# --- route, send back ---


def test_a_matter_outside_the_list_goes_to_its_legal_owner_with_words(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="孩子上学学区划片，学校招生不公")
    form = desk.page("worker", matter).form("route")
    assert form.values["topic"] != [""] and form.values["unit"] == [""]
    answer = desk.do("worker", matter, "route", topic="X10", unit=str(unit("urban").id), words="请核对归属")
    assert answer.status == 302
    report = stage.report(matter)
    assert (report["state"], report["topic"], report["unit_id"]) == ("routed", "X10", unit("urban").id)
    page = desk.page("worker", matter)
    assert page.titles[-2] == "转法定责任单位 → 周浦镇城管中队"
    assert "请核对归属" in page.steps[-2].text
    assert "下一步：法定责任单位接办" in page.titles[-1]
    assert desk.page("responder_urban", matter).status == 200


def test_left_empty_the_topics_own_owner_is_found_or_the_operation_centre(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="孩子上学")
    topic = desk.page("worker", matter).form("route").one("select", name="topic").all("option")[1].attrs["value"]
    assert desk.do("worker", matter, "route", topic=topic, unit="", words="").status == 302
    assert stage.report(matter)["unit_id"] == unit("centre").id


def test_without_a_topic_nothing_is_routed_and_the_words_stay(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    answer = desk.refused("worker", matter, "route", topic="", unit="", words="请看一看")
    assert (answer.status, answer.form("route").errors) == (422, [REQUIRED])
    assert answer.form("route").values["words"] == ["请看一看"]


def test_a_unit_that_does_not_answer_here_cannot_be_chosen(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    foreign = unit("centre_other").id
    options = desk.page("worker", matter).form("route").one("select", name="unit").all("option")
    assert str(foreign) not in [one.attrs["value"] for one in options]
    answer = desk.refused("worker", matter, "route", topic="X10", unit=str(foreign), words="")
    assert (answer.status, len(answer.form("route").errors)) == (422, 1)


def test_the_legal_owner_may_say_once_that_it_is_not_his(stage: Stage, desk: Desk) -> None:
    matter = stage.report_in(ReportState.ROUTED)
    answer = desk.do("responder_urban", matter, "send-back", words="属交通部门")
    assert answer.status == 302
    report = stage.report(matter)
    assert (report["state"], report["unit_id"]) == ("received", unit("station").id)
    assert desk.page("responder_urban", matter).status == 404
    page = desk.page("worker", matter)
    assert page.titles[-2] == "法定责任单位退回" and "属交通部门" in page.steps[-2].text
    REPORT_MOVES[Act.ROUTE](stage, matter)
    again = desk.page("responder_urban", matter)
    assert "send-back" not in again.offered
    assert again.blocked["send-back"] == "您的单位已退回过一次，仍由您的单位承办。"
    assert desk.refused("responder_urban", matter, "send-back", words="还是不属我们").status == 422


def test_sending_back_leads_a_person_of_the_unit_to_his_list(stage: Stage, desk: Desk) -> None:
    matter = stage.report_in(ReportState.ROUTED)
    answer = desk.post("responder_urban", f"{matter.number}/send-back", {"words": "不属我们"}, part=True)
    assert (answer.status, answer.headers["HX-Redirect"], answer.raw) == (200, "/desk/", b"")


def test_sending_back_needs_a_reason(stage: Stage, desk: Desk) -> None:
    matter = stage.report_in(ReportState.ROUTED)
    answer = desk.refused("responder_urban", matter, "send-back", words="  ")
    assert (answer.status, answer.form("send-back").errors) == (422, [REQUIRED])


# --- refuse, review ---


def test_a_refusal_is_proposed_by_one_and_reviewed_by_another(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="要求换个邻居")
    assert desk.do("worker", matter, "refuse", words="不在社区职责内，已当面说明").status == 302
    assert stage.report(matter)["asked_by"] == user_id("worker")
    waiting = desk.page("head", matter)
    assert waiting.titles[-2:] == ["提出不予受理", "下一步：由他人复核不予受理"]
    form = waiting.form("review")
    assert "提出的理由 不在社区职责内，已当面说明" in form.text
    assert desk.do("head", matter, "review", decision="agree", words="情况属实，不予受理").status == 302
    assert stage.report(matter)["state"] == "refused"
    page = desk.page("worker", matter)
    assert page.offered == [] and "情况属实，不予受理" in page.steps[-1].text
    assert "不予受理" in page.one("header", id="part-head").text


def test_a_refusal_turned_down_goes_back_to_be_filed(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    desk.do("worker", matter, "refuse", words="不归我们")
    desk.do("head", matter, "review", decision="deny", words="应当受理")
    assert stage.report(matter)["state"] == "received"
    page = desk.page("worker", matter)
    assert "file" in page.offered and page.titles[-2] == "未同意不予受理"
    assert desk.page("worker", matter, lang="en").titles[-2] == "Refusal turned down"


def test_nobody_reviews_his_own_proposal(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    desk.do("head", matter, "refuse", words="不归我们")
    page = desk.page("head", matter)
    assert page.offered == []
    assert page.blocked == {"review": "由您提出的，须由他人复核。"}
    assert desk.page("head", matter, lang="en").blocked == {"review": "You proposed it; somebody else must review it."}
    answer = desk.refused("head", matter, "review", decision="agree", words="同意我自己")
    assert answer.status == 422
    acts = answer.one("section", id="part-acts").text
    assert "同意我自己" in acts and "Somebody else" not in acts
    assert desk.page("dispatcher", matter).offered == ["review"]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"decision": "", "words": "理由"}, [REQUIRED]),
        ({"decision": "agree", "words": ""}, [REQUIRED]),
        ({"decision": "maybe", "words": "理由"}, ["选择一个有效的选项。 maybe 不在可用的选项中。"]),
    ],
    ids=["no-decision", "no-reason", "another-decision"],
)
def test_a_review_says_which_and_why(stage: Stage, desk: Desk, given: dict[str, str], errors: list[str]) -> None:
    matter = stage.report_in(ReportState.REFUSAL_ASKED)
    answer = desk.refused("head", matter, "review", **given)
    assert (answer.status, answer.form("review").errors) == (422, errors)
    assert answer.form("review").values["words"] == [given["words"]]


def test_a_proposal_without_a_reason_is_no_proposal(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    answer = desk.refused("worker", matter, "refuse", words="   ")
    assert (answer.status, answer.form("refuse").errors) == (422, [REQUIRED])


def test_a_review_that_comes_second_is_told_so_and_its_words_are_kept(stage: Stage, desk: Desk) -> None:
    matter = stage.report_in(ReportState.REFUSAL_ASKED)
    desk.page("dispatcher", matter)
    desk.do("head", matter, "review", decision="deny", words="应当受理")
    answer = desk.refused("dispatcher", matter, "review", decision="agree", words="我同意不予受理")
    acts = answer.one("section", id="part-acts")
    assert "这条上报已进入下一步，现在不能这样操作。" in acts.text
    assert acts.one("textarea", aria_label="您填写的内容").text == "我同意不予受理"
    assert stage.report(matter)["state"] == "received"


def test_the_page_of_a_report_that_was_withdrawn_says_so(stage: Stage, desk: Desk) -> None:
    matter = stage.report_in(ReportState.WITHDRAWN)
    page = desk.page("worker", matter)
    assert page.titles[-1] == "上报人撤回" and page.offered == []
    answer = desk.refused("worker", matter, "route", topic="X10", words="转交")
    assert "这条上报已进入下一步，现在不能这样操作。" in answer.text
