"""The page of a matter: head, clocks in words, why here, what is near, its parts for live updates, and the preview."""

from __future__ import annotations

import json

import cast
import pytest
from casework.stage import BY_COMMITTEE, CASE_MOVES, Stage, photo
from django.db import connection
from django.test.utils import CaptureQueriesContext
from web_desk.desk import Desk, Node, Shown, picture

from linli.casework.cases.api import CaseState, merge_report
from linli.casework.intake.api import add_to_report
from linli.casework.timeline.api import Act
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db


def head(page: Shown) -> Node:
    """The card above the story."""
    return page.one("header", id="part-head")


def chips(page: Shown) -> dict[str, tuple[str, str]]:
    """Each clock: (state, words)."""
    lines = page.one("ul", _class="d-clocks").all("li")
    found = {}
    for line in lines:
        chip = line.all("span", _class="l-clock")[0]
        name = line.all("span")[0].text
        found[name] = (chip.attrs["data-state"], chip.all("span", _class="l-clock__text")[0].text)
    return found


# --- head ---


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        (CaseState.FILED, "待派遣", "To be dispatched"), (CaseState.DISPATCHED, "已派遣", "Dispatched"),
        (CaseState.RETURN_ASKED, "退单待裁", "Return under review"), (CaseState.HANDLING, "处置中", "Being handled"),
        (CaseState.SUSPENDED, "挂起", "Suspended"), (CaseState.FED_BACK, "待核查", "To be verified"),
        (CaseState.VERIFIED, "已核查", "Verified"), (CaseState.CLOSED, "已结案", "Closed"),
        (CaseState.VOIDED, "作废", "Voided"),
    ],
)  # fmt: skip
def test_the_state_stands_there_in_words_of_the_field(
    stage: Stage, desk: Desk, state: CaseState, zh: str, en: str
) -> None:
    matter = stage.case_in(state)
    badge = head(desk.page("worker", matter)).all("span", _class="l-badge")[0]
    assert badge.text == zh and badge.has("svg")
    assert head(desk.page("worker", matter, lang="en")).all("span", _class="l-badge")[0].text == en


def test_the_head_tells_what_where_and_with_whom(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    text = head(desk.page("worker", matter)).text
    assert f"{matter.number} C06 违法搭建 更有序 居民上报" in text
    assert "周浦镇 / 澧溪社区联勤联动站 / 向阳居委会" in text and "周浦镇城管中队" in text
    english = head(desk.page("worker", matter, lang="en")).text
    assert f"{matter.number} C06 Illegal construction more orderly Residents' report" in english


def test_a_place_down_to_the_building_is_named(stage: Stage, desk: Desk) -> None:
    building = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3")
    matter = stage.receive(place_id=building)
    assert "向阳居委会 / 瑞和苑 / 3号楼" in head(desk.page("worker", matter)).text


def test_several_reports_are_counted_in_words(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    assert "件上报" not in head(desk.page("worker", matter)).text
    CASE_MOVES[Act.MERGE](stage, matter)
    assert "2 件上报" in head(desk.page("worker", matter)).text
    assert "2 reports" in head(desk.page("worker", matter, lang="en")).text


def test_what_was_raised_to_the_next_level_says_so(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    assert "二级" not in head(desk.page("worker", matter)).text
    CASE_MOVES[Act.ESCALATE](stage, matter)
    assert "二级 · 街镇" in head(desk.page("worker", matter)).text
    assert "Level 2 · town" in head(desk.page("worker", matter, lang="en")).text


def test_an_unknown_number_is_told_kindly(desk: Desk) -> None:
    page = desk.get("worker", "2603-132-999999-0")
    assert (page.status, "您的辖区内没有这件事项。" in page.text) == (404, True)
    assert "There is no such matter in your area." in desk.get("worker", "2603-132-999999-0", lang="en").text


def test_no_cache_keeps_the_page(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    for path in (matter.number, f"{matter.number}?part=head", f"peek/{matter.id}", f"{matter.number}/plan.geojson"):
        assert desk.get("worker", path, part="part" in path or "peek" in path).headers["Cache-Control"] == (
            "no-store, private"
        )


# --- clocks ---


def test_the_promised_date_stands_beside_its_rule(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    text = desk.page("worker", matter).one("ul", _class="d-clocks").text
    assert "20 个工作日 · 清单事项 C06 违法搭建 · 3月30日 17:30" in text
    assert "1 工作时 · 环节时限 · 今天 11:00" in text
    english = desk.page("worker", matter, lang="en").one("ul", _class="d-clocks").text
    assert "20 working days · list item C06 Illegal construction · 30 Mar 17:30" in english


def test_a_clock_says_left_then_near_then_over_then_late(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    # First contact: two working hours from ten; eighty per cent are gone at 11:36.
    for minutes, state, words in (
        (0, "left", "还剩 2 小时"),
        (95, "left", "还剩 25 分"),
        (1, "near", "还剩 24 分"),
        (23, "near", "还剩 1 分"),
        (1, "over", "超 不到 1 分"),
        (70, "over", "超 1 小时 10 分"),
    ):
        stage.pass_time(minutes=minutes)
        assert chips(desk.page("worker", matter))["先行联系"] == (state, words), minutes
    desk.do("responder_urban", matter, "arrive", words="到了")
    assert chips(desk.page("worker", matter))["先行联系"] == ("late", "超 1 小时 10 分 完成")
    assert chips(desk.page("worker", matter, lang="en"))["First contact"] == ("late", "Late by 1 h 10 min")


def test_a_clock_that_was_met_in_time_says_so(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    shown = chips(desk.page("worker", matter))
    assert shown["派遣"] == shown["接单"] == ("met", "按时")
    assert chips(desk.page("worker", matter, lang="en"))["Dispatch"] == ("met", "On time")


def test_a_suspended_clock_names_what_it_waits_for(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.SUSPENDED)
    assert chips(desk.page("worker", matter))["办结时限"][0] == "paused"
    assert "等业主大会表决" in chips(desk.page("worker", matter))["办结时限"][1]


def test_the_head_names_the_clock_that_ends_first(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    assert "先行联系 还剩 2 小时" in head(desk.page("worker", matter)).text
    assert "First contact 2 h left" in head(desk.page("worker", matter, lang="en")).text
    desk.do("responder_urban", matter, "arrive", words="到了")
    assert "节点 还剩 5 小时" in head(desk.page("worker", matter)).text


def test_the_next_step_names_its_date_and_its_unit(stage: Stage, desk: Desk) -> None:
    step = desk.page("worker", stage.case_in(CaseState.DISPATCHED)).steps[-1]
    assert "data-pending" in step.attrs
    assert step.text == "下一步：承办单位接单 周浦镇城管中队 今天 11:00前"
    english = desk.page("worker", stage.case_in(CaseState.DISPATCHED), lang="en").steps[-1]
    assert english.text == "Next: the unit takes it on 周浦镇城管中队 by today 11:00"


# --- why here, near, the same ---


def why(page: Shown) -> list[str]:
    """The reasons beside the story."""
    return [one.text for one in page.one("ul", _class="d-why").all("li")]


def test_why_it_lies_here_is_said_from_the_first_second(stage: Stage, desk: Desk) -> None:
    report, filed = stage.receive(), stage.opened()
    sent = stage.case_in(CaseState.HANDLING)
    assert why(desk.page("worker", report)) == ["新上报一到，即由本辖区受理台负责。"]
    assert why(desk.page("worker", filed)) == ["尚未派遣，由受理台负责。"]
    assert why(desk.page("worker", sent)) == ["清单规定由此类单位负责：城管中队", "该区域的此类单位：周浦镇"]
    assert why(desk.page("worker", filed, lang="en")) == ["Nobody was sent yet: the desk has it."]


def test_a_choice_by_hand_is_told_as_one(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    CASE_MOVES[Act.TRANSFER](stage, matter)
    assert why(desk.page("worker", matter)) == ["由worker选定", "代替建议的单位：周浦镇城管中队"]
    assert why(desk.page("worker", matter, lang="en"))[0] == "Chosen by worker"


def test_near_matters_of_the_kind_are_listed_with_their_distance_and_state(stage: Stage, desk: Desk) -> None:
    area = area_by_code(cast.HOME_AREA).id
    first = stage.opened("C06", lat=31.11, lng=121.57, area_id=area, words="三楼敲墙")
    second = stage.opened("C06", lat=31.1102, lng=121.57, area_id=area)
    other_kind = stage.opened(BY_COMMITTEE, lat=31.11, lng=121.57, area_id=area)
    page = desk.page("worker", second)
    (row,) = page.one("section", aria_labelledby="near-h").all("li")
    assert row.one("a").attrs["href"] == f"/desk/{first.number}"
    assert "三楼敲墙" in row.text and "22 m" in row.text and "很可能是同一件" in row.text and "待派遣" in row.text
    assert not desk.page("worker", other_kind).has("section", aria_labelledby="near-h")
    assert "probably the same" in desk.page("worker", second, lang="en").text


def test_what_came_up_again_and_again_suggests_a_meeting(stage: Stage, desk: Desk) -> None:
    place = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}")
    matters = [stage.opened("C06", place_id=place)]
    assert "同一地点同类事项" not in desk.page("worker", matters[0]).text
    matters.append(stage.opened("C06", place_id=place))
    assert "同一地点同类事项：30 天内 2 次。" in desk.page("worker", matters[0]).text
    while "建议召开协调会或提请上一级。" not in desk.page("worker", matters[0]).text and len(matters) < 6:
        matters.append(stage.opened("C06", place_id=place))
    assert "建议召开协调会或提请上一级。" in desk.page("worker", matters[0]).text
    stage.pass_time(days=31)
    assert "同一地点同类事项" not in desk.page("worker", matters[0]).text


def test_what_the_item_asks_for_is_shown_and_leads_to_the_list(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    card = desk.page("worker", matter).one("section", aria_labelledby="asks-h")
    assert card.all("a")[0].attrs["href"] == "/desk/items/C06"
    assert "先行联系 到场叫停，2个工作时" in card.text and "结案条件" in card.text
    assert not desk.page("worker", stage.receive()).has("section", aria_labelledby="asks-h")


def test_the_plan_shows_this_matter_and_those_beside_it_and_names_nobody(stage: Stage, desk: Desk) -> None:
    area = area_by_code(cast.HOME_AREA).id
    given = {"lng": 121.57, "area_id": area, "reporter_name": "王建国", "phone": "13800138000"}
    first, second = stage.opened("C06", lat=31.11, **given), stage.opened("C06", lat=31.1102, **given)
    got = desk.get("worker", f"{second.number}/plan.geojson")
    features = json.loads(got.raw)["features"]
    assert [one["properties"]["url"] for one in features] == [f"/desk/{second.number}", f"/desk/{first.number}"]
    assert features[0]["geometry"]["coordinates"] == [121.57, 31.1102]
    assert "王" not in got.raw.decode() and "138" not in got.raw.decode()
    assert desk.get("worker_cousin", f"{second.number}/plan.geojson").status == 404


# --- parts and preview ---


@pytest.mark.parametrize("part", ["head", "story", "side", "acts"])
def test_a_live_update_fetches_one_part_and_only_that(stage: Stage, desk: Desk, part: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    piece = desk.get("worker", f"{matter.number}?part={part}", part=True)
    ids = {one.attrs["id"] for one in piece.below if one.attrs.get("id", "").startswith("part-")}
    assert (piece.status, ids, piece.has("html")) == (200, {f"part-{part}"}, False)
    whole = desk.page("worker", matter)
    assert {f"part-{one}" for one in ("head", "story", "side", "acts")} <= {
        one.attrs.get("id", "") for one in whole.below
    }
    assert desk.get("worker", f"{matter.number}?part={part}").has("html")
    assert desk.get("worker", f"{matter.number}?part=nothing", part=True).has("html")


def test_the_acts_part_follows_the_state(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    panel = desk.page("worker", matter).one("section", id="part-acts")
    assert panel.attrs["data-acts"] == str(matter.id)
    address = panel.attrs["data-acts-url"].removeprefix("/desk/")
    assert desk.get("worker", address, part=True).offered == ["dispatch", "self-handle", "comment"]
    CASE_MOVES[Act.DISPATCH](stage, matter)
    assert desk.get("worker", address, part=True).offered == ["transfer", "comment"]


def test_the_preview_brings_words_photos_the_last_steps_and_the_acts(stage: Stage, desk: Desk) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    desk.do("responder_urban", matter, "arrive", words="正在施工", photos=[picture()])
    piece = desk.get("worker", f"peek/{matter.id}", part=True)
    assert (piece.status, piece.has("html"), len(piece.steps)) == (200, False, 3)
    assert "楼道里堆满了纸箱" in piece.text and piece.titles[-2:] == ["到场", "下一步：承办单位反馈结果"]
    assert piece.offered == desk.page("worker", matter).offered
    assert piece.form("comment").values["frame"] == ["peek"]
    acts = piece.one("section", id="part-acts").attrs["data-acts-url"]
    again = desk.get("worker", acts.removeprefix("/desk/"), part=True)
    assert again.form("comment").values["frame"] == ["peek"]
    whole = desk.get("worker", f"peek/{matter.id}")
    assert (whole.status, whole.headers["Location"]) == (302, f"/desk/{matter.number}")


def test_an_act_sent_from_the_page_comes_back_as_the_matter_anew_with_a_word(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    sent = {"unit": "proposed", "another": "", "words": "", "frame": "page"}
    piece = desk.post("worker", f"{matter.number}/dispatch", sent, part=True)
    assert (piece.status, piece.has("html"), piece.headers["HX-Trigger"]) == (200, False, "desk:changed")
    assert "已派遣" in head(piece).text and piece.offered == ["transfer", "comment"]
    assert piece.one("div", _class="l-toast").text == "已派遣。"


def test_sent_from_the_preview_the_row_of_the_list_comes_along(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    sent = {"unit": "proposed", "another": "", "words": "", "frame": "peek"}
    piece = desk.post("worker", f"{matter.number}/dispatch", sent, part=True)
    row = piece.one("li", id=f"row-{matter.id}")
    assert row.attrs["hx-swap-oob"] == "true" and "已派遣" in row.text
    assert piece.form("comment").values["frame"] == ["peek"]


def test_a_fault_sent_from_the_preview_comes_back_into_the_preview(stage: Stage, desk: Desk) -> None:
    matter = stage.opened()
    sent = {"words": "", "public": "inner", "frame": "peek"}
    piece = desk.post("worker", f"{matter.number}/comment", sent, part=True)
    assert (piece.status, piece.has("html")) == (422, False)
    assert piece.form("comment").errors == ["这个字段是必填项。"]
    assert piece.form("comment").values["frame"] == ["peek"]


def test_merging_from_the_page_shows_the_case_it_went_into(stage: Stage, desk: Desk) -> None:
    case, matter = stage.opened("C06"), stage.receive(item_code="C06")
    piece = desk.post("worker", f"{matter.number}/merge", {"number": case.number, "frame": "page"}, part=True)
    assert case.number in head(piece).text and "2 件上报" in head(piece).text


def test_the_page_costs_no_more_statements_for_a_longer_story(stage: Stage, desk: Desk) -> None:
    short, long = stage.case_in(CaseState.HANDLING), stage.case_in(CaseState.HANDLING)
    for number in range(8):
        CASE_MOVES[Act.STEP](stage, long)
        if number % 2:
            another = stage.receive(words="我也看到了")
            stage.do("worker", merge_report, report_id=another.id, into=long.id)
    desk.page("worker", short)
    with CaptureQueriesContext(connection) as few:
        assert len(desk.page("worker", short).steps) < 6
    with CaptureQueriesContext(connection) as many:
        assert len(desk.page("worker", long).steps) > 12
    assert len(many.captured_queries) - len(few.captured_queries) <= 4


def test_photos_of_the_reporter_are_shown_where_he_spoke_and_in_the_preview(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    assert not desk.page("worker", matter).has("img")
    shot = photo()
    stage.link(matter, add_to_report, report_id=matter.id, words="补一张照片", photos=[shot])
    step = desk.page("worker", matter).steps[1]
    assert "补一张照片" in step.text and step.one("img").attrs["src"] == f"/desk/photos/{shot}/thumb"
    assert step.one("img").attrs["alt"] == "上报人补充"
    piece = desk.get("worker", f"peek/{matter.id}", part=True)
    assert piece.one("section", aria_label="反映内容").one("img").attrs["src"] == f"/desk/photos/{shot}/thumb"
