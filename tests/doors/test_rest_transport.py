"""What a program meets before its words are read: methods, media types, lengths, the brake, and the two probes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.conf import settings as configured
from django.db import connections
from django.test import Client
from doors.ways import filed, problem

from linli.casework.intake.models import Report
from linli.doors.rest import pace
from linli.doors.rest.operations import GATES
from linli.doors.rest.service import api

Call = Callable[[str], Any]
Said = dict[str, object]


def stored() -> int:
    return Report.objects.using("owner").count()


def operations() -> list[tuple[str, str]]:
    """Method and path of each operation, its parameters filled in."""
    described = api.get_openapi_schema(path_prefix="api/v1/")["paths"]
    known = {"{report_id}": "018a0c8b-e9b6-7688-b9c7-e1a938ccd98c", "{case}": "x"}
    filled = []
    for path, methods in described.items():
        whole = path
        for name, value in known.items():
            whole = whole.replace(name, value)
        filled.append((whole, methods))
    return [(method.upper(), path) for path, methods in filled for method in methods]


OPERATIONS = operations()
ids = [f"{method} {path[8:40]}" for method, path in OPERATIONS]


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=ids)
def test_each_path_has_its_one_method_and_says_so(committed: None, method: str, path: str) -> None:
    client = Client(raise_request_exception=False)
    allow = "GET, HEAD, OPTIONS" if method == "GET" else "POST, OPTIONS"
    asked = client.options(path)
    assert (asked.status_code, asked.content, asked["Allow"]) == (204, b"", allow)
    others = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - {method}
    for other in sorted(others if method == "GET" else others | {"HEAD"}):
        refused = client.generic(other, path)
        assert (refused.status_code, refused["Allow"]) == (405, allow), other
        assert refused["Content-Type"] == "application/problem+json"
    own = client.generic(method, path)
    assert own.status_code not in {404, 405} or own.json()["code"] in {"area_unknown", "case_unknown"}


def test_those_are_all_operations() -> None:
    assert len(OPERATIONS) == len(GATES)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/v1/openapi.json"])
def test_the_probes_are_only_read(committed: None, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused = client.generic(method, path)
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert refused.json()["code"] == "method_not_allowed"
    assert client.options(path).status_code == 204
    assert client.get(path).status_code == client.head(path).status_code == 200


def test_a_head_asks_for_the_same_token_as_its_get(anyone: Any, caller: Call) -> None:
    assert anyone.client.head("/api/v1/me").status_code == 401
    worker = caller("worker")
    head = worker.client.head("/api/v1/me", headers=worker.headers())
    assert (head.status_code, head["Content-Type"]) == (200, "application/json; charset=utf-8")


MEDIA: list[tuple[str, int]] = [
    ("application/json", 201),
    ("application/json; charset=utf-8", 201),
    ("APPLICATION/JSON", 201),
    ("application/json;charset=gbk", 201),  # JSON is UTF-8, whatever is said beside it (RFC 8259 §8.1)
    ("application/vnd.api+json", 415),
    ("text/json", 415),
    ("text/plain", 415),
    ("multipart/form-data; boundary=x", 415),
    ("application/x-www-form-urlencoded", 415),
    ("", 415),
]


@pytest.mark.parametrize(("media", "status"), MEDIA, ids=[media or "none" for media, _status in MEDIA])
def test_a_body_is_taken_as_json_and_as_nothing_else(anyone: Any, said: Said, media: str, status: int) -> None:
    before = stored()
    answer = anyone.post("/reports", orjson.dumps(said), content_type=media)
    assert answer.status_code == status, answer.content
    assert stored() == before + (status == 201)
    if status == 415:
        assert answer["Accept"] == "application/json"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\xef\xbb\xbf{}", 400),
        ('{"words": "楼道"}'.encode("gb18030"), 400),
        (b'{"words": "a", "words": "b"}', 422),
        (b'{"words": "\\u0000"}', 422),
        (b'{"words": Infinity}', 400),
        (b'{"lat": 1e999, "lng": 1}', 422),
        (b'"words"', 422),
        (b"1", 422),
        (b"[" * 5000, 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
        (b"{} {}", 400),
    ],
    ids=lambda value: repr(value[:16]) if isinstance(value, bytes) else str(value),
)
def test_bodies_that_are_nearly_json(anyone: Any, data: bytes, status: int) -> None:
    before = stored()
    answer = anyone.post("/reports", data)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert stored() == before


def test_the_limit_of_a_body_is_exact(anyone: Any, said: Said) -> None:
    """128 KiB of JSON are read to the last byte; one more is refused unread."""
    plain = orjson.dumps(said)
    full = plain + b" " * (128 * 1024 - len(plain))
    assert anyone.post("/reports", full).status_code == 201
    told = problem(anyone.post("/reports", full + b" "), 413, "body_too_large")
    assert "131072" in told["detail"]


@pytest.mark.parametrize(
    ("length", "status"), [("", 422), ("0", 422), ("x", 400), ("-5", 400), ("1e3", 400), ("+7", 400)]
)
def test_a_length_that_is_no_number_is_not_a_fault_of_ours(anyone: Any, said: Said, length: str, status: int) -> None:
    answer = anyone.client.generic(
        "POST", "/api/v1/reports", orjson.dumps(said), "application/json", CONTENT_LENGTH=length
    )
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_an_act_without_a_body_needs_no_media_type_and_ignores_none(anyone: Any, caller: Call) -> None:
    got = filed(anyone, caller)
    head = caller("head")
    caller("worker").act(got["number"], "dispatch")
    answer = head.client.post(f"/api/v1/cases/{got['id']}/acts/accept", headers=head.headers())
    assert (answer.status_code, answer.json()["state"]) == (200, "handling")


@pytest.fixture
def brake(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """brake(n): so many changes a minute from one address, from empty buckets on."""
    monkeypatch.setattr(pace, "_buckets", pace.Buckets())

    def at(per_minute: int) -> None:
        settings.LINLI_PUBLIC_PER_MINUTE = per_minute

    yield at


def test_the_brake_holds_changes_without_a_token_and_nothing_else(
    anyone: Any, caller: Call, said: Said, brake: Callable[[int], None]
) -> None:
    brake(2)
    before = stored()
    assert [anyone.post("/reports", said).status_code for _ in range(4)] == [201, 201, 429, 429]
    assert stored() == before + 2
    for language, sentence in (
        ("zh-CN", "此处请求过多，请稍候再试。"), ("en", "Too many requests from here. Please wait a moment."),
    ):  # fmt: skip
        answer = anyone.client.post(
            "/api/v1/reports", orjson.dumps(said), "application/json", headers={"accept-language": language}
        )
        assert problem(answer, 429, "too_many_requests")["detail"] == sentence
        assert int(answer["Retry-After"]) > 0
    assert anyone.client.post("/api/v1/photos", {"file": io.BytesIO(b"x")}).status_code == 429  # the same bucket
    assert [anyone.get("/items").status_code for _ in range(5)] == [200] * 5
    assert [caller("worker").post("/reports", said).status_code for _ in range(4)] == [201] * 4


def test_a_false_token_gets_nobody_past_the_brake_for_nothing(
    anyone: Any, said: Said, brake: Callable[[int], None]
) -> None:
    brake(1)
    assert anyone.post("/reports", said).status_code == 201
    before = stored()
    anyone.token = "x" * 43
    assert {anyone.post("/reports", said).status_code for _ in range(3)} == {401}
    assert stored() == before


def test_behind_our_own_proxy_the_address_is_the_one_it_added(
    anyone: Any, said: Said, settings: Any, brake: Callable[[int], None]
) -> None:
    """What a sender writes into the header himself must not buy him a fresh bucket."""
    brake(1)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def send(forwarded: str) -> int:
        return int(anyone.post("/reports", said, HTTP_X_FORWARDED_FOR=forwarded).status_code)

    assert send("203.0.113.9") == 201
    assert send("198.51.100.1, 203.0.113.9") == 429
    assert send("203.0.113.9, 198.51.100.1") == 201
    settings.SECURE_PROXY_SSL_HEADER = None
    assert send("203.0.113.77") == 201  # the peer itself, 127.0.0.1
    assert send("203.0.113.78") == 429


def test_a_brake_of_nought_is_off(anyone: Any, said: Said, brake: Callable[[int], None]) -> None:
    brake(0)
    assert {anyone.post("/reports", said).status_code for _ in range(8)} == {201}


@pytest.fixture
def away(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database's address leads nowhere, for every connection that is opened now."""
    for alias in configured.DATABASES:
        connections[alias].close()
        monkeypatch.setitem(connections[alias].settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connections[alias].settings_dict, "PORT", "1")
    yield
    for alias in configured.DATABASES:
        connections[alias].close()


def test_with_the_database_away_it_lives_is_not_ready_and_says_when_to_come_back(away: None, said: Said) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "no database", "database": False})
    assert ready["Cache-Control"] == "no-store"
    assert client.get("/api/v1/openapi.json").status_code == 200
    token = {"authorization": "Bearer " + "a" * 43}
    for answer in (
        client.get("/api/v1/items"),
        client.get("/api/v1/me", headers=token),
        client.post("/api/v1/reports", orjson.dumps(said), "application/json"),
    ):
        problem(answer, 503, "database_unavailable")
        assert int(answer["Retry-After"]) > 0
        assert "127.0.0.1" not in answer.content.decode()


def test_it_is_ready_again_when_the_database_is_back(anyone: Any, said: Said) -> None:
    """The control of the test above, in the same process."""
    assert anyone.client.get("/readyz").json()["database"] is True
    assert anyone.post("/reports", said).status_code == 201
