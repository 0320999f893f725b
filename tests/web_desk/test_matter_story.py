"""The story of a matter: every step in words of the reader's language, by whom, with what was said and shown."""

from __future__ import annotations

import re

import pytest
from casework.stage import CASE_MOVES, REPORT_MOVES, WAY_TO_CASE, Stage
from django.utils import translation
from web_desk.desk import Desk

from linli.casework.cases.api import CaseState
from linli.casework.intake.api import Channel, ReportState, add_to_report
from linli.casework.timeline.api import Act
from linli.web.desk import words
from linli.web.desk.story import ICONS, NEXT, TONES
from linli.web.ui.icons import svg

pytestmark = pytest.mark.django_db

LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
HAN = re.compile(r"[\u4e00-\u9fff]")
OF_ACT = {
    Act.DISPATCH: ("派遣 → 周浦镇城管中队", "Dispatched → 周浦镇城管中队"),
    Act.ACCEPT: ("已接单", "Taken on"),
    Act.ARRIVE: ("到场", "On site"),
    Act.STEP: ("处置记录", "Work step"),
    Act.MILESTONE: ("节点完成 · 停工", "Milestone reached · stop work"),
    Act.FEED_BACK: ("反馈 · 解释说明", "Fed back · Explained"),
    Act.VERIFY: ("核查通过", "Verified"),
    Act.REWORK: ("退回重办", "Sent back for rework"),
    Act.RATE: ("评价 · 满意", "Rated · Satisfied"),
    Act.DISPUTE: ("上报人表示没有解决", "The reporter says: not solved"),
    Act.RETURN_ASK: ("申请退单", "Return asked"),
    Act.RETURN_GRANT: ("同意退单", "Return granted"),
    Act.RETURN_DENY: ("不同意退单", "Return denied"),
    Act.TRANSFER: ("改派 → 周浦镇房管办", "Transferred → 周浦镇房管办"),
    Act.EXTEND_ASK: ("延期申请", "More time asked"),
    Act.SUSPEND: ("挂起", "Suspended"),
    Act.RESUME: ("恢复办理", "Resumed"),
    Act.REOPEN: ("重新办理", "Reopened"),
    Act.VOID: ("作废", "Voided"),
    Act.WITHDRAW: ("上报人撤回", "Withdrawn by the reporter"),
    Act.COMMENT: ("备注", "Remark"),
    Act.ADD: ("上报人补充", "Added by the reporter"),
    Act.ESCALATE: ("已提请上一级 · 二级 · 街镇", "Raised to the next level · Level 2 · town"),
}
BEFORE = {
    Act.DISPATCH: CaseState.FILED, Act.ACCEPT: CaseState.DISPATCHED, Act.VERIFY: CaseState.FED_BACK,
    Act.REWORK: CaseState.FED_BACK, Act.RATE: CaseState.VERIFIED, Act.DISPUTE: CaseState.VERIFIED,
    Act.RETURN_ASK: CaseState.DISPATCHED, Act.RETURN_GRANT: CaseState.RETURN_ASKED,
    Act.RETURN_DENY: CaseState.RETURN_ASKED, Act.RESUME: CaseState.SUSPENDED, Act.REOPEN: CaseState.CLOSED,
    Act.VOID: CaseState.FILED, Act.WITHDRAW: CaseState.FILED,
}  # fmt: skip


@pytest.mark.parametrize("act", OF_ACT)
def test_each_step_is_named_in_both_languages(stage: Stage, desk: Desk, act: Act) -> None:
    matter = stage.case_in(BEFORE.get(act, CaseState.HANDLING))
    CASE_MOVES[act](stage, matter)
    zh, en = OF_ACT[act]
    done = [step for step in desk.page("head", matter).steps if "data-pending" not in step.attrs]
    assert done[-1].all("span", _class="l-story__title")[0].text == zh
    done = [step for step in desk.page("head", matter, lang="en").steps if "data-pending" not in step.attrs]
    assert done[-1].all("span", _class="l-story__title")[0].text == en


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        (ReportState.RECEIVED, "下一步：立案、并案或转办", "Next: file it, merge it or route it"),
        (ReportState.ROUTED, "下一步：法定责任单位接办", "Next: the legal owner takes it on"),
        (ReportState.REFUSAL_ASKED, "下一步：由他人复核不予受理", "Next: somebody else reviews the refusal"),
        (CaseState.FILED, "下一步:派遣", "Next: send it to a unit"),
        (CaseState.DISPATCHED, "下一步：承办单位接单", "Next: the unit takes it on"),
        (CaseState.RETURN_ASKED, "下一步：上一级裁定退单", "Next: the next level rules on the return"),
        (CaseState.HANDLING, "下一步：承办单位反馈结果", "Next: the unit says what came of it"),
        (CaseState.SUSPENDED, "下一步：原因消除后恢复办理", "Next: it goes on when the reason is gone"),
        (CaseState.FED_BACK, "下一步：由未参与处置的人核查", "Next: somebody who did not do it looks at the result"),
        (CaseState.VERIFIED, "下一步：上报人评价", "Next: the reporter rates it"),
    ],
)
def test_what_comes_next_is_said_in_every_open_state(
    stage: Stage, desk: Desk, state: CaseState | ReportState, zh: str, en: str
) -> None:
    matter = stage.report_in(state) if isinstance(state, ReportState) else stage.case_in(state)
    assert desk.page("worker", matter).titles[-1].replace(":", "：") == zh.replace(":", "：")
    assert desk.page("worker", matter, lang="en").titles[-1] == en


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.VOIDED, ReportState.REFUSED, ReportState.WITHDRAWN])
def test_what_has_ended_has_no_next_step(stage: Stage, desk: Desk, state: CaseState | ReportState) -> None:
    matter = stage.report_in(state) if isinstance(state, ReportState) else stage.case_in(state)
    assert not any("data-pending" in step.attrs for step in desk.page("worker", matter).steps)
    assert any("data-pending" in step.attrs for step in desk.page("worker", stage.opened()).steps)


def test_the_steps_stand_in_the_order_in_which_they_happened(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    for act in (*WAY_TO_CASE[CaseState.FED_BACK], Act.REWORK, Act.STEP, Act.FEED_BACK, Act.VERIFY, Act.RATE):
        stage.pass_time(minutes=5)
        CASE_MOVES[act](stage, matter)
    page = desk.page("worker", matter)
    times = [step.all("time")[0].attrs["datetime"] for step in page.steps]
    assert times == sorted(times) and len(times) == 10
    assert page.titles == [
        "上报 · 居民上报", "立案 · C06 违法搭建", "派遣 → 周浦镇城管中队", "已接单", "反馈 · 解释说明", "退回重办",
        "处置记录", "反馈 · 解释说明", "核查通过", "评价 · 满意",
    ]  # fmt: skip


def test_each_step_says_who_in_which_role_and_of_which_unit(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    said = [step.one("span", _class="l-person").text for step in desk.page("worker", matter).steps[:5]]
    assert said == [
        "居民", "worker 居村工作人员 · 向阳居委会", "worker 居村工作人员 · 向阳居委会",
        "responder urban 处置单位人员 · 周浦镇城管中队", "responder urban 处置单位人员 · 周浦镇城管中队",
    ]  # fmt: skip
    english = desk.page("worker", matter, lang="en").steps
    assert english[0].one("span", _class="l-person").text == "Reporter"
    assert english[3].one("span", _class="l-person").text.startswith("responder urban Unit worker")


def test_a_step_of_linli_itself_is_signed_by_linli(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    CASE_MOVES[Act.ESCALATE](stage, matter)
    done = [step for step in desk.page("worker", matter).steps if "data-pending" not in step.attrs]
    assert done[-1].one("span", _class="l-person").text == "邻里"


def test_the_reporter_of_a_merged_report_signs_his_own_words_only(stage: Stage, desk: Desk) -> None:
    case = stage.opened("C06", reporter_name="王建国")
    second = stage.receive(words="我也看到违建", item_code="C06", reporter_name="李秀英")
    desk.do("worker", second, "merge", number=case.number)
    page = desk.page("worker", case)
    signed = {step.one("span", _class="l-person").text.split(" ")[0]: step.text for step in page.steps[:4]}
    assert "楼道里堆满了纸箱" in signed["王*"] and "我也看到违建" in signed["李*"]
    first = next(step for step in page.steps if "楼道里堆满了纸箱" in step.text)
    assert f"编号 {case.number}" in first.text
    assert "编号" not in desk.page("worker", stage.opened()).steps[0].text


@pytest.mark.parametrize("channel", [Channel.HOTLINE, Channel.API, Channel.DEVICE])
def test_how_it_came_in_is_said(stage: Stage, desk: Desk, channel: Channel) -> None:
    zh = {"hotline": "12345 热线", "api": "其他系统", "device": "设备"}[channel]
    en = {"hotline": "Hotline 12345", "api": "Other system", "device": "Device"}[channel]
    matter = stage.receive(channel=channel)
    assert desk.page("worker", matter).titles[0] == f"上报 · {zh}"
    assert desk.page("worker", matter, lang="en").titles[0] == f"Reported · {en}"


def test_what_the_machine_stored_is_chosen_on_the_form_and_is_no_step_of_its_own(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    REPORT_MOVES[Act.SUGGEST](stage, matter)
    assert desk.page("worker", matter).form("file").values["item"] == ["C04"]
    assert desk.page("worker", matter).titles == ["上报 · 居民上报", "下一步：立案、并案或转办"]


def test_what_was_said_is_never_lost_between_lines(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="第一行\n第二行 <急>")
    stage.link(matter, add_to_report, report_id=matter.id, words="第三行 & 更多")
    page = desk.page("worker", matter)
    assert "第一行 第二行 <急>" in page.steps[0].text and "第三行 & 更多" in page.steps[1].text


# --- tables ---


def test_every_act_has_an_icon_that_exists_and_a_word() -> None:
    assert set(ICONS) == set(Act) == set(words.ACTS)
    for name in {*ICONS.values(), *(icon for icon, _what in NEXT.values())}:
        assert "<svg" in svg(name, "", "")
    assert set(TONES) <= set(Act)


TABLES = {
    "roles": words.ROLES, "channels": words.CHANNELS, "clocks": words.CLOCKS, "results": words.RESULTS,
    "methods": words.METHODS, "satisfactions": words.SATISFACTIONS, "reasons": words.RETURN_REASONS,
    "purposes": words.PURPOSES, "acts": words.ACTS, "units": words.LIMIT_UNITS, "kinds": words.UNIT_KINDS,
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_every_code_has_a_word_in_both_languages_and_no_two_share_one(table: str) -> None:
    found = TABLES[table]
    with translation.override("zh-hans"):
        zh = {code: str(word) for code, word in found.items()}
    with translation.override("en"):
        en = {code: str(word) for code, word in found.items()}
    assert all(HAN.search(word) and not LATIN_WORD.search(word) for word in zh.values()), zh
    assert all(LATIN_WORD.search(word) and not HAN.search(word) for word in en.values()), en
    assert len(set(zh.values())) == len(zh) and len(set(en.values())) == len(en)


def test_a_code_without_a_word_is_shown_as_it_is() -> None:
    assert words.say(words.RESULTS, "vanished") == "vanished"
    assert words.item_title("Z99") == "Z99" and words.item_title("") == ""
    assert words.topic_name("X99") == "X99" and words.topic_name("") == ""
    assert words.kind_name("guild") == "guild"
    with translation.override("zh-hans"):
        assert words.why_words([("moonlight", "满月")]) == ["moonlight: 满月"]


WHY = [
    (("rule", "7"), "", "规则 7", "Rule 7"),
    (("rule", "7"), "汛期", "规则 7：汛期", "Rule 7: 汛期"),
    (("unit", "瑞和物业"), "", "规则指定该单位：瑞和物业", "The rule names this unit: 瑞和物业"),
    (
        ("no_unit", "property_firm, urban_management"), "", "这里没有登记此类单位：物业, 城管中队",
        "No unit of this kind is registered here: property management firm, urban management squad",
    ),
    (
        ("last_resort", ""), "", "为使事事有人负责，由受理台自行承办",
        "So that nothing is left without an owner, the desk itself has it",
    ),
    (("duty_place", "瑞和苑"), "", "按包干由其负责该处：瑞和苑", "It answers by duty for the place: 瑞和苑"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "note", "zh", "en"), WHY, ids=[f"{step[0]}{note}" for step, note, _z, _e in WHY])
def test_each_reason_of_an_assignment_is_a_sentence(step: tuple[str, str], note: str, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert words.why_words([step], note) == [zh]
    with translation.override("en"):
        assert words.why_words([step], note) == [en]
