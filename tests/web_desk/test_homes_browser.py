"""A worker's round in a real Chromium: search, home, move somebody in, note a need, still true, the look is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import cast
import pytest
from playwright.sync_api import Browser, expect
from pytest_django.plugin import DjangoDbBlocker
from served import DESK, PHONE, Person, Site, axe, launched, serving

from linli.project import assets
from linli.project.messages import compile_all

__all__ = ["axe"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEWCOMER = "赵小燕"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[Site]:
    """A web server and a worker on a database of their own: the events of what is done here are delivered."""
    assets.build()
    compile_all()
    with serving(f"linli_h_{os.getpid()}", tmp_path_factory.mktemp("site"), django_db_blocker, worker=True) as served:
        yield served


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Browser]:
    """After the site: while a browser lives, Django refuses its database."""
    with launched() as chromium:
        yield chromium


def look_at(site: Site) -> list[str]:
    """The causes of the open looks at the home of the cast."""
    rows = site.rows(
        "select cause from register_homecheck c join register_place p on p.id = c.home_id"
        " where p.code = %s and c.done_at is null", f"cast.{cast.HOME_AREA}.3.501",
    )  # fmt: skip
    return [str(row["cause"]) for row in rows]


def test_a_round_at_the_desk(site: Site, browser: Browser, axe: str) -> None:
    worker = Person(browser, site.url, axe, size=DESK, language="zh-hans")
    worker.sign_in("worker")
    page = worker.go("/desk/register")
    page.get_by_role("link", name="房屋与人员").click()
    page.wait_for_url("**/desk/homes")
    page.wait_for_load_state("load")
    page.keyboard.press("/")
    expect(page.locator("#home-q")).to_be_focused()
    page.keyboard.type("3号楼 501")
    page.keyboard.press("Enter")
    row = page.locator("[data-key-row]").first
    expect(row).to_contain_text("王*")
    worker.look()
    page.wait_for_load_state("load")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/homes/*")
    expect(page.locator("#home")).to_contain_text("王阿婆")
    worker.look()

    page.keyboard.press("n")
    expect(page.locator("#home")).to_contain_text("要求核查")
    assert look_at(site) == []

    page.keyboard.press("m")
    page.wait_for_url("**/move-in")
    worker.look()
    page.fill("[name=name]", NEWCOMER)
    page.select_option("[name=relation]", "child")
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    expect(page.locator("#home")).to_contain_text(NEWCOMER)
    expect(page.locator(".h-check")).to_contain_text("人员有变动")
    assert look_at(site) == ["people"]

    page.get_by_role("link", name=NEWCOMER, exact=True).click()
    page.wait_for_url("**/people/*")
    page.keyboard.press("a")
    page.select_option("[name=kind]", "dialysis")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#person")).to_contain_text("封闭管理时的就医通道")
    worker.look()

    page.keyboard.press("h")
    page.wait_for_url("**/desk/homes/*")
    before = page.locator(".h-needs").filter(has_text="独居老人")
    before.get_by_role("button", name="仍属实").click()
    expect(page.locator("#home").get_by_role("button", name="仍属实")).to_have_count(0)

    page.goto(f"{site.url}/desk/homes/checks")
    worker.look()
    line = page.locator(".h-row").filter(has_text="501室")
    line.get_by_role("button", name="无变化").click()
    expect(page.locator(".h-row--done")).to_contain_text("已核查")
    assert look_at(site) == []
    worker.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_and_has_no_grave_fault_of_access(
    site: Site, browser: Browser, axe: str, size: dict[str, int], language: str
) -> None:
    (home,) = site.rows("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3.501")
    (who,) = site.rows(
        "select p.id from register_person p join register_place h on h.id = p.home_id where h.code = %s"
        " and p.name = '王阿婆'", f"cast.{cast.HOME_AREA}.3.501",
    )  # fmt: skip
    worker = Person(browser, site.url, axe, size=size, language=language)
    worker.sign_in("worker")
    for path in (
        "homes", "homes?q=501", "homes/checks", "homes/facilities", "homes/duplicates", f"homes/{home['id']}",
        f"homes/{home['id']}/move-in", f"homes/people/{who['id']}",
    ):  # fmt: skip
        worker.go(f"/desk/{path}")
    worker.close()
