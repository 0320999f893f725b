"""Charts in a real Chromium: they live with the work, walk by keys, print in grey, and fit a phone and a desk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cast
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Locator, Page, expect
from register.charted import HOMES
from served import DESK, PHONE, People, Site, axe, chromium, people, served

__all__ = ["axe", "chromium", "people", "served"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARK = "window.stayed = true"
APART = 6.0
"""Mean difference of two grey pictures, 0 to 255, from which on they count as told apart."""


@dataclass(frozen=True)
class Drawn:
    """A compound of the served site."""

    site: Site
    compound: int
    entrance: int
    homes: dict[str, int]

    @property
    def whole(self) -> str:
        return f"/desk/charts/{self.compound}"

    @property
    def one(self) -> str:
        return f"/desk/charts/{self.entrance}"


@pytest.fixture(scope="module")
def drawn(served: Site) -> Iterator[Drawn]:
    """Two buildings of two entrances, six floors by three; the property firm answers for it, somebody needs help."""

    def place(code: str, kind: str, name: str, parent: int | None = None, top: int | None = None) -> int:
        (row,) = served.rows(
            "insert into register_place (code, kind, area_id, parent_id, compound_id, name, address)"
            " select %s, %s, id, %s, %s, %s, %s from territory_area where code = %s returning id",
            code, kind, parent, top, name, name, cast.HOME_AREA,
        )  # fmt: skip
        return int(row["id"])

    top = place("live", "compound", "云台苑")
    doors = []
    for b in (1, 2):
        building = place(f"live.{b}", "building", f"{b}号楼", top, top)
        doors += [
            place(f"live.{b}.{e}", "entrance", f"{2 * b + e - 2}号", building, top) for e in (1, 2)
        ]  # fmt: skip
    served.rows(HOMES + " returning id", 6, 3, top)
    served.rows("delete from register_place where code = 'live.1.1.103' returning id")
    served.rows(
        "insert into register_duty (area_id, place_id, unit_id, unit_kind) select p.area_id, p.id, u.id, u.kind"
        " from register_place p, accounts_unit u where p.id = %s and u.code = 'cast.property' returning id", top,
    )  # fmt: skip
    rows = served.rows("select code, id from register_place where compound_id = %s and kind = 'home'", top)
    yield Drawn(served, top, doors[0], {row["code"].removeprefix("live."): row["id"] for row in rows})


def opened(drawn: Drawn, home: str) -> str:
    """A colleague takes a matter at a home in and opens it: the id of it."""
    body = {"words": "水管爆了", "place_id": drawn.homes[home]}
    matter = str(drawn.site.post("/reports", body, who="worker")["id"])
    drawn.site.post(f"/reports/{matter}/acts/open", {"item_code": "C12"}, who="worker")
    return matter


def cell(page: Page, drawn: Drawn, home: str) -> Locator:
    return page.locator(f"#h{drawn.homes[home]}")


def count(page: Page, key: str) -> Locator:
    signal, value = key.split(":")
    return page.locator(f'.c-key[data-signal="{signal}"][data-value="{value}"] [data-count]')


def test_a_matter_opened_elsewhere_colours_its_cell_without_reload(people: People, drawn: Drawn) -> None:
    me = people("worker", size=DESK)
    page = me.go(drawn.whole)
    page.wait_for_function("document.documentElement.dataset.liveState === 'on'")
    page.evaluate(MARK)
    expect(cell(page, drawn, "1.1.602")).to_have_attribute("data-s", "none")
    before = int(count(page, "s:open").inner_text())
    matter = opened(drawn, "1.1.602")
    expect(cell(page, drawn, "1.1.602")).to_have_attribute("data-s", "open")
    expect(cell(page, drawn, "1.1.602")).to_have_attribute("data-of", matter)
    expect(count(page, "s:open")).to_have_text(str(before + 1))
    expect(page.locator("[data-said]")).to_have_text("刚有 1 户变化")
    used = cell(page, drawn, "1.1.602").locator("use").get_attribute("href") or ""
    assert page.locator(f"symbol{used}").count() == 1, "the sign that was not on the page came with the news"
    assert page.evaluate("window.stayed") is True
    me.look()


def test_a_matter_that_ends_takes_its_colour_with_it(people: People, drawn: Drawn) -> None:
    matter = opened(drawn, "1.1.502")
    page = people("worker", size=DESK).go(drawn.whole)
    page.wait_for_function("document.documentElement.dataset.liveState === 'on'")
    expect(cell(page, drawn, "1.1.502")).to_have_attribute("data-s", "open")
    page.evaluate(MARK)
    drawn.site.rows("update casework_case set state = 'closed' where id = %s returning id", matter)
    drawn.site.rows(
        "select pg_notify('linli_live', json_build_object('area', path, 'kind', 'case', 'id', %s::text)::text)"
        " from territory_area where code = %s", matter, cast.HOME_AREA,
    )  # fmt: skip
    expect(cell(page, drawn, "1.1.502")).to_have_attribute("data-s", "none")
    assert page.evaluate("window.stayed") is True


def test_news_of_another_place_asks_and_changes_nothing(people: People, drawn: Drawn) -> None:
    page = people("worker", size=DESK).go(drawn.whole)
    page.wait_for_function("document.documentElement.dataset.liveState === 'on'")
    before = page.locator("#chart .c-drawing").inner_html()
    matter = drawn.site.reported()
    with page.expect_response(lambda got: "/cells?" in got.url and matter.id in got.url):
        drawn.site.post(f"/reports/{matter.id}/acts/open", {"item_code": "C12"}, who="worker")
    alone = page.request.get(f"{drawn.site.url}{drawn.whole}/cells?c=use&s=matters&m={matter.id}")
    assert (alone.status, alone.text()) == (200, "")
    assert page.locator("#chart .c-drawing").inner_html() == before


def test_arrows_walk_over_gaps_and_from_entrance_to_entrance_and_enter_opens(people: People, drawn: Drawn) -> None:
    page = people("worker", size=DESK).go(drawn.whole)
    at = f"#h{drawn.homes['1.1.202']} > a"
    page.locator(at).focus()

    def stands_on(home: str) -> None:
        expect(page.locator(f"#h{drawn.homes[home]} > a")).to_be_focused()

    for key, home in (
        ("ArrowDown", "1.1.102"), ("ArrowRight", "1.2.101"), ("ArrowLeft", "1.1.102"), ("ArrowUp", "1.1.202"),
        ("End", "1.1.203"), ("ArrowDown", "1.1.203"), ("Home", "1.1.201"),
    ):  # fmt: skip
        page.keyboard.press(key)
        stands_on(home)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{drawn.one}?*#h{drawn.homes['1.1.201']}")
    expect(cell(page, drawn, "1.1.201").locator(".c-door")).to_have_text("201")


def test_the_legend_is_a_filter(people: People, drawn: Drawn) -> None:
    page = people("worker", size=DESK).go(f"{drawn.whole}?c=use&s=duty")
    total = page.locator(".c-cell").count()
    empty = int(count(page, "c:empty").inner_text())
    assert 0 < empty < total
    page.locator('.c-key[data-value="empty"]').click()
    expect(page.locator(".c-cell.is-off")).to_have_count(total - empty)
    page.locator('.c-key[data-value="gap"]').click()
    expect(page.locator(".c-cell.is-off")).to_have_count(total)
    page.locator('.c-key[data-value="gap"]').click()
    page.locator('.c-key[data-value="empty"]').click()
    expect(page.locator(".c-cell.is-off")).to_have_count(0)


def test_the_table_is_reached_and_walked_by_keys(people: People, drawn: Drawn) -> None:
    me = people("worker", size=DESK)
    page = me.go(drawn.whole)
    page.keyboard.press("v")
    page.wait_for_url("**view=table")
    me.look()
    table = page.locator("table.c-table")
    assert table.locator("tbody tr").count() == len(drawn.homes)
    assert table.get_by_role("columnheader").all_inner_texts() == [
        "楼栋",
        "门栋",
        "房屋",
        "使用状态",
        "在办事项",
        "事项",
    ]
    page.locator(".c-table a").first.focus()
    page.keyboard.press("Tab")
    expect(page.locator(".c-table a").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{drawn.one}?*")


def picture(of: Locator) -> Image.Image:
    """What stands there, in grey, on a field of one size."""
    shot = Image.open(io.BytesIO(of.screenshot())).convert("L")
    return shot.resize((64, 64))


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


@pytest.mark.parametrize("layers", ["c=use&s=matters", "c=control&s=stay&paper=1", "c=grade&s=checks&paper=1"])
def test_in_a_grey_print_every_row_of_the_legend_is_told_apart(people: People, drawn: Drawn, layers: str) -> None:
    page = people("worker", size=DESK).go(f"{drawn.whole}?{layers}")
    page.emulate_media(media="print")
    for signal in ("c", "s"):
        glyphs = page.locator(f'.c-key[data-signal="{signal}"] .c-glyph')
        letters = page.locator(f'.c-key[data-signal="{signal}"] .c-key__letter').all_inner_texts()
        assert len(set(letters)) == len(letters) == glyphs.count() >= 3
        page.add_style_tag(content=".c-key > .c-glyph { width: 64px !important; height: 64px !important; }")
        shots = [picture(glyphs.nth(n)) for n in range(glyphs.count())]
        for n, one in enumerate(shots):
            for m, other in enumerate(shots[:n]):
                assert difference(one, other) > APART, (signal, letters[n], letters[m])
        assert difference(shots[0], shots[0]) == 0, "the measure can say alike"
    colours = page.evaluate(
        "[...document.querySelectorAll('.c-on-screen')].filter(e => getComputedStyle(e).display !== 'none').length"
    )
    assert colours == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.c-cell'), '::after').content").strip('"') != "none"
    expect(page.locator(".c-title")).to_be_visible()
    expect(page.locator(".c-tools")).to_be_hidden()


def test_on_the_screen_the_colours_show(people: People, drawn: Drawn) -> None:
    page = people("worker", size=DESK).go(drawn.whole)
    shot = Image.open(io.BytesIO(page.locator("#chart .c-drawing").screenshot())).convert("HSV")
    assert ImageStat.Stat(shot.getchannel("S")).extrema[0][1] > 150
    page.emulate_media(media="print")
    grey = Image.open(io.BytesIO(page.locator("#chart .c-drawing .c-grid").first.screenshot())).convert("HSV")
    assert ImageStat.Stat(grey.getchannel("S")).mean[0] < 4


def test_paper_keeps_people_to_itself_until_somebody_asks(people: People, drawn: Drawn) -> None:
    me = people("worker", size=DESK)
    page = me.go(f"{drawn.one}?c=people&s=needs")
    page.emulate_media(media="print")
    expect(page.locator(".c-paper-note")).to_be_visible()
    expect(page.locator(".c-signs").first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.c-cell'), '::after').content") in ('""', "none")
    page.emulate_media(media="screen")
    page.get_by_role("button", name="打印也含住户信息").click()
    page.wait_for_url("**paper=1")
    page.emulate_media(media="print")
    expect(page.locator(".c-signs").first).to_be_visible()
    expect(page.locator(".c-paper-note")).to_have_count(0)


def test_the_switches_work_at_once_and_only_with_the_layers_of_the_post(people: People, drawn: Drawn) -> None:
    page = people("worker", size=DESK).go(drawn.whole)
    page.locator("select[name=c]").select_option("needs")
    page.wait_for_url("**c=needs**")
    expect(page.locator(".c-signs h2").first).to_have_text("颜色: 需求")
    firm = people("responder", size=DESK).go(drawn.whole)
    assert firm.locator("select[name=c] option").evaluate_all("all => all.map(one => one.value)") == [
        "use", "matters", "duty",
    ]  # fmt: skip
    head = people("building_head", size=PHONE)
    shown = head.go("/desk/charts/")
    shown.locator("a.l-row").first.click()
    shown.wait_for_url("**/desk/charts/*")
    assert "needs" not in shown.locator("select[name=c]").inner_html()
    shown.goto(f"{shown.url.split('?')[0]}?c=help&s=people")
    expect(shown.locator(".c-cell[data-c=yes]")).to_have_count(1)
    head.look()


def test_the_legend_editor_shows_at_once_what_comes_of_it_and_refuses_what_cannot_be_read(
    people: People, drawn: Drawn
) -> None:
    me = people("head", size=DESK)
    page = me.go("/desk/charts/legends/use")
    expect(page.locator(".c-fit")).to_be_visible()
    page.locator("[name=colour-let]").select_option("own")
    page.locator("[name=own-let]").fill("#ffe9a8")
    alarm = page.locator("#legend-preview [role=alert]")
    expect(alarm).to_contain_text("颜色太淡")
    me.look()
    page.get_by_role("button", name="存为新版本").click()
    page.wait_for_load_state("load")
    expect(page.locator("#legend-preview [role=alert]")).to_contain_text("颜色太淡")
    expect(page.locator("[name=own-let]")).to_have_value("#ffe9a8")
    page.locator("[name=own-let]").fill("#5a2d0c")
    expect(page.locator(".c-fit")).to_be_visible()
    screen, paper = (page.locator(f".c-samples > section:nth-child({n})") for n in (1, 2))
    assert "#5a2d0c" in screen.inner_html() and "#5a2d0c" not in paper.inner_html()
    page.locator("[name=zh-let]").fill("租住")
    page.get_by_role("button", name="存为新版本").click()
    expect(page.get_by_text("第 1 版")).to_be_visible()
    chart = people("worker", size=DESK).go(drawn.whole)
    expect(chart.locator('.c-key[data-value="let"]')).to_contain_text("租住")
    page.get_by_role("button", name="恢复系统自带").click()
    expect(page.locator("[name=zh-let]")).to_have_value("出租")
    expect(page.get_by_text("第 2 版")).to_be_visible()


def test_a_grade_goes_from_the_rule_by_two_people_to_the_chart(people: People, drawn: Drawn) -> None:
    worker, head = people("worker", size=DESK), people("head", size=PHONE)
    page = worker.go(f"/desk/charts/{drawn.compound}/grades")
    page.get_by_role("button", name="全部按规则建议申报").click()
    expect(page.get_by_text("已申报 2 栋。")).to_be_visible()
    worker.look()
    desk = head.go("/desk/charts/grades")
    desk.locator("a.l-row", has_text="1号楼").first.click()
    desk.wait_for_url(f"**/desk/charts/{drawn.compound}/grades#*")
    head.look()
    desk.locator(".c-grade").first.get_by_role("button", name="同意", exact=True).click()
    expect(desk.get_by_text("已决定。")).to_be_visible()
    chart = worker.go(f"{drawn.whole}?c=grade&s=matters")
    assert chart.locator(".c-cell:not([data-c=ungraded])").count() > 0
    assert chart.locator(".c-cell[data-c=ungraded]").count() > 0, "the other building still waits"


PAGES = {
    "picker": "/desk/charts/", "compound": "{0.whole}", "entrance": "{0.one}",
    "table": "{0.whole}?view=table", "legends": "/desk/charts/legends", "editor": "/desk/charts/legends/stay",
    "grades": "/desk/charts/{0.compound}/grades", "hub": "/desk/register",
}  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_the_screen_in_both_languages(
    people: People, drawn: Drawn, size: dict[str, int], language: str
) -> None:
    me = people("head", size=size, language=language)
    for name, path in PAGES.items():
        page = me.go(path.format(drawn))
        assert page.locator("h1").inner_text().strip(), name
        if name == "entrance":
            box = cell(page, drawn, "1.1.601").bounding_box()
            assert box is not None and box["height"] >= 44 and box["width"] >= 44


def test_in_elder_mode_words_and_targets_are_large(people: People, drawn: Drawn) -> None:
    me = people("worker", size=PHONE)
    cookie: Any = {"name": "linli_elder", "value": "1", "url": me.site}
    me.context.add_cookies([cookie])
    page = me.go(drawn.one)
    link = cell(page, drawn, "1.1.601").locator("a")
    box = link.bounding_box()
    assert box is not None and box["height"] >= 60 and box["width"] >= 60
    assert float(link.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) >= 18
