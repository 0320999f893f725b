"""What a link may hear of: its own matter, and a place that staff never lose to it."""

from __future__ import annotations

import asyncio
import json

import pytest

from linli.web.ui import live


def test_what_a_link_hears_is_decided_by_the_matter_and_not_by_the_area() -> None:
    async def scenario() -> None:
        hub = live.Hub(lambda: "host=nowhere.invalid")
        resident, other = live.Subscriber(()), live.Subscriber(())
        resident.reach(live.Matters(frozenset({"a"})))
        other.reach(["310115"])
        hub._readers |= {resident, other}

        def told(area: str, thing: str) -> int:
            return hub.publish(json.dumps({"area": area, "kind": "case", "id": thing}))

        assert told("310115.132", "a") == 2
        assert told("310115.132", "b") == 1
        assert told("310116", "a") == 1
        assert (resident.queue.qsize(), other.queue.qsize()) == (2, 2)
        resident.reach([])
        assert told("", "a") == 0

    asyncio.run(scenario())


def test_readers_by_link_never_take_the_places_of_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_BY_LINK", 1)
    hub = live.Hub(lambda: "host=nowhere.invalid")
    link = live.Matters(frozenset({"a"}))
    assert not hub.full(link)
    reader = live.Subscriber(())
    reader.reach(link)
    hub._readers.add(reader)
    assert hub.full(link) and not hub.full(["310115"])
