"""The second factor in a real browser: set up, codes kept, signed in with, and taken away, on phone and desk."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import cast
import pytest
from accounts.totp import code_at
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker
from served import launched, serving

from linli.project import assets
from linli.project.messages import compile_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOTS = os.environ.get("LINLI_SHOTS")
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A web server on a database of its own."""
    assets.build()
    compile_all()
    with serving(f"linli_f_{os.getpid()}", tmp_path_factory.mktemp("site"), django_db_blocker) as served:
        yield served.url


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    """After the site: while a browser lives, Django refuses its database."""
    with launched() as chromium:
        yield chromium


class Visitor:
    """One person of the staff in front of one screen."""

    def __init__(self, browser: Browser, site: str, width: int, language: str) -> None:
        self.site, self.name = site, f"{width}-{language}"
        self.axe = (Path(assets.ROOT) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
        self.context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        self.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        self.context.set_default_timeout(8_000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "response", lambda got: self.faults.append(f"{got.status} {got.url}") if got.status >= 500 else None
        )

    def look(self, what: str) -> str:
        """The words of the page, once axe has found nothing and nothing is wider than the screen."""
        self.page.wait_for_load_state("load")
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{what}-{self.name}.png", full_page=True)
        assert self.page.locator(".l-plain").count() == 1, "the house's frame is missing"
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), what
        self.page.evaluate(self.axe)
        found = self.page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
        assert [one for one in found if one[0] in SERIOUS] == [], what
        bare = self.page.evaluate(
            "[...document.querySelectorAll('main button, main form a')].filter(b => !b.classList.contains('l-btn')"
            " && !b.closest('.l-field__help')).map(b => b.outerHTML)"
        )
        assert bare == [], what
        return self.page.locator("main").inner_text()

    def go(self, path: str, what: str) -> str:
        self.page.goto(self.site + path)
        return self.look(what)

    def send(self, what: str, **fields: str) -> str:
        """Fill the fields of the page's form and send it."""
        for name, value in fields.items():
            self.page.fill(f"main [name={name}]", value)
        self.page.click("main form.l-card button[type=submit]")
        return self.look(what)

    def sign_in(self, username: str, then: str) -> None:
        self.page.goto(f"{self.site}/accounts/login/?next={then}")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", cast.PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def sign_out(self) -> None:
        self.page.goto(f"{self.site}/accounts/logout/")
        self.page.click("main form.l-card button[type=submit]")

    def secret(self) -> str:
        return self.page.input_value("#authenticator_secret")


WORDS = {
    "zh-hans": {"app": "身份验证器应用", "wrong": "错误代码。", "codes": "恢复代码", "on": "处于活动状态"},
    "en": {"app": "Authenticator App", "wrong": "Incorrect code.", "codes": "Recovery Codes", "on": "is active"},
}


@pytest.mark.parametrize(("width", "language", "who"), [(390, "zh-hans", "worker"), (1440, "en", "dispatcher")])
def test_a_second_factor_from_set_up_to_removal(
    site: str, browser: Browser, width: int, language: str, who: str
) -> None:
    me, words = Visitor(browser, site, width, language), WORDS[language]
    me.sign_in(who, "/accounts/2fa/")
    assert words["app"] in me.look("index-empty")

    me.go("/accounts/2fa/totp/activate/", "confirm")
    me.send("activate", password=cast.PASSWORD)
    assert me.page.locator("img.p-qr").evaluate("i => i.complete && i.naturalWidth > 100")
    secret = me.secret()
    assert words["wrong"] in me.send("activate-wrong", code="000000")
    assert me.secret() == secret
    codes = me.send("activated", code=code_at(secret, time.time()))
    assert words["codes"] in codes
    kept = me.page.input_value("#recovery_codes").split()
    assert len(set(kept)) == 10
    assert words["on"] in me.go("/accounts/2fa/", "index-full")
    me.go("/accounts/2fa/recovery-codes/generate/", "generate")
    me.go("/accounts/2fa/webauthn/", "keys")

    me.sign_out()
    me.sign_in(who, "/work/me/")
    me.look("authenticate")
    assert "/2fa/authenticate" in me.page.url
    assert words["wrong"] in me.send("authenticate-wrong", code="123456")
    me.page.fill("main [name=code]", kept[0])
    me.page.click("main form.l-card button[type=submit]")
    me.page.wait_for_url("**/work/me/")

    me.go("/accounts/2fa/totp/deactivate/", "confirm-again")
    me.send("deactivate", password=cast.PASSWORD)
    assert words["on"] not in me.send("deactivated")
    assert me.faults == []
    me.context.close()
