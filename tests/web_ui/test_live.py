"""Live updates: real LISTEN/NOTIFY, a real event loop, and the ASGI protocol as a server would speak it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.web.ui import live

TOWN = "310115.132"
Answer = list[str] | None


@pytest.fixture
def database() -> str:
    return os.environ["DATABASE_URL"]


class Page:
    """A browser's side of one stream: what it was sent, and a way to go away."""

    def __init__(self, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": "/live",
            "headers": headers or [(b"cookie", b"sessionid=x")],
        }
        self.start: dict[str, Any] = {}
        self.chunks: list[bytes] = []
        self.arrived = asyncio.Condition()
        self.gone = asyncio.Event()
        self.ended = False

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        async with self.arrived:
            if message["type"] == "http.response.start":
                self.start = message
            else:
                self.chunks.append(message.get("body", b""))
                self.ended = not message.get("more_body", False)
            self.arrived.notify_all()

    def events(self, name: str) -> list[dict[str, str]]:
        blocks = b"".join(self.chunks).decode().split("\n\n")
        return [json.loads(block.split("data: ")[1]) for block in blocks if f"event: {name}\n" in block]

    async def until(self, ready: Callable[[], object]) -> None:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(ready)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database: str) -> Callable[..., None]:
    """Run a scenario with the given answer of LINLI_LIVE_AUTH and one hub on the test server."""

    def runner(scenario: Callable[[live.Hub], Coroutine[Any, Any, None]], answer: Callable[[], Answer]) -> None:
        monkeypatch.setattr(live, "_ask", lambda _cookies: answer())

        async def inside() -> None:
            mine = live.Hub(lambda: database)
            monkeypatch.setattr(live, "hub", lambda: mine)
            await scenario(mine)
            assert mine.readers == 0

        asyncio.run(inside())

    return runner


async def open_page(page: Page) -> asyncio.Task[None]:
    task = asyncio.create_task(live.stream(page.scope, page.receive, page.send))
    await page.until(lambda: page.start and (page.chunks or page.start["status"] != 200))
    return task


async def notify(database: str, area: str, thing: str) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        payload = json.dumps({"area": area, "kind": "case", "id": thing})
        await connection.execute("select pg_notify(%s, %s)", [live.CHANNEL, payload])


async def close(page: Page, task: Awaitable[None]) -> None:
    page.gone.set()
    await asyncio.wait_for(task, 5)


def test_each_reader_gets_only_what_lies_in_his_areas(run: Callable[..., None], database: str) -> None:
    answers = iter([[f"{TOWN}.001"], [f"{TOWN}.002", f"{TOWN}.003"], [TOWN], [""], []])

    async def scenario(mine: live.Hub) -> None:
        pages = [Page() for _n in range(5)]
        tasks = [await open_page(page) for page in pages]
        await asyncio.wait_for(mine.listening.wait(), 10)
        for area, thing in (
            (f"{TOWN}.001", "a"),
            (f"{TOWN}.002.01", "b"),
            ("310115.133", "c"),
            ("", "d"),
            ("x", "end"),
        ):
            await notify(database, area, thing)
        await pages[3].until(lambda: {"kind": "case", "id": "end"} in pages[3].events("change"))
        seen = [[event["id"] for event in page.events("change")] for page in pages]
        assert seen == [["a"], ["b"], ["a", "b"], ["a", "b", "c", "end"], []]
        assert b"area" not in b"".join(pages[3].chunks)
        for page, task in zip(pages, tasks, strict=True):
            await close(page, task)

    run(scenario, lambda: next(answers))


def test_headers_and_retry(run: Callable[..., None]) -> None:
    async def scenario(_mine: live.Hub) -> None:
        page = Page()
        task = await open_page(page)
        headers = dict(page.start["headers"])
        assert headers[b"content-type"].startswith(b"text/event-stream")
        assert b"no-store" in headers[b"cache-control"] and headers[b"x-accel-buffering"] == b"no"
        assert page.chunks[0] == b"id: 0\nretry: 4000\n\n"
        await close(page, task)

    run(scenario, lambda: [TOWN])


def test_without_a_session_the_answer_is_403_and_nobody_listens(run: Callable[..., None]) -> None:
    async def scenario(mine: live.Hub) -> None:
        page = Page()
        await (await open_page(page))
        assert page.start["status"] == 403 and page.ended
        assert not mine.listening.is_set()

    run(scenario, lambda: None)


def test_other_methods_are_refused(run: Callable[..., None]) -> None:
    async def scenario(_mine: live.Hub) -> None:
        page = Page()
        page.scope["method"] = "POST"
        await (await open_page(page))
        assert page.start["status"] == 405

    run(scenario, lambda: [TOWN])


def test_a_full_house_is_told_to_come_back(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_READERS", 1)

    async def scenario(_mine: live.Hub) -> None:
        first, second = Page(), Page()
        task = await open_page(first)
        await (await open_page(second))
        assert second.start["status"] == 503 and (b"retry-after", b"30") in second.start["headers"]
        await close(first, task)

    run(scenario, lambda: [TOWN])


async def listener(mine: live.Hub) -> tuple[Page, asyncio.Task[None]]:
    """A page that was there before: the hub listens, and this page knows it."""
    page = Page()
    task = await open_page(page)
    await page.until(lambda: page.events("resync"))
    assert mine.listening.is_set()
    return page, task


def aged(milliseconds: str) -> Page:
    page = Page()
    page.scope["query_string"] = b"age=" + milliseconds.encode()
    return page


@pytest.mark.parametrize(
    "late", [Page([(b"last-event-id", b"0"), (b"cookie", b"x")]), Page(), aged("-1"), aged("1e3"), aged("9" * 13)]
)
def test_a_page_that_comes_back_or_has_no_age_is_told_to_fetch_anew(run: Callable[..., None], late: Page) -> None:
    if (b"last-event-id", b"0") in late.scope["headers"]:
        late.scope["query_string"] = b"age=1"  # a browser comes back to the very address it opened

    async def scenario(mine: live.Hub) -> None:
        first, there = await listener(mine)
        task = await open_page(late)
        await late.until(lambda: late.events("resync"))
        await close(late, task)
        await close(first, there)

    run(scenario, lambda: [TOWN])


def test_the_first_page_is_told_to_fetch_anew_as_soon_as_somebody_listens(run: Callable[..., None]) -> None:
    async def scenario(_mine: live.Hub) -> None:
        page = aged("10")
        task = await open_page(page)
        await page.until(lambda: page.events("resync"))
        await close(page, task)

    run(scenario, lambda: [TOWN])


def test_what_changed_between_a_pages_rendering_and_its_stream_is_told(
    run: Callable[..., None], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SLACK_SECONDS", 0.0)
    answers = iter([[TOWN], [f"{TOWN}.001"], [f"{TOWN}.001"]])

    async def scenario(mine: live.Hub) -> None:
        first, there = await listener(mine)
        mine._whole_since -= 3600  # it has listened for an hour
        for area, thing in ((f"{TOWN}.001", "mine"), (f"{TOWN}.002", "other"), (f"{TOWN}.001", "again")):
            await notify(database, area, thing)
        await first.until(lambda: len(first.events("change")) == 3)
        older, newer = aged("60000"), aged("0")
        tasks = [await open_page(older), await open_page(newer)]
        await older.until(lambda: len(older.events("change")) == 2)
        assert [event["id"] for event in older.events("change")] == ["mine", "again"]
        await notify(database, f"{TOWN}.001", "now")
        await newer.until(lambda: newer.events("change"))
        assert [event["id"] for event in newer.events("change")] == ["now"]
        assert not older.events("resync") and not newer.events("resync")
        for page, task in zip((older, newer, first), (*tasks, there), strict=True):
            await close(page, task)

    run(scenario, lambda: next(answers))


def test_a_page_older_than_the_memory_is_told_to_fetch_anew(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SLACK_SECONDS", 0.0)

    async def scenario(mine: live.Hub) -> None:
        first, there = await listener(mine)
        loop = asyncio.get_running_loop()
        for n in range(live.MEMORY_LENGTH + 1):
            mine.publish(json.dumps({"area": "elsewhere", "kind": "case", "id": str(n)}))
        dropped = mine._whole_since
        within = mine.join([TOWN], loop.time() - dropped - 0.0001)
        before = mine.join([TOWN], loop.time() - dropped + 1)
        assert within.queue.empty()
        assert before.queue.get_nowait() == live.RESYNC
        mine.leave(within)
        mine.leave(before)
        await close(first, there)

    run(scenario, lambda: [TOWN])


def test_a_quiet_stream_beats_and_a_revoked_reader_is_closed(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    answers: list[Answer] = [[TOWN], [TOWN], None]

    async def scenario(_mine: live.Hub) -> None:
        page = Page()
        task = await open_page(page)
        await page.until(lambda: page.ended)
        await asyncio.wait_for(task, 5)
        assert b": beat\n\n" in page.chunks
        assert not answers

    run(scenario, lambda: answers.pop(0))


def test_rights_are_asked_anew_also_on_a_busy_stream(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    answers: list[Answer] = [[TOWN]]

    async def scenario(mine: live.Hub) -> None:
        page = Page()
        task = await open_page(page)

        async def busy() -> None:
            while not page.ended:
                mine.publish(json.dumps({"area": TOWN, "kind": "case", "id": "1"}))
                await asyncio.sleep(0)

        async with asyncio.timeout(10):
            await busy()
        await task

    run(scenario, lambda: answers.pop(0) if answers else None)


def test_a_reader_who_falls_behind_loses_messages_but_not_the_truth() -> None:
    async def scenario() -> None:
        reader = live.Subscriber((TOWN,))
        for n in range(live.QUEUE_LENGTH + 1):
            reader.give(b"%d" % n)
        assert reader.queue.qsize() == 1
        assert reader.queue.get_nowait() == live.RESYNC

    asyncio.run(scenario())


def test_a_lost_database_connection_comes_back_with_a_resync(
    run: Callable[..., None], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RECONNECT_SECONDS", (0.01,))

    async def scenario(mine: live.Hub) -> None:
        page, task = await listener(mine)
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
            killed = await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = 'LISTEN linli_live'"
            )
            assert await killed.fetchall()
        await page.until(lambda: len(page.events("resync")) == 2)
        await notify(database, TOWN, "after")
        await page.until(lambda: page.events("change"))
        await close(page, task)

    run(scenario, lambda: [TOWN])


@pytest.mark.parametrize("junk", ["", "x", "[]", "7", '{"area": "310115"}', "null", '{"kind": 1}'])
def test_junk_on_the_channel_harms_nobody(junk: str) -> None:
    assert live.Hub(lambda: "").publish(junk) == 0


def test_quotes_and_lines_cannot_forge_an_event() -> None:
    async def scenario() -> bytes:
        mine = live.Hub(lambda: "host=nowhere.invalid")
        reader = live.Subscriber(("",))
        mine._readers.add(reader)
        mine.publish(json.dumps({"area": "a", "kind": "case\n\nevent: resync", "id": '"\r\n\r\n'}))
        return reader.queue.get_nowait()

    message = asyncio.run(scenario())
    assert message.count(b"\n\n") == 1 and message.endswith(b"\n\n") and b"\r" not in message


@given(st.lists(st.text("ab.", max_size=5), max_size=4), st.text("ab.", max_size=8))
def test_a_reader_sees_exactly_what_is_below_his_scopes(scopes: list[str], area: str) -> None:
    reader = object.__new__(live.Subscriber)
    reader.scopes = tuple(scopes)
    assert reader.sees(area) == (area != "" and any(area[: len(scope)] == scope for scope in scopes))


def test_cookies_are_read_and_broken_ones_are_nobody() -> None:
    assert live._cookies({"headers": [(b"cookie", b"sessionid=abc; b=2")]}) == {"sessionid": "abc", "b": "2"}
    assert live._cookies({"headers": []}) == {}


def test_the_connection_string_goes_to_the_named_database(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "NAME": "n",
        "USER": "u",
        "HOST": "/run",
        "PORT": "",
        "PASSWORD": "p'w",
        "OPTIONS": {"pool": True, "sslmode": "disable"},
    }
    named = SimpleNamespace(DATABASES={"default": {}, "straight": entry}, LINLI_LIVE_DATABASE="straight")
    monkeypatch.setattr(live, "settings", named)
    assert psycopg.conninfo.conninfo_to_dict(live.conninfo()) == {
        "dbname": "n",
        "user": "u",
        "host": "/run",
        "password": "p'w",
        "sslmode": "disable",
        "application_name": "linli-live",
    }
