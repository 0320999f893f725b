"""The inbox in a real Chromium: keys, the live count of what is chosen, drafts that survive, and no fault of access."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cast
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.plugin import DjangoDbBlocker
from served import launched, serving

from linli.project import assets
from linli.project.messages import compile_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
SERIOUS = {"serious", "critical"}
REPORTS = 6
LINE = "[data-desk-count]"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[str]:
    """A web server on a database of its own, with a few reports of the home area."""
    assets.build()
    compile_all()
    with serving(f"linli_k_{os.getpid()}", tmp_path_factory.mktemp("site"), django_db_blocker) as served:
        for count in range(REPORTS + 1):
            made = served.reported(f"第{count}件：楼道里堆满了纸箱，晚上看不见路", item_code="C04")
        served.post(f"/reports/{made.id}/acts/open", {"item_code": "C04"}, who="worker")
        yield served.url


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    """After the site: while a browser lives, Django refuses its database."""
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: str) -> dict[str, Any]:
    """The cookies of a signed-in worker."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/accounts/login/")
    page.fill("[name=login]", "worker")
    page.fill("[name=password]", cast.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    state: dict[str, Any] = dict(context.storage_state())
    context.close()
    return state


Open = Callable[..., Page]


@pytest.fixture
def desk_page(browser: Browser, site: str, signed_in: dict[str, Any]) -> Iterator[Open]:
    """A window of the worker; whatever its scripts or the server did wrong fails the test."""
    contexts, faults = [], list[str]()

    def go(path: str = "/desk/?view=triage", *, size: str = "desk", lang: str = "en") -> Page:
        context = browser.new_context(viewport=SIZES[size], storage_state=signed_in, bypass_csp=True)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": lang, "url": site}])
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.goto(site + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert faults == []


def at(page: Page) -> int:
    """Which row the keys stand on, counted from nought; -1 when on none."""
    found: int = page.evaluate(
        "[...document.querySelectorAll('.d-row')].findIndex((r) => r.classList.contains('is-at'))"
    )
    return found


def picked(page: Page) -> list[bool]:
    boxes: list[bool] = page.evaluate("[...document.querySelectorAll('.d-row [name=pick]')].map((one) => one.checked)")
    return boxes


def test_j_and_k_walk_the_list_and_stop_at_its_ends(desk_page: Open) -> None:
    page = desk_page()
    expect(page.locator(".d-row")).to_have_count(REPORTS)
    assert at(page) == -1
    steps = []
    for key in ("j", "j", "j", "k", "k", "k", *"jjjjjjjj"):
        page.keyboard.press(key)
        steps.append(at(page))
    assert steps == [0, 1, 2, 1, 0, 0, 1, 2, 3, 4, 5, 5, 5, 5]


def test_the_preview_follows_the_keys_and_enter_opens_the_story(desk_page: Open) -> None:
    page = desk_page()
    page.keyboard.press("j")
    page.keyboard.press("j")
    number = page.locator(".d-row").nth(1).locator("a.l-row").get_attribute("href")
    assert number is not None
    expect(page.locator("#preview .d-head__about")).to_contain_text(number.rsplit("/", 1)[-1])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{number}")


def test_x_chooses_and_how_many_is_said_at_once(desk_page: Open) -> None:
    page = desk_page()
    expect(page.locator(LINE)).to_have_text("Choose several with x")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator(LINE)).to_have_text("2 chosen")
    assert picked(page) == [True, True, *[False] * (REPORTS - 2)]
    page.keyboard.press("x")
    expect(page.locator(LINE)).to_have_text("1 chosen")
    page.locator(".d-row [name=pick]").nth(3).check()
    expect(page.locator(LINE)).to_have_text("2 chosen")
    page.locator(".d-row [name=pick]").nth(3).uncheck()
    page.locator(".d-row [name=pick]").nth(0).uncheck()
    expect(page.locator(LINE)).to_have_text("Choose several with x")


def test_all_chooses_all_and_once_more_none(desk_page: Open) -> None:
    page = desk_page(lang="zh-hans")
    page.locator("[data-desk-all]").click()
    expect(page.locator(LINE)).to_contain_text(str(REPORTS))
    assert picked(page) == [True] * REPORTS
    page.locator("[data-desk-all]").click()
    assert picked(page) == [False] * REPORTS


def test_a_choice_outlives_a_list_that_is_fetched_anew(desk_page: Open) -> None:
    page = desk_page()
    for key in ("j", "x"):
        page.keyboard.press(key)
    page.evaluate(
        "htmx.ajax('GET', location.href, {source: '#list-r', target: '#list-r', swap: 'outerHTML', select: '#list-r'})"
    )
    expect(page.locator(LINE)).to_have_text("1 chosen")
    assert picked(page) == [True, *[False] * (REPORTS - 1)]


@pytest.mark.parametrize("part", ["#list-r", ".d-row >> nth=1"])
def test_who_walks_by_keys_keeps_his_row_when_it_is_fetched_anew(desk_page: Open, part: str) -> None:
    """A change that arrives while somebody stands on a row takes neither the row nor Enter from him."""
    page = desk_page()
    for key in "jj":
        page.keyboard.press(key)
    address = page.locator(".d-row a.l-row").nth(1).get_attribute("href")
    fetched = page.locator(part).element_handle()
    assert fetched is not None
    fetched.evaluate(
        """(old) => htmx.ajax('GET', old.dataset.liveUrl, {source: old, target: old, swap: 'outerHTML',
           ...(old.id.startsWith('list') ? {select: '#' + old.id} : {})})"""
    )
    assert not fetched.evaluate("(old) => old.isConnected")
    expect(page.locator(".d-row").nth(1)).to_have_class("d-row is-at")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_capital_b_takes_the_chosen_ones_to_be_filed(desk_page: Open) -> None:
    page = desk_page()
    for key in ("j", "x", "j", "x", "B"):
        page.keyboard.press(key)
    page.wait_for_url("**/desk/bulk")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_the_help_names_every_key_of_the_page(desk_page: Open) -> None:
    page = desk_page()
    page.keyboard.press("?")
    dialog = page.locator("dialog[data-keys]")
    expect(dialog).to_be_visible()
    keys = set(dialog.locator("kbd").all_inner_texts())
    assert {"j", "k", "Enter", "x", "B", "/", "n", "s", "?", "g"} <= keys
    expect(dialog).to_contain_text("Choose the row or not")
    page.keyboard.press("x")
    assert picked(page) == [False] * REPORTS, "no key works behind a dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_single_keys_can_be_switched_off(desk_page: Open) -> None:
    page = desk_page()
    page.keyboard.press("j")
    page.keyboard.press("?")
    page.locator("[data-keys-off]").check()
    page.keyboard.press("Escape")
    for key in ("j", "x"):
        page.keyboard.press(key)
    assert (at(page), any(picked(page))) == (0, False)


def test_no_key_works_while_somebody_writes(desk_page: Open) -> None:
    page = desk_page()
    page.keyboard.press("j")
    page.keyboard.press("/")
    page.keyboard.type("xjk?")
    expect(page.locator("#q")).to_have_value("xjk?")
    assert (at(page), any(picked(page))) == (0, False)


def test_what_is_open_is_saved_by_key_and_stands_on_the_left(desk_page: Open) -> None:
    page = desk_page("/desk/?view=triage&cls=S")
    page.keyboard.press("s")
    page.fill("#save-name", "Safer first")
    page.keyboard.press("Enter")
    page.wait_for_load_state("load")
    expect(page.locator("#views [aria-current=page]")).to_have_text("Safer first")


def box(page: Page, act: str) -> Locator:
    """The words of an act in the preview of the row the keys stand on."""
    words = page.locator(f"#preview #act-{act} textarea")
    words.wait_for(state="attached")
    page.evaluate("document.querySelectorAll('#preview details').forEach((one) => (one.open = true))")
    return words


def test_words_begun_in_a_preview_are_there_again_when_it_comes_back(desk_page: Open) -> None:
    page = desk_page()
    page.keyboard.press("j")
    box(page, "refuse").fill("Belongs to the road office")
    number = page.locator("#preview .d-head__about .l-nowrap")
    first = number.inner_text()
    page.locator(".d-row a.l-row").nth(1).click()
    expect(number).not_to_have_text(first)
    expect(page.locator("#preview #act-refuse textarea")).to_have_value("")
    page.locator(".d-row a.l-row").nth(0).click()
    expect(number).to_have_text(first)
    expect(page.locator("#preview #act-refuse textarea")).to_have_value("Belongs to the road office")


def test_words_that_were_sent_do_not_come_back(desk_page: Open) -> None:
    page = desk_page("/desk/?view=dispatch")
    page.keyboard.press("j")
    words = box(page, "comment")
    words.fill("A remark that is sent")
    drafts = "Object.keys(sessionStorage).filter((key) => key.startsWith('linli-draft:')).length"
    assert page.evaluate(drafts) == 1
    with page.expect_response(lambda got: got.url.endswith("/comment") and got.request.method == "POST") as sent:
        page.locator("#preview #act-comment button[type=submit]").click()
    assert sent.value.status == 200
    expect(page.locator("#preview")).to_contain_text("A remark that is sent")
    expect(page.locator("#preview #act-comment textarea")).to_have_value("")
    assert page.evaluate(drafts) == 0


SCREENS = (
    "/desk/?view=triage", "/desk/?view=open&q=nothing", "/desk/filters", "/desk/saved", "/desk/map", "/desk/items",
    "/desk/items/C03", "/desk/items?list=outside", "/desk/notices", "/desk/posts",
)  # fmt: skip


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_no_screen_has_a_serious_fault_or_is_wider_than_its_window(desk_page: Open, size: str, lang: str) -> None:
    axe = (Path(assets.ROOT) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = desk_page(size=size, lang=lang)
    origin = page.url.split("/desk/")[0]
    for path in SCREENS:
        page.goto(origin + path)
        page.evaluate(axe)
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
        assert [one for one in found if one[0] in SERIOUS] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
