"""Other eyes on the result: passed or sent back, by whom and how; and a result that the reporter disputes."""

from __future__ import annotations

import pytest
from casework.stage import CASE_MOVES, Stage, photo
from web_desk.desk import Desk, picture

from linli.casework.cases.api import CaseState, Result
from linli.casework.timeline.api import Act
from linli.casework.verification.api import Method
from linli.casework.works.api import feed_back

pytestmark = pytest.mark.django_db

REQUIRED = "这个字段是必填项。"
MOVED_ON = "这件事项已进入下一步，现在不能这样操作。"
PASS = {"decision": "pass", "method": "on_site", "words": ""}


def test_the_form_says_what_the_unit_says(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    form = desk.page("worker", matter).form("verify")
    assert "承办单位反馈： 解释说明" in form.text
    assert "decision" in form.values and form.values["decision"] == []
    assert "到现场核查" in form.text and "电话回访" in form.text and "比对照片" in form.text
    assert "The unit says: Explained" in desk.page("worker", matter, lang="en").form("verify").text


@pytest.mark.parametrize("method", list(Method))
def test_passed_the_reporter_is_asked_next(stage: Stage, desk: Desk, method: Method) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    answer = desk.do("worker", matter, "verify", decision="pass", method=method, words="到现场看过", photos=[picture()])
    assert answer.status == 302
    assert stage.case(matter)["state"] == "verified"
    (check,) = stage.ask("select * from casework_check where case_id = %s", matter.id)
    assert (check["method"], check["passed"], check["words"]) == (method, True, "到现场看过")
    page = desk.page("worker", matter)
    assert page.titles[-2:] == ["核查通过", "下一步：上报人评价"]
    assert page.steps[-2].has("img") and "到现场看过" in page.steps[-2].text


def test_sent_back_it_is_with_the_unit_again_and_the_reason_stands_in_the_story(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    promised = stage.case(matter)["promised_at"]
    answer = desk.do("worker", matter, "verify", decision="back", method="photos", words="隔断还在")
    assert answer.status == 302
    case = stage.case(matter)
    assert (case["state"], case["result"], case["reworks"]) == ("handling", "", 1)
    page = desk.page("responder_urban", matter)
    assert page.titles[-2] == "退回重办" and "隔断还在" in page.steps[-2].text
    assert "feed-back" in page.offered
    assert desk.page("worker", matter, lang="en").titles[-2] == "Sent back for rework"
    assert promised is not None and stage.case(matter)["promised_at"] is not None


def test_after_a_rework_the_same_other_eyes_may_look_again(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    desk.do("worker", matter, "verify", decision="back", method="photos", words="隔断还在")
    desk.do("responder_urban", matter, "feed-back", result="explained", words="已拆")
    assert desk.do("worker", matter, "verify", **PASS).status == 302
    rows = stage.ask("select passed from casework_check where case_id = %s order by at, id", matter.id)
    assert [row["passed"] for row in rows] == [False, True]


FAULTS = {
    "nothing": ({"decision": "", "method": "", "words": ""}, [REQUIRED, REQUIRED]),
    "no-method": ({"decision": "pass", "method": "", "words": "看过"}, [REQUIRED]),
    "strange-method": (
        {"decision": "pass", "method": "by_heart", "words": ""}, ["选择一个有效的选项。 by_heart 不在可用的选项中。"],
    ),
    "back-without-words": ({"decision": "back", "method": "on_site", "words": " "}, ["请写明还缺什么。"]),
    "back-in-too-many-words": (
        {"decision": "back", "method": "on_site", "words": "长" * 4001},
        ["确保该变量包含不超过 4000 字符 (目前字符数 4001)。"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_check_says_what_and_how(stage: Stage, desk: Desk, fault: str) -> None:
    given, errors = FAULTS[fault]
    matter = stage.case_in(CaseState.FED_BACK)
    answer = desk.refused("worker", matter, "verify", **given)
    form = answer.form("verify")
    assert (answer.status, form.errors) == (422, errors)
    assert form.values["words"] == [given["words"]]
    assert form.values["decision"] == ([given["decision"]] if given["decision"] else [])


def test_that_it_cannot_be_solved_is_confirmed_by_a_lead_only(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.do("responder_urban", feed_back, case_id=matter.id, result=Result.UNSOLVABLE, words="法律不允许")
    answer = desk.refused("worker", matter, "verify", decision="pass", method="on_site", words="确实没办法")
    form = answer.form("verify")
    assert (answer.status, form.errors) == (422, ["“无法解决”须由站长及以上确认。"])
    assert form.values["words"] == ["确实没办法"]
    assert desk.do("worker", matter, "verify", decision="back", method="on_site", words="再想办法").status == 302
    stage.do("responder_urban", feed_back, case_id=matter.id, result=Result.UNSOLVABLE, words="法律不允许")
    assert desk.do("head", matter, "verify", **PASS).status == 302


def test_two_clicks_verify_once(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    assert desk.do("worker", matter, "verify", **PASS).status == 302
    again = desk.refused("worker", matter, "verify", decision="back", method="photos", words="等等，还没好")
    acts = again.one("section", id="part-acts").text
    assert MOVED_ON in acts and "等等，还没好" in acts
    assert stage.one("select count(*) from casework_check where case_id = %s", matter.id) == 1


def test_two_verifiers_at_once_count_once(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    assert "verify" in desk.page("head", matter).offered
    desk.do("worker", matter, "verify", decision="back", method="photos", words="隔断还在")
    answer = desk.refused("head", matter, "verify", **PASS)
    assert (answer.status, MOVED_ON in answer.text) == (422, True)
    assert stage.case(matter)["state"] == "handling"


def test_a_dispute_shows_the_reporters_words_and_photo_and_sends_it_back(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.VERIFIED)
    CASE_MOVES[Act.DISPUTE](stage, matter)
    page = desk.page("worker", matter)
    assert page.titles[-2] == "上报人表示没有解决" and "还是老样子" in page.steps[-2].text
    assert page.steps[-2].attrs["data-tone"] == "danger"
    assert "feed-back" in desk.page("responder_urban", matter).offered
    assert "The reporter says: not solved" in desk.page("worker", matter, lang="en").titles[-2]


def test_rated_and_closed_the_story_ends_with_the_reporters_word(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.CLOSED)
    page = desk.page("worker", matter)
    assert page.titles[-1] == "评价 · 满意"
    assert "已结案" in page.one("header", id="part-head").text
    assert desk.page("worker", matter, lang="en").titles[-1] == "Rated · Satisfied"
    assert not any("data-pending" in step.attrs for step in page.steps)


def test_a_kept_photo_of_the_verifier_survives_a_missing_reason(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    sent = {"decision": "back", "method": "photos", "words": "", "photos": [picture("white")]}
    form = desk.do("worker", matter, "verify", **sent).form("verify")
    (kept,) = form.values["kept_photos"]
    sent = {"decision": "back", "method": "photos", "words": "隔断还在", "kept_photos": kept}
    assert desk.do("worker", matter, "verify", **sent).status == 302
    assert stage.entries(matter)[-1]["photos"] == [kept]


def test_a_photo_that_another_matter_shows_is_no_proof_of_this_one(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.FED_BACK)
    loose = photo()
    stage.own("update files_photo set link_key = 'somebody' where id = %s", loose)
    answer = desk.refused("worker", matter, "verify", **PASS, kept_photos=str(loose))
    assert (answer.status, answer.form("verify").errors) == (422, ["找不到这些照片，请重新添加。"])
