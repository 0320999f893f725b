"""What every page of the desk hands to its template, and how an answer leaves for a page or for a part of one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render

from linli.access.api import StaffRequest
from linli.kernel.clock import now
from linli.web.desk import words
from linli.web.desk.frame import Frame, frame_of

TABS = ("inbox", "map", "register", "items", "notices", "trail")


def answer(
    request: StaffRequest,
    template: str,
    context: Mapping[str, object],
    *,
    tab: str = "inbox",
    frame: Frame | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """A whole page with its frame."""
    actor = request.actor
    around = {
        "actor": actor,
        "role": words.say(words.ROLES, actor.role),
        "frame": frame or frame_of(actor, now=now()),
        "tab": tab,
        "may_matters": actor.can("case.read"),
        "may_register": actor.can("chart.read"),
        "may_trail": actor.can("audit.read"),
    }
    return private(render(request, template, {**around, **context}, status=status))


def part(
    request: StaffRequest, template: str, context: Mapping[str, object], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    """A piece of a page."""
    return private(render(request, template, {"actor": request.actor, **context}, status=status))


def private(response: HttpResponse) -> HttpResponse:
    """No shared cache may keep it: it is one person's view under his own rights."""
    response.headers["Cache-Control"] = "no-store, private"
    return response


def is_part(request: StaffRequest) -> bool:
    """Whether the page asks for a piece only (htmx)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
