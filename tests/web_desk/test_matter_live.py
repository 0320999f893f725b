"""The acts of an open page follow the matter's state in a real browser; what somebody is typing stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from casework.stage import CASE_MOVES, Stage
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route, expect
from served import launched
from web_desk.desk import Desk

from linli.casework.timeline.api import Act

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

SITE = "http://desk.test"
LIVE = "(which) => document.dispatchEvent(new CustomEvent('linli:live', {detail: which}))"


@dataclass
class Canned:
    """A page and its acts as they will be, both rendered before the browser starts; `asked`: how often for the acts."""

    matter_id: str
    address: str
    page: bytes
    acts: bytes
    asked: list[str] = field(default_factory=list)
    head: bytes = b""
    stream: str | None = None
    listened: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """What the site says."""
        path = route.request.url.removeprefix(SITE)
        if path == self.address:
            route.fulfill(body=self.page, content_type="text/html")
        elif path == f"{self.address}?part=acts":
            self.asked.append(path)
            route.fulfill(body=self.acts, content_type="text/html")
        elif path == f"{self.address}?part=head":
            route.fulfill(body=self.head, content_type="text/html")
        elif path.startswith("/live") and self.stream:
            self.listened.append(path)
            route.fulfill(body=self.stream, content_type="text/event-stream")
        elif path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
            route.fulfill(path=Path(found))
        else:
            route.abort()


@pytest.fixture
def canned(stage: Stage, desk: Desk) -> Canned:
    """A filed case on the screen, and what a colleague's dispatch makes of its acts."""
    matter = stage.opened()
    page = desk.page("worker", matter).raw
    CASE_MOVES[Act.DISPATCH](stage, matter)
    acts, head = (desk.get("worker", f"{matter.number}?part={part}", part=True).raw for part in ("acts", "head"))
    return Canned(str(matter.id), f"/desk/{matter.number}", page, acts, head=head)


@contextmanager
def opened(canned: Canned) -> Iterator[Page]:
    """The page in a browser that lives no longer than the block: Django's database and its event loop do not mix."""
    with launched() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.route("**/*", canned.answer)
        page.goto(SITE + canned.address)
        page.wait_for_function("() => window.htmx")
        yield page


def changed(page: Page, kind: str, which: str) -> None:
    """The news of a change arrives."""
    page.evaluate(LIVE, {"kind": kind, "id": which})


def test_after_a_colleagues_act_the_acts_are_those_of_the_new_state(canned: Canned) -> None:
    with opened(canned) as page:
        expect(page.locator("#act-dispatch")).to_be_visible()
        page.locator("#act-comment > summary").click()
        changed(page, "case", "of-another-matter")
        changed(page, "notice", canned.matter_id)
        changed(page, "case", canned.matter_id)
        expect(page.locator("#act-transfer")).to_be_visible()
        expect(page.locator("#act-dispatch")).to_have_count(0)
        expect(page.locator("#act-comment")).to_have_attribute("open", "")
        assert len(canned.asked) == 1


def test_what_changed_before_the_page_listened_is_fetched_when_it_does(canned: Canned) -> None:
    """The page shows a filed case; it was dispatched before the stream opened, and the stream says so."""
    canned.stream = "id: 0\nretry: 60000\n\nevent: resync\ndata: {}\n\n"
    with opened(canned) as page:
        expect(page.locator("#part-head")).to_contain_text("已派遣")
        expect(page.locator("#act-transfer")).to_be_visible()
        assert len(canned.asked) == 1
    name, age = canned.listened[0].split("=")
    assert name == "/live?age" and 0 < int(age) < 600_000


def test_what_is_being_typed_stays_and_a_sentence_says_that_it_has_changed(canned: Canned) -> None:
    with opened(canned) as page:
        page.locator("#act-comment > summary").click()
        field_ = page.locator("#act-comment textarea")
        field_.fill("周三再去看")
        page.locator("h2").first.click()
        changed(page, "case", canned.matter_id)
        notice = page.locator("#part-acts [role=status]")
        expect(notice).to_have_text("这件事项刚有变化，您填写的内容仍在。")
        expect(field_).to_have_value("周三再去看")
        expect(page.locator("#act-dispatch")).to_be_visible()
        assert canned.asked == []
        field_.fill("")
        page.locator("h2").first.click()
        expect(page.locator("#act-transfer")).to_be_visible()
        expect(notice).to_have_count(0)
        assert len(canned.asked) == 1


def test_a_form_in_hand_is_not_taken_away_before_the_first_letter(canned: Canned) -> None:
    with opened(canned) as page:
        page.locator("#act-comment > summary").click()
        page.locator("#act-comment textarea").focus()
        changed(page, "*", "*")
        expect(page.locator("#part-acts [role=status]")).to_have_count(1)
        changed(page, "case", canned.matter_id)
        expect(page.locator("#part-acts [role=status]")).to_have_count(1)
        assert canned.asked == []
        page.locator("#act-comment textarea").blur()
        expect(page.locator("#act-transfer")).to_be_visible()
