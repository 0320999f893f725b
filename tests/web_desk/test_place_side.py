"""Beside the story: where it is, why it lies here, what is near, how often it came up, what the item demands."""

from __future__ import annotations

import json
from typing import Any

import cast
import pytest
from casework.stage import BY_COMMITTEE, CASE_MOVES, ITEM, Matter, Stage
from web_desk.desk import Desk, Node, Shown

from linli.casework.cases.api import CaseState, open_case
from linli.casework.intake.api import Channel
from linli.casework.timeline.api import Act
from linli.register.places.api import Place
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

METRE = 1 / 111_195
"""A metre on the meridian, in degrees of latitude."""
LAT, LNG = 31.1200, 121.5700


def section(page: Shown, heading: str) -> Node | None:
    """The card with this heading on the page of a matter."""
    found = [one for one in page.all("section") if one.attrs.get("aria-labelledby") == heading]
    return found[0] if found else None


def near(page: Shown) -> list[tuple[str, str, bool]]:
    """Number, distance and whether it is probably the same, of every matter beside."""
    card = section(page, "near-h")
    rows = card.all("a", _class="l-row") if card else []
    found = []
    for row in rows:
        told = [one.text for one in row.one("span", _class="l-row__meta").all("span")]
        metres = next((one for one in told if one.endswith(" m")), "")
        found.append((told[0], metres, "很可能是同一件" in told))
    return found


def case_at(stage: Stage, metres: float, item: str = BY_COMMITTEE, **draft: object) -> Matter:
    """An open case so many metres north of the point."""
    home = area_by_code(cast.HOME_AREA).id
    return stage.opened(item, area_id=home, lat=LAT + metres * METRE, lng=LNG, **draft)


def test_the_place_is_told_from_the_town_down_to_the_door(stage: Stage, desk: Desk) -> None:
    home = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3.501")
    matter = stage.receive(channel=Channel.DESK, area_id=area_by_code(cast.HOME_AREA).id)
    stage.own("update casework_report set place_id = %s where id = %s", home, matter.id)
    area = area_by_code(cast.HOME_AREA)
    town, station = area_by_code(cast.TOWN), area_by_code(cast.STATION)
    head = desk.page("worker", matter).one("header", id="part-head").text
    assert " / ".join([town.name, station.name, area.name, "瑞和苑", "3号楼", "501室"]) in head
    assert area_by_code(cast.DISTRICT).name not in head.split("/")[0]


def test_a_place_in_words_stands_at_the_end_and_no_place_ends_with_the_committee(stage: Stage, desk: Desk) -> None:
    area = area_by_code(cast.HOME_AREA).name
    told = desk.page("worker", stage.receive(place_text="菜场东门")).one("header", id="part-head").text
    assert f"{area} / 菜场东门" in told
    bare = desk.page("worker", stage.receive()).one("header", id="part-head").text
    assert f"/ {area}" in bare and f"{area} /" not in bare


def test_only_a_matter_with_a_point_has_a_plan(stage: Stage, desk: Desk) -> None:
    with_point, without = case_at(stage, 0), stage.opened(BY_COMMITTEE)
    assert section(desk.page("worker", with_point), "place-h") is not None
    assert section(desk.page("worker", without), "place-h") is None


def test_the_plan_holds_this_matter_and_those_beside_it(stage: Stage, desk: Desk) -> None:
    this, beside, other = case_at(stage, 0), case_at(stage, 40), case_at(stage, 40, item=ITEM)
    got: Any = json.loads(desk.get("worker", f"{this.number}/plan.geojson").raw)
    assert [one["properties"]["id"] for one in got["features"]] == [str(this.id), str(beside.id)]
    assert str(other.id) not in str(got)
    assert desk.get("worker_cousin", f"{this.number}/plan.geojson").status == 404


def test_what_is_near_and_of_the_same_kind_is_shown_with_its_distance(stage: Stage, desk: Desk) -> None:
    this = case_at(stage, 0)
    close, farther = case_at(stage, 20), case_at(stage, 120)
    other_kind, ended = case_at(stage, 10, item=ITEM), case_at(stage, 15)
    CASE_MOVES[Act.VOID](stage, ended)
    found = near(desk.page("worker", this))
    assert [number for number, _metres, _same in found] == [close.number, farther.number]
    assert [int(metres.split()[0]) for _number, metres, _same in found] == pytest.approx([20, 120], abs=1)
    assert [same for _number, _metres, same in found] == [True, False]
    assert other_kind.number not in str(found) and this.number not in str(found)


@pytest.mark.parametrize(("metres", "same"), [(0, True), (48, True), (52, False)])
def test_probably_the_same_ends_at_the_items_radius(stage: Stage, desk: Desk, metres: int, same: bool) -> None:
    radius = stage.one(
        "select v.spec->>'duplicate_radius_m' n from catalogue_itemversion v join catalogue_item i on i.id = v.item_id"
        " where i.code = %s order by v.version desc limit 1",
        BY_COMMITTEE,
    )
    assert str(radius) == "50"
    this = case_at(stage, 0)
    case_at(stage, metres)
    ((_number, _metres, found),) = near(desk.page("worker", this))
    assert found is same


def test_probably_the_same_ends_after_the_items_days(stage: Stage, desk: Desk) -> None:
    old = case_at(stage, 10)
    stage.pass_time(days=7, minutes=1)
    this = case_at(stage, 0)
    assert near(desk.page("worker", this)) == [(old.number, "10 m", False)]
    fresh = case_at(stage, 12)
    assert (fresh.number, "12 m", True) in near(desk.page("worker", this))


def test_what_is_near_but_out_of_reach_is_not_shown(stage: Stage, desk: Desk) -> None:
    this, there = case_at(stage, 0), case_at(stage, 20)
    cousin = area_by_code(cast.COUSIN_AREA).id
    assert len(near(desk.page("worker", this))) == 1
    stage.own("update casework_case set area_id = %s where id = %s", cousin, there.id)
    assert near(desk.page("worker", this)) == []
    assert [number for number, _metres, _same in near(desk.page("dispatcher", this))] == [there.number]


def repeats(page: Shown) -> str:
    card = section(page, "near-h")
    told = card.all("div", _class="l-notice") if card else []
    return told[0].text if told else ""


def test_how_often_it_came_up_is_counted_at_the_same_place(stage: Stage, desk: Desk) -> None:
    place = Place.objects.get(code=f"cast.{cast.HOME_AREA}.3")
    told = []
    for _ in range(3):
        matter = stage.opened(BY_COMMITTEE, place_id=place.id)
        told.append(repeats(desk.page("worker", matter)))
        stage.pass_time(days=1)
    assert told == [
        "",
        "同一地点同类事项：30 天内 2 次。",
        "同一地点同类事项：30 天内 3 次。 建议召开协调会或提请上一级。",
    ]
    assert repeats(desk.page("worker", stage.opened(ITEM, place_id=place.id))) == "", "another kind is another matter"
    stage.pass_time(days=31)
    assert repeats(desk.page("worker", stage.opened(BY_COMMITTEE, place_id=place.id))) == "", (
        "what is long past is past"
    )


def why(page: Shown) -> list[str]:
    card = section(page, "why-h")
    assert card is not None
    return [one.text for one in card.all("li")]


def test_why_it_lies_here_is_told_at_every_stage(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    assert why(desk.page("worker", matter)) == ["新上报一到，即由本辖区受理台负责。"]
    stage.do("worker", open_case, report_id=matter.id, item_code=ITEM)
    assert why(desk.page("worker", matter)) == ["尚未派遣，由受理台负责。"]
    CASE_MOVES[Act.DISPATCH](stage, matter)
    told = why(desk.page("worker", matter))
    assert told and told != ["尚未派遣，由受理台负责。"]
    card = section(desk.page("worker", matter), "why-h")
    assert card is not None and card.one("p").text == "周浦镇城管中队"
    en = why(desk.get("worker", matter.number, lang="en"))
    assert len(en) == len(told) and en[0].isascii() and not told[0].isascii(), en


def test_what_the_item_demands_is_told_and_leads_to_it(stage: Stage, desk: Desk) -> None:
    page = desk.page("worker", stage.opened(ITEM))
    card = section(page, "asks-h")
    assert card is not None and card.one("h2").one("a").attrs["href"] == f"/desk/items/{ITEM}"
    assert [one.text for one in card.all("dt")][:2] == ["先行联系", "办结时限"]
    assert section(desk.page("worker", stage.receive()), "asks-h") is None, "without an item nothing is demanded"


def clocks(page: Shown) -> list[str]:
    card = section(page, "clocks-h")
    assert card is not None
    return [one.all("span")[0].text for one in card.all("li")]


def test_every_clock_is_named_with_its_rule(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    assert clocks(desk.page("worker", matter)) == ["立案"]
    case = stage.case_in(CaseState.HANDLING)
    assert {"办结时限", "先行联系"} <= set(clocks(desk.page("worker", case)))
    card = section(desk.page("worker", case), "clocks-h")
    assert card is not None
    assert ITEM in card.text


def test_who_told_us_is_masked_and_out_of_a_units_sight(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(phone="13800138000", reporter_name="王小明")
    stage.do("worker", open_case, report_id=matter.id, item_code=ITEM)
    CASE_MOVES[Act.DISPATCH](stage, matter)
    for who, sees in {"worker": True, "dispatcher": True, "responder_urban": False}.items():
        page = desk.page(who, matter)
        card = section(page, "told-h")
        assert card is not None
        assert ("138****8000" in card.text) is sees, who
        assert ("上报人身份只有受理台知道。" in card.text) is not sees, who
        assert "13800138000" not in page.raw.decode() and "王小明" not in page.raw.decode()


@pytest.mark.parametrize(
    ("who", "may"), [("worker", True), ("head", True), ("dispatcher", True), ("district", False), ("auditor", False)]
)
def test_only_the_desk_is_offered_to_open_the_phone(stage: Stage, desk: Desk, who: str, may: bool) -> None:
    matter = stage.receive(phone="13800138000")
    card = section(desk.page(who, matter), "told-h")
    assert card is not None and card.has("form") is may


def test_who_looked_is_shown_beside_the_number(stage: Stage, desk: Desk) -> None:
    matter = stage.receive(phone="13800138000")
    assert not desk.page("worker", matter).has("ul", _class="d-looks l-small")
    desk.post("head", f"{matter.number}/phone/{matter.id}", {"purpose": "verify_on_site", "reason": "现场核实"})
    (look,) = desk.page("worker", matter).one("ul", _class="d-looks l-small").all("li")
    assert look.text.startswith("head ") and look.text.endswith("现场核实")
