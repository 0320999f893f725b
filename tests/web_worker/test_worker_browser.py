"""The worker's pages in Chromium: lists that change by themselves, nearest first, ten seconds to undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from served import DESK, PHONE, People, Site

pytestmark = pytest.mark.browser
HERE = {"latitude": 31.1, "longitude": 121.5}


def test_a_new_matter_appears_on_the_list_and_one_that_left_goes(people: People, served: Site) -> None:
    doer = people("responder")
    page = doer.go("/work/today/")
    page.wait_for_function("document.documentElement.dataset.liveState === 'on'")
    page.evaluate("window.untouched = true")
    matter = served.dispatched("刚派来的事")
    card = page.locator(f"[data-live='case:{matter.id}']")
    expect(card).to_contain_text("刚派来的事", timeout=10_000)
    served.post(
        f"/cases/{matter.id}/acts/return", {"reason": "not_our_duty", "words": "不归物业"}, who="responder_mate"
    )
    expect(card).to_have_count(0, timeout=10_000)
    assert page.evaluate("window.untouched") is True


def test_nearest_first_within_what_is_equally_urgent(people: People, served: Site) -> None:
    near, far = served.handling("近处"), served.handling("远处")
    doer = people("responder", permissions=["geolocation"], geolocation=HERE)
    page = doer.go("/work/today/")
    page.evaluate(
        """([near, far, lat, lng]) => {
          const place = (id, by) => {
            const card = document.querySelector(`[data-live="case:${id}"]`);
            card.dataset.lat = String(lat + by);
            card.dataset.lng = String(lng);
            card.parentElement.append(card);
          };
          place(far, 0.02);
          place(near, 0.001);
        }""",
        [near.id, far.id, HERE["latitude"], HERE["longitude"]],
    )
    page.locator("[data-near]").click()
    expect(page.locator("[data-near]")).to_have_attribute("aria-pressed", "true")
    order = page.evaluate("[...document.querySelectorAll('.w-card')].map((one) => one.dataset.live.slice(5))")
    assert order.index(near.id) < order.index(far.id)
    expect(page.locator(f"[data-live='case:{near.id}'] [data-distance]")).to_contain_text("110 米")
    expect(page.locator(f"[data-live='case:{far.id}'] [data-distance]")).to_contain_text("2.2 公里")


def test_ten_seconds_to_take_accepting_back(people: People, served: Site) -> None:
    kept, undone = served.dispatched("接的"), served.dispatched("不接的")
    doer = people("responder")
    doer.page.clock.install()
    page = doer.go("/work/today/")

    def accept(matter_id: str) -> None:
        page.locator(f"[data-live='case:{matter_id}'] form[data-undo] button").click()

    accept(undone.id)
    page.locator(".w-undo button").click()
    expect(page.locator(f"[data-live='case:{undone.id}'] form[data-undo] button")).to_be_visible()
    accept(kept.id)
    expect(page.locator(".w-undo")).to_contain_text("撤销")
    doer.look()
    assert served.acts(kept)[-1] == "dispatch"
    with page.expect_response(lambda got: got.url.endswith("/accept/")):
        page.clock.run_for(11_000)
    expect(page.locator(f"[data-live='case:{kept.id}'] form[data-shot]")).to_be_visible()
    assert served.acts(kept)[-1] == "accept"
    assert served.acts(undone)[-1] == "dispatch"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_accessible_and_fits(people: People, served: Site, language: str, size: dict[str, int]) -> None:
    matter = served.handling("消防通道被三辆车堵住，门卫联系不上车主")
    doer = people("responder", language=language, size=size)
    at = f"/work/matter/{matter.id}/"
    for path in ("/work/today/", at, at + "arrive/", at + "result/", at + "extend/", "/work/found/", "/work/me/"):
        doer.go(path)


def test_what_a_thumb_presses_is_large(people: People, served: Site) -> None:
    matter = served.handling()
    doer = people("responder")
    for path in ("/work/today/", f"/work/matter/{matter.id}/", f"/work/matter/{matter.id}/result/", "/work/found/"):
        page = doer.go(path)
        small = page.evaluate(
            """() => [...document.querySelectorAll("main .l-btn--big, main .w-acts .l-btn, .l-bottom a")]
            .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 56).map((one) => one.outerHTML)"""
        )
        assert small == [], path
