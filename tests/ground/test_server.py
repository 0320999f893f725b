"""The composite server: WSGI pages on threads, ASGI streams by prefix."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from linli.project import server
from linli.project.server import Composite, WsgiBridge

Messages = list[dict[str, Any]]


class Streaming:
    """An answer that Django would call a StreamingHttpResponse."""

    streaming = True

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks, self.closed = chunks, False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)

    def close(self) -> None:
        self.closed = True


def page(status: str, headers: list[tuple[str, str]], result: Iterable[bytes]) -> Callable[..., Iterable[bytes]]:
    def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, headers)
        return result

    return application


def call(
    application: Any,
    *,
    path: str = "/",
    body: Messages | None = None,
    headers: list[tuple[bytes, bytes]] | None = None,
    prefixes: dict[str, Any] | None = None,
    bridge: WsgiBridge | None = None,
) -> Messages:
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"q=%E9",
        "http_version": "1.1",
        "scheme": "https",
        "server": ("127.0.0.1", 8000),
        "client": ("10.0.0.9", 5555),
        "headers": headers or [],
    }
    incoming = iter(body or [{"type": "http.request", "body": b""}])
    sent: Messages = []

    async def receive() -> dict[str, Any]:
        try:
            return next(incoming)
        except StopIteration:
            await asyncio.Event().wait()
            raise

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    pages = bridge or WsgiBridge(application, threads=2)
    asyncio.run(Composite(prefixes or {}, pages)(scope, receive, send))
    if bridge is None:
        pages.close()
    return sent


def text(sent: Messages) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def echo(seen: dict[str, Any]) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.update(environ)
        seen["body"] = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return [b"one ", b"two"]

    return application


def test_a_page_gets_its_environment_and_answers_in_two_messages() -> None:
    seen: dict[str, Any] = {}
    headers = [
        (b"host", b"x"),
        (b"content-type", b"text/csv"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-a", b"1"),
    ]
    sent = call(echo(seen), path="/居委/1", headers=headers)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 200
    assert sent[0]["headers"][1:] == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    assert text(sent) == b"one two"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/居委/1"
    assert seen["QUERY_STRING"] == "q=%E9"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["CONTENT_TYPE"] == "text/csv"
    assert seen["wsgi.url_scheme"] == "https"
    assert seen["REMOTE_ADDR"] == "10.0.0.9"


def test_a_header_with_an_underscore_cannot_pose_as_one_with_a_dash() -> None:
    seen: dict[str, Any] = {}
    call(echo(seen), headers=[(b"x-forwarded-for", b"10.0.0.1"), (b"x_forwarded_for", b"6.6.6.6")])
    assert seen["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"


def test_a_body_in_pieces_is_whole_before_the_page_runs() -> None:
    seen: dict[str, Any] = {}
    pieces = [b"x" * 700_000, b"y" * 700_000, b"z"]
    body = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
        for number, piece in enumerate(pieces)
    ]
    call(echo(seen), body=body)
    assert seen["body"] == b"".join(pieces)


def test_a_body_beyond_the_limit_is_refused_before_any_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_LIMIT", 10)
    seen: dict[str, Any] = {}
    sent = call(echo(seen), body=[{"type": "http.request", "body": b"12345678901", "more_body": True}])
    assert sent[0]["status"] == 413
    assert seen == {}
    assert call(echo(seen), body=[{"type": "http.request", "body": b"1234567890"}])[0]["status"] == 200


def test_a_silent_sender_is_refused_and_holds_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_SILENCE_SECONDS", 0.02)
    seen: dict[str, Any] = {}
    sent = call(echo(seen), body=[{"type": "http.request", "body": b"1", "more_body": True}])
    assert sent[0]["status"] == 408
    assert seen == {}


def test_a_client_that_left_gets_nothing() -> None:
    seen: dict[str, Any] = {}
    body = [{"type": "http.request", "body": b"1", "more_body": True}, {"type": "http.disconnect"}]
    assert call(echo(seen), body=body) == []
    assert seen == {}


def test_a_short_file_is_sent_whole_and_closed() -> None:
    result = Streaming([b"ab", b"cd"])
    sent = call(page("200 OK", [("Content-Length", "4")], result))
    assert text(sent) == b"abcd"
    assert len(sent) == 2
    assert result.closed


def test_a_stream_of_unknown_length_goes_out_piece_by_piece_from_one_thread() -> None:
    threads: set[int] = set()

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            threads.add(threading.get_ident())
            yield b"%d" % number

    result = Streaming(chunks())
    sent = call(page("200 OK", [], result))
    assert [message.get("body") for message in sent[1:]] == [b"0", b"1", b"2", b""]
    assert [message.get("more_body", False) for message in sent[1:]] == [True, True, True, False]
    assert len(threads) == 1
    assert result.closed


def test_an_error_in_a_page_reaches_the_server() -> None:
    def broken(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        raise LookupError("broken page")

    with pytest.raises(LookupError, match="broken page"):
        call(broken)


def test_threads_keep_what_is_theirs_and_requests_do_not() -> None:
    language: contextvars.ContextVar[str] = contextvars.ContextVar("language", default="zh")
    own = threading.local()
    seen: list[tuple[str, bool]] = []

    def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append((language.get(), hasattr(own, "connection")))
        language.set("en")
        own.connection = True
        start_response("204 No Content", [])
        return []

    bridge = WsgiBridge(application, threads=1)
    for _ in range(3):
        call(application, bridge=bridge)
    bridge.close()
    assert seen == [("zh", False), ("zh", True), ("zh", True)]


@pytest.mark.parametrize(
    ("path", "expected"), [("/live", "live"), ("/live/x", "live"), ("/lively", "page"), ("/", "page")]
)
def test_prefixes_match_whole_segments(path: str, expected: str) -> None:
    async def live(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"live"})

    sent = call(page("200 OK", [], [b"page"]), path=path, prefixes={"/live": live})
    assert text(sent).decode() == expected


def test_lifespan_is_answered_and_ends() -> None:
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: Messages = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    composite = Composite({}, WsgiBridge(page("200 OK", [], []), threads=1))
    asyncio.run(composite({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
