"""Saved filters on the screen: save what is open, find it on the left, rename it, begin the day with it."""

from __future__ import annotations

from urllib.parse import urlencode

import cast
import pytest
from casework.stage import Stage, unit
from web_desk.desk import Desk, Node, Shown
from web_desk.inbox_stock import shown_numbers

from linli.accounts.api import MAX_FILTERS
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

QUERY = "view=open&q=%E5%A0%86%E7%89%A9"
"""All open, with 堆物."""


def save(desk: Desk, who: str, name: str, query: str = QUERY) -> int:
    """Saved from the list; its number."""
    got = desk.post(who, "saved", {"name": name, "query": query})
    assert got.status == 302, got.text
    links = desk.get(who, "saved").all("form", _class="d-saved__name")
    found = [form for form in links if form.values["name"] == [name]]
    return int(found[0].attrs["action"].rsplit("/", 1)[-1])


def on_the_left(page: Shown) -> dict[str, str]:
    """Names of the saved filters on the rail, each with its address."""
    links = page.one("nav", id="views").all("a")
    ends = [index for index, one in enumerate(links) if one.attrs["href"] == "/desk/saved"]
    return {one.text.removeprefix("默认打开").strip(): one.attrs["href"] for one in links[: ends[0]]} if ends else {}


def current(page: Shown) -> list[str]:
    """What the left pane says is open."""
    return [one.text for one in page.one("nav", id="views").all("a", aria_current="page")]


def lines(page: Shown) -> list[Node]:
    return page.all("li", _class="d-saved")


def test_what_is_open_is_saved_under_a_name_and_opens_again(stage: Stage, desk: Desk) -> None:
    kept = stage.receive(words="堆物", title="楼道堆物")
    stage.receive(words="路灯不亮", title="路灯不亮")
    page = desk.get("worker", f"?{QUERY}")
    form = page.one("form", action="/desk/saved")
    assert form.values == {"query": [QUERY], "name": [""]}
    got = desk.post("worker", "saved", {"query": QUERY, "name": "堆物的"})
    assert (got.status, got.headers["Location"]) == (302, f"/desk/?{QUERY}")
    after = desk.get("worker", f"?{QUERY}")
    assert "已保存为“堆物的”。" in after.text
    assert on_the_left(after) == {"堆物的": f"/desk/?{QUERY}"}
    assert current(after) == ["堆物的"]
    assert not after.has("form", action="/desk/saved"), "what is saved is not offered to be saved"
    assert shown_numbers(after) == [kept.number]


def test_a_view_without_conditions_can_be_saved_too(stage: Stage, desk: Desk) -> None:
    form = desk.get("worker", "").one("form", action="/desk/saved")
    assert form.values["query"] == ["view=triage"], "the view a bare inbox shows is written out"
    save(desk, "worker", "先立案", "")
    assert on_the_left(desk.get("worker", "?view=open")) == {"先立案": "/desk/?view=triage"}


def test_an_address_is_kept_in_one_form_and_without_what_means_nothing(stage: Stage, desk: Desk) -> None:
    save(desk, "worker", "乱写的", "cls=Z&q=%E5%A0%86%E7%89%A9&view=open&after=x&hidden=1")
    assert on_the_left(desk.get("worker", "")) == {"乱写的": f"/desk/?{QUERY}"}


def test_the_left_pane_keeps_its_place_when_it_is_fetched_anew(stage: Stage, desk: Desk) -> None:
    save(desk, "worker", "堆物的")
    page = desk.get("worker", f"?{QUERY}")
    address = page.one("nav", id="views").attrs["hx-get"].removeprefix("/desk/")
    fresh = desk.get("worker", address, part=True)
    assert current(fresh) == current(page) == ["堆物的"]
    assert on_the_left(fresh) == on_the_left(page)


def test_a_narrowed_view_is_not_shown_as_the_bare_one(stage: Stage, desk: Desk) -> None:
    for address in (
        "?view=open&cls=S",
        desk.get("worker", "?view=open&cls=S").one("nav", id="views").attrs["hx-get"][6:],
    ):
        assert current(desk.get("worker", address, part="views" in address)) == []
    assert [one.split()[0] for one in current(desk.get("worker", "?view=open"))] == ["全部在办"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-hans", "您已有名为“堆物的”的筛选，请换个名字。"),
        ("en", "You already have a filter named “堆物的”. Choose another name."),
    ],
)
def test_a_name_used_twice_is_told_and_the_typed_words_are_kept(stage: Stage, desk: Desk, lang: str, said: str) -> None:
    save(desk, "worker", "堆物的")
    got = desk.post("worker", "saved", {"query": "view=overdue", "name": "堆物的"}, lang=lang)
    assert got.status == 422
    assert got.errors == [said]
    again = next(form for form in got.all("form", action="/desk/saved"))
    assert again.values == {"query": ["view=overdue"], "name": ["堆物的"]}
    assert len(lines(got)) == 1
    fixed = desk.post("worker", "saved", {"query": "view=overdue", "name": "超期的"}, lang=lang)
    assert (fixed.status, fixed.headers["Location"]) == (302, "/desk/?view=overdue")


def test_a_name_is_needed(stage: Stage, desk: Desk) -> None:
    got = desk.post("worker", "saved", {"query": QUERY, "name": "   "})
    assert (got.status, got.errors) == (422, ["请给筛选起个名字。"])
    assert lines(got) == []


def test_a_name_is_shown_as_text_whatever_it_holds(stage: Stage, desk: Desk) -> None:
    save(desk, "worker", "<b onclick=x>'\"&")
    for address in ("", "saved"):
        page = desk.get("worker", address)
        assert "<b onclick=x>'\"&" in page.text if address == "" else "<b onclick=x>'\"&" in lines(page)[0].text
        assert b"<b onclick" not in page.raw


def test_the_most_is_told(stage: Stage, desk: Desk) -> None:
    for number in range(MAX_FILTERS):
        desk.post("worker", "saved", {"query": QUERY, "name": f"第{number}个"})
    got = desk.post("worker", "saved", {"query": QUERY, "name": "再一个"})
    assert (got.status, got.errors) == (422, [f"您已保存 {MAX_FILTERS} 个筛选，已到上限。请先删除一个。"])


def test_each_sees_his_own_and_nobody_elses(stage: Stage, desk: Desk) -> None:
    of_worker, of_head = save(desk, "worker", "居委的"), save(desk, "head", "站长的")
    assert list(on_the_left(desk.get("worker", ""))) == ["居委的"]
    assert list(on_the_left(desk.get("head", ""))) == ["站长的"]
    assert on_the_left(desk.get("district", "")) == {}
    for do in ("rename", "delete", "start"):
        got = desk.post("head", f"saved/{of_worker}", {"do": do, "name": "抢来的"})
        assert got.status == 404
        assert "居委的" not in got.text
    assert "没有这个已保存的筛选。" in desk.post("head", f"saved/{of_worker}", {"do": "delete"}).text
    assert list(on_the_left(desk.get("worker", ""))) == ["居委的"]
    assert desk.post("head", f"saved/{of_head}", {"do": "delete"}).status == 302


def test_it_is_renamed_and_thrown_away(stage: Stage, desk: Desk) -> None:
    kept = save(desk, "worker", "堆物的")
    save(desk, "worker", "超期的", "view=overdue")
    got = desk.post("worker", f"saved/{kept}", {"do": "rename", "name": "超期的"})
    assert (got.status, got.errors) == (422, ["您已有名为“超期的”的筛选，请换个名字。"])
    assert [one.one("form", _class="d-saved__name").values["name"] for one in lines(got)] == [["超期的"], ["超期的"]]
    assert desk.post("worker", f"saved/{kept}", {"do": "rename", "name": "杂物"}).status == 302
    assert "已改名为“杂物”。" in (page := desk.get("worker", "saved")).text
    assert sorted(one.all("a")[0].text for one in lines(page)) == ["杂物", "超期的"]
    assert desk.post("worker", f"saved/{kept}", {"do": "delete"}).status == 302
    assert list(on_the_left(desk.get("worker", ""))) == ["超期的"]


@pytest.mark.parametrize("do", ["", "drop", "START"])
def test_an_unknown_change_changes_nothing(stage: Stage, desk: Desk, do: str) -> None:
    kept = save(desk, "worker", "堆物的")
    assert desk.post("worker", f"saved/{kept}", {"do": do, "name": "x"}).status == 302
    assert desk.get("worker", f"saved/{kept}").status == 302
    assert list(on_the_left(desk.get("worker", ""))) == ["堆物的"]


def test_the_inbox_opens_with_the_chosen_one_and_every_other_view_stays_one_click_away(
    stage: Stage, desk: Desk
) -> None:
    kept = save(desk, "worker", "堆物的")
    assert desk.get("worker", "").status == 200
    desk.post("worker", f"saved/{kept}", {"do": "start"})
    got = desk.get("worker", "")
    assert (got.status, got.headers["Location"]) == (302, f"/desk/?{QUERY}")
    assert "默认打开" in desk.get("worker", "saved").text
    for elsewhere in ("?view=triage", "?q=x", "?cls=S", f"?{QUERY}"):
        assert desk.get("worker", elsewhere).status == 200
    assert desk.get("worker", "", part=True).status == 200, "a part of the page is never sent elsewhere"
    assert desk.get("head", "").status == 200, "another's start is his own"
    desk.post("worker", f"saved/{kept}", {"do": "no-start"})
    assert desk.get("worker", "").status == 200


def test_a_start_that_is_thrown_away_is_none(stage: Stage, desk: Desk) -> None:
    kept = save(desk, "worker", "堆物的")
    desk.post("worker", f"saved/{kept}", {"do": "start"})
    desk.post("worker", f"saved/{kept}", {"do": "delete"})
    assert desk.get("worker", "").status == 200


GONE_AREA = "这个筛选里的区域已经不在，或不在您的范围内，因此不会有结果。"
GONE_UNIT = "这个筛选里的单位已停用，只显示仍在它名下的事项。"
GONE_VIEW = "这个筛选里的视图只给单位人员使用，现在显示的是另一个视图。"


def notes(page: Shown) -> list[str]:
    return [one.text for one in page.all("div", role="note")]


def test_a_filter_whose_area_is_gone_opens_empty_with_a_note(stage: Stage, desk: Desk) -> None:
    stage.receive()
    path = area_by_code(cast.HOME_AREA).path
    save(desk, "dispatcher", "向阳", urlencode({"view": "open", "area": path}))
    address = on_the_left(desk.get("dispatcher", ""))["向阳"].removeprefix("/desk/")
    assert notes(there := desk.get("dispatcher", address)) == [] and len(shown_numbers(there)) == 1
    stage.own("update territory_area set path = %s where path = %s", "999.1", path)
    gone = desk.get("dispatcher", address)
    assert (gone.status, notes(gone), shown_numbers(gone)) == (200, [GONE_AREA], [])
    assert len(shown_numbers(desk.get("dispatcher", "?view=open"))) == 0, "the matter went with its area"


@pytest.mark.parametrize(
    ("who", "code", "told"),
    [
        ("worker", cast.HOME_AREA, False),
        ("worker", cast.TOWN, False),
        ("worker", cast.SIBLING_AREA, True),
        ("dispatcher", cast.SIBLING_AREA, False),
        ("dispatcher", cast.FOREIGN_AREA, True),
        ("district", cast.FOREIGN_AREA, False),
        ("responder_urban", cast.FOREIGN_AREA, False),
    ],
)
def test_an_area_out_of_reach_is_told_and_one_above_is_not(
    stage: Stage, desk: Desk, who: str, code: str, told: bool
) -> None:
    page = desk.get(who, "?" + urlencode({"view": "open", "area": area_by_code(code).path}))
    assert notes(page) == ([GONE_AREA] if told else [])


def test_a_filter_whose_unit_is_gone_still_opens_with_what_is_left(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    lies_with = stage.report(matter)["unit_id"]
    query = urlencode({"view": "open", "unit": lies_with})
    save(desk, "worker", "在站里的", query)
    page = desk.get("worker", f"?{query}")
    name = stage.one("select name from accounts_unit where id = %s", lies_with)
    assert notes(page) == [] and [one.text for one in page.all("a", _class="l-chip")] == [f"由{name}负责去掉"]
    stage.own("update accounts_unit set is_active = false where id = %s", lies_with)
    gone = desk.get("worker", f"?{query}")
    assert (notes(gone), shown_numbers(gone)) == ([GONE_UNIT], [matter.number])
    never = desk.get("worker", "?view=open&unit=987654")
    assert (notes(never), shown_numbers(never)) == ([GONE_UNIT], [])


def test_a_view_of_a_unit_one_left_is_told_and_another_stands_in(stage: Stage, desk: Desk) -> None:
    matter = stage.receive()
    assert notes(desk.get("worker", "?view=mine")) == []
    page = desk.get("worker_sibling", "?view=mine")
    assert notes(page) == [GONE_VIEW]
    stage.own("update accounts_post set unit_id = null where user_id = %s", cast.user_of("worker").id)
    left = desk.get("worker", "?view=mine")
    assert (notes(left), shown_numbers(left)) == ([GONE_VIEW], [matter.number])


def test_notes_are_there_in_english(stage: Stage, desk: Desk) -> None:
    page = desk.get("worker_sibling", "?view=mine&unit=987654&area=999.1", lang="en")
    assert len(notes(page)) == 3
    assert all(note.isascii() for note in notes(page))


def test_the_form_of_conditions_offers_the_units_within_reach(stage: Stage, desk: Desk) -> None:
    def offered(who: str) -> set[str]:
        page = desk.get(who, "filters")
        picked = page.all("select", name="unit")
        return {one.attrs["value"] for one in picked[0].all("option")} - {""} if picked else set()

    ids = {key: str(unit(key).id) for key in cast.UNITS}
    assert {ids["property"], ids["committee"], ids["station"], ids["urban"], ids["centre"]} <= offered("worker")
    assert not {ids["property_other"], ids["station_other"], ids["centre_other"]} & offered("worker")
    assert {ids["property"], ids["property_other"], ids["station_village"]} <= offered("dispatcher")
    assert ids["centre_other"] not in offered("dispatcher")
    assert {ids["centre"], ids["centre_other"]} <= offered("district")
    assert ids["property"] not in offered("district"), "a district chooses among towns and stations"
    assert offered("responder_urban") == set()


def test_an_empty_page_of_filters_says_how_to_get_one(stage: Stage, desk: Desk) -> None:
    assert "还没有保存的筛选" in desk.get("worker", "saved").text
    assert "No saved filters yet" in desk.get("worker", "saved", lang="en").text
    save(desk, "worker", "堆物的")
    assert "还没有保存的筛选" not in desk.get("worker", "saved").text


def test_the_page_says_view_and_conditions_in_words(stage: Stage, desk: Desk) -> None:
    path = area_by_code(cast.HOME_AREA).path
    query = {"view": "overdue", "area": path, "unit": unit("urban").id, "cls": "S", "channel": "hotline", "level": "2"}
    save(desk, "dispatcher", "复杂的", urlencode(query))
    said = lines(desk.get("dispatcher", "saved"))[0].text
    for word in ("已超期", area_by_code(cast.HOME_AREA).name, "周浦镇城管中队"):
        assert word in said
    assert path not in said
    assert "Out of time" in lines(desk.get("dispatcher", "saved", lang="en"))[0].text
