"""Health, tokens from the command line, cursors and the brake."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from linli.audit.models import Record
from linli.doors.rest import health
from linli.doors.rest.openapi import document
from linli.doors.rest.pace import Buckets
from linli.doors.rest.paging import question, read_cursor, recorded_since, write_cursor
from linli.kernel.errors import InvalidInput
from linli.kernel.ids import uuid7


def test_healthz_and_readyz(anyone: Any) -> None:
    assert anyone.client.get("/healthz").json() == {"status": "ok"}
    ready = anyone.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["migrations"] is True
    assert set(ready.json()) == {"status", "database", "migrations", "worker", "worker_heartbeat_age_s"}


def test_readyz_says_when_there_is_no_database(anyone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> float:
        raise OperationalError("password=secret host=10.0.0.1")

    monkeypatch.setattr(health, "_worker_age", gone)
    answer = anyone.client.get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()
    assert anyone.client.get("/healthz").status_code == 200


def test_readyz_says_when_migrations_are_missing(anyone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", lambda: False)
    answer = anyone.client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "migrations missing")


def made(*arguments: str) -> str:
    out = StringIO()
    call_command("token", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_a_token_is_made_used_and_ended(caller: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    token = made("create", "--user", "responder", "--label", "a program", "--days", "30")
    who = caller("worker")
    who.token = token
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert who.get("/me").json()["role"] == "responder"
    trail = Record.objects.using("owner").filter(act="token.create").order_by("-id").first()
    assert trail is not None
    assert token not in str(trail.detail)
    monkeypatch.setattr("sys.stdin", StringIO(token + "\n"))
    made("revoke")
    assert who.get("/me").status_code == 401


def test_all_tokens_of_a_person_end_together(caller: Callable[[str], Any]) -> None:
    tokens = [made("create", "--user", "responder_other", "--label", str(n)) for n in range(2)]
    made("revoke", "--user", "responder_other")
    who = caller("worker")
    for who.token in tokens:
        assert who.get("/me").status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        ("create", "--user", "nobody", "--label", "x"),
        ("create", "--user", "worker", "--label", "x", "--days", "0"),
        ("create", "--user", "worker", "--label", "x", "--days", "9999"),
        ("create", "--user", "worker", "--label", "x", "--post", "999999"),
        ("create", "--user", "worker"),
        ("revoke", "--user", "nobody"),
    ],
)
def test_a_token_for_nobody_or_for_ever_is_not_made(committed: None, wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        made(*wrong)


def test_the_openapi_file_documents_every_error_of_every_operation(anyone: Any) -> None:
    served = anyone.get("/openapi.json")
    assert served.content == document()
    described = orjson.loads(document())
    assert described["openapi"].startswith("3.")
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    assert len(operations) == 32
    for one in operations:
        assert one["security"]
        assert {"400", "401", "403", "404", "405", "413", "415", "422", "429", "503"} <= set(one["responses"])
        assert {"200", "201"} & set(one["responses"])


def test_a_cursor_is_read_back_and_belongs_to_its_question() -> None:
    place = (datetime(2026, 11, 24, 8, 30, tzinfo=UTC), uuid7())
    asked = question("cases", {"state": ["filed"]})
    assert read_cursor(write_cursor(place, asked), asked) == place
    assert read_cursor(None, asked) is None
    for other in (question("cases", {"state": []}), question("inbox", {"state": ["filed"]})):
        with pytest.raises(InvalidInput):
            read_cursor(write_cursor(place, asked), other)


def test_ids_since_a_moment() -> None:
    before = recorded_since(datetime.now(UTC) - timedelta(seconds=1))
    assert before < uuid7()
    assert uuid7() < recorded_since(datetime.now(UTC) + timedelta(seconds=1))
    assert recorded_since(datetime(1, 1, 1, tzinfo=UTC)) == UUID(int=0)


def test_a_bucket_fills_and_empties_again() -> None:
    buckets = Buckets()
    assert [buckets.take("a", 60, 1000.0) for _ in range(61)] == [True] * 60 + [False]
    assert buckets.take("b", 60, 1000.0)
    assert buckets.take("a", 60, 1001.1)
    assert not buckets.take("a", 60, 1001.1)
    assert [buckets.take("a", 60, 2000.0) for _ in range(61)] == [True] * 60 + [False]


def test_buckets_of_many_addresses_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linli.doors.rest.pace.MOST_ADDRESSES", 100)
    buckets = Buckets()
    for n in range(1000):
        buckets.take(str(n), 60, float(n))
    assert len(buckets._full_at) <= 100
