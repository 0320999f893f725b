"""The resident's pages in Chromium: a page that hears of its own matter alone, large letters, no script, axe."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import expect
from served import DESK, PHONE, People, Site, picture

pytestmark = pytest.mark.browser


def test_a_page_shows_a_change_without_reload_and_hears_nothing_of_others(people: People, served: Site) -> None:
    mine, other = served.dispatched("我的事"), served.dispatched("别人的事")
    resident, stranger = people(), people(language="en")
    page, second = resident.go(f"/r/{mine.link}/"), stranger.go(f"/r/{other.link}/")
    for one in (page, second):
        one.evaluate(
            """() => { window.heard = []; const stream = new EventSource(document.body.dataset.followLive);
            stream.addEventListener("change", (event) => window.heard.push(JSON.parse(event.data)));
            return new Promise((done) => stream.addEventListener("open", done)); }"""
        )
        one.evaluate("window.untouched = true")
    served.post(f"/cases/{mine.id}/acts/accept", who="responder")
    expect(page.locator("#standing")).to_contain_text("瑞和物业正在办", timeout=10_000)
    served.post(f"/cases/{other.id}/acts/accept", who="responder")
    expect(second.locator("#standing")).to_contain_text("is working on it", timeout=10_000)
    assert page.evaluate("window.untouched") is True
    assert {one["id"] for one in page.evaluate("window.heard")} == {mine.id}
    assert {one["id"] for one in second.evaluate("window.heard")} == {other.id}
    assert set(page.evaluate("window.heard")[0]) == {"kind", "id"}


def status_of(served: Site, path: str) -> int:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        return int(line.recv(64).split()[1])


def test_a_stream_needs_a_link_or_a_session(served: Site) -> None:
    matter = served.reported()
    assert status_of(served, f"/live/r/{matter.link}") == 200
    for path in ("/live", "/live/r/", f"/live/r/{'x' * 24}", f"/live/{matter.link}", f"/live/r/{matter.link}/x"):
        assert status_of(served, path) == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_accessible_and_fits(people: People, served: Site, language: str, size: dict[str, int]) -> None:
    matter = served.handling("路面塌陷一处，约半平方米")
    resident = people(language=language, size=size)
    for path in ("/", "/report/", "/mine/", f"/r/{matter.link}/", f"/r/{matter.link}/?new=1"):
        resident.go(path)


@pytest.mark.parametrize("path", ["/", "/report/", "/mine/"])
def test_large_letters_have_large_targets(people: People, served: Site, path: str) -> None:
    resident = people()
    resident.context.add_cookies([{"name": "linli_elder", "value": "1", "url": served.url}])
    page = resident.go(path)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a.l-btn, main button, main .l-choice, main .p-kind, .l-bottom a")]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 60).map((one) => one.outerHTML)"""
    )
    assert small == []
    letters = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((one) => one.offsetParent &&
        [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert letters and min(letters) >= 18


def test_three_taps_without_a_script(people: People, served: Site) -> None:
    resident = people(java_script_enabled=False)
    page = resident.page
    page.goto(served.url + "/report/")
    page.set_input_files("input[type=file][name=photos]", [picture("found")])
    page.fill("#q", "瑞和苑")
    page.locator("[data-look]").click()
    page.locator(f"label:has(input[name=place][value=p{served.home}])").click()
    page.locator("label:has(input[name=kind][value=other])").click()
    page.fill("#words", "没有脚本也能报")
    page.locator("[data-send]").click()
    page.wait_for_url("**/r/**")
    expect(page.locator("#receipt")).to_contain_text("已经收到")
    (row,) = served.rows("select state, place_id from casework_report where words = %s", "没有脚本也能报")
    assert row == {"state": "received", "place_id": served.home}


def test_without_a_network_the_form_waits_and_is_sent_once(people: People, served: Site) -> None:
    resident = people()
    page = resident.go("/report/")
    page.fill("#q", "瑞和苑")
    page.locator(f"#places label:has(input[value=p{served.home}])").click()
    page.fill("#words", "断网时填的")
    page.locator("label:has(input[name=kind][value=other])").click()
    resident.context.set_offline(True)
    page.locator("[data-send]").click()
    expect(page.locator("[data-notes]")).to_contain_text("还没有")
    assert served.rows("select 1 from casework_report where words = %s", "断网时填的") == []
    resident.context.set_offline(False)
    page.wait_for_url("**/r/**")
    assert len(served.rows("select 1 from casework_report where words = %s", "断网时填的")) == 1
