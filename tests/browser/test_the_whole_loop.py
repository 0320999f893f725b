"""One matter from the front door to closed: five people, five browsers, photos; axe looks at every page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.plugin import DjangoDbBlocker
from served import DESK, PHONE, Person, axe, chromium, picture, serving

__all__ = ["axe", "chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[str]:
    """A web server and a worker on a database of their own."""
    with serving(f"linli_b_{os.getpid()}", tmp_path_factory.mktemp("loop"), django_db_blocker, worker=True) as made:
        yield made.url


def act(person: Person, number: str, slug: str, fill: Callable[[Any], None] = lambda form: None) -> None:
    """One act of the desk, on the page of the matter."""
    page = person.go(f"/desk/{number}?do={slug}")
    panel = page.locator(f"#act-{slug}")
    expect(panel).to_have_attribute("open", "")
    fill(panel)
    with page.expect_response(lambda got: got.url.endswith(f"/{slug}") and got.request.method == "POST"):
        panel.locator("button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".l-field__error").count() == 0, page.locator(".l-field__error").all_inner_texts()


def report(resident: Person, words: str) -> tuple[str, str]:
    """Photo, place, kind, send: the link and the number."""
    page = resident.go("/report/")
    page.set_input_files("input[type=file][name=photos] >> nth=0", [picture("found", "#8a5000")])
    page.fill("#q", "向阳居委会瑞和苑")
    page.locator("#places input[name=place]").first.wait_for(state="attached")
    page.locator("#places label:has(input[name=place])").first.click()
    page.fill("#words", words)
    page.locator("label:has(input[name=kind][value=C10])").first.click()
    page.locator("[data-send]").click()
    page.wait_for_url("**/r/**")
    resident.look()
    number = page.locator("text=/\\d{4}-132-\\d{6}-[0-9A-Z]/").first.inner_text()
    return page.url, number.strip().split()[-1]


@pytest.mark.parametrize(
    ("language", "of_phones", "of_desks"),
    [("zh-hans", PHONE, DESK), ("en", PHONE, DESK), ("zh-hans", DESK, PHONE)],
    ids=["Chinese", "English", "the other way round"],
)
def test_five_people_bring_one_matter_from_the_front_door_to_closed(
    site: str, chromium: Browser, axe: str, language: str, of_phones: dict[str, int], of_desks: dict[str, int]
) -> None:
    def person(size: dict[str, int], username: str = "") -> Person:
        made = Person(chromium, site, axe, size=size, language=language)
        if username:
            made.sign_in(username)
        return made

    resident = person(of_phones)
    link, number = report(resident, f"垃圾箱房满溢 {language}")

    desk = person(of_desks, "worker")
    desk.go("/desk/?view=triage")
    act(desk, number, "file", lambda form: form.locator("[name=at_once]").uncheck())

    dispatcher = person(of_desks, "dispatcher")
    act(dispatcher, number, "dispatch")

    doer = person(of_phones, "responder")
    page = doer.go("/work/today/")
    page.locator(f"article:has-text('{number}'), li:has-text('{number}')").first.locator("a").first.click()
    page.wait_for_url("**/work/matter/**")
    doer.look()
    matter = page.url.split("/work/matter/")[1].split("/")[0]
    for slug in ("accept", "arrive"):
        doer.go(f"/work/matter/{matter}/{slug}/")
        page.locator("#main form button[type=submit]").last.click()
        page.wait_for_url(f"**/work/matter/{matter}/")
    doer.go(f"/work/matter/{matter}/result/")
    page.locator("label:has(input[name=result][value=solved])").click()
    page.set_input_files("input[type=file][name=photos] >> nth=0", [picture("after", "#3f6b3a")])
    page.fill("#words", "已清运，地面冲洗干净")
    page.locator("#main form button[type=submit]").last.click()
    page.wait_for_url("**/work/today/")
    doer.look()

    verifier = person(of_desks, "head")

    def good(form: Any) -> None:
        form.locator("label:has(input[value=pass])").click()
        form.locator("label:has(input[value=on_site])").click()

    act(verifier, number, "verify", good)

    page = resident.go(link)
    page.locator("label:has(input[name=satisfaction][value=satisfied])").first.click()
    page.locator("form[action$='/rate/'] button[type=submit], form[action*='rate'] button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    resident.look()
    assert page.locator("img").count() >= 2, "before and after are shown to the resident"

    desk.go(f"/desk/{number}")
    closed = {"zh-hans": "已结案", "en": "Closed"}[language]
    expect(desk.page.locator("#part-head")).to_contain_text(closed)
    for one in (resident, desk, dispatcher, doer, verifier):
        one.close()
