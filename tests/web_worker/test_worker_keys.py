"""An act that comes twice under one key is done once; the small doors that a phone without a network needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from casework.stage import MILESTONE, Matter, Stage, photo
from django.test import Client
from pages import alerts, main_of, page_of
from visitors import SignIn

from linli.casework.cases.api import CaseState, Result
from linli.casework.dispatch.api import accept_assignment
from linli.casework.works.api import add_step, arrive, feed_back, reach_milestone
from linli.kernel.errors import NotFound, WrongState

pytestmark = pytest.mark.django_db

KEY = "0b4b4f3e-0c53-4ec1-9a0e-6a3f6a1f7f11"
OUTBOX = {"X-Linli-Outbox": "1", "HX-Request": "true"}


ACTS: dict[str, tuple[Callable[..., Any], dict[str, Any], CaseState]] = {
    "accept": (accept_assignment, {}, CaseState.DISPATCHED),
    "arrive": (arrive, {"words": "到场"}, CaseState.HANDLING),
    "step": (add_step, {"words": "已约谈"}, CaseState.HANDLING),
    "milestone": (reach_milestone, {"label": MILESTONE}, CaseState.HANDLING),
    "feed_back": (feed_back, {"result": Result.EXPLAINED, "words": "已说明"}, CaseState.HANDLING),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_same_key_is_one_act(stage: Stage, act: str) -> None:
    action, given, state = ACTS[act]
    matter = stage.case_in(state)
    stage.do("responder_urban", action, case_id=matter.id, key=KEY, **given)
    before = stage.snapshot(matter)
    assert stage.acts(matter).count(act) == 1
    stage.do("responder_urban", action, case_id=matter.id, key=KEY, **given)
    assert stage.snapshot(matter) == before


@pytest.mark.parametrize("act", ["accept", "feed_back"])
def test_without_a_key_the_second_is_refused_because_the_matter_moved_on(stage: Stage, act: str) -> None:
    action, given, state = ACTS[act]
    matter = stage.case_in(state)
    stage.do("responder_urban", action, case_id=matter.id, **given)
    with pytest.raises(WrongState):
        stage.do("responder_urban", action, case_id=matter.id, **given)


def test_another_key_is_another_act(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    for key in (KEY, str(uuid4()), ""):
        stage.do("responder_urban", add_step, case_id=matter.id, words="又一趟", key=key)
    stage.do("responder_urban", add_step, case_id=matter.id, words="又一趟")
    assert stage.acts(matter).count("step") == 4


def test_a_key_belongs_to_one_person_and_one_matter(stage: Stage) -> None:
    mine, other = stage.case_in(CaseState.HANDLING), stage.case_in(CaseState.HANDLING)
    stage.do("responder_urban", add_step, case_id=mine.id, words="一", key=KEY)
    stage.do("responder_urban", add_step, case_id=other.id, words="二", key=KEY)
    assert stage.acts(other).count("step") == 1
    home = stage.case_in(CaseState.HANDLING, item_code="C12")
    for who in ("responder", "responder_mate", "responder"):
        stage.do(who, add_step, case_id=home.id, words="两个人同一个键", key=KEY)
    assert stage.acts(home).count("step") == 2


def test_a_repeat_is_harmless_even_after_the_matter_went_on(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    stage.do("responder_urban", add_step, case_id=matter.id, words="已约谈", key=KEY)
    stage.do("responder_urban", feed_back, case_id=matter.id, result=Result.EXPLAINED, words="已说明")
    before = stage.snapshot(matter)
    stage.do("responder_urban", add_step, case_id=matter.id, words="已约谈", key=KEY)
    assert stage.snapshot(matter) == before
    with pytest.raises(WrongState):
        stage.do("responder_urban", add_step, case_id=matter.id, words="已约谈", key=str(uuid4()))


def test_an_act_that_was_undone_leaves_no_key_behind(stage: Stage) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    with pytest.raises(NotFound):
        stage.do("responder_urban", add_step, case_id=matter.id, words="", photos=[uuid4()], key=KEY)
    stage.do("responder_urban", add_step, case_id=matter.id, words="", photos=[photo()], key=KEY)
    assert stage.acts(matter).count("step") == 1


def send(client: Client, matter: Matter, slug: str, **fields: object) -> Any:
    return client.post(f"/work/matter/{matter.id}/{slug}/", fields, headers=OUTBOX)


def test_the_outbox_hears_a_plain_yes_and_the_repeat_the_same(stage: Stage, visitor: SignIn) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    client = visitor("responder_urban")
    for _time in range(3):
        answer = send(client, matter, "step", key=KEY, words="已约谈当事人")
        assert (answer.status_code, answer.content) == (204, b"")
    (entry,) = [entry for entry in stage.entries(matter) if entry["act"] == "step"]
    assert (entry["words"], entry["data"]["key"]) == ("已约谈当事人", KEY)
    assert "已补记" not in page_of(client.get("/work/today/")).words  # nobody is waiting for this word


def test_the_outbox_hears_the_reason_of_a_refusal(stage: Stage, visitor: SignIn) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    answer = send(visitor("responder_urban"), matter, "step", key=KEY, words="  ")
    assert answer.status_code == 422
    assert alerts(main_of(answer)) == ["请写明做了什么，或上传照片。"]
    assert stage.acts(matter)[-1] == "accept"
    gone = send(visitor("responder_urban"), Matter(uuid4(), "", ""), "step", key=KEY, words="x")
    assert gone.status_code == 404 and "没有这件事项" in gone.content.decode()


def test_a_milestone_that_was_reached_is_not_reached_again_unless_it_is_the_repeat(
    stage: Stage, visitor: SignIn
) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    client = visitor("responder_urban")
    assert send(client, matter, "milestone", key=KEY, label=MILESTONE).status_code == 204
    assert send(client, matter, "milestone", key=KEY, label=MILESTONE).status_code == 204
    assert send(client, matter, "milestone", key=str(uuid4()), label=MILESTONE).status_code == 422
    assert stage.acts(matter).count("milestone") == 1


@pytest.mark.parametrize("junk", ["", "1", "x" * 5000, "'; drop table casework_entry; --", "\x00"])
def test_a_key_that_is_none_makes_no_two_acts_one(stage: Stage, visitor: SignIn, junk: str) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    client = visitor("responder_urban")
    for _time in range(2):
        assert send(client, matter, "step", key=junk, words="一趟").status_code == 204
    keys = {entry["data"]["key"] for entry in stage.entries(matter) if entry["act"] == "step"}
    assert len(keys) == 2 and {UUID(key).version for key in keys} == {4}


def test_a_find_that_comes_twice_is_one_settled_matter(stage: Stage, visitor: SignIn) -> None:
    area = stage.one("select id from register_place where code = 'cast.310115132001'")
    form = {
        "key": KEY, "place": str(area), "kind": "C18", "words": "两家邻居当面说和了", "settled": "1",
        "photo_after": [str(photo())],
    }  # fmt: skip
    client = visitor("worker")
    for _time in range(2):
        answer = client.post("/work/found/", form, headers=OUTBOX)
        assert answer.status_code == 204
    (row,) = stage.ask("select state from casework_case where title = '两家邻居当面说和了'")
    assert row == {"state": "verified"}


def test_the_state_tells_whose_acts_may_go_out_and_a_token_that_works(visitor: SignIn) -> None:
    signed_in = visitor("responder")
    answer = signed_in.get("/work/outbox/")
    given = answer.json()
    assert set(given) == {"who", "token"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert f'data-who="{given["who"]}"' in signed_in.get("/work/today/").content.decode()
    assert visitor("responder_mate").get("/work/outbox/").json()["who"] != given["who"]

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    assert strict.post("/work/notices/read/", {}).status_code == 403
    fresh = strict.get("/work/outbox/").json()["token"]
    assert strict.post("/work/notices/read/", {"csrfmiddlewaretoken": fresh}).status_code == 302


@pytest.mark.parametrize("address", ["/work/outbox/", "/work/waiting/"])
def test_nobody_signed_in_is_sent_to_sign_in(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")


def test_the_service_worker_reaches_the_workers_pages_and_keeps_nothing_of_the_state(db: None) -> None:
    answer = Client().get("/work/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer.headers["Cache-Control"]
    text = answer.content.decode()
    assert 'const NEVER = ["/work/outbox/", "/work/sw.js"];' in text
    assert 'const WAITING = "/work/waiting/";' in text
    assert "{%" not in text and "{{" not in text


@pytest.mark.parametrize(
    ("language", "empty", "unkept"),
    [
        ("zh-hans", "填写的内容都已发送。", "本机没有存这一页，联网后才能打开。"),
        ("en", "Everything you filled in has been sent.", "That page was not kept on this phone."),
    ],
)
def test_the_page_of_what_waits(visitor: SignIn, language: str, empty: str, unkept: str) -> None:
    client = visitor("responder")
    plain = main_of(client.get("/work/waiting/", {"lang": language}))
    assert empty in plain.words and unkept not in plain.words
    assert unkept in main_of(client.get("/work/waiting/", {"unkept": "1"})).words


def test_every_page_brings_the_counter_and_the_forms_that_may_wait_bring_a_key(stage: Stage, visitor: SignIn) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    client = visitor("responder_urban")
    for address in ("/work/today/", "/work/notices/", "/work/me/", f"/work/matter/{matter.id}/"):
        assert page_of(client.get(address)).one("a", data_waiting=True).has(href="/work/waiting/", hidden=True)
    for slug, waits in (("arrive", True), ("step", True), ("result", True), ("milestone", True), ("extend", False)):
        form = main_of(client.get(f"/work/matter/{matter.id}/{slug}/")).one("form")
        assert form.has(data_waits=waits) is True
        assert UUID(form.value("key")).version == 4
    first, second = (main_of(client.get(f"/work/matter/{matter.id}/step/")).one("form").value("key") for _n in "ab")
    assert first != second


def test_the_task_page_names_the_forms_to_be_kept(stage: Stage, visitor: SignIn) -> None:
    matter = stage.case_in(CaseState.HANDLING)
    kept = [
        a.attrs["href"]
        for a in main_of(visitor("responder_urban").get(f"/work/matter/{matter.id}/")).all("a", data_keep=True)
    ]
    assert kept == [f"/work/matter/{matter.id}/{slug}/" for slug in ("arrive", "result", "step", "milestone")]
