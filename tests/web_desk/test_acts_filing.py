"""Filing a report: what is suggested, what would follow, what is asked only once, what is told when it cannot be."""

from __future__ import annotations

import cast
import pytest
from casework.stage import BY_COMMITTEE, Stage, unit
from web_desk.desk import Desk

from linli.casework.cases.api import CaseState
from linli.casework.intake.api import Channel, ReportState
from linli.kernel.errors import InvalidInput
from linli.territory.api import area_by_code
from linli.web.desk import forms_report

pytestmark = pytest.mark.django_db

FIRE_LANE = {"words": "消防车道被车堵了，消防车进不来"}


def test_the_form_shows_what_is_known_and_asks_for_nothing_again(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(**FIRE_LANE, item_code="C03")
    form = desk.page("worker", matter).form("file")
    assert form.values == {
        "frame": ["page"], "item": ["C03"], "other": [""], "title": ["消防车道被车堵了，消防车进不来"],
        "at_once": ["on"], "conditions": [],
    }  # fmt: skip
    assert "C03 消防车道占用 上报人所选" in form.text


def test_the_reporters_own_choice_stands_first_and_the_machine_says_why(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(**FIRE_LANE, item_code="C18")
    choices = desk.page("worker", matter).form("file").all("input", name="item", type="radio")
    codes = [one.attrs["value"] for one in choices]
    assert codes[0] == "C18" and "C03" in codes and codes[-1] == "other"
    assert "checked" in choices[0].attrs and sum("checked" in one.attrs for one in choices) == 1
    text = desk.page("worker", matter).form("file").text
    assert "依据" in text and "消防车道" in text


def test_without_a_choice_the_likeliest_is_chosen_and_its_reasons_are_named(stage: Stage, desk: Desk) -> None:
    form = desk.page("worker", stage.receive(**FIRE_LANE)).form("file")
    assert form.values["item"] == ["C03"]
    assert "上报人所选" not in form.text
    english = desk.page("worker", stage.receive(**FIRE_LANE), lang="en").form("file")
    assert "because of" in english.text and "Blocked fire lane" in english.text


def test_words_that_say_nothing_leave_the_choice_to_the_desk(stage: Stage, desk: Desk) -> None:
    form = desk.page("worker", stage.receive(words="???")).form("file")
    assert form.values["item"] == ["other"]
    assert not form.has("div", _class="d-consequence l-stack l-stack--tight")


def test_what_would_follow_is_shown_with_dates_before_anything_is_sent(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="违建", item_code="C06")
    before = stage.snapshot(matter)
    told = desk.get("worker", f"{matter.number}/consequence?item=C06", part=True)
    assert "先行联系 到场叫停，2个工作时 今天 12:00" in told.text
    assert "立案处罚，7个工作日" in told.text
    assert "将派往 周浦镇城管中队" in told.text
    assert "清单规定由此类单位负责：城管中队" in told.text
    assert stage.snapshot(matter) == before
    english = desk.get("worker", f"{matter.number}/consequence?item=C06", part=True, lang="en").text
    assert "Goes to" in english and "urban management squad" in english


@pytest.mark.parametrize(
    ("typed", "unit_name"),
    [("C12", "瑞和物业"), ("c12", "瑞和物业"), ("C12 任意文字", "瑞和物业"), ("没有这一项", "")],
    ids=["code", "lower-case", "code-and-words", "unknown"],
)
def test_an_item_can_be_typed_and_what_follows_is_of_that_item(
    stage: Stage, desk: Desk, typed: str, unit_name: str
) -> None:
    matter = stage.receive(words="???")
    told = desk.get("worker", f"{matter.number}/consequence?item=other&other={typed}", part=True)
    assert (unit_name in told.text and "将派往" in told.text) if unit_name else told.text == ""


def test_an_open_matter_of_the_same_kind_nearby_is_pointed_out(stage: Stage, desk: Desk) -> None:
    spot = {"lat": 31.11, "lng": 121.57, "area_id": area_by_code(cast.HOME_AREA).id}
    first = stage.opened("C06", **spot)
    second = stage.receive(words="同一处违建", lat=31.1101, lng=121.57, area_id=spot["area_id"])
    told = desk.get("worker", f"{second.number}/consequence?item=C06", part=True)
    assert first.number in told.text and "11 m" in told.text and "很可能是同一件" in told.text
    apart = desk.get("worker", f"{second.number}/consequence?item=C12", part=True)
    assert first.number not in apart.text


def test_filing_gives_a_number_a_clock_and_an_owner_and_dispatches_when_asked(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="楼上敲墙", item_code="C06")
    answer = desk.do("worker", matter, "file", item="C06", title="3号楼违建", at_once="on")
    assert (answer.status, answer.headers["Location"]) == (302, f"/desk/{matter.number}")
    case = stage.case(matter)
    assert (case["state"], case["unit_id"], case["title"]) == ("dispatched", unit("urban").id, "3号楼违建")
    assert stage.acts(matter) == ["receive", "open", "dispatch"]
    page = desk.page("worker", matter)
    assert "已立案。" in page.text
    assert page.titles[1:3] == ["立案 · C06 违法搭建", "派遣 → 周浦镇城管中队"]
    assert desk.page("worker", matter, lang="en").titles[1] == "Filed · C06 Illegal construction"


def test_filing_without_sending_leaves_it_to_be_dispatched(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="楼上敲墙")
    desk.do("worker", matter, "file", item="other", other="C06 违法搭建", title="")
    case = stage.case(matter)
    assert (case["state"], case["item_code"], case["title"]) == ("filed", "C06", "楼上敲墙")


def test_a_condition_chosen_on_the_form_starts_its_own_clock(stage: Stage, desk: Desk) -> None:
    plain, unsafe = stage.receive(item_code="C04"), stage.receive(item_code="C04")
    boxes = desk.page("worker", plain).form("file").all("input", name="conditions", type="checkbox")
    assert [box.attrs["value"] for box in boxes] == ["涉安全"]
    desk.do("worker", plain, "file", item="C04", title="")
    desk.do("worker", unsafe, "file", item="C04", title="", conditions="涉安全")
    due = {one: stage.case(one)["promised_at"] for one in (plain, unsafe)}
    assert due[unsafe] < due[plain]


def test_a_condition_that_the_item_does_not_know_is_refused(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(item_code="C06")
    answer = desk.refused("worker", matter, "file", item="C06", title="我改过的标题", conditions="涉安全")
    assert answer.status == 422
    assert answer.form("file").values["title"] == ["我改过的标题"]


BAD = {
    "nothing-chosen": ({"title": "甲"}, "这个字段是必填项。"),
    "unknown-code": ({"item": "other", "other": "Z99 不存在", "title": "甲"}, "清单中没有这个编号或名称的事项。"),
    "other-left-empty": ({"item": "other", "other": "", "title": "甲"}, "清单中没有这个编号或名称的事项。"),
    "title-too-long": ({"item": "C03", "title": "长" * 81}, "确保该变量包含不超过 80 字符 (目前字符数 81)。"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_named_at_its_field_and_what_was_typed_is_kept(stage: Stage, desk: Desk, case: str) -> None:
    given, sentence = BAD[case]
    matter = stage.receive(**FIRE_LANE)
    answer = desk.refused("worker", matter, "file", **given)
    assert answer.status == 422
    form = answer.form("file")
    assert form.errors == [sentence]
    assert form.values["title"] == [given["title"]]
    assert form.values["other"] == [given.get("other", "")]
    assert "open" in answer.act("file").attrs


def test_the_fault_is_told_in_english_to_who_reads_english(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(**FIRE_LANE)
    answer = desk.post("worker", f"{matter.number}/file", {"item": "other", "other": "Z99"}, lang="en")
    assert answer.form("file").errors == ["No item of the lists has this code or name."]


def test_a_matter_routed_to_its_legal_owner_is_taken_by_him_at_once(stage: Stage, desk: Desk) -> None:
    matter = stage.report_in(ReportState.ROUTED)
    form = desk.page("responder_urban", matter).form("file")
    assert form.values["item"] == ["outside"] and "at_once" not in form.values
    assert "清单以外：" in form.text
    assert desk.do("responder_urban", matter, "file", item="outside", title="").status == 302
    case = stage.case(matter)
    assert (case["state"], case["unit_id"], case["item_code"]) == (CaseState.HANDLING, unit("urban").id, "")
    assert stage.acts(matter)[-3:] == ["open", "dispatch", "accept"]


def test_nobody_files_outside_the_list_what_was_not_routed(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(**FIRE_LANE)
    assert desk.page("worker", matter).form("file").all("input", name="item", value="outside") == []
    assert desk.refused("worker", matter, "file", item="outside", title="").status == 422


def test_words_that_point_outside_the_list_are_pointed_out_with_the_legal_owner(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="孩子上学学区划片，学校招生不公")
    notice = desk.page("worker", matter).form("file").text
    assert "从文字看不在清单内：教育，依法由教育局负责。" in notice
    english = desk.page("worker", matter, lang="en").form("file").text
    assert "The words point outside the list:" in english
    assert "不在清单内" not in desk.page("worker", stage.receive(**FIRE_LANE)).text


def test_a_report_filed_by_a_colleague_meanwhile_is_shown_as_the_case_it_is(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(**FIRE_LANE)
    desk.page("worker", matter)
    assert desk.do("head", matter, "file", item="C03", title="", at_once="on").status == 302
    answer = desk.refused("worker", matter, "file", item="C03", title="晚了一步", at_once="on")
    assert answer.status == 422
    acts = answer.one("section", id="part-acts").text
    assert "这件事项已进入下一步，现在不能这样操作。" in acts
    assert answer.offered == ["transfer", "comment"]
    assert len(stage.assignments(matter)) == 1


def test_two_clicks_on_file_file_once(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(**FIRE_LANE)
    first = desk.do("worker", matter, "file", item="C03", title="")
    second = desk.refused("worker", matter, "file", item="C03", title="")
    assert (first.status, second.status) == (302, 422)
    assert stage.acts(matter).count("open") == 1


def test_when_the_dispatch_fails_nothing_is_filed_either(
    stage: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(**_given: object) -> None:
        raise InvalidInput("没有单位可派", code="no_unit")

    monkeypatch.setattr(forms_report, "dispatch_case", nobody)
    matter = stage.receive(**FIRE_LANE)
    answer = desk.refused("worker", matter, "file", item="C03", title="甲", at_once="on")
    assert answer.form("file").errors == ["没有单位可派"]
    assert stage.report(matter)["state"] == "received"


def test_what_was_said_of_the_place_and_the_channel_is_kept_when_it_is_filed(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(words="楼道灯坏了", channel=Channel.HOTLINE, place_text="3号楼二楼拐角")
    desk.do("worker", matter, "file", item="other", other=BY_COMMITTEE, title="")
    assert stage.case(matter)["channel"] == "hotline"
    assert stage.case(matter)["place_text"] == "3号楼二楼拐角"
    assert "周浦镇 / 澧溪社区联勤联动站 / 向阳居委会 / 3号楼二楼拐角" in desk.page("worker", matter).text
