"""Who asks, and how far his token reaches: a wrong one is 401, a post without the right 403, out of reach 404."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import cast
import pytest
from django.conf import settings
from django.db import connections
from doors.ways import case_in, filed, problem

from linli.access.api import close_session, open_session
from linli.accounts.api import Post, Role, User, create_user, end_post, grant_post
from linli.casework.cases.models import Case
from linli.casework.intake.models import Report
from linli.kernel.clock import now, shanghai_date
from linli.territory.models import Area

Call = Callable[[str], Any]
STAFF_READS = ("/cases", "/inbox", "/me")


def area(code: str) -> Area:
    return Area.objects.using("owner").get(code=code)


def session(post: Post, *, ttl: timedelta = timedelta(hours=1), kind: str = "token") -> str:
    return open_session(user_id=post.user_id, post_id=post.id, kind=kind, ttl=ttl, label="tests")


@pytest.fixture
def newcomer(committed: None) -> Callable[..., Post]:
    """newcomer(): a worker of the home area whom no other test knows."""

    def come(role: Role = Role.WORKER, code: str = cast.HOME_AREA, since: date = cast.SINCE) -> Post:
        name = f"n{uuid4().hex[:10]}"
        user = create_user(actor=None, username=name, name="新人", password=cast.PASSWORD)
        return grant_post(actor=None, user=user, role=role, area=area(code), unit=None, starts_on=since)

    return come


def test_a_token_that_is_good_is_the_control_of_all_that_are_not(anyone: Any, newcomer: Callable[..., Post]) -> None:
    post = newcomer()
    anyone.token = session(post)
    told = anyone.get("/me").json()
    assert (told["user_id"], told["role"], told["area_id"], told["unit_id"]) == (
        post.user_id, "worker", post.area_id, None
    )  # fmt: skip
    assert {"case.dispatch", "report.triage"} <= set(told["acts"])
    assert not {"case.void", "audit.read", "rules.edit"} & set(told["acts"])
    for path in STAFF_READS:
        assert anyone.get(path).status_code == 200


def expired(post: Post) -> str:
    token = session(post)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"update {settings.LINLI_AUTHZ_SCHEMA}.db_session set expires_at = now() - interval '1 second'"
            " where tok_hash = sha256(convert_to(%s, 'UTF8'))",
            [token],
        )
        assert cursor.rowcount == 1
    return token


def revoked(post: Post) -> str:
    token = session(post)
    close_session(token)
    return token


def of_a_disabled_user(post: Post) -> str:
    token = session(post)
    User.objects.using("owner").filter(id=post.user_id).update(is_active=False)
    return token


def of_an_ended_post(post: Post) -> str:
    token = session(post)
    end_post(actor=None, post=post, on=shanghai_date(now()) - timedelta(days=1))
    return token


def of_another_persons_post(post: Post) -> str:
    other = Post.objects.using("owner").get(user__username="head")
    return open_session(user_id=post.user_id, post_id=other.id, kind="token", ttl=timedelta(hours=1), label="tests")


def never_given(_post: Post) -> str:
    return "A" * 43


def cut_short(post: Post) -> str:
    return session(post)[:-1]


def in_another_case(post: Post) -> str:
    return session(post).swapcase()


@pytest.mark.parametrize(
    "make",
    [expired, revoked, of_a_disabled_user, of_an_ended_post, of_another_persons_post, never_given, cut_short,
     in_another_case],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_a_token_that_is_over_opens_nothing(
    anyone: Any, said: dict[str, object], newcomer: Callable[..., Post], make: Callable[[Post], str]
) -> None:
    anyone.token = make(newcomer())
    before = Report.objects.using("owner").count()
    for answer in (*(anyone.get(path) for path in STAFF_READS), anyone.get("/items"), anyone.post("/reports", said)):
        told = problem(answer, 401, "session_over")
        assert answer["WWW-Authenticate"] == 'Bearer realm="linli"'
        assert anyone.token not in str(told)
    assert Report.objects.using("owner").count() == before


def test_a_post_that_begins_tomorrow_opens_nothing_today(anyone: Any, newcomer: Callable[..., Post]) -> None:
    anyone.token = session(newcomer(since=shanghai_date(now()) + timedelta(days=1)))
    problem(anyone.get("/me"), 401, "session_over")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Token abcdefghijklmnopqrstuvwxyz", "token_malformed"),
        ("Basic d29ya2VyOmEtbG9uZy10ZXN0LXBhc3N3b3Jk", "token_malformed"),
        ("Bearer", "token_malformed"),
        ("Bearer short", "token_malformed"),
        ("Bearer " + "x" * 201, "token_malformed"),
        ("Bearer ' or 1=1 --aaaaaaaaaaaaaaaa", "token_malformed"),
        ("bearer " + "x" * 43, "session_over"),
    ],
)
def test_what_is_no_token_is_called_so(anyone: Any, header: str, code: str) -> None:
    answer = anyone.client.get("/api/v1/me", headers={"authorization": header})
    problem(answer, 401, code)


def test_the_scheme_is_read_in_any_case_and_spaces_around_a_token_do_not_matter(caller: Call) -> None:
    token = caller("worker").token
    for header in (f"Bearer {token}", f"bearer {token}", f"BEARER   {token} "):
        assert caller("worker").client.get("/api/v1/me", headers={"authorization": header}).status_code == 200


def test_a_link_is_no_token_and_a_token_no_link(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    got = anyone.post("/reports", said).json()
    path = f"/reports/{got['id']}"
    anyone.token = got["link"]
    problem(anyone.get(path), 401, "session_over")
    anyone.token, anyone.link = None, caller("worker").token
    problem(anyone.get(path), 401, "link_unknown")
    anyone.link = got["link"]
    assert anyone.get(path).status_code == 200
    for staff_path in (*STAFF_READS, f"/cases/{got['id']}"):
        problem(anyone.get(staff_path), 401, "token_missing")
    problem(anyone.post(f"{path}/acts/open", {}), 401, "token_missing")


def test_with_both_a_token_and_a_link_the_token_speaks(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    """A program of staff that also sends somebody's link must not read as that reporter, nor the other way round."""
    got = anyone.post("/reports", said).json()
    both = caller("worker_sibling")
    both.link = got["link"]
    problem(both.get(f"/reports/{got['id']}"), 404, "report_unknown")
    near = caller("worker")
    near.link = "x" * 24
    assert near.get(f"/reports/{got['id']}").json()["story"][0]["act"] == "receive"


REACH = {
    "worker": {cast.HOME_AREA},
    "worker_sibling": {cast.SIBLING_AREA},
    "worker_cousin": {cast.COUSIN_AREA},
    "worker_village": {cast.VILLAGE_AREA},
    "head": {cast.HOME_AREA, cast.SIBLING_AREA},
    "head_other": {cast.COUSIN_AREA},
    "dispatcher": {cast.HOME_AREA, cast.SIBLING_AREA, cast.COUSIN_AREA, cast.VILLAGE_AREA},
    "dispatcher_other": {cast.FOREIGN_AREA},
    "district": set(cast.LEAVES),
    "auditor": set(cast.LEAVES),
    "responder": set(),
}
"""Who reads reports of which committees: his own, what lies below him, or all; a unit only what lies with it."""


@pytest.fixture(scope="module")
def reported(real_database: str) -> dict[str, dict[str, Any]]:
    """One report in each committee of the cast, by its code."""
    from doors.conftest import Caller

    said = {"words": "路灯不亮", "item_code": "C04"}
    return {code: Caller().post("/reports", said | {"area_code": code}).json() for code in cast.LEAVES}


@pytest.mark.parametrize("username", REACH)
def test_a_report_out_of_reach_is_as_if_it_were_not_there(
    caller: Call, reported: dict[str, dict[str, Any]], username: str
) -> None:
    who = caller(username)
    absent = who.get(f"/reports/{uuid4()}")
    problem(absent, 404, "report_unknown")
    for code, got in reported.items():
        answer = who.get(f"/reports/{got['id']}")
        if code in REACH[username]:
            assert (answer.status_code, answer.json()["area_code"]) == (200, code)
        else:
            assert (answer.status_code, answer.content) == (404, absent.content)


@pytest.mark.parametrize("username", sorted(set(REACH) - {"auditor", "district"}))
def test_the_inbox_holds_what_lies_within_reach(
    caller: Call, reported: dict[str, dict[str, Any]], username: str
) -> None:
    rows = caller(username).get("/inbox", limit=200).json()
    assert rows["next"] is None
    seen = {row["id"]: row["area_code"] for row in rows["items"]}
    assert {code for code, got in reported.items() if got["id"] in seen} == REACH[username]
    assert set(seen.values()) <= REACH[username]


def test_a_unit_sees_a_case_from_the_moment_it_lies_with_it_and_no_longer(anyone: Any, caller: Call) -> None:
    got = filed(anyone, caller, item="C06")
    mine, others = caller("responder_urban"), caller("responder_housing")
    caller("worker").act(got["number"], "dispatch")
    assert Case.objects.using("owner").get(id=got["id"]).unit.code == "cast.urban"
    assert mine.get(f"/cases/{got['id']}").status_code == 200
    problem(others.get(f"/cases/{got['id']}"), 404, "case_unknown")
    assert got["id"] in {row["id"] for row in mine.get("/cases", limit=200).json()["items"]}
    assert got["id"] not in {row["id"] for row in others.get("/cases", limit=200).json()["items"]}
    housing = caller("worker").get("/cases", limit=1).status_code
    assert housing == 200
    assert mine.act(got["number"], "return", reason="not_our_duty", words="不归我们").status_code == 200
    assert caller("dispatcher").act(got["number"], "rule_return", grant=True, words="同意").status_code == 200
    unit = Case.objects.using("owner").get(id=got["id"]).unit.code
    assert mine.get(f"/cases/{got['id']}").status_code == (200 if unit == "cast.urban" else 404)


def test_a_number_is_read_however_it_was_typed(anyone: Any, caller: Call) -> None:
    got = case_in(anyone, caller, "filed")
    number = str(got["number"])
    worker = caller("worker")
    for typed in (number, number.lower(), number.replace("-", ""), f" {number} ", number.replace("-", " ")):
        assert worker.get(f"/cases/{typed}").json()["id"] == got["id"], typed
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    problem(worker.get(f"/cases/{wrong}"), 404, "case_unknown")


def test_an_auditor_reads_all_and_writes_nothing(anyone: Any, caller: Call, said: dict[str, object]) -> None:
    got = case_in(anyone, caller, "filed")
    auditor = caller("auditor")
    assert auditor.get(f"/cases/{got['id']}").json()["acts"] == []
    problem(auditor.post("/reports", said), 403, "not_permitted")
    problem(auditor.act(got["id"], "comment", words="x"), 403, "not_permitted")
    problem(auditor.get("/inbox"), 403, "not_permitted")


@pytest.mark.parametrize("username", ["worker", "responder"])
def test_channels_are_for_staff_alone(anyone: Any, caller: Call, said: dict[str, object], username: str) -> None:
    """Somebody without a token who says `desk` is a resident all the same; a token's person may be another system."""
    for channel in ("api", "desk"):
        free = anyone.post("/reports", said | {"channel": channel}).json()
        assert Report.objects.using("owner").get(id=free["id"]).channel == "resident"
        staff = caller(username).post("/reports", said | {"channel": channel}).json()
        assert Report.objects.using("owner").get(id=staff["id"]).channel == channel
    problem(anyone.post("/reports", said | {"channel": "hotline"}), 422, "invalid")
