"""What Linli has told a unit, and what belongs to the person: posts, way of reading, signing out."""

from __future__ import annotations

from datetime import date

import cast
import pytest
from casework.stage import BY_FIRM, Stage, user_id
from django.test import Client
from pages import main_of, page_of
from visitors import SignIn

from linli.accounts.api import Role, grant_post
from linli.casework.dispatch.api import dispatch_case
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db


def told(stage: Stage) -> str:
    """Something is dispatched to the firm; its number."""
    matter = stage.opened(BY_FIRM)
    stage.do("worker", dispatch_case, case_id=matter.id)
    stage.deliver_all()
    return matter.number


def unread(client: Client) -> str:
    bell = page_of(client.get("/work/today/")).one("a", href="/work/notices/")
    return bell.words.replace("通知", "").strip()


def test_nothing_to_tell_says_so(visitor: SignIn) -> None:
    words = main_of(visitor("responder_other").get("/work/notices/")).words
    assert "没有" in words
    assert "Nothing to tell you." in main_of(visitor("responder_other").get("/work/notices/?lang=en")).words


def test_a_dispatched_matter_is_told_to_the_unit_and_leads_to_it(stage: Stage, visitor: SignIn) -> None:
    number = told(stage)
    client = visitor("responder")
    assert unread(client).startswith("1")
    page = main_of(client.get("/work/notices/"))
    (line,) = page.all("a", class_="l-row")
    assert number in line.words and "新" in line.words
    assert client.get(line.attrs["href"]).status_code == 200
    assert main_of(visitor("responder_other").get("/work/notices/")).all("a", class_="l-row") == []


def test_looking_marks_nothing_read_but_the_button_does(stage: Stage, visitor: SignIn) -> None:
    told(stage)
    client = visitor("responder")
    client.get("/work/notices/")
    assert unread(client) != ""
    form = main_of(client.get("/work/notices/")).one("form")
    assert form.one("noscript").one("button").words != ""
    answer = client.post(form.attrs["action"])
    assert answer.headers["Location"] == "/work/notices/"
    assert unread(client) == ""
    page = main_of(client.get("/work/notices/"))
    assert len(page.all("a", class_="l-row")) == 1 and page.all("form") == []


def test_read_by_one_is_still_new_for_the_mate(stage: Stage, visitor: SignIn) -> None:
    told(stage)
    assert visitor("responder").post("/work/notices/read/", headers={"HX-Request": "true"}).status_code == 204
    assert unread(visitor("responder_mate")) != ""


def test_me_shows_who_i_am_and_in_which_post(visitor: SignIn) -> None:
    page = page_of(visitor("responder").get("/work/me/"))
    assert page.one("h1").words == "responder"
    assert "瑞和物业" in page.one("main").words and "处置单位人员" in page.one("main").words
    english = main_of(visitor("responder").get("/work/me/?lang=en")).words
    assert "In which post you act" in english and "Sign out" in english


def test_with_two_posts_one_chooses_and_acts_in_the_other(as_owner: None, visitor: SignIn) -> None:
    area = area_by_code(cast.SIBLING_AREA)
    grant_post(
        actor=None, user=cast.user_of("worker"), role=Role.WORKER, area=area, unit=None, starts_on=date(2024, 1, 1)
    )
    client = visitor("worker")
    page = main_of(client.get("/work/me/"))
    posts = page.offered("post")
    assert len(posts) == 2 and page.chosen("post") == [posts[0]]
    answer = client.post("/work/post/", {"post": posts[1]}, follow=True)
    assert answer.status_code == 200
    assert main_of(client.get("/work/me/")).chosen("post") == [posts[1]]


@pytest.mark.parametrize("post", ["", "x", "0", "999999", "-1", "²"])
def test_a_post_that_is_not_mine_is_refused(stage: Stage, visitor: SignIn, post: str) -> None:
    client = visitor("worker")
    before = main_of(client.get("/work/me/")).words
    assert client.post("/work/post/", {"post": post}).status_code == 403
    assert main_of(client.get("/work/me/")).words == before


def test_the_post_of_somebody_else_is_refused(stage: Stage, visitor: SignIn) -> None:
    (row,) = stage.ask("select id from accounts_post where user_id = %s", user_id("dispatcher"))
    client = visitor("worker")
    assert client.post("/work/post/", {"post": str(row["id"])}).status_code == 403


def test_signing_out_warns_about_what_waits(visitor: SignIn) -> None:
    page = main_of(visitor("responder").get("/work/me/"))
    assert page.one("form", data_sign_out=True).attrs["action"] == "/accounts/logout/"
    dialog = page.one("dialog", id="leave")
    assert "要您在这台手机上重新登录后才会发送" in dialog.words
    assert dialog.one("a").attrs["href"] == "/work/waiting/"


PLACES = [("/work/today/", "今天"), ("/work/found/", "发现"), ("/work/notices/", "通知"), ("/work/me/", "我")]


@pytest.mark.parametrize(("address", "word"), PLACES, ids=[address for address, _ in PLACES])
def test_the_bar_below_says_where_one_is(visitor: SignIn, address: str, word: str) -> None:
    bar = page_of(visitor("responder").get(address)).one("nav", class_="l-bottom")
    current = bar.one("a", aria_current="page")
    assert current.attrs["href"] == address and word in current.words
    assert [a.attrs["href"] for a in bar.all("a")] == [place for place, _ in PLACES]


@pytest.mark.parametrize("address", [address for address, _ in PLACES])
def test_no_cache_keeps_a_workers_page_and_no_other_site_learns_of_it(visitor: SignIn, address: str) -> None:
    headers = visitor("responder").get(address).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "unsafe" not in headers["Content-Security-Policy"]
