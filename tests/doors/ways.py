"""Ways over HTTP: a case brought into any state by the operations of the interface alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cast
from django.db import transaction

from linli.access.api import enter_link
from linli.casework.verification.api import Satisfaction, rate

Call = Callable[[str], Any]
Body = Mapping[str, object] | None

DISPATCH: tuple[str, str, Body] = ("worker", "dispatch", {})
ACCEPT: tuple[str, str, Body] = ("head", "accept", None)
FEED_BACK: tuple[str, str, Body] = ("head", "feed_back", {"result": "explained", "words": "三天内清走"})
VERIFY: tuple[str, str, Body] = ("worker", "verify", {"passed": True, "method": "on_site"})

WAYS: Mapping[str, Sequence[tuple[str, str, Body]]] = {
    "filed": [],
    "dispatched": [DISPATCH],
    "return_asked": [DISPATCH, ("worker", "return", {"reason": "not_our_duty", "words": "不归我们"})],
    "handling": [DISPATCH, ACCEPT],
    "suspended": [DISPATCH, ACCEPT, ("worker", "suspend", {"words": "等业主表决"})],
    "fed_back": [DISPATCH, ACCEPT, FEED_BACK],
    "verified": [DISPATCH, ACCEPT, FEED_BACK, VERIFY],
    "closed": [DISPATCH, ACCEPT, FEED_BACK, VERIFY],
    "voided": [("head", "void", {"words": "重复"})],
}
"""State → who does which act with which body, from a case that was just filed."""


def filed(
    anyone: Any, caller: Call, *, area: str = cast.HOME_AREA, worker: str = "worker", item: str = "C04"
) -> dict[str, Any]:
    """A case that somebody reported and the desk took on, as its receipt."""
    got: dict[str, Any] = anyone.post(
        "/reports", {"words": "楼道堆物", "item_code": item, "area_code": area}
    ).json()  # fmt: skip
    done = caller(worker).post(f"/reports/{got['id']}/acts/open", {"item_code": item})
    assert (done.status_code, done.json()["state"]) == (200, "accepted"), done.content
    return got


def act(caller: Call, number: str, who: str, name: str, body: Body) -> Any:
    """One of the cast does one act."""
    return caller(who).post(f"/cases/{number}/acts/{name}", body)


def case_in(anyone: Any, caller: Call, state: str) -> dict[str, Any]:
    """A case in this state, as its receipt."""
    got = filed(anyone, caller)
    for who, name, body in WAYS[state]:
        done = act(caller, got["number"], who, name, body)
        assert done.status_code == 200, (name, done.content)
    if state == "closed":
        with transaction.atomic():
            rate(actor=enter_link(got["link"]), satisfaction=Satisfaction.SATISFIED)
    seen = caller("district").get(f"/cases/{got['number']}").json()
    assert seen["state"] == state
    return got


def everything(caller: Call, key: str) -> dict[str, Any]:
    """All that the interface tells of a case, for comparing it before and after."""
    seen: dict[str, Any] = caller("dispatcher").get(f"/cases/{key}").json()
    return seen


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document, after looking at its status and code."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "code", "kept", "errors"}
    assert (body["type"], body["status"]) == (f"urn:linli:problem:{code}", status)
    return body
