"""A whole site for browser tests: a web server and a worker on a database of their own, Chromium, and people in it."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import cast
import psycopg
import pytest
from access import house_db as house
from django.conf import settings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect, sync_playwright
from psycopg.rows import dict_row
from pytest_django.plugin import DjangoDbBlocker

from linli.access.api import open_session
from linli.accounts.api import Post
from linli.project import assets
from linli.project.bench.scratch import child, web_server
from linli.register.places.api import Place

CHROMIUM = (
    os.environ.get("LINLI_CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
SERIOUS = {"serious", "critical"}
WAIT = 20_000
expect.set_options(timeout=WAIT)


@dataclass(frozen=True)
class Matter:
    """One matter of the served site."""

    id: str
    number: str
    link: str


@dataclass(frozen=True)
class Site:
    """The address of a served site, its database, and tokens of the cast for its programming interface."""

    url: str
    database: str
    tokens: Mapping[str, str]
    home: int

    def post(self, path: str, body: object = None, *, who: str = "") -> Any:
        """One call of the programming interface, as one of the cast or as nobody."""
        headers = {"content-type": "application/json"}
        headers |= {"authorization": f"Bearer {self.tokens[who]}"} if who else {"idempotency-key": str(uuid4())}
        line = HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        line.request("POST", f"/api/v1{path}", json.dumps({} if body is None else body), headers)
        answer = line.getresponse()
        got = json.load(answer)
        line.close()
        assert answer.status < 300, got
        return got

    def reported(self, words: str = "地面停车占了消防通道", **more: object) -> Matter:
        """A resident reports something at the compound of the home area."""
        got = self.post("/reports", {"words": words, "place_id": self.home, **more})
        return Matter(got["id"], got["number"], got["link"])

    def dispatched(self, words: str = "地面停车占了消防通道", *, item: str = "C12") -> Matter:
        """A matter that waits for the property firm to accept it."""
        matter = self.reported(words)
        self.post(f"/reports/{matter.id}/acts/open", {"item_code": item}, who="worker")
        self.post(f"/cases/{matter.id}/acts/dispatch", {}, who="worker")
        return matter

    def handling(self, words: str = "地面停车占了消防通道", *, item: str = "C12") -> Matter:
        """A matter that the property firm has accepted."""
        matter = self.dispatched(words, item=item)
        self.post(f"/cases/{matter.id}/acts/accept", who="responder")
        return matter

    def rows(self, query: str, *given: object) -> list[dict[str, Any]]:
        """Rows as the database's owner sees them, now."""
        with psycopg.connect(self.database, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), given).fetchall()

    def acts(self, matter: Matter) -> list[str]:
        """The story in one word for each step."""
        rows = self.rows("select act from casework_entry where matter_id = %s order by at, id", matter.id)
        return [str(row["act"]) for row in rows]


@contextmanager
def serving(name: str, folder: Path, blocker: DjangoDbBlocker, *, worker: bool = False) -> Iterator[Site]:
    """Serve a fresh copy of the template; with `worker` also the process that delivers events."""
    owner = settings.DATABASES["owner"]
    with blocker.unblock():
        before = owner["NAME"]
        house.clone_database(name)
        house.point_to(name)
        tokens = {who: _token(who) for who in cast.CAST}
        home = Place.objects.using("owner").get(code=f"cast.{cast.HOME_AREA}").id
        house.point_to(str(before))
    url = f"postgresql://{owner['USER']}@/{name}?host={owner['HOST']}&port={owner['PORT']}"
    os.environ |= {
        "SECRET_KEY": settings.SECRET_KEY, "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
        "LINLI_FILES_ROOT": str(folder), "LINLI_PUBLIC_PER_MINUTE": "0",
        "LINLI_KEYS": str(folder / "keys"), "LINLI_AUDIT_HEADS": str(folder / "audit-heads.jsonl"),
    }  # fmt: skip
    with ExitStack() as running:
        if worker:
            running.enter_context(child([sys.executable, "-m", "linli.project.cli", "worker"], url))
        server = running.enter_context(web_server(url, workers=1))
        yield Site(f"http://127.0.0.1:{server.port}", url, tokens, home)
    with house.admin("postgres") as admin:
        admin.execute(f"drop database if exists {name} with (force)")


def _token(who: str) -> str:
    post = Post.objects.using("owner").filter(user__username=who).order_by("id").first()
    assert post is not None, who
    return open_session(
        user_id=post.user_id, post_id=post.id, kind="token", ttl=timedelta(hours=8), label="browser tests"
    )


@pytest.fixture(scope="module")
def served(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of this module's own."""
    with serving(f"linli_b_{os.getpid()}", tmp_path_factory.mktemp("site"), django_db_blocker) as site:
        yield site


@contextmanager
def launched() -> Iterator[Browser]:
    """A real browser. While it lives, an event loop runs in this thread and Django refuses its database."""
    if CHROMIUM is None:
        if os.environ.get("LINLI_REQUIRE_BROWSER"):
            pytest.fail("no Chromium on this machine, and it is required here")
        pytest.skip("no Chromium on this machine: install `chromium` or set LINLI_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    path = Path(assets.ROOT) / "node_modules" / "axe-core" / "axe.min.js"
    return path.read_text(encoding="utf-8")


def picture(words: str, colour: str = "#8a5000") -> FilePayload:
    """A photo as a phone would send it."""
    image = Image.new("RGB", (1200, 900), colour)
    ImageDraw.Draw(image).rectangle((200, 300, 900, 800), fill="#ddd", outline="#333", width=8)
    out = io.BytesIO()
    image.save(out, "JPEG", comment=words.encode())
    return FilePayload(name=f"{words}.jpg", mimeType="image/jpeg", buffer=out.getvalue())


class Person:
    """Somebody with a browser of his own."""

    def __init__(
        self, browser: Browser, site: str, axe: str, *, size: Mapping[str, int] = PHONE, language: str = "zh-hans",
        **options: Any,
    ) -> None:  # fmt: skip
        self.site, self.axe, self.faults = site, axe, list[str]()
        viewport: Any = dict(size)
        self.context: BrowserContext = browser.new_context(viewport=viewport, bypass_csp=True, **options)  # for axe
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

    def serious(self) -> list[Sequence[str]]:
        """What axe finds on the page as it stands, of the grave kinds."""
        self.page.evaluate(self.axe)
        found = self.page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
        return [one for one in found if one[0] in SERIOUS]

    def look(self) -> None:
        """No serious fault of accessibility on what is shown now, and nothing wider than the screen."""
        self.page.wait_for_load_state("load")
        assert self.serious() == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), self.page.url

    def sign_in(self, username: str) -> None:
        self.page.goto(f"{self.site}/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", cast.PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def sign_out(self) -> None:
        self.page.goto(f"{self.site}/work/me/")
        self.page.locator("form[data-sign-out] button").click()
        self.page.wait_for_url(f"{self.site}/")

    def close(self) -> None:
        self.context.close()
        assert self.faults == [], self.faults


People = Callable[..., Person]


@pytest.fixture
def people(served: Site, chromium: Browser, axe: str) -> Iterator[People]:
    """people("responder", language="en"): somebody signed in; people(): a resident. Faults of a page fail the test."""
    there: list[Person] = []

    def person(username: str = "", **options: Any) -> Person:
        made = Person(chromium, served.url, axe, **options)
        there.append(made)
        if username:
            made.sign_in(username)
        return made

    yield person
    for one in there:
        one.close()
