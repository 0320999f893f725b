"""More time, waiting, and the ends of a matter: asked and decided, suspended, resumed, voided, reopened, remarked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from casework.stage import CASE_MOVES, MONDAY, Stage, when
from django.utils import translation
from web_desk.desk import Desk

from linli.casework.cases.api import CaseState, own_story
from linli.casework.timeline.api import Act
from linli.web.desk.words import amount_words

pytestmark = pytest.mark.django_db

REQUIRED = "这个字段是必填项。"
MOVED_ON = "这件事项已进入下一步，现在不能这样操作。"


# --- more time ---


def test_more_time_is_asked_once_and_the_desk_sees_how_much_and_why(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.do("responder_urban", matter, "more-time", amount="2", unit="d", words="等业主取材料")
    assert answer.status == 302
    asking = desk.page("responder_urban", matter)
    assert "more-time" not in asking.offered
    assert asking.titles[-2] == "延期申请" and "申请内容 2 个工作日" in asking.steps[-2].text
    page = desk.page("worker", matter)
    assert page.offered[0] == "extension"
    form = page.form("extension")
    assert "responder urban申请延长2 个工作日 等业主取材料" in form.text
    assert (form.values["amount"], form.values["unit"]) == (["2"], ["d"])
    assert "延期待批" in page.one("header", id="part-head").text
    english = desk.page("worker", matter, lang="en").form("extension").text
    assert "responder urban asks for 2 working days" in english


def test_granted_the_promised_date_moves_and_the_reporter_reads_why(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    before = when(stage.case(matter)["promised_at"])
    desk.do("responder_urban", matter, "more-time", amount="2", unit="d", words="等业主取材料")
    sent = {"decision": "grant", "amount": "3", "unit": "d", "words": "材料确需三天"}
    assert desk.do("worker", matter, "extension", **sent).status == 302
    case = stage.case(matter)
    after = when(case["promised_at"])
    assert before is not None and after is not None
    # 30 March 2026 is a Monday: three working days later is the Thursday, at the close of the day.
    assert after - before == timedelta(days=3)
    assert (case["extension_asked"], case["extensions"]) == (False, 1)
    page = desk.page("worker", matter)
    assert page.titles[-2] == "同意延期"
    assert "4月2日 17:30" in page.one("ul", _class="d-clocks").text
    assert [entry.words for entry in stage.see_by_link(matter, own_story) if entry.act == Act.EXTEND_GRANT] == [
        "材料确需三天"
    ]
    assert page.blocked["more-time"] == "已延期过一次。"
    again = desk.refused("responder_urban", matter, "more-time", amount="1", unit="d", words="还要一天")
    assert again.status == 422


def test_denied_the_promise_stays_and_the_reporter_hears_nothing(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    promised = stage.case(matter)["promised_at"]
    desk.do("responder_urban", matter, "more-time", amount="2", unit="d", words="等业主取材料")
    desk.do("worker", matter, "extension", decision="deny", amount="2", unit="d", words="时间够用")
    case = stage.case(matter)
    assert (case["promised_at"], case["extension_asked"], case["extensions"]) == (promised, False, 0)
    assert desk.page("worker", matter).titles[-2] == "不同意延期"
    assert "时间够用" not in [entry.words for entry in stage.see_by_link(matter, own_story)]


ASKED_BADLY = {
    "nothing": ({"amount": "", "unit": "d", "words": "等"}, [REQUIRED]),
    "zero": ({"amount": "0", "unit": "d", "words": "等"}, ["确保该值大于或等于0.25。"]),
    "too-much": ({"amount": "367", "unit": "d", "words": "等"}, ["确保该值小于或等于366。"]),
    "no-number": ({"amount": "两天", "unit": "d", "words": "等"}, ["输入一个数字。"]),
    "no-reason": ({"amount": "2", "unit": "d", "words": ""}, [REQUIRED]),
    "strange-unit": ({"amount": "2", "unit": "w", "words": "等"}, ["选择一个有效的选项。 w 不在可用的选项中。"]),
}


@pytest.mark.parametrize("fault", ASKED_BADLY)
def test_how_much_and_why_must_be_said(stage: Stage, desk: Desk, fault: str) -> None:
    given, errors = ASKED_BADLY[fault]
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("responder_urban", matter, "more-time", **given)
    form = answer.form("more-time")
    assert (answer.status, form.errors) == (422, errors)
    assert (form.values["amount"], form.values["words"]) == ([given["amount"]], [given["words"]])


def test_after_the_deadline_no_more_time_can_be_asked(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    due = when(stage.case(matter)["promised_at"])
    assert due is not None
    stage.clock.advance(due - MONDAY - timedelta(seconds=1))
    assert "more-time" in desk.page("responder_urban", matter).offered
    stage.clock.advance(timedelta(seconds=1))
    page = desk.page("responder_urban", matter)
    assert page.blocked == {"more-time": "已过时限；延期只能在到期前申请。"}
    assert desk.refused("responder_urban", matter, "more-time", amount="1", unit="d", words="晚了").status == 422


def test_a_decision_that_comes_second_is_told_that_nobody_asks_any_more(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    desk.do("responder_urban", matter, "more-time", amount="2", unit="d", words="等")
    desk.do("head", matter, "extension", decision="deny", amount="2", unit="d", words="时间够用")
    sent = {"decision": "grant", "amount": "2", "unit": "d", "words": "同意"}
    answer = desk.refused("worker", matter, "extension", **sent)
    assert answer.status == 422
    assert "没有人申请延期。" in answer.one("section", id="part-acts").text
    assert stage.case(matter)["extensions"] == 0


@pytest.mark.parametrize(
    ("amount", "unit", "zh"),
    [
        ("0.25", "e", "15 分钟"), ("1", "e", "1 小时"), ("1.5", "h", "1.5 工作时"), ("10", "d", "10 个工作日"),
        ("30", "n", "30 天"), ("100", "d", "100 个工作日"),
    ],
)  # fmt: skip
def test_amounts_read_as_people_say_them(amount: str, unit: str, zh: str) -> None:
    with translation.override("zh-hans"):
        assert amount_words(Decimal(amount), unit) == zh


@pytest.mark.parametrize(
    ("amount", "unit", "en"),
    [("0.5", "e", "30 minutes"), ("1", "d", "1 working day"), ("2.50", "d", "2.5 working days"), ("1", "n", "1 day")],
)
def test_and_in_english(amount: str, unit: str, en: str) -> None:
    with translation.override("en"):
        assert amount_words(Decimal(amount), unit) == en


# --- suspend, remind, resume ---


def test_suspended_the_clocks_stand_still_and_say_why(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert desk.do("worker", matter, "suspend", words="等业主大会表决").status == 302
    page = desk.page("worker", matter)
    assert "挂起(等业主大会表决)" in page.one("header", id="part-head").text.replace(" ", "")
    clocks = page.one("ul", _class="d-clocks").text.replace(" ", "")
    assert "办结时限挂起(等业主大会表决)" in clocks
    assert page.titles[-2:] == ["挂起", "下一步：原因消除后恢复办理"]
    assert "前" not in page.steps[-1].text.removeprefix("下一步：原因消除后恢复办理")
    assert "Suspended (等业主大会表决)" in desk.page("worker", matter, lang="en").text


def test_resumed_the_promise_has_moved_by_the_time_of_waiting(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    before = when(stage.case(matter)["promised_at"])
    desk.do("worker", matter, "suspend", words="等业主大会表决")
    stage.pass_time(days=7)
    assert desk.do("responder_urban", matter, "resume", words="表决通过").status == 302
    after = when(stage.case(matter)["promised_at"])
    assert before is not None and after is not None
    # Four closes of business lay in the waiting (3, 4, 5 and 6 March): from Monday the 30th to Friday the 3rd.
    assert after - before == timedelta(days=4)
    page = desk.page("worker", matter)
    assert page.titles[-2] == "恢复办理" and "表决通过" in page.steps[-2].text
    assert "挂起" not in page.one("header", id="part-head").text


def test_a_suspension_says_what_it_waits_for(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert desk.refused("worker", matter, "suspend", words="").form("suspend").errors == [REQUIRED]
    long = desk.refused("worker", matter, "suspend", words="等" * 201)
    assert long.form("suspend").errors == ["确保该变量包含不超过 200 字符 (目前字符数 201)。"]
    assert long.form("suspend").values["words"] == ["等" * 201]


def test_looked_at_and_still_waiting_starts_the_next_week(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.SUSPENDED)
    due = when(stage.case(matter)["due_at"])
    stage.pass_time(days=3)
    assert desk.do("worker", matter, "remind").status == 302
    after = when(stage.case(matter)["due_at"])
    assert due is not None and after is not None and after - due == timedelta(days=3)
    page = desk.page("worker", matter)
    assert "每周提醒" in page.text and "已记下，一周后再提醒。" in page.text


# --- void, reopen, remark ---


def test_voided_it_stays_readable_with_its_reason_and_takes_no_act(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    assert desk.refused("head", matter, "void", words="").form("void").errors == [REQUIRED]
    assert desk.do("head", matter, "void", words="同一件重复登记").status == 302
    for who in ("worker", "head", "auditor"):
        page = desk.page(who, matter)
        assert (page.offered, page.titles[-1]) == ([], "作废")
        assert "同一件重复登记" in page.steps[-1].text
    again = desk.refused("dispatcher", matter, "void", words="我也作废")
    assert again.status == 422 and MOVED_ON in again.text
    assert "没有在走的时限。" not in desk.page("worker", stage.opened()).text


def test_reopened_it_is_back_at_work_with_a_reason(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.CLOSED)
    assert desk.refused("worker", matter, "reopen", words="").form("reopen").errors == [REQUIRED]
    assert desk.do("worker", matter, "reopen", words="又搭起来了").status == 302
    case = stage.case(matter)
    assert (case["state"], case["reworks"], case["result"]) == ("handling", 1, "")
    page = desk.page("worker", matter)
    assert page.titles[-2] == "重新办理" and "又搭起来了" in page.steps[-2].text
    assert "feed-back" in desk.page("responder_urban", matter).offered
    again = desk.refused("head", matter, "reopen", words="我也要重办")
    assert MOVED_ON in again.text and "我也要重办" in again.one("section", id="part-acts").text


@pytest.mark.parametrize(("public", "seen"), [("inner", False), ("public", True)])
def test_a_remark_is_for_colleagues_unless_it_is_said_aloud(stage: Stage, desk: Desk, public: str, seen: bool) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    clocks = stage.clocks(matter)
    assert desk.page("worker", matter).form("comment").values["public"] == ["inner"]
    assert desk.do("worker", matter, "comment", words="周三再去看", public=public).status == 302
    told = [entry.words for entry in stage.see_by_link(matter, own_story)]
    assert ("周三再去看" in told) is seen
    step = desk.page("responder_urban", matter).steps[-2]
    assert "周三再去看" in step.text and ("内部" in step.text) is not seen
    assert stage.clocks(matter) == clocks


def test_a_remark_says_something(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    answer = desk.refused("worker", matter, "comment", words="\n ", public="inner")
    assert (answer.status, answer.form("comment").errors) == (422, [REQUIRED])


def test_a_remark_is_shown_as_it_was_typed_and_never_as_markup(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    desk.do("worker", matter, "comment", words="<b>急</b> & <script>x()</script>", public="inner")
    page = desk.page("worker", matter)
    assert "<b>急</b> & <script>x()</script>" in page.steps[-2].text
    assert not page.steps[-2].has("script") and not page.steps[-2].has("b")


def test_a_withdrawn_case_is_closed_to_the_desk_that_was_about_to_send_it(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    desk.page("worker", matter)
    CASE_MOVES[Act.WITHDRAW](stage, matter)
    answer = desk.refused("worker", matter, "dispatch", unit="proposed", another="", words="去看一下")
    assert (answer.status, MOVED_ON in answer.text) == (422, True)
    assert answer.one("textarea", aria_label="您填写的内容").text == "去看一下"
