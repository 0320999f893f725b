"""The gallery in Chromium: nothing blocked, nothing inaccessible, and every island does what the README says."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "linli" / "web" / "ui" / "static" / "linli" / "build"
Go = Callable[..., Any]

VARIANTS = [
    ("desk", 1440, "zh-hans", {}),
    ("desk", 1440, "en", {"linli_theme": "dark"}),
    ("desk", 1440, "zh-hans", {"linli_contrast": "1"}),
    ("phone", 390, "zh-hans", {}),
    ("phone", 390, "en", {}),
    ("phone", 390, "zh-hans", {"linli_elder": "1"}),
    ("phone", 390, "zh-hans", {"linli_theme": "dark"}),
    ("plain", 390, "en", {}),
]


FAKE = """
window.EventSource = class extends EventTarget {
  constructor(url) {
    super();
    Object.assign(this, { url, readyState: 1 });
    window.source = this;
    setTimeout(() => this.dispatchEvent(new Event("open")));
  }
  close() {}
  say(kind, id) { this.dispatchEvent(new MessageEvent("change", { data: JSON.stringify({ kind, id }) })); }
};
"""
"""A stream whose other end is the test."""


def serious(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']}: {found['nodes'][0]['html'][:160]}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("frame", "width", "language", "cookies"), VARIANTS)
def test_nothing_is_blocked_broken_or_inaccessible(
    visit: Go, axe: str, frame: str, width: int, language: str, cookies: dict[str, str]
) -> None:
    there = visit(f"/ui/gallery/{frame}", width=width, script=FAKE, cookies={"django_language": language, **cookies})
    page = there.page
    page.locator("#place").scroll_into_view_if_needed()
    expect(page.locator("[data-place].is-live canvas")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-map].is-live canvas")).to_be_visible(timeout=20_000)
    assert there.violations() == []
    assert there.faults == []
    assert serious(page, axe) == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_the_watchers_see_planted_faults(visit: Go, axe: str) -> None:
    there = visit("/ui/gallery/plain", width=390)
    there.page.evaluate(
        """document.querySelector("main").innerHTML =
        '<img src="/static/linli/icons/mark.svg"><p style="color:#eee">x</p>'"""
    )
    there.page.wait_for_function("window.violations.length > 0")
    assert any("image-alt" in found for found in serious(there.page, axe))


HEIGHTS = """(least) => [...document.querySelectorAll(
    "a.l-btn, button.l-btn, .l-bottom a, a.l-row, .l-choice, .l-input")]
    .filter((element) => element.offsetParent)
    .map((element) => [element.className, element.getBoundingClientRect().height])
    .filter(([, height]) => height < least)"""
FONTS = """() => [...document.querySelectorAll("main *, nav *, .l-ribbon *")]
    .filter((element) => element.offsetParent && !element.closest(".maplibregl-map"))
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((element) => parseFloat(getComputedStyle(element).fontSize))"""


def test_targets_and_letters_are_large_enough(visit: Go) -> None:
    ordinary = visit("/ui/gallery/phone", width=390).page
    assert ordinary.evaluate(HEIGHTS, 44) == []
    elder = visit("/ui/gallery/phone", width=390, cookies={"linli_elder": "1"}).page
    assert elder.evaluate(HEIGHTS, 60) == []
    sizes = elder.evaluate(FONTS)
    assert len(sizes) > 50 and min(sizes) >= 18


def test_clocks_tick_without_reload_and_are_right_after_sleep(visit: Go) -> None:
    def prepare(page: Page) -> None:
        page.clock.install()

    page = visit("/ui/gallery/phone", width=390, prepare=prepare).page
    chips = page.locator("#clocks .l-clock")
    expect(chips.nth(0)).to_have_attribute("data-state", "left")
    page.clock.fast_forward("01:05:00")
    expect(chips.nth(0)).to_have_attribute("data-state", "near")
    expect(chips.nth(0)).to_contain_text("还剩 1 小时 5 分")
    page.clock.fast_forward("03:00:00")
    expect(chips.nth(0)).to_have_attribute("data-state", "over")
    expect(chips.nth(0)).to_contain_text("超 1 小时")
    expect(chips.nth(4)).to_contain_text("挂起")


def test_keys_walk_press_and_explain(visit: Go) -> None:
    page = visit("/ui/gallery/desk").page
    page.evaluate(
        """document.querySelector("[data-key=a]")
        .addEventListener("click", () => { window.accepted = (window.accepted || 0) + 1 })"""
    )
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-key-row].is-at")).to_have_count(1)
    assert (
        page.evaluate(
            "[...document.querySelectorAll('[data-key-row]')].findIndex((r) => r.classList.contains('is-at'))"
        )
        == 1
    )
    page.keyboard.press("k")
    assert page.evaluate(
        "document.activeElement.closest('[data-key-row]') === document.querySelector('[data-key-row]')"
    )
    page.keyboard.press("a")
    assert page.evaluate("window.accepted") == 1
    page.locator("#id_title").fill("")
    page.locator("#id_title").press("a")
    assert page.evaluate("window.accepted") == 1
    page.locator("h1").click()
    page.keyboard.press("?")
    dialog = page.locator("dialog#keys")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("下一行")
    expect(dialog).to_contain_text("吹哨")
    dialog.locator("[data-keys-off]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    assert page.evaluate("window.accepted") == 1


def picture(width: int, height: int) -> dict[str, Any]:
    image = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 7.0, 0.0)})
    exif[0x010F] = "a camera's name"
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif.tobytes())
    return {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def test_photos_are_made_smaller_and_lose_their_position_before_they_leave(visit: Go) -> None:
    there = visit("/ui/gallery/phone", width=390)
    page = there.page
    original = picture(4000, 3000)
    assert b"a camera's name" in original["buffer"]
    page.set_input_files("[data-camera-pick]", [original, picture(300, 900)])
    expect(page.locator(".l-camera__shots img")).to_have_count(2)
    expect(page.locator("[data-camera-note]")).to_contain_text("照片 2 / 6")
    got = page.evaluate(
        """async () => {
          const out = [];
          for (const file of document.querySelector("input[name=photos]").files) {
            const { width, height } = await createImageBitmap(file);
            out.push([file.name, file.type, width, height, [...new Uint8Array(await file.arrayBuffer())]]);
          }
          return out;
        }"""
    )
    assert [one[:4] for one in got] == [
        ["IMG_0001.jpg", "image/jpeg", 2048, 1536],
        ["IMG_0001.jpg", "image/jpeg", 300, 900],
    ]
    assert b"a camera's name" not in bytes(got[0][4]) and b"Exif" not in bytes(got[0][4])
    page.locator(".l-camera__shots button").first.click()
    expect(page.locator(".l-camera__shots img")).to_have_count(1)
    assert page.evaluate("document.querySelector('input[name=photos]').files.length") == 1
    page.set_input_files("[data-camera-pick]", [picture(40, 40)] * 8)
    expect(page.locator(".l-camera__shots img")).to_have_count(6)
    expect(page.locator("[data-camera-note]")).to_contain_text("最多 6 张")
    expect(page.locator("[data-camera-take]")).to_be_disabled()
    assert there.violations() == []


def test_a_file_that_is_no_picture_is_left_to_the_server(visit: Go) -> None:
    page = visit("/ui/gallery/phone", width=390).page
    page.set_input_files(
        "[data-camera-pick]", [{"name": "x.heic", "mimeType": "image/heic", "buffer": b"not readable here"}]
    )
    expect(page.locator(".l-camera__file")).to_have_text("x.heic")
    assert page.evaluate("document.querySelector('input[name=photos]').files[0].size") == 17


def test_a_place_is_chosen_on_the_plan_or_in_the_list(visit: Go) -> None:
    page = visit("/ui/gallery/desk", height=1200).page
    page.locator("#place").scroll_into_view_if_needed()
    expect(page.locator("[data-place].is-live canvas")).to_be_visible(timeout=20_000)
    label = page.locator("#place .l-plan-label", has_text="3 号楼")
    expect(label).to_be_visible()
    page.wait_for_timeout(300)
    box = label.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("[data-place-chosen]")).to_have_text("瑞和苑 3 号楼")
    assert page.locator("#id_place_id").input_value() == "3"
    assert float(page.locator("input[name=place_lng]").input_value()) == pytest.approx(121.5749, abs=0.0005)
    page.locator("#id_place_id").select_option("5")
    expect(page.locator("[data-place-chosen]")).to_have_text("瑞和苑 5 号楼")
    assert float(page.locator("input[name=place_lat]").input_value()) == pytest.approx(31.11411, abs=0.00002)


def test_a_plan_that_does_not_load_leaves_the_list(visit: Go) -> None:
    def prepare(page: Page) -> None:
        page.route("**/geojson/places", lambda route: route.abort())

    page = visit("/ui/gallery/phone", width=390, prepare=prepare).page
    page.locator("#place").scroll_into_view_if_needed()
    expect(page.locator("#place")).to_contain_text("请从列表中选")
    expect(page.locator("#id_place_id")).to_be_visible()


def test_a_change_waits_with_a_counter_while_somebody_types(visit: Go) -> None:
    there = visit("/ui/gallery/desk", script=FAKE)
    page = there.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.headers.get("hx-request") else None)
    page.locator("#id_title").fill("half a sen")
    page.evaluate("window.source.say('case', 'x1'); window.source.say('case', 'x2'); window.source.say('case', 'x1')")
    counter = page.locator("[data-live-counter]")
    expect(counter).to_have_text("2 条更新")
    assert asked == []
    with page.expect_response(lambda got: got.request.headers.get("hx-request") == "true"):
        counter.click()
    expect(counter).to_be_hidden()
    assert page.locator("#id_title").input_value() == "half a sen"
    expect(page.locator("#rows [data-key-row]")).to_have_count(4)
    assert len(page.locator("#rows").all()) == 1
    assert there.violations() == []


def test_a_change_comes_in_by_itself_when_nobody_is_busy(visit: Go) -> None:
    page = visit("/ui/gallery/desk", script=FAKE).page
    page.mouse.move(1400, 20)
    page.evaluate("document.querySelector('#rows [data-live]').remove()")
    with page.expect_response(lambda got: got.request.headers.get("hx-request") == "true"):
        page.evaluate("window.source.say('case', 'x1')")
    expect(page.locator("#rows [data-key-row]")).to_have_count(4)
    expect(page.locator("#rows .is-new")).to_have_count(1)
    page.evaluate("window.source.dispatchEvent(new Event('error'))")
    expect(page.locator(".l-live-state")).to_contain_text("正在重连")


def test_what_was_typed_survives_a_lost_page(visit: Go) -> None:
    page = visit("/ui/gallery/phone", width=390).page
    page.locator("#id_title").fill("3 号楼南侧")
    page.reload()
    assert page.locator("#id_title").input_value() == "3 号楼南侧"
    expect(page.locator("#toasts")).to_contain_text("已放回")
    page.locator("#form button").click()
    assert page.locator("#id_title").input_value() == ""


def test_pictures_open_large_and_close(visit: Go) -> None:
    page = visit("/ui/gallery/desk").page
    page.locator("#story-h").locator("xpath=ancestor::section").locator("[data-viewer]").first.click()
    viewer = page.locator("dialog.l-viewer")
    expect(viewer).to_be_visible()
    expect(viewer).to_contain_text("1 / 2")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 / 2")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_without_scripts_forms_still_work(visit: Go) -> None:
    page = visit("/ui/gallery/phone", width=390, java_script_enabled=False).page
    expect(page.locator("input[name=photos]")).to_be_visible()
    expect(page.locator("#id_place_id")).to_be_visible()
    expect(page.locator("[data-plan]").first).to_be_hidden()
    page.get_by_role("button", name="长辈版").click()
    expect(page.locator("html[data-elder]")).to_have_count(1)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html[data-elder]")).to_have_count(1)


def test_a_residents_first_load_is_small(visit: Go) -> None:
    """What phone_base asks for, uncompressed, beside a page of 30 kB and the camera and place islands: under 150 kB."""

    def prepare(page: Page) -> None:
        page.add_init_script("window.IntersectionObserver = class { observe() {} unobserve() {} };")
        page.route("**/build/map.js", lambda route: route.abort())
        page.route("**/sample/**", lambda route: route.abort())

    there = visit("/ui/gallery/phone", width=390, prepare=prepare)
    there.page.wait_for_load_state("networkidle")
    files = {url: size for url, size in there.sizes.items() if "/static/" in url}
    assert any("resident.css" in url for url in files) and any("htmx" in url for url in files)
    assert all(files.values())
    assert sum(files.values()) < 120_000, files
