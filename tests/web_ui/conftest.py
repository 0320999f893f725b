"""A served copy of the frame's own pages and a real Chromium to look at them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page
from served import launched

from linli.project import assets
from linli.project.messages import compile_all

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Requests of a test are nobody's news."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the site in demonstration mode; only pages that need no database answer."""
    assets.build()
    compile_all()
    with override_settings(LINLI_DEMO=True, ALLOWED_HOSTS=["*"]):
        from linli.project.wsgi import application

        server = make_server("127.0.0.1", 0, application, _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@dataclass
class Visit:
    """A page and what went wrong on it."""

    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.violations")
        return found


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    contexts: list[BrowserContext] = []

    def go(path: str, *, width: int = 1440, height: int = 900, script: str = "", **options: Any) -> Visit:
        cookies: dict[str, str] = options.pop("cookies", {})
        prepare: Callable[[Page], None] | None = options.pop("prepare", None)
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        if cookies:
            context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        there = Visit(page, context)
        page.on("pageerror", lambda error: there.faults.append(f"script: {error}"))
        page.on("console", lambda said: there.faults.append(said.text) if said.type == "error" else None)
        page.on("response", lambda got: there.sizes.update({got.url: int(got.headers.get("content-length", 0))}))
        page.add_init_script(WATCH + script)
        if prepare:
            prepare(page)
        page.goto(site + path)
        return there

    yield go
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    path = Path(assets.ROOT) / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        assets.build()
    return path.read_text(encoding="utf-8")
