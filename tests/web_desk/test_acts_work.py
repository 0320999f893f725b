"""What the responsible unit does on the page: on site, steps, milestones, feeding back, fixing at once; with photos."""

from __future__ import annotations

import pytest
from casework.stage import BY_COMMITTEE, MILESTONE, Stage, user_id
from django.core.files.uploadedfile import SimpleUploadedFile
from web_desk.desk import Desk, picture

from linli.casework.cases.api import CaseState
from linli.casework.dispatch.api import accept_assignment, dispatch_case

pytestmark = pytest.mark.django_db

REQUIRED = "这个字段是必填项。"


def test_on_site_meets_the_first_contact_and_shows_what_was_found(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.pass_time(minutes=40)
    answer = desk.do("responder_urban", matter, "arrive", words="已到场，正在施工", photos=[picture()])
    assert answer.status == 302
    page = desk.page("worker", matter)
    step = page.steps[-2]
    assert page.titles[-2] == "到场" and "已到场，正在施工" in step.text
    assert len(step.all("img")) == 1 and step.one("img").attrs["alt"] == "到场"
    assert "先行联系 按时" in page.one("ul", _class="d-clocks").text
    assert "先行联系 按时" not in desk.page("worker", stage.case_in(CaseState.HANDLING)).text


def test_the_photos_of_the_story_open_for_those_who_see_the_matter_only(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    desk.do("responder_urban", matter, "arrive", words="", photos=[picture()])
    link = desk.page("worker", matter).steps[-2].one("a", data_viewer="")
    full, small = link.attrs["href"], link.one("img").attrs["src"]
    assert full.endswith("/full") and small.endswith("/thumb")
    for address in (full, small):
        shown = desk.get("worker", address.removeprefix("/desk/"))
        assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
        assert shown.headers["Cache-Control"].startswith("private")
        assert desk.get("responder_urban", address.removeprefix("/desk/")).status == 200
        assert desk.get("worker_cousin", address.removeprefix("/desk/")).status == 404
        assert desk.get("responder", address.removeprefix("/desk/")).status == 404


def test_a_step_says_or_shows_something(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("responder_urban", matter, "step", words="")
    assert (answer.status, answer.form("step").errors) == (422, ["请写明做了什么，或上传照片。"])
    assert desk.do("responder_urban", matter, "step", words="", photos=[picture()]).status == 302
    assert desk.do("responder_urban", matter, "step", words="约谈了业主").status == 302
    page = desk.page("responder_urban", matter)
    assert page.titles[-3:-1] == ["处置记录", "处置记录"]
    assert "约谈了业主" in page.steps[-2].text and page.steps[-3].has("img")


def test_a_milestone_is_one_of_those_that_run(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    choices = desk.page("responder_urban", matter).form("milestone").all("input", name="label")
    assert [one.attrs["value"] for one in choices] == [MILESTONE, "立案处罚"]
    assert desk.do("responder_urban", matter, "milestone", label=MILESTONE, words="已停工").status == 302
    page = desk.page("responder_urban", matter)
    assert page.titles[-2] == f"节点完成 · {MILESTONE}"
    left = page.form("milestone").all("input", name="label")
    assert [one.attrs["value"] for one in left] == ["立案处罚"]
    assert desk.page("worker", matter, lang="en").titles[-2] == "Milestone reached · stop work"


def test_in_english_the_limits_of_the_milestones_read_in_english(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    filed = desk.page("responder_urban", matter, lang="en").steps[1].text
    assert "stop work 4 working hours" in filed and "停工" not in filed
    assert "停工 4 工作时" in desk.page("responder_urban", matter).steps[1].text


@pytest.mark.parametrize("label", ["", "拆除"], ids=["none", "of-nobody"])
def test_no_other_milestone_is_taken(stage: Stage, desk: Desk, label: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("responder_urban", matter, "milestone", label=label, words="已做")
    assert (answer.status, len(answer.form("milestone").errors)) == (422, 1)
    assert answer.form("milestone").values["words"] == ["已做"]


def test_once_all_are_reached_the_act_is_gone(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    for label in (MILESTONE, "立案处罚"):
        desk.do("responder_urban", matter, "milestone", label=label, words="")
    assert "milestone" not in desk.page("responder_urban", matter).offered


# --- feeding back ---


def test_solved_needs_a_photo_of_the_result_and_explained_does_not(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("responder_urban", matter, "feed-back", result="solved", words="已拆除")
    form = answer.form("feed-back")
    assert (answer.status, form.errors) == (422, ["缺少处置后照片。"])
    assert (form.values["result"], form.values["words"]) == (["solved"], ["已拆除"])
    assert desk.do("responder_urban", matter, "feed-back", result="explained", words="已说明").status == 302
    assert stage.case(matter)["result"] == "explained"


def test_fed_back_before_and_after_stand_side_by_side(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    desk.do("responder_urban", matter, "arrive", words="", photos=[picture("red")])
    answer = desk.do("responder_urban", matter, "feed-back", result="solved", words="已拆除", photos=[picture("blue")])
    assert answer.status == 302
    page = desk.page("worker", matter)
    assert page.titles[-2] == "反馈 · 实际解决" and "已拆除" in page.steps[-2].text
    assert len(page.steps[-2].all("img")) == 2
    assert "下一步：由未参与处置的人核查" in page.titles[-1]
    assert "实际解决" in page.one("header", id="part-head").text
    assert desk.page("worker", matter, lang="en").titles[-2] == "Fed back · Solved"


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"result": "", "words": "做了"}, [REQUIRED]),
        ({"result": "explained", "words": ""}, [REQUIRED]),
        ({"result": "gone", "words": "做了"}, ["选择一个有效的选项。 gone 不在可用的选项中。"]),
    ],
    ids=["no-result", "no-words", "another-result"],
)
def test_feeding_back_says_what_came_of_it(stage: Stage, desk: Desk, given: dict[str, str], errors: list[str]) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("responder_urban", matter, "feed-back", **given)
    assert (answer.status, answer.form("feed-back").errors) == (422, errors)
    assert answer.form("feed-back").values["words"] == [given["words"]]


def test_photos_sent_with_a_faulty_form_are_kept_and_need_not_be_sent_again(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.do("responder_urban", matter, "feed-back", result="solved", words="", photos=[picture("green")])
    form = answer.form("feed-back")
    assert (answer.status, form.errors) == (422, [REQUIRED])
    (kept,) = form.values["kept_photos"]
    assert form.one("img").attrs["src"] == f"/desk/photos/{kept}/thumb"
    assert desk.get("responder_urban", f"photos/{kept}/thumb").status == 200
    again = desk.do("responder_urban", matter, "feed-back", result="solved", words="已清", kept_photos=kept)
    assert again.status == 302
    assert stage.entries(matter)[-1]["photos"] == [kept]


@pytest.mark.parametrize("kept", ["not-an-id", "01900000-0000-7000-8000-000000000000"], ids=["unreadable", "unknown"])
def test_a_made_up_photo_is_no_evidence(stage: Stage, desk: Desk, kept: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = desk.refused("responder_urban", matter, "feed-back", result="solved", words="已清", kept_photos=kept)
    form = answer.form("feed-back")
    assert (answer.status, form.errors) == (422, ["找不到这些照片，请重新添加。"])
    assert form.values["words"] == ["已清"] and "kept_photos" not in form.values


def test_a_photo_of_another_committees_matter_is_not_taken_as_evidence(stage: Stage, desk: Desk) -> None:
    mine, others = stage.case_in(CaseState.HANDLING), stage.case_in(CaseState.HANDLING)
    desk.do("responder_urban", others, "arrive", words="", photos=[picture("yellow")])
    (theirs,) = stage.entries(others)[-1]["photos"]
    stage.own("update files_photo set area_id = (select id from territory_area where code = '310115004001')"
              " where id = %s", theirs)  # fmt: skip
    answer = desk.refused("responder_urban", mine, "feed-back", result="solved", words="已清", kept_photos=theirs)
    assert answer.status == 422 and len(answer.form("feed-back").errors) == 1


def test_what_is_no_photo_is_refused_in_words(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    fake = SimpleUploadedFile("a.jpg", b"%PDF-1.7 no picture", content_type="image/jpeg")
    answer = desk.refused("responder_urban", matter, "feed-back", result="solved", words="已清", photos=[fake])
    form = answer.form("feed-back")
    assert (answer.status, len(form.errors), form.values["words"]) == (422, 1, ["已清"])
    assert "a.jpg" in form.errors[0] or "照片" in form.errors[0]


def test_seven_photos_are_one_too_many_and_none_is_stored(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stored = stage.one("select count(*) from files_photo")
    shots = [picture(name=f"{n}.jpg") for n in range(7)]
    answer = desk.refused("responder_urban", matter, "step", words="七张", photos=shots)
    assert (answer.status, len(answer.form("step").errors)) == (422, 1)
    assert "6" in answer.form("step").errors[0]
    assert stage.one("select count(*) from files_photo") == stored


def test_fed_back_meanwhile_by_a_mate_the_second_is_told_and_his_words_kept(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    desk.page("responder_urban", matter)
    desk.do("responder_urban", matter, "feed-back", result="explained", words="已说明")
    answer = desk.refused("responder_urban", matter, "milestone", label=MILESTONE, words="刚停工")
    acts = answer.one("section", id="part-acts")
    assert "这件事项已进入下一步，现在不能这样操作。" in acts.text
    assert acts.one("textarea", aria_label="您填写的内容").text == "刚停工"


# --- fixed at once ---


def test_a_small_matter_is_found_and_fixed_in_one_form(stage: Stage, desk: Desk) -> None:
    matter = stage.opened(BY_COMMITTEE)
    form = desk.page("worker", matter).form("self-handle")
    assert [one.attrs["name"] for one in form.all("input", type="file")] == ["before", "after"]
    sent = {"words": "当场劝离", "before": [picture("red")], "after": [picture("blue"), picture("green")]}
    assert desk.do("worker", matter, "self-handle", **sent).status == 302
    case = stage.case(matter)
    assert (case["state"], case["result"]) == ("verified", "solved")
    page = desk.page("worker", matter)
    assert page.titles[-2] == "当场发现并处置" and len(page.steps[-2].all("img")) == 3
    assert "已记下，将请上报人评价。" in page.text


def test_who_fixed_it_kept_both_sides_when_the_words_were_missing(stage: Stage, desk: Desk) -> None:
    matter = stage.opened(BY_COMMITTEE)
    answer = desk.do("worker", matter, "self-handle", words="", before=[picture("red")], after=[picture("blue")])
    form = answer.form("self-handle")
    assert (answer.status, form.errors) == (422, [REQUIRED])
    assert len(form.values["kept_before"]) == len(form.values["kept_after"]) == 1
    assert form.values["kept_before"] != form.values["kept_after"]


def test_after_an_hour_it_is_no_small_matter_any_more(stage: Stage, desk: Desk) -> None:
    matter = stage.opened(BY_COMMITTEE)
    assert "self-handle" in desk.page("worker", matter).offered
    stage.pass_time(hours=1, seconds=1)
    assert "self-handle" not in desk.page("worker", matter).offered
    answer = desk.refused("worker", matter, "self-handle", words="当场劝离", after=[picture()])
    assert answer.status == 422
    acts = answer.one("section", id="part-acts").text
    assert "须由他人核查" in acts and "当场劝离" in acts


# --- other eyes on own work ---


def test_the_worker_who_did_it_sees_why_he_cannot_verify_it(stage: Stage, desk: Desk) -> None:
    matter = stage.opened(BY_COMMITTEE)
    stage.do("worker", dispatch_case, case_id=matter.id)
    stage.do("worker", accept_assignment, case_id=matter.id)
    desk.do("worker", matter, "step", words="劝了一次")
    desk.do("head", matter, "feed-back", result="explained", words="说明过了")
    assert stage.one("select hands from casework_workorder where case_id = %s", matter.id) == [
        user_id("worker"), user_id("head"),
    ]  # fmt: skip
    for who in ("worker", "head"):
        page = desk.page(who, matter)
        assert page.blocked == {"verify": "您参与了处置，须由他人核查。"}
        answer = desk.refused(who, matter, "verify", decision="pass", method="on_site", words="")
        assert answer.status == 422
    assert "verify" in desk.page("dispatcher", matter).offered
