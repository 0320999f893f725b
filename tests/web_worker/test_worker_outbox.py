"""A worker in a cellar: the network is cut, the day goes on, and what was filled in goes out once, in order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from served import DESK, Matter, People, Person, Site, picture

pytestmark = pytest.mark.browser

AHEAD = """async (paths) => {
  for (let tries = 0; tries < 400; tries += 1) {
    const cache = await caches.open("linli-pages");
    const kept = (await cache.keys()).map((request) => new URL(request.url).pathname + new URL(request.url).search);
    if (paths.every((path) => kept.includes(path))) return "";
    await new Promise((done) => setTimeout(done, 50));
  }
  return "never kept: " + paths;
}"""
STORED = """() => new Promise((done) => {
  const request = indexedDB.open("linli-outbox", 1);
  request.onsuccess = () => {
    const rows = request.result.transaction("acts").objectStore("acts").getAll();
    const told = (value) => (value instanceof File ? `file:${value.size > 0}` : value);
    rows.onsuccess = () => done(rows.result.map(({ url, refused, fields }) => ({
      url, refused, fields: fields.map(([name, value]) => [name, told(value)]),
    })));
  };
})"""


def of(matter: Matter, slug: str = "") -> str:
    return f"/work/matter/{matter.id}/{slug + '/' if slug else ''}"


def ready(person: Person, *paths: str) -> Page:
    """Open the list of today and wait until these pages are kept on the phone."""
    page = person.go("/work/today/")
    assert page.evaluate(AHEAD, list(paths)) == ""
    return page


def cut(person: Person, page: Page) -> None:
    person.context.set_offline(True)
    page.wait_for_function("document.documentElement.hasAttribute('data-offline')")


def join(person: Person) -> None:
    person.context.set_offline(False)


def stored(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(STORED)
    return found


def fill_result(page: Page, words: str) -> None:
    page.locator("label:has(input[name=result][value=solved])").click()
    page.set_input_files("[data-camera-pick]", [picture("after")])
    expect(page.locator(".l-camera__shots img")).to_have_count(1)
    page.fill("#words", words)
    page.locator("#main form [type=submit]").click()


def test_acts_filled_in_without_a_network_are_kept_and_sent_in_order_once(people: People, served: Site) -> None:
    matter = served.handling("地下车库积水")
    doer = people("responder")
    page = ready(doer, of(matter), of(matter, "arrive"), of(matter, "step"), of(matter, "result"))
    cut(doer, page)

    page.goto(doer.site + of(matter))
    expect(page.locator("#task-h")).to_have_text("地下车库积水")
    expect(page.locator(".l-offline")).to_contain_text("没有网络")

    page.goto(doer.site + of(matter, "arrive"))
    page.set_input_files("[data-camera-pick]", [picture("found")])
    expect(page.locator(".l-camera__shots img")).to_have_count(1)
    page.fill("#words", "到现场，水深十厘米")
    page.locator("#main form [type=submit]").click()
    waiting = page.locator("[data-waiting]")
    expect(waiting).to_have_text("等待发送（1）")
    expect(page.locator("#messages")).to_contain_text("没有网络：已存在本机")
    expect(page.locator("#words")).to_have_value("")

    for n, words in enumerate(("接上水泵", "抽水一小时"), 2):
        page.goto(doer.site + of(matter, "step"))
        page.fill("#words", words)
        page.locator("#main form [type=submit]").click()
        expect(waiting).to_have_text(f"等待发送（{n}）")
    page.goto(doer.site + of(matter, "result"))
    fill_result(page, "积水已抽干")
    expect(waiting).to_have_text("等待发送（4）")
    assert served.acts(matter)[-1] == "accept"
    keys = [dict(act["fields"])["key"] for act in stored(page)]
    assert len(set(keys)) == 4

    page.goto(doer.site + "/work/waiting/")
    cards = page.locator("[data-outbox-list] > li")
    expect(cards).to_have_count(4)
    expect(cards.nth(0)).to_contain_text("到场")
    expect(cards.nth(0)).to_contain_text("1 张照片")
    expect(cards.nth(3)).to_contain_text("积水已抽干")
    doer.look()

    join(doer)
    expect(page.locator("[data-outbox-none]")).to_be_visible()
    expect(waiting).to_be_hidden()
    assert served.acts(matter)[-4:] == ["arrive", "step", "step", "feed_back"]
    rows = served.rows("select words, photos from casework_entry where matter_id = %s order by at, id", matter.id)
    assert [row["words"] for row in rows[-4:]] == ["到现场，水深十厘米", "接上水泵", "抽水一小时", "积水已抽干"]
    assert [len(row["photos"]) for row in rows[-4:]] == [1, 0, 0, 1]
    assert stored(page) == []


def test_an_answer_that_was_lost_on_the_way_does_not_double_the_act(people: People, served: Site) -> None:
    matter = served.handling("垃圾堆放")
    doer = people("responder")
    page = doer.go(of(matter, "step"))

    def swallow(route: Any) -> None:
        route.fetch(max_redirects=0)  # the server did it
        route.abort("connectionreset")  # the phone never hears of it

    page.route(
        re.compile("/step/$"), lambda route: swallow(route) if route.request.method == "POST" else route.continue_()
    )
    page.fill("#words", "已清运两车")
    page.locator("#main form [type=submit]").click()
    expect(page.locator("[data-waiting]")).to_have_text("等待发送（1）")
    assert served.acts(matter).count("step") == 1
    page.unroute_all()
    page.goto(doer.site + "/work/waiting/")
    expect(page.locator("[data-outbox-none]")).to_be_visible()
    assert stored(page) == []
    assert served.acts(matter).count("step") == 1


def test_a_refused_act_stays_with_its_reason_and_holds_back_what_follows_on_the_same_matter(
    people: People, served: Site
) -> None:
    matter, other = served.handling("绿地垃圾"), served.handling("楼道堆物")
    doer = people("responder")
    page = ready(doer, of(matter, "result"), of(matter, "step"), of(other, "step"))
    cut(doer, page)
    page.goto(doer.site + of(matter, "result"))
    page.locator("label:has(input[name=result][value=solved])").click()
    page.fill("#words", "清掉了，忘了拍照")
    page.locator("#main form [type=submit]").click()
    expect(page.locator("[data-waiting]")).to_have_text("等待发送（1）")
    for one, words in ((matter, "补一句"), (other, "另一件")):
        page.goto(doer.site + of(one, "step"))
        page.fill("#words", words)
        page.locator("#main form [type=submit]").click()
        expect(page.locator("[data-waiting]")).to_have_text(re.compile("等待发送（[23]）"))
    page.goto(doer.site + "/work/waiting/")
    join(doer)

    cards = page.locator("[data-outbox-list] > li")
    expect(cards).to_have_count(2)
    refused = cards.nth(0)
    expect(refused.locator("[role=alert]")).to_contain_text("未被接受：缺少处置后照片")
    expect(refused).to_contain_text("清掉了，忘了拍照")
    expect(cards.nth(1)).to_contain_text("等上面一项处理后再发送")
    expect(page.locator("[data-waiting]")).to_have_text("未被接受（1），请查看")
    doer.look()
    assert served.acts(matter)[-1] == "accept"
    assert served.acts(other)[-1] == "step"

    refused.locator("[data-edit]").click()
    expect(page.locator("#words")).to_have_value("清掉了，忘了拍照")
    expect(page.locator("input[name=result][value=solved]")).to_be_checked()
    page.set_input_files("[data-camera-pick]", [picture("after")])
    expect(page.locator(".l-camera__shots img")).to_have_count(1)
    page.locator("#main form [type=submit]").click()
    page.wait_for_url("**/work/today/")
    expect(page.locator("[data-waiting]")).to_have_text(re.compile("（1）"))
    assert served.acts(matter)[-1] == "feed_back"


def test_what_was_refused_can_be_thrown_away(people: People, served: Site) -> None:
    matter = served.handling()
    doer = people("responder")
    page = ready(doer, of(matter, "step"))
    cut(doer, page)
    page.goto(doer.site + of(matter, "step"))
    page.fill("#words", "我去看过")
    page.locator("#main form [type=submit]").click()
    page.goto(doer.site + "/work/waiting/")
    page.locator("[data-drop]").click()
    expect(page.locator("[data-outbox-none]")).to_be_visible()
    join(doer)
    page.goto(doer.site + "/work/today/")
    assert served.acts(matter)[-1] == "accept"


def test_accepting_on_the_list_without_a_network_waits_too(people: People, served: Site) -> None:
    matter = served.dispatched("外墙脱落", item="C12")
    doer = people("responder")
    page = ready(doer, of(matter))
    cut(doer, page)
    card = page.locator(f"[data-live='case:{matter.id}']")
    card.locator("form[data-undo] button").click()
    expect(page.locator("[data-waiting]")).to_have_text("等待发送（1）")
    expect(card.locator("form[data-undo]")).to_be_hidden()
    join(doer)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    expect(card.locator("[data-shot]")).to_be_visible()
    assert served.acts(matter)[-1] == "accept"


def test_a_change_that_could_not_be_fetched_is_fetched_when_there_is_a_connection(people: People, served: Site) -> None:
    """Whose connection goes just as news arrives sees no fault, and the news when it is back."""
    matter = served.dispatched("路灯不亮", item="C12")
    doer = people("responder")
    page = doer.go("/work/today/")
    page.wait_for_function("document.documentElement.dataset.liveState === 'on'")
    card = page.locator(f"[data-live='case:{matter.id}']")
    expect(card.locator("form[data-undo]")).to_be_visible()
    page.mouse.move(0, 0)
    page.route("**/work/today/", lambda route: route.abort("internetdisconnected"))
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/work/today/")):
        served.post(f"/cases/{matter.id}/acts/accept", who="responder")
    cut(doer, page)
    page.unroute("**/work/today/")
    expect(card.locator("form[data-undo]")).to_be_visible()
    join(doer)
    expect(card.locator("[data-shot]")).to_be_visible()


def test_found_and_fixed_with_photos_waits_and_is_one_settled_matter(people: People, served: Site) -> None:
    walker = people("worker")
    page = ready(walker, "/work/found/")
    page.goto(walker.site + "/work/found/")
    page.fill("#q", "瑞和苑")
    page.locator("#places label:has(input[name=place])").first.click()
    cut(walker, page)
    before, after = page.locator("[data-camera]").nth(0), page.locator("[data-camera]").nth(1)
    before.locator("[data-camera-pick]").set_input_files([picture("before")])
    expect(before.locator("img")).to_have_count(1)
    page.select_option("#kind", "C10")
    page.fill("#words", "垃圾桶旁有散落袋装垃圾，已投放清扫")
    page.locator("input[name=settled]").check()
    after.locator("[data-camera-pick]").set_input_files([picture("after")])
    expect(after.locator("img")).to_have_count(1)
    page.locator("[data-send]").click()
    expect(page.locator("[data-waiting]")).to_have_text("等待发送（1）")
    (kept,) = stored(page)
    assert [name for name, value in kept["fields"] if value == "file:true"] == ["before", "after"]
    join(walker)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    (row,) = served.rows(
        "select c.state, r.channel, e.photos from casework_report r join casework_case c using (id)"
        " join casework_entry e on e.matter_id = r.id and e.act = 'self_handle' where r.words like %s",
        "垃圾桶旁有散落袋装垃圾%",
    )
    assert (row["state"], row["channel"], len(row["photos"])) == ("verified", "patrol", 2)


def test_a_page_that_was_not_kept_says_so(people: People, served: Site) -> None:
    matter = served.handling()
    doer = people("responder", language="en")
    page = ready(doer, "/work/waiting/", "/work/waiting/?unkept=1")
    page.evaluate("(path) => caches.open('linli-pages').then((cache) => cache.delete(path))", of(matter))
    cut(doer, page)
    page.goto(doer.site + of(matter))
    expect(page.locator("#main")).to_contain_text("That page was not kept on this phone.")
    doer.look()
    page.goto(doer.site + "/work/waiting/")
    expect(page.locator("#main")).to_contain_text("Everything you filled in has been sent.")
    expect(page.locator("#main")).not_to_contain_text("not kept")


def test_signing_out_with_a_full_outbox_warns_and_leaves_nothing_to_read(people: People, served: Site) -> None:
    matter = served.handling("电梯困人后续")
    doer = people("responder", language="en")
    page = ready(doer, of(matter, "step"), "/work/me/")
    cut(doer, page)
    page.goto(doer.site + of(matter, "step"))
    page.fill("#words", "called the lift firm")
    page.locator("#main form [type=submit]").click()
    expect(page.locator("[data-waiting]")).to_have_text("Waiting to be sent (1)")
    page.goto(doer.site + "/work/me/")
    page.locator("form[data-sign-out] button").click()
    dialog = page.locator("#leave")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Not sent yet: 1")
    doer.look()
    dialog.locator("[data-close]").click()
    assert len(stored(page)) == 1

    # Nothing can be sent for the moment, so that signing out meets a full outbox while there is a network.
    page.route("**/work/outbox/", lambda route: route.abort())
    join(doer)
    page.locator("form[data-sign-out] button").click()
    dialog.locator("[data-leave-anyway]").click()
    page.wait_for_url(doer.site + "/")
    assert page.evaluate("caches.has('linli-pages')") is False
    page.unroute_all()

    doer.sign_in("responder_mate")
    page = doer.go("/work/waiting/")
    expect(page.locator("[data-outbox-none]")).to_be_visible()
    assert served.acts(matter)[-1] == "accept"
    doer.sign_out()
    doer.sign_in("responder")
    page.goto(doer.site + "/work/waiting/")
    expect(page.locator("[data-outbox-none]")).to_be_visible()
    expect(page.locator("[data-waiting]")).to_be_hidden()
    assert served.acts(matter)[-1] == "step"


@pytest.mark.parametrize("size", [None, DESK], ids=["phone", "desk"])
def test_an_empty_outbox_signs_out_at_once(people: People, size: dict[str, int] | None) -> None:
    doer = people("responder", **({"size": size} if size else {}))
    doer.go("/work/me/")
    doer.sign_out()
    doer.page.goto(doer.site + "/work/today/")
    assert "/accounts/login/" in doer.page.url
