"""The one map in a real Chromium: layers, list, popup, keyboard, address, live, and a base map under the policy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import cast
import map_stock
import psycopg
import pytest
from figures import note_figures
from playwright.sync_api import Browser, Locator, Page, Route, expect
from pytest_django.plugin import DjangoDbBlocker
from served import DESK, PHONE, Person, Site, axe, launched, picture, serving

from linli.project import assets
from linli.project.messages import compile_all

__all__ = ["axe"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TILES = "https://tiles.example.org"
LIVE = "[data-atlas].is-live"
ROWS = "[data-atlas-list] button.l-row"
NOTE = "[data-atlas-note]"
IDLE = (
    "() => { const map = document.querySelector('[data-atlas]').atlas; return map && map.loaded() && !map.isMoving(); }"
)


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[Site]:
    """A web server on a database of its own, with a few reports at the compound of the home area."""
    assets.build()
    compile_all()
    with serving(f"linli_m_{os.getpid()}", tmp_path_factory.mktemp("site"), django_db_blocker, worker=True) as made:
        for count in range(3):
            made.reported(f"第{count}件：楼道里堆满了纸箱", item_code="C04")
        yield made


@pytest.fixture(scope="module")
def based(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[Site]:
    """A site with a base map in GCJ-02."""
    setting = {
        "LINLI_BASEMAP_URL": TILES + "/{z}/{x}/{y}.png", "LINLI_BASEMAP_ATTRIBUTION": "© 例图 审图号 GS(2026)0001",
        "LINLI_BASEMAP_DATUM": "gcj02",
    }  # fmt: skip
    os.environ |= setting
    with serving(f"linli_n_{os.getpid()}", tmp_path_factory.mktemp("based"), django_db_blocker) as made:
        for name in setting:
            del os.environ[name]
        yield made


@pytest.fixture(scope="module")
def browser(site: Site, based: Site) -> Iterator[Browser]:
    """After the sites: while a browser lives, Django refuses its database."""
    with launched() as chromium:
        yield chromium


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, site: Site, axe: str) -> Iterator[Open]:
    """opened("worker", "layers=…"): the map of somebody signed in, drawn; faults of the page fail the test."""
    there: list[Person] = []

    def show(who: str, query: str = "", *, size: dict[str, int] = DESK, language: str = "en", **options: Any) -> Page:
        person = Person(browser, site.url, axe, size=size, language=language, **options)
        there.append(person)
        person.sign_in(who)
        page = person.go(f"/desk/map?{query}")
        drawn(page)
        assert person.serious() == []
        return page

    yield show
    for one in there:
        one.close()


def drawn(page: Page) -> None:
    expect(page.locator(LIVE)).to_be_visible()
    page.wait_for_function(IDLE)
    expect(page.locator(NOTE)).not_to_be_empty()


def group(page: Page, name: str) -> Locator:
    return page.locator(".d-atlas__group", has=page.locator("h3", has_text=name))


def centre(page: Page) -> list[float]:
    found: list[float] = page.evaluate(
        "() => { const map = document.querySelector('[data-atlas]').atlas; const c = map.getCenter();"
        " return [c.lng, c.lat, map.getZoom()]; }"
    )
    return found


def home(site: Site) -> dict[str, Any]:
    (row,) = site.rows("select lng, lat from register_place where id = %s", site.home)
    return row


def at_home(site: Site, zoom: float = 16.5) -> str:
    return f"at={home(site)['lng']},{home(site)['lat']},{zoom}"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_map_stands_on_a_phone_and_on_a_desk(opened: Open, site: Site, size: dict[str, int], language: str) -> None:
    page = opened("worker", at_home(site, 18), size=size, language=language)
    expect(group(page, "在办事项" if language == "zh-hans" else "Open matters").locator("li")).to_have_count(3)
    expect(group(page, "小区" if language == "zh-hans" else "Compounds").locator("li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert page.locator("[data-atlas-fold]").evaluate("one => one.open") is (size is DESK)


def test_layers_live_in_the_address_and_back_brings_them_back(opened: Open, site: Site) -> None:
    page = opened("worker", at_home(site, 18))
    expect(group(page, "Buildings")).to_have_count(0)
    page.get_by_label("Buildings").check()
    expect(group(page, "Buildings").locator("li")).to_have_count(1)
    assert "layers=matters,compounds,buildings,stations,areas" in page.url
    page.get_by_label("Open matters").uncheck()
    expect(group(page, "Open matters")).to_have_count(0)
    assert "layers=compounds,buildings,stations,areas" in page.url
    chip = page.get_by_role("link", name="Out of time")
    assert "view=overdue" in (chip.get_attribute("href") or "") and "layers=" in (chip.get_attribute("href") or "")
    page.go_back()
    expect(group(page, "Open matters").locator("li")).to_have_count(3)
    page.go_back()
    expect(page.get_by_label("Buildings")).not_to_be_checked()
    expect(group(page, "Buildings")).to_have_count(0)
    page.reload()
    drawn(page)
    expect(page.get_by_label("Buildings")).not_to_be_checked()


def test_an_address_shows_the_same_view_to_somebody_else(opened: Open, site: Site) -> None:
    first = opened("worker", f"layers=buildings&{at_home(site, 18)}")
    first.evaluate("document.querySelector('[data-atlas]').atlas.panBy([60, 40], { animate: false })")
    first.wait_for_function(f"() => !location.search.includes({at_home(site, 18)[3:]!r})")
    second = opened("head", first.url.split("?")[1])
    assert centre(second) == pytest.approx(centre(first), abs=1e-4)
    expect(second.locator(".d-atlas__group h3")).to_have_text(["Buildings 1"])


def test_a_count_opens_and_a_thing_says_what_it_is_and_escape_goes_back(opened: Open, site: Site) -> None:
    page = opened("worker", f"layers=matters&{at_home(site, 12)}")
    many = page.locator(ROWS).first
    expect(many).to_contain_text("3 close together")
    many.click()
    page.wait_for_function("() => document.querySelector('[data-atlas]').atlas.getZoom() >= 16.9")
    row = page.locator(ROWS, has_text="第1件")
    row.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".maplibregl-popup")
    expect(popup).to_contain_text("第1件")
    expect(popup).to_contain_text("To be filed")
    expect(popup.get_by_role("link", name="Open")).to_be_focused()
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*-132-*")


def test_what_lies_on_one_spot_is_told_together_by_one_tap(opened: Open, site: Site) -> None:
    page = opened("worker", f"layers=matters,compounds&{at_home(site, 18)}")
    box = page.locator("[data-plan]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    popup = page.locator(".maplibregl-popup")
    expect(popup.locator(".d-atlas__one")).to_have_count(4)
    expect(popup.get_by_role("link", name="Open matters here")).to_have_attribute(
        "href", f"/desk/?view=open&place={site.home}"
    )
    page.mouse.click(box["x"] + 20, box["y"] + box["height"] - 20)
    expect(popup).to_have_count(0)


def test_the_keyboard_moves_the_map(opened: Open, site: Site) -> None:
    page = opened("worker", at_home(site, 15))
    before = centre(page)
    page.locator("[data-plan] canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(IDLE)
    east, _north, zoom = centre(page)
    assert east > before[0] + 1e-4 and zoom == before[2]
    page.keyboard.press("+")
    page.wait_for_function("() => document.querySelector('[data-atlas]').atlas.getZoom() > 15.9")


def test_kinds_narrow_and_a_date_asks_the_page_anew(opened: Open, site: Site) -> None:
    page = opened("worker", f"layers=compounds,matters&{at_home(site, 18)}")
    expect(group(page, "Compounds").locator("li")).to_have_count(1)
    page.get_by_label("Matters that began on or after").fill("2099-01-01")
    page.get_by_label("Matters that began on or after").dispatch_event("change")
    page.wait_for_url("**since=2099-01-01**")
    drawn(page)
    expect(group(page, "Open matters")).to_have_count(0)
    expect(group(page, "Compounds").locator("li")).to_have_count(1)
    assert centre(page) == pytest.approx([home(site)["lng"], home(site)["lat"], 18], abs=1e-4)


def test_a_new_matter_appears_without_reload(opened: Open, site: Site) -> None:
    page = opened("worker", f"layers=matters&{at_home(site, 18)}")
    page.wait_for_function("() => document.documentElement.dataset.liveState === 'on'")
    page.evaluate("window.still = true")
    before = page.locator(ROWS).count()
    made = site.reported("刚刚来的一件", item_code="C04")
    expect(page.locator(ROWS, has_text=made.number)).to_have_count(1)
    assert page.locator(ROWS).count() == before + 1 and page.evaluate("window.still")


def test_people_of_a_unit_see_their_matters_and_open_places(opened: Open, site: Site) -> None:
    matter = site.dispatched("物业的一件")
    page = opened("responder", f"layers=matters,compounds,duty&{at_home(site, 18)}")
    assert page.get_by_label("Who answers").count() == 0
    expect(group(page, "Open matters").locator("li")).to_have_count(1)
    expect(page.locator(ROWS).first).to_contain_text(matter.number)
    group(page, "Compounds").locator("button.l-row").click()
    expect(page.locator(".maplibregl-popup")).to_contain_text("瑞和苑")
    assert page.locator(".maplibregl-popup a").count() == 0


NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : real.call(this, kind, ...rest);
};
"""


def test_without_a_drawing_the_list_is_there_all_the_same(browser: Browser, site: Site, axe: str) -> None:
    person = Person(browser, site.url, axe, size=DESK, language="en")
    person.context.add_init_script(NO_WEBGL)
    person.sign_in("worker")
    page = person.go("/desk/map")
    expect(page.locator(NOTE)).to_contain_text("The map cannot be drawn in this browser.")
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator("[data-plan]")).to_be_hidden()
    assert person.serious() == []
    person.close()


def test_a_layer_that_does_not_answer_says_so_and_the_others_stay(opened: Open, site: Site) -> None:
    page = opened("worker", f"layers=matters,compounds&{at_home(site, 18)}")
    page.route("**/matters.geojson*", lambda route: route.abort())
    page.evaluate("document.querySelector('[data-atlas]').atlas.zoomTo(12, { animate: false })")
    expect(page.locator(NOTE)).to_contain_text("Could not be loaded: Open matters.")
    expect(group(page, "Compounds").locator("li").first).to_be_visible()
    page.unroute("**/matters.geojson*")
    page.evaluate("document.querySelector('[data-atlas]').atlas.panBy([5, 5], { animate: false })")
    expect(page.locator(NOTE)).not_to_contain_text("Could not be loaded")


# --- a base map


def under_the_policy(chromium: Browser, site: Site) -> tuple[Page, list[str]]:
    """A page on which the content security policy holds, and what the browser says against it."""
    context = chromium.new_context(viewport=dict(DESK))  # type: ignore[arg-type]
    context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])
    page = context.new_page()
    refused = list[str]()
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{site.url}/accounts/login/")
    page.fill("[name=login]", "worker")
    page.fill("[name=password]", cast.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page, refused


def test_a_base_map_is_loaded_from_its_origin_alone_and_said_whose_it_is(browser: Browser, based: Site) -> None:
    page, refused = under_the_policy(browser, based)
    asked = list[str]()

    def tile(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(
            body=picture("tile")["buffer"], content_type="image/jpeg", headers={"access-control-allow-origin": "*"}
        )

    page.route(f"{TILES}/**", tile)
    page.goto(f"{based.url}/desk/map")
    drawn(page)
    assert asked and all(url.startswith(TILES) for url in asked)
    assert page.evaluate("document.querySelector('[data-atlas]').atlas.isSourceLoaded('base')")
    expect(page.locator(".d-atlas__whose")).to_have_text("© 例图 审图号 GS(2026)0001")
    assert refused == []
    page.evaluate("fetch('https://elsewhere.example.org/').catch(() => 0)")
    page.goto(f"{based.url}/desk/items")
    page.evaluate(f"fetch('{TILES}/1/1/1.png').catch(() => 0)")
    hosts = [host for said in refused for host in ("elsewhere.example.org", "tiles.example.org") if host in said]
    assert set(hosts) == {"elsewhere.example.org", "tiles.example.org"}, refused
    page.context.close()


STYLE = {
    "version": 8, "glyphs": TILES + "/fonts/{fontstack}/{range}.pbf",
    "sources": {"town": {"type": "geojson", "data": {"type": "Point", "coordinates": [121.57, 31.11]}}},
    "layers": [
        {"id": "sea", "type": "background", "paint": {"background-color": "#dde"}},
        {"id": "names", "type": "symbol", "source": "town", "layout": {"text-field": "周浦", "text-font": ["Theirs"]}},
    ],
}  # fmt: skip


def test_a_style_of_vector_tiles_is_drawn_without_its_glyph_files(browser: Browser, based: Site) -> None:
    page, refused = under_the_policy(browser, based)
    asked = list[str]()

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(json=STYLE, headers={"access-control-allow-origin": "*"})

    def as_style(route: Route) -> None:
        got = route.fetch()
        text = got.text().replace('data-base-form="raster"', 'data-base-form="style"')
        route.fulfill(response=got, body=text.replace(TILES + "/{z}/{x}/{y}.png", TILES + "/plain.json"))

    page.route(f"{TILES}/**", answer)
    page.route("**/desk/map", as_style)
    page.goto(f"{based.url}/desk/map")
    drawn(page)
    assert asked == [f"{TILES}/plain.json"] and refused == []
    there = page.evaluate("document.querySelector('[data-atlas]').atlas.getStyle().layers.map((one) => one.id)")
    assert there[:2] == ["sea", "names"] and "compounds-thing" in there
    page.context.close()


def test_a_base_map_that_does_not_answer_is_said_and_the_plan_stays(browser: Browser, based: Site) -> None:
    page, _refused = under_the_policy(browser, based)
    page.route(f"{TILES}/**", lambda route: route.abort())
    page.goto(f"{based.url}/desk/map")
    expect(page.locator(LIVE)).to_be_visible()
    expect(page.locator(NOTE)).to_contain_text("The base map does not answer")
    expect(page.locator(ROWS).first).to_be_visible()
    page.context.close()


# --- a district's worth

FRAMES = """
async () => {
  const map = document.querySelector("[data-atlas]").atlas;
  const pans = [[300, 0], [0, 250], [-300, 0], [0, -250]];
  const frames = [];
  let last = performance.now(), on = true;
  const tick = (at) => { frames.push(at - last); last = at; if (on) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  const settled = () => new Promise((done) => map.once("moveend", done));
  for (const pan of pans) { map.panBy(pan, { duration: 700 }); await settled(); }
  for (const zoom of [13, 15, 17, 14, 11]) { map.zoomTo(zoom, { duration: 700 }); await settled(); }
  on = false;
  return frames.slice(1).sort((a, b) => a - b);
}
"""


def test_a_district_of_a_hundred_thousand_places_can_be_moved(opened: Open, site: Site) -> None:
    with psycopg.connect(site.database, autocommit=True) as owner:
        areas = [
            row[0] for row in owner.execute("select id from territory_area where code = any(%s)", [list(cast.LEAVES)])
        ]
        laid = map_stock.lay(lambda sql, *values: owner.execute(sql.encode(), values), areas)
        owner.execute("analyze register_place")
    took: dict[str, list[float]] = {}
    page = opened("dispatcher", "layers=areas,stations,buildings,compounds,facilities,venues,matters&at=121.6,31.12,11")
    page.on("requestfinished", lambda got: note(took, got) if ".geojson" in got.url else None)
    expect(group(page, "Facilities")).to_be_visible()
    frames, scripts = moved(page)
    page.wait_for_function(IDLE)
    bare, bare_scripts = moved(opened("dispatcher", "layers=areas&at=121.6,31.12,11"))
    assert len(frames) > 20 and len(bare) > 20
    totals = {slug: page.evaluate(COUNT, slug) for slug in ("compounds", "facilities", "venues")}
    note_figures(
        "map", compounds=laid["compound"], points=sum(laid.values()) - laid["compound"], frames=len(frames),
        scripts_s=scripts, empty_scripts_s=bare_scripts, **told(frames),
        **{f"empty_{name}": value for name, value in told(bare).items()},
        answers_ms={slug: round(sorted(times)[len(times) // 2]) for slug, times in took.items()},
    )  # fmt: skip
    assert all(0 < shown <= 5000 for shown in totals.values()), totals
    expect(page.locator(NOTE)).to_contain_text("in view")


COUNT = """
async (slug) => (await document.querySelector("[data-atlas]").atlas.getSource(slug).getData()).features.length
"""


def moved(page: Page) -> tuple[list[float], float]:
    """Nine moves of the map: the times between frames in milliseconds, sorted, and the seconds scripts took."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")

    def scripts() -> float:
        told = tools.send("Performance.getMetrics")["metrics"]
        return next(float(one["value"]) for one in told if one["name"] == "ScriptDuration")

    before = scripts()
    frames: list[float] = page.evaluate(FRAMES)
    return frames, round(scripts() - before, 2)


def told(frames: list[float]) -> dict[str, float]:
    """Median and 95th percentile of sorted times between frames."""
    return {"median_ms": round(frames[len(frames) // 2], 1), "p95_ms": round(frames[int(len(frames) * 0.95)], 1)}


def note(took: dict[str, list[float]], request: Any) -> None:
    slug = request.url.split("/map/")[1].split(".geojson")[0]
    took.setdefault(slug, []).append(request.timing["responseEnd"])
