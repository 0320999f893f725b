"""Changes, told to open pages as they happen: LISTEN on one connection per process, server-sent events to each reader.

A message says which matter changed and where, never what: the page then asks for the row with its own rights. Staff
hear of their areas (`/live`), the holder of a report's link of his own matter alone (`/live/r/<secret>`). A page says
how old it is (`?age=`, milliseconds since it was asked for) and hears what changed since; where nobody can tell, it is
told to fetch everything anew. Whoever publishes runs
`SELECT pg_notify('linli_live', '{"area": "<area path>", "kind": "case", "id": "…"}')` in the transaction of the change.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import orjson
import psycopg
from django.conf import settings
from django.db import close_old_connections
from django.utils.module_loading import import_string
from psycopg.conninfo import make_conninfo

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CHANNEL = "linli_live"
HEARTBEAT_SECONDS = 15.0
RECHECK_BEATS = 4
"""A reader's rights are asked again after so many quiet or busy beats (one minute)."""
RETRY_MILLISECONDS = 4000
LINK_PATH = "/live/r/"
MEMORY_LENGTH = 1000
"""So many changes are kept for pages that were rendered before them and listen after them."""
SLACK_SECONDS = 5.0
"""A page may have been this much longer on its way than it says."""
MOST_AGE_DIGITS = 12
QUEUE_LENGTH = 200
"""A reader who is further behind loses the messages and is told to fetch the list anew."""
MOST_READERS = 2000
MOST_BY_LINK = 1000
"""Links are handed on and cost nothing: their readers never take the places of those who work."""
RECONNECT_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)

DJANGO_OPTIONS = frozenset(
    {"assume_role", "cursor_factory", "isolation_level", "pool", "prepare_threshold", "server_side_binding"}
)
"""Keys of DATABASES' OPTIONS that Django keeps to itself; the others go to libpq."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
RESYNC = b"event: resync\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Matters:
    """What the holder of a link may hear of: these ids and nothing else."""

    ids: frozenset[str]


Reach = Matters | Iterable[str]
"""What a reader may hear of: the matters of his link, or the area paths of his post."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A change as it was told, and when (the event loop's seconds)."""

    at: float
    area: str
    matter: str
    message: bytes


@dataclass(eq=False)
class Subscriber:
    """One open page: the area paths, or the matters of a link, that its reader may see, and what waits to be sent."""

    scopes: tuple[str, ...]
    matters: frozenset[str] = frozenset()
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))

    def sees(self, area: str) -> bool:
        """Whether `area` is one of the reader's areas or below it. The scope "" is the whole tree, no scope nothing."""
        return bool(area) and any(area.startswith(scope) for scope in self.scopes)

    def hears(self, area: str, matter: str) -> bool:
        """Whether a change of this matter, there, is for this reader."""
        return matter in self.matters or self.sees(area)

    def reach(self, given: Reach) -> None:
        """From now on the reader hears of this."""
        self.matters = given.ids if isinstance(given, Matters) else frozenset()
        self.scopes = () if isinstance(given, Matters) else tuple(given)

    def give(self, message: bytes) -> None:
        """Queue `message`; when the reader is too far behind, replace all that waits by one resync."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            message = RESYNC
        self.queue.put_nowait(message)


class Hub:
    """The one listening connection of an event loop and the readers it feeds. It listens from the first reader on."""

    def __init__(self, conninfo: Callable[[], str]) -> None:
        self._conninfo = conninfo
        self._readers: set[Subscriber] = set()
        self._task: asyncio.Task[None] | None = None
        self._sequence = 0
        self._memory: deque[Heard] = deque(maxlen=MEMORY_LENGTH)
        self._whole_since = math.inf
        self.listening = asyncio.Event()

    @property
    def readers(self) -> int:
        return len(self._readers)

    def full(self, given: Reach) -> bool:
        """Whether there is no place for one more reader of this kind."""
        by_link = sum(bool(reader.matters) for reader in self._readers)
        return self.readers >= MOST_READERS or (isinstance(given, Matters) and by_link >= MOST_BY_LINK)

    def join(self, given: Reach, age: float = math.inf) -> Subscriber:
        """Add a reader whose page was asked for `age` seconds ago, and make sure that somebody listens.

        He is given what changed since. Before the listening began, he will be told when it does.
        """
        reader = Subscriber(())
        reader.reach(given)
        self._readers.add(reader)
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._listen(), name="linli-live")
        if self.listening.is_set():
            since = loop.time() - age - SLACK_SECONDS
            if since < self._whole_since:
                reader.give(RESYNC)
            else:
                for heard in self._memory:
                    if heard.at >= since and reader.hears(heard.area, heard.matter):
                        reader.give(heard.message)
        return reader

    def leave(self, reader: Subscriber) -> None:
        """Remove a reader."""
        self._readers.discard(reader)

    def publish(self, payload: str) -> int:
        """Give one payload to every reader of its area; the number of readers reached."""
        try:
            given = orjson.loads(payload)
            area, body = str(given["area"]), {"kind": str(given["kind"]), "id": str(given["id"])}
        except (orjson.JSONDecodeError, KeyError, TypeError):
            logger.warning("not a live message: %.120r", payload)
            return 0
        self._sequence += 1
        message = b"id: %d\nevent: change\ndata: %s\n\n" % (self._sequence, orjson.dumps(body))
        if len(self._memory) == MEMORY_LENGTH:
            self._whole_since = self._memory[0].at
        self._memory.append(Heard(asyncio.get_running_loop().time(), area, body["id"], message))
        reached = [reader for reader in self._readers if reader.hears(area, body["id"])]
        for reader in reached:
            reader.give(message)
        return len(reached)

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async for payload in self._payloads():
                    failures = 0
                    self.publish(payload)
            except psycopg.Error as error:
                logger.warning("live connection lost: %s", error)
            self.listening.clear()
            await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
            failures += 1

    async def _payloads(self) -> AsyncIterator[str]:
        async with await psycopg.AsyncConnection.connect(self._conninfo(), autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._memory.clear()
            self._whole_since = asyncio.get_running_loop().time()
            self.listening.set()
            for reader in self._readers:
                reader.give(RESYNC)
            async for notification in connection.notifies():
                yield notification.payload


def conninfo() -> str:
    """Return the connection string of the database named by LINLI_LIVE_DATABASE (default: `default`).

    Behind a pooler in transaction mode LISTEN does not work: name a database entry that goes past it.
    """
    given: dict[str, Any] = settings.DATABASES[getattr(settings, "LINLI_LIVE_DATABASE", "default")]
    keys = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    parts = {short: str(given[key]) for key, short in keys.items() if given.get(key)}
    options = {key: str(value) for key, value in given.get("OPTIONS", {}).items() if key not in DJANGO_OPTIONS}
    return make_conninfo("", **{**options, **parts, "application_name": "linli-live"})


_askers = ThreadPoolExecutor(2, thread_name_prefix="live")
"""Threads that look up sessions; each keeps one database connection, so there are few."""

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(conninfo)
    return _hubs[loop]


Ask = Callable[[], Awaitable[Reach | None]]
"""Asks again what the reader may hear of; None when nothing any more."""


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application: answer GET with the stream of changes the reader may see; 403 without a session or a link."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        await _answer(send, 405, [(b"allow", b"GET")])
        return
    path = str(scope["path"])
    ask: Ask = (
        partial(_by_link, path.removeprefix(LINK_PATH))
        if path.startswith(LINK_PATH)
        else partial(_by_session, _cookies(scope))
    )
    given = await ask()
    if given is None:
        await _answer(send, 403)
        return
    mine = hub()
    if mine.full(given):
        await _answer(send, 503, [(b"retry-after", b"30")])
        return
    reader = mine.join(given, _age(scope))
    try:
        await _serve(receive, send, reader, ask)
    finally:
        mine.leave(reader)


async def _serve(receive: Receive, send: Send, reader: Subscriber, ask: Ask) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        # With an id from the start every reconnection names one: it is how a page that comes back is known.
        await _chunk(send, f"id: 0\nretry: {RETRY_MILLISECONDS}\n\n".encode())
        await _pump(send, reader, ask, gone)
    except OSError:
        logger.debug("live reader went away while being written to")
    finally:
        gone.cancel()
    if not gone.done() or gone.cancelled():
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pump(send: Send, reader: Subscriber, ask: Ask, gone: asyncio.Future[None]) -> None:
    loop = asyncio.get_running_loop()
    check_at = loop.time() + HEARTBEAT_SECONDS * RECHECK_BEATS
    while not gone.done():
        waiting = asyncio.ensure_future(reader.queue.get())
        either: set[asyncio.Future[Any]] = {waiting, gone}
        done, _rest = await asyncio.wait(either, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if waiting in done:
            await _chunk(send, waiting.result())
            if reader.matters:
                check_at = loop.time()  # the report may have become part of another matter just now
        else:
            waiting.cancel()
            if not done:
                await _chunk(send, b": beat\n\n")
        if loop.time() >= check_at:
            given = await ask()
            if given is None:
                return
            reader.reach(given)
            check_at = loop.time() + HEARTBEAT_SECONDS * RECHECK_BEATS


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _by_session(cookies: dict[str, str]) -> Reach | None:
    return await asyncio.get_running_loop().run_in_executor(_askers, _ask, cookies)


async def _by_link(secret: str) -> Reach | None:
    return await asyncio.get_running_loop().run_in_executor(_askers, _ask_link, secret)


def _ask(cookies: dict[str, str]) -> list[str] | None:
    scopes_of: Callable[[dict[str, str]], list[str] | None] = import_string(settings.LINLI_LIVE_AUTH)
    close_old_connections()
    return scopes_of(cookies)


def _ask_link(secret: str) -> Matters | None:
    matters_of: Callable[[str], frozenset[str] | None] = import_string(settings.LINLI_LIVE_LINK)
    close_old_connections()
    ids = matters_of(secret)
    return None if ids is None else Matters(ids)


async def _chunk(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    head = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b""})


def _age(scope: Scope) -> float:
    """Seconds since the page was asked for; infinite for one that comes back or does not say."""
    if any(name == b"last-event-id" for name, _value in scope["headers"]):
        return math.inf
    said = parse_qs(scope.get("query_string", b"")).get(b"age", [b""])[0]
    return int(said) / 1000 if said.isdigit() and len(said) <= MOST_AGE_DIGITS else math.inf


def _cookies(scope: Scope) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return {}
    return {name: morsel.value for name, morsel in jar.items()}
