"""Staff over HTTP: who sees what, pages, filters, every act of the loop, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import cast
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from linli.access.api import RULE, open_session
from linli.accounts.api import Post, end_post
from linli.casework.cases.models import Case
from linli.doors.rest.operations import GATES
from linli.doors.rest.service import api
from linli.kernel.clock import now

Call = Callable[[str], Any]
Opened = Callable[..., dict[str, Any]]


@pytest.fixture
def opened(anyone: Any, caller: Call) -> Opened:
    """opened(area, worker, item): a case filed over HTTP, as its receipt."""

    def go(area: str = cast.HOME_AREA, worker: str = "worker", item: str = "C04") -> dict[str, Any]:
        got: dict[str, Any] = anyone.post("/reports", {"words": "堆物", "item_code": item, "area_code": area}).json()
        done = caller(worker).post(f"/reports/{got['id']}/acts/open", {"item_code": item})
        assert (done.status_code, done.json()["state"]) == (200, "accepted"), done.content
        return got

    return go


def ok(answer: Any, state: str) -> None:
    assert (answer.status_code, answer.json().get("state")) == (200, state), answer.content


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_a_matter_travels_the_whole_loop_over_http(opened: Opened, caller: Call) -> None:
    got = opened()
    number, worker, head = got["number"], caller("worker"), caller("head")
    ok(worker.act(number, "dispatch"), "dispatched")
    ok(head.post(f"/cases/{number}/acts/accept"), "handling")
    ok(head.act(number, "arrive", words="到场"), "handling")
    ok(head.act(number, "step", words="已联系住户"), "handling")
    ok(worker.act(number, "comment", words="请注意安全"), "handling")
    ok(head.act(number, "feed_back", result="explained", words="三天内清走"), "fed_back")
    refused(head.act(number, "verify", passed=True, method="on_site"), 403, "own_work")
    ok(worker.act(number, "verify", passed=True, method="on_site"), "verified")
    seen = worker.get(f"/cases/{number}").json()
    assert [one["act"] for one in seen["story"]] == [
        "receive", "open", "dispatch", "accept", "arrive", "step", "comment", "feed_back", "verify",
    ]  # fmt: skip
    assert seen["id"] == got["id"]
    assert seen["assignments"][0]["accepted_at"]
    assert "comment" in seen["acts"]
    assert "dispatch" not in seen["acts"]
    assert {clock["kind"] for clock in seen["clocks"]} >= {"triage", "dispatch", "accept", "whole"}
    assert worker.get(f"/cases/{got['id']}").json()["number"] == number


def test_side_routes(opened: Opened, caller: Call) -> None:
    number, worker, head = opened()["number"], caller("worker"), caller("head")
    dispatcher = caller("dispatcher")
    refused(worker.post(f"/cases/{number}/acts/accept"), 409, "case_wrong_state")
    worker.act(number, "dispatch")
    refused(worker.act(number, "return", reason="because", words="不归我"), 422, "invalid")
    ok(worker.act(number, "return", reason="not_our_duty", words="不归我们"), "return_asked")
    refused(worker.act(number, "rule_return", grant=False, words="归你"), 403, "not_permitted")
    ok(dispatcher.act(number, "rule_return", grant=False, words="归你"), "dispatched")
    refused(worker.act(number, "return", reason="not_our_duty", words="再退"), 409, "return_used")
    ok(head.post(f"/cases/{number}/acts/accept"), "handling")
    ok(head.act(number, "extension", amount="1", unit="d", words="等材料"), "handling")
    ok(worker.act(number, "rule_extension", grant=True, amount="1", unit="d", words="同意"), "handling")
    ok(worker.act(number, "suspend", words="等业主表决"), "suspended")
    assert all(clock["paused"] for clock in worker.get(f"/cases/{number}").json()["clocks"] if clock["kind"] == "whole")
    ok(worker.act(number, "resume"), "handling")
    refused(worker.act(number, "void", words="重复"), 403, "not_permitted")
    ok(head.act(number, "void", words="重复"), "voided")
    refused(head.act(number, "comment", words="x"), 409, "case_wrong_state")


def test_two_eyes_more_for_a_refusal(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    got = anyone.post("/reports", said).json()
    acts = f"/reports/{got['id']}/acts"
    ok(caller("head").post(f"{acts}/ask_refusal", {"words": "不属实"}), "refusal_asked")
    refused(caller("head").post(f"{acts}/review_refusal", {"agree": True, "words": "同意"}), 403, "own_refusal")
    ok(caller("dispatcher").post(f"{acts}/review_refusal", {"agree": True, "words": "同意"}), "refused")


def test_a_second_report_is_merged(opened: Opened, anyone: Any, caller: Call, said: dict[str, object]) -> None:
    first, second = opened(), anyone.post("/reports", said).json()
    ok(caller("worker").post(f"/reports/{second['id']}/acts/merge", {"into": first["id"]}), "merged")
    seen = caller("worker").get(f"/cases/{first['number']}").json()
    assert (seen["reports"], set(seen["report_ids"])) == (2, {first["id"], second["id"]})


SCOPE = {
    "worker": {cast.HOME_AREA},
    "worker_sibling": {cast.SIBLING_AREA},
    "dispatcher": {cast.HOME_AREA, cast.SIBLING_AREA},
    "dispatcher_other": set(),
    "district": {cast.HOME_AREA, cast.SIBLING_AREA},
    "auditor": {cast.HOME_AREA, cast.SIBLING_AREA},
    "responder": set(),
}


@pytest.mark.parametrize("username", SCOPE)
def test_each_sees_his_own_and_nothing_else(opened: Opened, caller: Call, username: str) -> None:
    made = {cast.HOME_AREA: opened(), cast.SIBLING_AREA: opened(cast.SIBLING_AREA, "worker_sibling")}
    who = caller(username)
    rows, cursor = [], None
    while True:
        page = who.get("/cases", limit=200, **({"cursor": cursor} if cursor else {})).json()
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    for area, got in made.items():
        visible = area in SCOPE[username]
        assert (got["id"] in {row["id"] for row in rows}) is visible
        for key in (got["id"], got["number"]):
            assert who.get(f"/cases/{key}").status_code == (200 if visible else 404)
        if not visible and username != "auditor":
            assert who.act(got["number"], "comment", words="x").status_code == 404


def test_pages_hang_together_and_cursors_cannot_be_bent(opened: Opened, caller: Call) -> None:
    made = [opened()["id"] for _ in range(7)]
    worker = caller("worker")
    seen, cursor, pages = [], None, 0
    while True:
        page = worker.get("/cases", limit=3, state="filed", **({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["items"]]
        pages += 1
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert set(made) <= set(seen)
    assert seen[:7] == made[::-1]
    assert pages >= 3
    first = worker.get("/cases", limit=3, state="filed").json()["next"]
    for bent in (first[:-1] + ("A" if first[-1] != "A" else "B"), "x", first + "x"):
        refused(worker.get("/cases", limit=3, state="filed", cursor=bent), 422, "cursor_unknown")
    refused(worker.get("/cases", limit=3, cursor=first), 422, "cursor_unknown")  # another question
    refused(worker.get("/cases", limit=201), 422, "invalid")
    refused(worker.get("/cases", limit="x\x00"), 422, "invalid")


def test_filters(opened: Opened, caller: Call) -> None:
    start = now()
    here, there = opened(), opened(cast.SIBLING_AREA, "worker_sibling", "C03")
    boss = caller("dispatcher")

    def ids(**filters: Any) -> set[str]:
        answer = boss.get("/cases", limit=200, **filters)
        assert answer.status_code == 200, answer.content
        return {row["id"] for row in answer.json()["items"]} & {here["id"], there["id"]}

    both = {here["id"], there["id"]}
    assert ids() == both
    assert ids(item="C03") == {there["id"]}
    assert ids(area=cast.HOME_AREA) == {here["id"]}
    assert ids(area=cast.TOWN) == both
    assert ids(area=cast.OTHER_TOWN) == set()
    assert ids(state=["filed", "closed"]) == both
    assert ids(state="closed") == set()
    assert ids(unit=Case.objects.using("owner").get(id=here["id"]).unit_id) >= {here["id"]}
    assert ids(updated_since=start.isoformat()) == both
    assert ids(updated_since=(now() + timedelta(minutes=1)).isoformat()) == set()
    assert ids(overdue="true") == set()
    Case.objects.using("owner").filter(id=here["id"]).update(due_at=now() - timedelta(hours=1))
    assert ids(overdue="true") == {here["id"]}
    assert ids(overdue="false") == {there["id"]}
    refused(boss.get("/cases", area="999"), 404, "area_unknown")
    for wrong in ({"state": "x"}, {"item": "\x00"}, {"unit": 2**40}, {"updated_since": "yesterday"}, {"area": "'--"}):
        refused(boss.get("/cases", **wrong), 422, "invalid")
    assert boss.get("/cases", updated_since="9999-12-31T23:59:59-23:59").status_code == 200
    assert boss.get("/cases", updated_since="0001-01-01T00:00:00+23:59").status_code == 200


def test_lists_and_details_carry_no_phone_and_no_name_of_a_reporter(anyone: Any, caller: Call) -> None:
    body = {"words": "堆物", "item_code": "C04", "area_code": cast.HOME_AREA} | {
        "phone": "13912345678",
        "reporter_name": "欧阳小明",
    }
    got = anyone.post("/reports", body).json()
    worker = caller("worker")
    worker.post(f"/reports/{got['id']}/acts/open", {"item_code": "C04"})
    for path in ("/cases", f"/cases/{got['number']}", "/inbox", f"/reports/{got['id']}"):
        text = worker.get(path).content.decode()
        assert "13912345678" not in text
        assert "欧阳小明" not in text
        assert got["link"] not in text


def test_the_inbox_lists_what_waits(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    ids = [anyone.post("/reports", said).json()["id"] for _ in range(3)]
    worker, seen, cursor = caller("worker"), [], None
    while True:
        page = worker.get("/inbox", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one for one in seen if one in ids] == ids
    assert len(seen) == len(set(seen))
    assert caller("auditor").get("/inbox").status_code == 403


def test_reference_and_me(anyone: Any, caller: Call) -> None:
    items = anyone.get("/items").json()
    assert len(items) == 61
    assert {one["code"] for one in items} >= {"C03", "C04"}
    (district,) = anyone.get("/areas").json()
    towns = anyone.get("/areas", parent=district["code"]).json()
    assert cast.TOWN in {one["code"] for one in towns}
    assert anyone.get("/areas", parent="zz9").status_code == 404
    me = caller("head").get("/me").json()
    assert me["role"] == "station_head"
    assert "case.void" in me["acts"]


@pytest.mark.parametrize(
    "path", ["/cases", "/inbox", "/me", "/cases/x", "/reports/01a20c92-beb7-70a8-bbc6-fd6267cea9d2"]
)
def test_without_a_token_nothing_is_told(anyone: Any, path: str) -> None:
    refused(anyone.get(path), 401, "token_missing")


def test_what_does_not_exist_answers_in_kind(anyone: Any, caller: Call) -> None:
    refused(anyone.get("/nothing"), 404, "no_such_path")
    refused(anyone.get("/reports"), 405, "method_not_allowed")
    assert anyone.get("/reports")["Allow"] == "POST, OPTIONS"
    for key in ("x", "2611-132-004219-X", str(uuid4()), "%00", "a" * 500):
        refused(caller("worker").get(f"/cases/{key}"), 404, "case_unknown")


def test_a_disabled_post_ends_the_token_at_once(caller: Call) -> None:
    post = Post.objects.using("owner").get(user__username="worker_village")
    who = caller("worker")
    who.token = open_session(user_id=post.user_id, post_id=post.id, kind="token", ttl=timedelta(hours=1))
    assert who.get("/me").status_code == 200
    end_post(actor=None, post=post, on=date(2024, 12, 31))
    refused(who.get("/me"), 401, "session_over")


def test_every_operation_stands_behind_its_gate() -> None:
    described = api.get_openapi_schema(path_prefix="api/v1/")["paths"]
    names = {one["operationId"] for methods in described.values() for one in methods.values()}
    assert names == set(GATES)
    assert len(names) > 30

    def views(patterns: list[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in patterns:
            if isinstance(one, URLResolver):
                found |= views(one.url_patterns)
            elif isinstance(one, URLPattern) and one.name in GATES:
                found[one.name] = one.callback
        return found

    served = views(get_resolver().url_patterns)
    assert set(served) == names
    assert {name: getattr(view, RULE) for name, view in served.items()} == {n: g.rule for n, g in GATES.items()}
