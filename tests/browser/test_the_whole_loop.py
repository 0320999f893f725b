"""One matter from the front door to closed: five people, five browsers, photos; axe looks at every page."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cast
import conftest as house
import pytest
from django.conf import settings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from linli.project import assets
from linli.project.bench.scratch import Server, child, free_port, wait_ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = os.environ.get("LINLI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
SERIOUS = {"serious", "critical"}
WAIT = 20_000


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any) -> Iterator[str]:
    """A web server and a worker on a database of their own."""
    name = f"linli_b_{os.getpid()}"
    folder = tmp_path_factory.mktemp("loop")
    owner = settings.DATABASES["owner"]
    with django_db_blocker.unblock():
        before = owner["NAME"]
        house.clone_database(name)
        house.point_to(before)
    url = f"postgresql://{owner['USER']}@/{name}?host={owner['HOST']}&port={owner['PORT']}"
    os.environ |= {
        "SECRET_KEY": settings.SECRET_KEY, "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
        "LINLI_FILES_ROOT": str(folder), "LINLI_PUBLIC_PER_MINUTE": "0",
    }  # fmt: skip
    port = free_port()
    web = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--log-level", "warning", "linli.project.asgi:application"),
    ]
    with child(web, url) as process, child([sys.executable, "-m", "linli.project.cli", "worker"], url):
        wait_ready(port)
        yield f"http://127.0.0.1:{Server(process, port).port}"
    with house._admin("postgres") as admin:
        admin.execute(f"drop database if exists {name} with (force)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("LINLI_REQUIRE_BROWSER"):
            pytest.fail("no Chromium on this machine, and it is required here")
        pytest.skip("no Chromium on this machine: install `chromium` or set LINLI_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe() -> str:
    path = Path(assets.ROOT) / "node_modules" / "axe-core" / "axe.min.js"
    return path.read_text(encoding="utf-8")


def picture(words: str, colour: str) -> dict[str, object]:
    """A photo as a phone would send it."""
    image = Image.new("RGB", (1200, 900), colour)
    ImageDraw.Draw(image).rectangle((200, 300, 900, 800), fill="#ddd", outline="#333", width=8)
    out = io.BytesIO()
    image.save(out, "JPEG", comment=words.encode())
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Person:
    """Somebody with a browser of his own."""

    def __init__(self, browser: Browser, site: str, axe: str, *, size: dict[str, int], language: str) -> None:
        self.site, self.axe, self.faults = site, axe, list[str]()
        self.context = browser.new_context(viewport=size, bypass_csp=True)  # axe is put in by hand
        self.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        self.context.set_default_timeout(WAIT)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "response", lambda got: self.faults.append(f"{got.status} {got.url}") if got.status >= 500 else None
        )

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.site + path)
        self.look()
        return self.page

    def look(self) -> None:
        """No serious fault of accessibility on what is shown now, and nothing wider than the screen."""
        self.page.wait_for_load_state("load")
        self.page.evaluate(self.axe)
        found = self.page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
        assert [one for one in found if one[0] in SERIOUS] == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), self.page.url

    def sign_in(self, username: str) -> None:
        self.page.goto(f"{self.site}/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", cast.PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def act(self, number: str, slug: str, fill: Callable[[Any], None] = lambda form: None) -> None:
        """One act of the desk, on the page of the matter."""
        self.go(f"/desk/{number}?do={slug}")
        panel = self.page.locator(f"#act-{slug}")
        expect(panel).to_have_attribute("open", "")
        fill(panel)
        with self.page.expect_response(lambda got: got.url.endswith(f"/{slug}") and got.request.method == "POST"):
            panel.locator("button[type=submit]").click()
        self.page.wait_for_load_state("networkidle")
        assert self.page.locator(".l-field__error").count() == 0, self.page.locator(".l-field__error").all_inner_texts()

    def close(self) -> None:
        assert self.faults == []
        self.context.close()


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
    site: str, browser: Browser, axe: str, language: str, of_phones: dict[str, int], of_desks: dict[str, int]
) -> None:
    def person(size: dict[str, int], username: str = "") -> Person:
        made = Person(browser, site, axe, size=size, language=language)
        if username:
            made.sign_in(username)
        return made

    resident = person(of_phones)
    link, number = report(resident, f"垃圾箱房满溢 {language}")

    desk = person(of_desks, "worker")
    desk.go("/desk/?view=triage")
    desk.act(number, "file", lambda form: form.locator("[name=at_once]").uncheck())

    dispatcher = person(of_desks, "dispatcher")
    dispatcher.act(number, "dispatch")

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

    verifier.act(number, "verify", good)

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
