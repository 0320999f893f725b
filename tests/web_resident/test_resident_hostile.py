"""Naughty strings, large letters, two languages, no script, and the reports that a phone remembers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from casework.stage import Matter, Stage
from django.test import Client
from pages import alerts, main_of, page_of
from visitors import SignIn

from linli.kernel.text import normalise
from linli.register.places.api import Place
from linli.web.resident.mine import MOST, secret_in

pytestmark = pytest.mark.django_db
SMALL = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</textarea><script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}", "'; drop table casework_report; --", "javascript:alert(1)", "\u202egnp.exe", "🏠👵🏽",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "０１２３", "﷽" * 40,
]  # fmt: skip


@pytest.fixture
def compound(db: None) -> Place:
    return Place.objects.get(code="cast.310115132001")


def send(client: Client, at: Place, **fields: Any) -> Any:
    given = {"key": str(uuid4()), "place": f"p{at.id}", "kind": "other", "words": "路灯不亮", "same": "other"}
    return client.post("/report/", given | fields)


def harmless(client: Client, at: Place, text: str) -> None:
    """Sent as words and place it comes back as it was said, and makes no part of the page."""
    told = send(client, at, words=f"问题 {text}", place_text=f"旁边 {text}", name=text[:40])
    assert told.status_code in (302, 422)
    page = page_of(told if told.status_code == 422 else client.get(told.headers["Location"]))
    scripts = [one.attrs.get("src", "") for one in page.all("script")]
    assert [one for one in scripts if not one.startswith("/static/")] == []
    assert all(not name.startswith("on") for part in page.all() for name in part.attrs)
    assert [one for one in page.all("a") if one.attrs.get("href", "").lower().startswith("javascript")] == []
    if told.status_code == 302:
        shown = normalise(f"问题 {text}", max_length=4000)
        assert " ".join(shown.split()) in page.one("main", id="main").words
    else:
        assert page.one("main", id="main").value("words").strip() != ""


@pytest.mark.parametrize("text", SMALL, ids=[f"string {n}" for n in range(len(SMALL))])
def test_a_naughty_string_is_words_and_nothing_else(stage: Stage, visitor: SignIn, compound: Place, text: str) -> None:
    harmless(visitor(), compound, text)


def test_the_big_list_of_naughty_strings(stage: Stage, visitor: SignIn, compound: Place, shared: Path) -> None:
    texts = json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8"))
    assert len(texts) > 400
    client = visitor()
    for text in texts[::5]:
        harmless(client, compound, str(text))


def test_words_longer_than_allowed_are_cut_and_not_lost(stage: Stage, visitor: SignIn, compound: Place) -> None:
    assert send(visitor(), compound, words="长" * 5000).status_code == 302
    (row,) = stage.ask("select words from casework_report where words like %s", "长长长%")
    assert len(row["words"]) == 4000


# Elder mode and languages


def test_large_letters_put_one_thing_on_a_page_and_a_phone_number_beside(visitor: SignIn) -> None:
    plain, elder = (page_of(visitor(elder=on).get("/report/")) for on in (False, True))
    assert elder.one("html").has(data_elder=True) and not plain.one("html").has(data_elder=True)
    assert len(elder.all("", data_steps=True)) == 1 and plain.all("", data_steps=True) == []
    home = main_of(visitor(elder=True).get("/"))
    assert home.one("a", href="tel:12345").words.endswith("12345")
    assert len(elder.all("section", data_step=True)) == 4


def test_large_letters_are_switched_with_one_form_and_stay(visitor: SignIn) -> None:
    client = visitor()
    form = page_of(client.get("/")).one("form", action="/ui/preferences")
    assert form.one("button").has(name="elder", value="1")
    answer = client.post("/ui/preferences", {"elder": "1", "next": "/mine/"})
    assert answer.headers["Location"] == "/mine/"
    assert page_of(client.get("/")).one("html").has(data_elder=True)


@pytest.mark.parametrize("next_page", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_the_switch_leads_to_no_other_site(visitor: SignIn, next_page: str) -> None:
    answer = visitor().post("/ui/preferences", {"elder": "1", "next": next_page})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("address", ["/", "/report/", "/mine/"])
def test_no_chinese_is_left_on_an_english_page_but_the_way_back(visitor: SignIn, address: str) -> None:
    page = page_of(visitor(language="en").get(address))
    assert page.one("html").attrs["lang"] == "en"
    rest = page.one("body").words.replace("中文", "")
    assert [letter for letter in rest if "一" <= letter <= "鿿"] == []


@pytest.mark.parametrize("address", ["/", "/report/", "/mine/"])
def test_no_english_sentence_is_left_on_a_chinese_page(visitor: SignIn, address: str) -> None:
    page = page_of(visitor().get(address))
    assert page.one("html").attrs["lang"] == "zh-Hans"
    words = page.one("main").words
    for english in ("Report", "photo", "Search", "Send", "Where", "link"):
        assert english not in words


def test_every_step_of_the_form_works_without_a_script(stage: Stage, visitor: SignIn, compound: Place) -> None:
    client = visitor()
    form = main_of(client.get("/report/")).one("form", action="/report/")
    assert form.attrs["method"] == "post" and form.attrs["enctype"] == "multipart/form-data"
    assert form.one("input", type="file", name="photos").has(multiple=True)
    key = form.value("key")
    looked = main_of(client.post("/report/", {"key": key, "q": "瑞和苑", "look": "1", "words": "井盖破损"}))
    assert f"p{compound.id}" in looked.offered("place")
    assert looked.value("words") == "井盖破损" and looked.value("key") == key
    sent = client.post("/report/", {"key": key, "place": f"p{compound.id}", "words": "井盖破损", "kind": "other"})
    assert sent.status_code == 302
    acts = main_of(client.get(sent.headers["Location"])).one("section", id="acts")
    assert {one.attrs["method"] for one in acts.all("form")} == {"post"}


def test_with_htmx_the_answer_is_a_way_to_go(visitor: SignIn, compound: Place) -> None:
    client = visitor()
    given = {"key": str(uuid4()), "place": f"p{compound.id}", "words": "路灯不亮", "kind": "other", "same": "other"}
    answer = client.post("/report/", given, headers={"HX-Request": "true"})
    assert answer.status_code == 204 and answer.headers["HX-Redirect"].startswith("/r/")


# The reports of this phone


def test_a_phone_remembers_its_reports_newest_first_and_forgets_one(
    stage: Stage, visitor: SignIn, compound: Place
) -> None:
    client = visitor()
    links = [send(client, compound, words=f"第{n}件").headers["Location"].split("?")[0] for n in range(2)]
    rows = main_of(client.get("/mine/")).all("a", class_="l-row")
    assert [row.attrs["href"] for row in rows] == list(reversed(links))
    assert client.cookies["linli_mine"]["httponly"] is True and client.cookies["linli_mine"]["samesite"] == "Lax"
    row = page_of(client.get(f"{links[0]}row/"))
    assert "第0件" in row.words
    answer = client.post(f"/mine/{links[0].split('/')[2]}/forget/")
    assert answer.headers["Location"] == "/mine/"
    assert [row.attrs["href"] for row in main_of(client.get("/mine/")).all("a", class_="l-row")] == [links[1]]
    assert client.get(links[0]).status_code == 200  # forgotten here, not gone


def test_a_phone_remembers_twenty(stage: Stage, visitor: SignIn, compound: Place) -> None:
    client = visitor()
    for n in range(MOST + 2):
        send(client, compound, words=f"第{n}件")
    assert len(main_of(client.get("/mine/")).all("a", class_="l-row")) == MOST


def test_another_phone_remembers_nothing_and_says_what_to_do(stage: Stage, visitor: SignIn, compound: Place) -> None:
    send(visitor(), compound)
    page = main_of(visitor().get("/mine/"))
    assert page.all("a", class_="l-row") == []
    assert page.one("a", href="/").words != ""
    assert "This phone has reported nothing yet" in main_of(visitor(language="en").get("/mine/")).words


def test_a_cookie_that_was_tampered_with_counts_as_empty(stage: Stage, visitor: SignIn, compound: Place) -> None:
    client = visitor()
    send(client, compound)
    client.cookies["linli_mine"] = str(client.cookies["linli_mine"].value)[:-2] + "xx"
    answer = client.get("/mine/")
    assert answer.status_code == 200 and main_of(answer).all("a", class_="l-row") == []


@pytest.mark.parametrize("form", ["{link}", "/r/{link}/", "https://linli.example/r/{link}/?new=1", "  {link}\n"])
def test_a_pasted_link_leads_to_its_report(stage: Stage, visitor: SignIn, form: str) -> None:
    matter: Matter = stage.receive()
    answer = visitor().post("/mine/", {"link": form.format(link=matter.link)})
    assert answer.headers["Location"] == f"/r/{matter.link}/"


@pytest.mark.parametrize("typed", ["", "2603-132-000001-7", "x" * 23, "<script>", "https://example.org/"])
def test_what_is_no_whole_link_is_explained_and_kept(visitor: SignIn, typed: str) -> None:
    answer = visitor().post("/mine/", {"link": typed})
    page = main_of(answer)
    assert answer.status_code == 422
    assert page.one("input", id="link").attrs["aria-invalid"] == "true" and page.value("link") == typed
    assert page.one("p", id="link-wrong").words != "" and alerts(page) == []
    assert secret_in(typed) is None
