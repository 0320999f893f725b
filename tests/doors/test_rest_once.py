"""Once and only once: a key holds the sendings of one report together, and a receipt stays what it was."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import cast
import orjson
import pytest
from doors.ways import problem

from linli.calendar import queries as calendar_queries
from linli.calendar.models import Day
from linli.calendar.official_days import DayKind
from linli.casework.intake.models import Report
from linli.casework.timeline import queries as timeline_queries
from linli.casework.timeline.models import Entry, StepLimit
from linli.kernel.clock import shanghai_date

Call = Callable[[str], Any]
Said = dict[str, object]


def stored(**wanted: object) -> int:
    return Report.objects.using("owner").filter(**wanted).count()


CHANGES: dict[str, Said] = {
    "words": {"words": "另一件事"},
    "title": {"title": "另一个标题"},
    "item": {"item_code": "C03"},
    "area": {"area_code": cast.SIBLING_AREA},
    "place text": {"place_text": "3号楼"},
    "point": {"lat": 31.11, "lng": 121.57},
    "name": {"reporter_name": "王五"},
    "phone": {"phone": "13800138000"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_one_key_holds_one_body(anyone: Any, said: Said, change: Said) -> None:
    key = str(uuid4())
    first = anyone.post("/reports", said, key=key)
    before = stored()
    told = problem(anyone.post("/reports", said | change, key=key), 422, "idempotency_key_reused")
    assert first.json()["id"] not in str(told)
    assert first.json()["link"] not in str(told)
    assert stored() == before
    again = anyone.post("/reports", said, key=key)
    assert (again.status_code, again.content) == (201, first.content)


def test_the_order_of_fields_and_the_spelling_of_json_are_not_another_body(anyone: Any, said: Said) -> None:
    key = str(uuid4())
    first = anyone.post("/reports", said, key=key)
    turned = dict(reversed(list(said.items())))
    for body in (
        json.dumps(turned, ensure_ascii=True).encode(),
        json.dumps(turned, indent=4, ensure_ascii=False).encode(),
        orjson.dumps(turned | {"title": "", "photos": []}),
    ):
        again = anyone.post("/reports", body, key=key)
        assert (again.status_code, again.content) == (201, first.content)


def test_keys_of_one_sender_do_not_meet_those_of_another(anyone: Any, caller: Call, said: Said) -> None:
    key = str(uuid4())
    receipts = [who.post("/reports", said, key=key).json() for who in (anyone, caller("worker"), caller("head"))]
    assert len({one["id"] for one in receipts}) == 3
    assert len({one["link"] for one in receipts}) == 3
    assert caller("worker").post("/reports", said, key=key).json() == receipts[1]


def test_a_key_and_an_own_id_are_two_kinds_of_key(anyone: Any, said: Said) -> None:
    same = str(uuid4())
    by_key, by_id = anyone.post("/reports", said, key=same), anyone.post("/reports", said | {"id": same})
    assert by_key.json()["id"] != by_id.json()["id"]
    both = anyone.post("/reports", said | {"id": same}, key=str(uuid4()))
    assert both.json()["id"] not in {by_key.json()["id"], by_id.json()["id"]}


def test_a_refused_sending_does_not_use_up_its_key(anyone: Any, said: Said) -> None:
    key = str(uuid4())
    problem(anyone.post("/reports", said | {"area_code": "999999"}, key=key), 422, "area_unknown")
    problem(anyone.post("/reports", said | {"phone": "12"}, key=key), 422, "bad_mobile")
    assert anyone.post("/reports", said, key=key).status_code == 201


def test_a_retry_leaves_no_second_trace_anywhere(anyone: Any, caller: Call, said: Said) -> None:
    key = str(uuid4())
    got = anyone.post("/reports", said | {"phone": "13800138000"}, key=key).json()
    anyone.post("/reports", said | {"phone": "13800138000"}, key=key)
    assert Entry.objects.using("owner").filter(matter_id=got["id"]).count() == 1
    assert [row["id"] for row in _inbox(caller("worker"))].count(got["id"]) == 1


def _inbox(who: Any) -> list[dict[str, Any]]:
    rows, cursor = [], None
    while True:
        page = who.get("/inbox", limit=200, **({"cursor": cursor} if cursor else {})).json()
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            return rows


def test_a_retry_after_the_matter_moved_on_still_gets_its_first_receipt(anyone: Any, caller: Call, said: Said) -> None:
    key = str(uuid4())
    first = anyone.post("/reports", said, key=key)
    got = first.json()
    assert caller("worker").post(f"/reports/{got['id']}/acts/open", {"item_code": "C04"}).status_code == 200
    assert caller("worker").act(got["number"], "dispatch").status_code == 200
    assert anyone.post("/reports", said, key=key).content == first.content


def forget() -> None:
    """What a process keeps of limits and of the calendar for a minute is read anew."""
    timeline_queries._kept.read_at = float("-inf")
    calendar_queries.forget()


def test_a_retry_reads_the_promise_that_was_made_though_the_limit_was_edited_since(anyone: Any, said: Said) -> None:
    key = str(uuid4())
    first = anyone.post("/reports", said, key=key)
    limit = StepLimit.objects.using("owner").get(kind="triage", case="")
    assert first.json()["promise"]["amount"] == str(limit.amount) == "0.50"
    StepLimit.objects.using("owner").filter(id=limit.id).update(amount=Decimal(3), unit="d")
    forget()
    try:
        again, other = anyone.post("/reports", said, key=key), anyone.post("/reports", said)
    finally:
        StepLimit.objects.using("owner").filter(id=limit.id).update(amount=limit.amount, unit=limit.unit)
        forget()
    assert again.content == first.content
    promised = other.json()["promise"]  # the control: a fresh report gets the new limit
    assert (promised["amount"], promised["unit"]) == ("3.00", "d")


def test_a_retry_reads_the_promise_that_was_made_though_the_calendar_was_edited_since(anyone: Any, said: Said) -> None:
    limit = StepLimit.objects.using("owner").get(kind="triage", case="")
    StepLimit.objects.using("owner").filter(id=limit.id).update(amount=Decimal(2), unit="d")
    forget()
    key, days = str(uuid4()), Day.objects.using("owner")
    first = anyone.post("/reports", said, key=key)
    due = first.json()["promise"]["due_at"]
    today = shanghai_date(Report.objects.using("owner").get(id=first.json()["id"]).received_at)
    ahead = [today + timedelta(days=step) for step in range(12)]
    before = list(days.filter(date__in=ahead))
    try:
        days.filter(date__in=ahead).delete()
        days.bulk_create(Day(date=day, kind=DayKind.HOLIDAY, source="tests") for day in ahead)
        forget()
        again, other = anyone.post("/reports", said, key=key), anyone.post("/reports", said)
    finally:
        StepLimit.objects.using("owner").filter(id=limit.id).update(amount=limit.amount, unit=limit.unit)
        days.filter(date__in=ahead).delete()
        days.bulk_create(before)
        forget()
    assert again.content == first.content
    assert other.json()["promise"]["due_at"] > due  # the control: the holidays move a fresh promise


def _send(server: str, body: bytes, key: str, answers: list[tuple[int, bytes]], together: threading.Barrier) -> None:
    line = HTTPConnection(urlsplit(server).netloc, timeout=60)
    line.connect()
    together.wait()
    line.request("POST", "/api/v1/reports", body, {"Content-Type": "application/json", "Idempotency-Key": key})
    answer = line.getresponse()
    answers.append((answer.status, answer.read()))
    line.close()


def _at_once(server: str, bodies: list[bytes], key: str) -> list[tuple[int, bytes]]:
    answers: list[tuple[int, bytes]] = []
    together = threading.Barrier(len(bodies))
    senders = [threading.Thread(target=_send, args=(server, body, key, answers, together)) for body in bodies]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(answers) == len(bodies)
    return answers


@pytest.mark.slow
def test_thirty_senders_at_once_through_the_real_server_make_one_report(server: str, anyone: Any, said: Said) -> None:
    key, before = str(uuid4()), stored()
    answers = _at_once(server, [orjson.dumps(said)] * 30, key)
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert stored() == before + 1
    assert stored(id=orjson.loads(answers[0][1])["id"]) == 1
    assert anyone.post("/reports", said, key=key).content == answers[0][1]


@pytest.mark.slow
def test_two_bodies_race_for_one_key_and_one_of_them_wins_for_all(server: str, said: Said) -> None:
    key, before = str(uuid4()), stored()
    bodies = [orjson.dumps(said | {"words": words}) for words in ("甲事", "乙事") for _ in range(10)]
    answers = _at_once(server, bodies, key)
    won = {body for status, body in answers if status == 201}
    lost = [orjson.loads(body)["code"] for status, body in answers if status != 201]
    assert len(won) == 1
    assert lost == ["idempotency_key_reused"] * 10
    assert stored() == before + 1


def _raw(server: str, request: bytes) -> bytes:
    """What comes back when these bytes go out, until the server closes the line."""
    host, _colon, port = urlsplit(server).netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(request)
        got = b""
        while chunk := line.recv(65536):
            got += chunk
    return got


def _chunked(
    parts: list[bytes], *, close: bytes = b"0\r\n\r\n", path: str = "/api/v1/reports", kind: str = ""
) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: {kind or 'application/json'}\r\n\r\n"
    )
    return head.encode() + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + close


@pytest.mark.slow
def test_a_body_in_chunks_is_read_like_one_of_known_length(server: str, said: Said) -> None:
    """HTTP/1.1 clients that stream send no Content-Length; both lanes must read them to the end."""
    body = orjson.dumps(said)
    for parts in ([body], [body[:7], body[7:40], body[40:]], [bytes([byte]) for byte in body]):
        head, _blank, answer = _raw(server, _chunked(parts)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 201 "), head
        assert stored(id=orjson.loads(answer)["id"], words=said["words"]) == 1
    short = _raw(server, _chunked([b"{"]))
    assert b"HTTP/1.1 400 " in short
    assert b'"unreadable"' in short
    heavy = _raw(server, _chunked([b'{"words":"' + b"x" * 140_000 + b'"}']))
    assert heavy.startswith(b"HTTP/1.1 413 ")
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nno picture\r\n--x--\r\n'
    photo = _raw(
        server, _chunked([form[:30], form[30:]], path="/api/v1/photos", kind="multipart/form-data; boundary=x")
    )
    assert b'"photo_unknown_format"' in photo


@pytest.mark.slow
def test_a_head_of_a_list_has_the_headers_of_its_get_and_no_body(server: str, anyone: Any) -> None:
    line = HTTPConnection(urlsplit(server).netloc, timeout=60)
    for path in ("/api/v1/items", "/api/v1/openapi.json", "/healthz", "/readyz"):
        line.request("GET", path)
        got = line.getresponse()
        length = len(got.read())
        line.request("HEAD", path)
        head = line.getresponse()
        assert (head.status, head.read()) == (200, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert path == "/readyz" or head.headers.get("Content-Length", str(length)) == str(length)
    line.close()
