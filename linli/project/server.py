"""One ASGI application made of two halves: ordinary pages on threads, long-lived streams on the event loop.

A page holds a thread and with it a database connection for the milliseconds it takes. A reader who sends or fetches
slowly must not hold either, so request bodies are collected before a thread is taken, and finished answers are sent
after it is given back.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

__all__ = ["Asgi", "Composite", "Wsgi", "WsgiBridge"]

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of a request body beyond which the answer is 413; a photo has 20 MB at most, a register to import 50."""

BODY_IN_MEMORY = 1024 * 1024
BODY_SILENCE_SECONDS = 30.0
"""A sender who is silent for longer gets 408."""

ANSWER_IN_MEMORY = 4 * 1024 * 1024
"""A streamed answer up to this length is read at once and its thread given back; a longer one keeps the thread."""

CHUNK_SECONDS = 30.0
"""A fetcher who takes no chunk of a long answer for longer is cut off."""


class StartResponse(Protocol):
    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]: ...


Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class BodyTooLong(Exception):
    """The request body passes BODY_LIMIT."""


class ClientGone(Exception):
    """The client closed the connection before the request was complete."""


@dataclass(slots=True)
class Answer:
    """What a page gave back. `rest` is None when `body` is all of it."""

    status: int
    headers: list[Header]
    body: bytes
    rest: Iterator[bytes] | None = None


class Composite:
    """Sends each path to the handler of its prefix, every other one to `fallback`."""

    def __init__(self, prefixes: Mapping[str, Asgi], fallback: WsgiBridge) -> None:
        self._prefixes = dict(prefixes)
        self._fallback = fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self._lifespan(receive, send)
        elif kind == "http":
            await self._handler(scope["path"])(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def _handler(self, path: str) -> Asgi:
        for prefix, handler in self._prefixes.items():
            if path == prefix or path.startswith(prefix + "/"):
                return handler
        return self._fallback

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self._fallback.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


class WsgiBridge:
    """Runs a WSGI application on `threads` threads, each request from start to end on one of them.

    Thread-bound things (database connections) therefore live from request to request; context variables do not.
    """

    def __init__(self, application: Wsgi, *, threads: int) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(BODY_IN_MEMORY) as body:
            try:
                size = await _collect(receive, body)
            except BodyTooLong:
                await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            except TimeoutError:
                await _refuse(send, HTTPStatus.REQUEST_TIMEOUT)
            except ClientGone:
                return
            else:
                body.seek(0)
                await self._run(_environ(scope, body, size), send)

    async def _run(self, environ: dict[str, Any], send: Send) -> None:
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()

        def stream(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result(CHUNK_SECONDS)

        answer = await loop.run_in_executor(self._pool, context.run, _page, self._application, environ, stream)
        if answer is not None:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": answer.body})


def _page(application: Wsgi, environ: dict[str, Any], stream: Callable[[Message], None]) -> Answer | None:
    """On a page thread: the answer, or None when it was too long to keep and was streamed from here."""
    started: list[tuple[int, list[Header]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        started[:] = [(int(status.split(" ", 1)[0]), encoded)]
        return _no_write

    result = application(environ, start_response)
    try:
        chunks = iter(result)
        first = next(chunks, b"")  # an application may call start_response as late as its first chunk
        status, headers = started[0]
        if _is_short(result, headers):
            return Answer(status, headers, b"".join([first, *chunks]))
        stream({"type": "http.response.start", "status": status, "headers": headers})
        stream({"type": "http.response.body", "body": first, "more_body": True})
        for chunk in chunks:
            stream({"type": "http.response.body", "body": chunk, "more_body": True})
        stream({"type": "http.response.body", "body": b""})
        return None
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


def _is_short(result: Iterable[bytes], headers: list[Header]) -> bool:
    if isinstance(result, list | tuple) or getattr(result, "streaming", None) is False:
        return True
    lengths = [int(value) for name, value in headers if name == b"content-length"]
    return bool(lengths) and lengths[0] <= ANSWER_IN_MEMORY


def _no_write(_data: bytes) -> object:
    raise NotImplementedError("write() of old WSGI is not supported: return an iterable")


async def _sent(send: Send, message: Message) -> None:
    await send(message)


async def _collect(receive: Receive, body: IO[bytes]) -> int:
    """Write the whole request body and return its length. Raises BodyTooLong, TimeoutError, ClientGone."""
    size = 0
    message = await receive()
    while True:
        if message["type"] != "http.request":
            raise ClientGone
        size += body.write(message.get("body", b""))
        if size > BODY_LIMIT:
            raise BodyTooLong
        if not message.get("more_body", False):
            return size
        async with asyncio.timeout(BODY_SILENCE_SECONDS):
            message = await receive()


async def _refuse(send: Send, status: HTTPStatus) -> None:
    body = f"{status.value} {status.phrase}\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _environ(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        # X_Real_Ip and X-Real-Ip become the same variable: only the latter can have come through a proxy unforged.
        if b"_" not in raw_name:
            _add_header(environ, raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1"))
    if size:
        # A body sent in chunks says no length, and WSGI reads no further than the length it is told.
        environ["CONTENT_LENGTH"] = str(size)
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
    if key not in environ:
        environ[key] = value
    else:
        environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value  # HTTP/2 sends cookies one by one
