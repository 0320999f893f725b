"""Charts on the desk: what each post is shown, in which words, and what leaves for paper."""

from __future__ import annotations

import re
from uuid import uuid4

import cast
import pytest
from casework.stage import Matter, Stage, unit
from register.charted import Estate, check, drawn, home, settle
from web_desk.desk import Desk, Node, Shown

from linli.register.charts.api import PRESETS, Layer, layers_of
from linli.web.desk.charts import draw, views_charts

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate(stage: Stage) -> Estate:
    return drawn(stage)


def lay(stage: Stage, estate: Estate) -> None:
    """The property firm gets the compound."""
    stage.own(
        "insert into register_duty (area_id, place_id, unit_id, unit_kind) select area_id, id, %s, 'property_firm'"
        " from register_place where id = %s", unit("property").id, estate.compound.id,
    )  # fmt: skip


def at(stage: Stage, place_id: int, words: str = "楼道灯不亮") -> Matter:
    """A resident reports something at a place, and the desk takes it on."""
    matter = stage.opened("C12", words=words)
    stage.own("update casework_case set place_id = %s where id = %s", place_id, matter.id)
    stage.own("update casework_report set place_id = %s where id = %s", place_id, matter.id)
    return matter


def cell(page: Node, home_id: int) -> Node:
    (found,) = page.all("td", id=f"h{home_id}")
    return found


def keys(page: Node) -> dict[str, int]:
    """The legend beside the chart: sign → how many."""
    rows = [one for one in page.all("button") if one.attrs.get("class") == "c-key"]
    return {
        f"{row.attrs['data-signal']}:{row.attrs['data-value']}": int(row.all("b")[0].text) for row in rows
    }  # fmt: skip


def chart(desk: Desk, who: str, estate: Estate, query: str = "", *, lang: str = "zh-hans") -> Shown:
    return desk.get(who, f"charts/{estate.compound.id}?{query}", lang=lang)


def options(page: Node, name: str) -> list[str]:
    (select,) = page.all("select", name=name)
    return [one.attrs["value"] for one in select.all("option")]


def test_the_picker_shows_what_lies_within_reach_and_finds_by_words(desk: Desk, stage: Stage, estate: Estate) -> None:
    text = desk.get("worker", "charts/").text
    assert "云台苑" in text and "瑞和苑" in text
    assert "云台苑" in desk.get("worker", "charts/?q=云台").text
    assert "没有这个名称的小区" in desk.get("worker", "charts/?q=不存在").text
    assert "云台苑" not in desk.get("worker_cousin", "charts/?q=云台").text
    assert "请输入小区名称或地址" in desk.get("district", "charts/").text
    assert "云台苑" in desk.get("district", "charts/?q=云台").text
    assert "云台苑" not in desk.get("responder", "charts/").text
    lay(stage, estate)
    assert "云台苑" in desk.get("responder", "charts/").text
    assert "No compound lies within your reach yet." in desk.get("responder_housing", "charts/", lang="en").text


def test_a_compound_stands_there_building_by_building(desk: Desk, estate: Estate) -> None:
    page = chart(desk, "worker", estate)
    tables = [one for one in page.all("table") if "data-grid" in one.attrs]
    assert [one.attrs["aria-label"] for one in tables] == [f"{n}号 房态图" for n in (1, 2, 3, 4)]
    rows = tables[0].all("tr")
    assert [row.all("th")[0].text for row in rows] == ["6", "5", "4", "3", "2", "1"]
    assert sum(one.attrs.get("class") == "c-cell" for one in page.all("td")) == 48
    first = [one for one in tables[0].all("a") if one.attrs.get("tabindex") == "0"]
    assert len(first) == 1, "one stop of the tab key for each entrance; arrows do the rest"
    assert sum(n for key, n in keys(page).items() if key.startswith("c:")) == 48


def test_gaps_and_joined_homes_are_drawn(desk: Desk, stage: Stage, estate: Estate) -> None:
    stage.own("delete from register_place where code = 'drawn.1.1.102'")
    stage.own("delete from register_place where code = 'drawn.1.1.302'")
    stage.own("update register_place set span = 2 where code = 'drawn.1.1.301'")
    page = chart(desk, "worker", estate)
    assert cell(page, home(stage, "drawn.1.1.301")).attrs["colspan"] == "2"
    assert len([one for one in page.all("td") if one.attrs.get("class") == "c-gap"]) == 1


def test_every_cell_says_in_words_what_its_signs_say(desk: Desk, stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    settle(stage, here, "living_alone")
    at(stage, here)
    page = chart(desk, "worker", estate, "c=people&s=needs")
    (link,) = cell(page, here).all("a")
    assert link.attrs["title"] == "1号601室: 有人已核, 一项需求, 1 人, 1 件在办"
    (big,) = cell(desk.get("worker", f"charts/{estate.entrances[0]}?c=people&s=needs"), here).all("a")
    assert big.attrs["aria-label"] == big.attrs["title"] == link.attrs["title"]
    english = chart(desk, "worker", estate, "c=people&s=needs", lang="en")
    assert cell(english, here).all("a")[0].attrs["title"] == (
        "1号601室: Lived in and checked, One need, 1 person, 1 matter"
    )
    assert cell(page, here).attrs["data-l"] == "住一"


def test_open_matters_colour_the_cell_whatever_is_shown(desk: Desk, stage: Stage, estate: Estate) -> None:
    here, late = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501")
    matter = at(stage, here)
    at(stage, late)
    stage.own("update casework_case set due_at = '2026-03-01' where place_id = %s", late)
    stage.receive(words="刚报的", area_id=estate.compound.area.id)
    page = chart(desk, "worker", estate)
    assert (cell(page, here).attrs["data-s"], cell(page, late).attrs["data-s"]) == ("open", "overdue")
    assert (cell(page, here).attrs["data-m"], cell(page, here).attrs["data-of"]) == ("1", str(matter.id))
    assert keys(page)["s:open"] == keys(page)["s:overdue"] == 1
    other = chart(desk, "worker", estate, "c=use&s=duty")
    assert cell(other, here).attrs["data-m"] == "1"
    assert "data-m" not in cell(other, home(stage, "drawn.1.1.401")).attrs


def test_a_report_nobody_has_filed_yet_is_a_matter_too_and_a_closed_one_is_none(
    desk: Desk, stage: Stage, estate: Estate
) -> None:
    waiting, closed = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501")
    report = stage.receive(words="漏水")
    stage.own("update casework_report set place_id = %s where id = %s", waiting, report.id)
    matter = at(stage, closed)
    stage.own("update casework_case set state = 'closed' where id = %s", matter.id)
    page = chart(desk, "worker", estate)
    assert (cell(page, waiting).attrs["data-s"], cell(page, closed).attrs["data-s"]) == ("open", "none")


def test_matters_of_a_building_and_an_entrance_stand_at_their_names(desk: Desk, stage: Stage, estate: Estate) -> None:
    at(stage, estate.buildings[0])
    at(stage, estate.entrances[0])
    page = chart(desk, "worker", estate)
    for place in (estate.buildings[0], estate.entrances[0]):
        (badge,) = page.all("span", id=f"m{place}")
        assert badge.text == "1 件在办" and "hidden" not in badge.attrs
    (quiet,) = page.all("span", id=f"m{estate.buildings[1]}")
    assert "hidden" in quiet.attrs


@pytest.mark.parametrize(("who", "colours"), [
    ("worker", "use people stay needs matters checks duty roles grade control"),
    ("dispatcher", "use people stay matters checks duty grade control"),
    ("responder", "use matters duty"),
])  # fmt: skip
def test_the_switches_offer_the_layers_of_the_post_alone(
    desk: Desk, stage: Stage, estate: Estate, who: str, colours: str
) -> None:
    lay(stage, estate)
    page = chart(desk, who, estate, "c=needs&s=roles")
    assert options(page, "c") == options(page, "s") == colours.split()
    shown = {key.split(":")[0] for key in keys(page)}
    assert shown == {"c", "s"}
    if who != "worker":
        assert "需求" not in page.text


def test_property_staff_see_their_own_matters_and_no_people(desk: Desk, stage: Stage, estate: Estate) -> None:
    lay(stage, estate)
    mine, others = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501")
    settle(stage, mine, "living_alone")
    matter = at(stage, mine)
    at(stage, others)
    stage.own("update casework_case set unit_id = %s where id = %s", unit("property").id, matter.id)
    page = chart(desk, "responder", estate)
    assert (cell(page, mine).attrs["data-s"], cell(page, others).attrs["data-s"]) == ("open", "none")
    assert cell(page, mine).attrs["data-of"] == str(matter.id)
    told = page.raw.decode()
    for word in ("living_alone", "独居", "有人已核", "人在住", "1 人"):
        assert word not in told
    asked = chart(desk, "responder", estate, "c=people&s=needs")
    assert asked.status == 200 and 'data-c="lived"' not in asked.raw.decode()


def test_a_building_head_sees_help_yes_or_no(desk: Desk, stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    settle(stage, here, "living_alone")
    stage.own(
        "insert into register_charge (level_id, area_id, place_id, post_id, seat, starts_on)"
        " select level_id, area_id, %s, post_id, seat, starts_on from register_charge"
        " where place_id = (select id from register_place where code = %s)",
        estate.buildings[0], f"cast.{cast.HOME_AREA}.3",
    )  # fmt: skip
    page = chart(desk, "building_head", estate, "c=help&s=people")
    assert options(page, "c") == ["use", "people", "help", "duty"]
    assert cell(page, here).attrs["data-c"] == "yes"
    assert keys(page)["c:yes"] == 1 and keys(page)["c:no"] == 23
    assert "独居" not in page.text and "需要帮助" in page.text
    assert desk.get("building_head", f"charts/{estate.entrances[3]}").status == 404


@pytest.mark.parametrize("who", ["district", "auditor"])
def test_above_the_town_there_are_counts_and_no_cell(desk: Desk, stage: Stage, estate: Estate, who: str) -> None:
    at(stage, home(stage, "drawn.1.1.601"))
    for address in (estate.compound.id, estate.entrances[0], estate.buildings[0]):
        page = desk.get(who, f"charts/{address}")
        rows = [tuple(one.text for one in row.all("td")) for row in page.one("tbody").all("tr")]
        assert rows == [("1号楼", "24", "1", "–"), ("2号楼", "24", "0", "–")]
        assert "601" not in page.text
    assert desk.get(who, f"charts/{estate.compound.id}/cells?h={home(stage, 'drawn.1.1.601')}").raw == b""


@pytest.mark.parametrize("who", ["worker_sibling", "head_other", "dispatcher_other", "responder", "building_head"])
def test_elsewhere_there_is_no_chart(desk: Desk, stage: Stage, estate: Estate, who: str) -> None:
    for address in (estate.compound.id, estate.entrances[0], home(stage, "drawn.1.1.601"), 10**12):
        for page in (f"charts/{address}", f"charts/{address}/cells?h=1"):
            assert desk.get(who, page).status == 404


def test_an_entrance_has_big_cells_that_lead_to_the_home_or_its_card(
    desk: Desk, stage: Stage, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = at(stage, here)
    monkeypatch.setattr(draw, "home_address", lambda: None)
    page = desk.get("worker", f"charts/{estate.entrances[0]}")
    assert cell(page, here).all("a")[0].attrs["href"] == f"?c=use&s=matters&home={here}#card"
    assert cell(page, here).all("span", _class="c-door")[0].text == "601"
    card = desk.get("worker", f"charts/{estate.entrances[0]}?home={here}")
    assert matter.number in card.all("section", id="card")[0].text
    assert desk.get("worker", f"charts/{estate.entrances[0]}?home=1").all("section", id="card") == []
    monkeypatch.setattr(draw, "home_address", lambda: "/desk/homes/{}".format)
    for who, leads in (("worker", f"/desk/homes/{here}"), ("responder", f"?c=use&s=matters&home={here}#card")):
        lay(stage, estate) if who == "responder" else None
        page = desk.get(who, f"charts/{estate.entrances[0]}")
        assert cell(page, here).all("a")[0].attrs["href"] == leads


def test_from_the_compound_a_cell_leads_to_its_entrance_with_the_same_layers(
    desk: Desk, stage: Stage, estate: Estate
) -> None:
    here = home(stage, "drawn.1.1.601")
    page = chart(desk, "worker", estate, "c=people&s=checks")
    assert cell(page, here).all("a")[0].attrs["href"] == f"{estate.entrances[0]}?c=people&s=checks#h{here}"


def test_a_building_is_shown_where_it_stands(desk: Desk, estate: Estate) -> None:
    answer = desk.client("worker").get(f"/desk/charts/{estate.buildings[1]}?c=people")
    assert answer["Location"] == f"/desk/charts/{estate.compound.id}?c=people#b{estate.buildings[1]}"


def test_the_table_says_the_same_as_the_chart(desk: Desk, stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    at(stage, here)
    picture, table = (chart(desk, "worker", estate, f"c=use&s=matters{view}") for view in ("", "&view=table"))
    assert keys(picture) == keys(table)
    rows = {one.attrs["id"][1:]: one for one in table.one("tbody").all("tr")}
    assert len(rows) == 48
    for one in picture.all("td"):
        if one.attrs.get("class") == "c-cell":
            row = rows[one.attrs["id"][1:]]
            assert (row.attrs["data-c"], row.attrs["data-s"]) == (one.attrs["data-c"], one.attrs["data-s"])
    assert [one.text for one in rows[str(here)].all("td")][:3] == ["1号楼", "1号", "1号601室"]
    assert [one.text for one in rows[str(here)].all("td")][4:] == ["办 有在办事项", "1"]


def test_paper_says_nothing_of_people_unless_somebody_asks(desk: Desk, stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    settle(stage, here, "living_alone")
    plain = chart(desk, "worker", estate, "c=needs&s=use")
    asked = chart(desk, "worker", estate, "c=needs&s=use&paper=1")
    quiet = chart(desk, "worker", estate, "c=use&s=matters")
    use = cell(quiet, here).attrs["data-l"][0]
    assert cell(plain, here).attrs["data-p"] == use, "the letter of the need stays on the screen"
    assert "data-p" not in cell(asked, here).attrs and "data-p" not in cell(quiet, here).attrs
    fills = {name: on_paper(page, "g-one-") for name, page in (("plain", plain), ("asked", asked))}
    assert fills == {"plain": {"#ffffff"}, "asked": {"url(#t-one)"}}
    assert "打印也含住户信息" in plain.text and "打印也含住户信息" not in quiet.text
    table = chart(desk, "worker", estate, "c=needs&s=use&view=table")
    hidden = [one for one in table.one("tbody").all("td") if "data-no-print" in one.attrs]
    assert len(hidden) == 48
    assert not [one for one in chart(desk, "worker", estate, "c=needs&s=use&view=table&paper=1").one("tbody").all("td")
                if "data-no-print" in one.attrs]  # fmt: skip


def on_paper(page: Shown, symbol: str) -> set[str]:
    """What fills the signs of these symbols on paper."""
    found = re.findall(rf'<symbol id="{symbol}[a-z]+".*?</symbol>', page.raw.decode())
    assert found
    return {re.search(r'class="c-on-paper" fill="([^"]+)"', one).group(1) for one in found}  # type: ignore[union-attr]


def test_what_changed_is_drawn_anew_under_the_readers_own_rights(desk: Desk, stage: Stage, estate: Estate) -> None:
    here, other = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501")
    matter = at(stage, here)
    ask = f"charts/{estate.compound.id}/cells?c=use&s=matters"
    page = desk.get("worker", f"{ask}&m={matter.id}&h={other}")
    assert {one.attrs["id"] for one in page.all("td") if "id" in one.attrs} == {f"h{here}", f"h{other}"}
    assert {one.attrs["id"] for one in page.all("tr") if "id" in one.attrs} == {f"r{here}", f"r{other}"}
    assert cell(page, here).attrs["data-s"] == "open"
    lay(stage, estate)
    assert desk.get("responder", f"{ask}&m={matter.id}").raw == b"", "it lies with another unit"
    for nonsense in ("m=1", "h=-1", "h=abc", f"m={uuid4()}", "h=9999999999999999999", ""):
        assert desk.get("worker", f"{ask}&{nonsense}").raw == b""
    elsewhere = home(stage, f"cast.{cast.SIBLING_AREA}.3.501")
    assert desk.get("worker", f"{ask}&h={elsewhere}").all("td") == []


def test_the_matter_of_a_building_changes_its_badge(desk: Desk, stage: Stage, estate: Estate) -> None:
    matter = at(stage, estate.buildings[0])
    page = desk.get("worker", f"charts/{estate.compound.id}/cells?c=use&s=matters&m={matter.id}")
    (badge,) = page.all("span", id=f"m{estate.buildings[0]}")
    assert badge.text == "1 件在办" and page.all("td", id="*") == []


def test_what_people_have_typed_is_text_and_nothing_else(desk: Desk, stage: Stage, estate: Estate) -> None:
    evil = "<b>x</b>\"'&室"
    stage.own("update register_place set name = %s where id = %s", evil, home(stage, "drawn.1.1.601"))
    stage.own(
        "update register_place set name = %s where id = any(%s)", evil, [estate.buildings[0], estate.entrances[0]]
    )
    for address in (
        f"charts/{estate.compound.id}",
        f"charts/{estate.compound.id}?view=table",
        f"charts/{estate.entrances[0]}",
        f"charts/{estate.compound.id}/cells?h={home(stage, 'drawn.1.1.601')}",
    ):
        shown = desk.get("worker", address).raw
        assert b"<b>x" not in shown and b"&lt;b&gt;x" in shown


@pytest.mark.parametrize("query", ["c=nonsense&s=", "c=USE", "view=pie&paper=yes", "c=use&s=use", "home=abc"])
def test_an_address_somebody_has_mangled_shows_what_the_post_starts_with(
    desk: Desk, estate: Estate, query: str
) -> None:
    page = chart(desk, "worker", estate, query)
    assert page.status == 200 and {key.split(":")[0] for key in keys(page)} == {"c", "s"}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.slug)
def test_every_preset_can_be_drawn_by_who_may(desk: Desk, stage: Stage, estate: Estate, preset: object) -> None:
    lay(stage, estate)
    pair = {PRESETS[PRESETS.index(preset)].colour, PRESETS[PRESETS.index(preset)].shape}  # type: ignore[arg-type]
    for who, role in (("worker", "worker"), ("dispatcher", "dispatcher"), ("responder", "responder")):
        if pair <= layers_of(role):
            colour, shape = (one.value for one in (preset.colour, preset.shape))  # type: ignore[attr-defined]
            page = chart(desk, who, estate, f"c={colour}&s={shape}")
            assert sum(n for key, n in keys(page).items() if key.startswith("c:")) == 48


def test_the_stale_and_the_checked_are_counted(desk: Desk, stage: Stage, estate: Estate) -> None:
    check(stage, home(stage, "drawn.1.1.601"), "2026-02-01")
    check(stage, home(stage, "drawn.1.1.501"), "2026-04-01")
    assert {key: n for key, n in keys(chart(desk, "worker", estate, "c=checks&s=use")).items() if key[0] == "c"} == {
        "c:none": 46, "c:due": 1, "c:overdue": 1,
    }  # fmt: skip


def test_the_tiles_of_the_register_are_those_of_the_post(desk: Desk) -> None:
    wanted = {
        "worker": {"房态图", "楼栋分级"}, "head": {"房态图", "楼栋分级", "图例"},
        "dispatcher": {"房态图", "楼栋分级", "图例"},
        "responder": {"房态图"}, "building_head": {"房态图"}, "district": {"房态图"}, "auditor": {"房态图"},
    }  # fmt: skip
    for who, tiles in wanted.items():
        text = desk.get(who, "register").text
        assert {one for one in ("房态图", "楼栋分级", "图例") if one in text} == tiles, who


def test_a_page_asks_for_no_more_than_it_shows(desk: Desk, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[frozenset[Layer]] = []
    real = views_charts.chart_of_compound
    monkeypatch.setattr(
        views_charts, "chart_of_compound", lambda actor, place, layers, **more: asked.append(frozenset(layers)) or real(
            actor, place, layers, **more)
    )  # fmt: skip
    chart(desk, "worker", estate, "c=use&s=duty")
    assert asked == [frozenset({Layer.USE, Layer.DUTY, Layer.MATTERS})]
