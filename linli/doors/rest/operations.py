"""The list of operations: each is declared once, with its rule, and the gates and the OpenAPI file are made from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic_core import from_json

from linli.access.api import AccessRule
from linli.doors.rest.gates import FORM_TYPE, JSON_TYPE, Gate
from linli.doors.rest.problems import HANDLERS

V = TypeVar("V", bound=Callable[..., Any])
Method = Literal["GET", "POST"]
Media = Literal["application/json", "multipart/form-data"]

GATES: dict[str, Gate] = {}
"""Name of the operation → its gate."""


class OrjsonRenderer(BaseRenderer):
    """Answers by orjson: times in RFC 3339 with `Z`."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The body."""
        return dump(data)


class StrictParser(Parser):
    """Bodies by the same reader as the fast lane: no NaN, no lone surrogate."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain values. Raises ValueError."""
        return from_json(request.body, allow_inf_nan=False)


def dump(data: object) -> bytes:
    """Plain values as JSON, times in UTC with `Z`."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


def operation(
    router: Router, method: Method, path: str, rule: AccessRule, *, body: Media | None = None, **options: Any
) -> Callable[[V], V]:
    """Declare one operation. The name of the view is the name of the operation; one path has one operation."""

    def register(view: V) -> V:
        name = view.__name__
        if name in GATES:
            raise ValueError(f"two operations are called {name}")
        GATES[name] = Gate(method, rule, body)
        add = router.get if method == "GET" else router.post
        extra = {"by_alias": True} | options
        declared: V = add(path, operation_id=name, url_name=name, **extra)(view)
        return declared

    return register


def service() -> NinjaAPI:
    """The empty interface, with our renderer, parser and errors."""
    api = NinjaAPI(
        title="Linli",
        version="1",
        description=DESCRIPTION,
        urls_namespace="rest",
        openapi_url=None,
        docs_url=None,
        renderer=OrjsonRenderer(),
        parser=StrictParser(),
    )
    for kind, handler in HANDLERS:
        api.add_exception_handler(kind, handler)
    return api


DESCRIPTION = """One front door for residents, and the whole loop for those who act.

* Without a token: `POST /reports`, `POST /photos`, the lists of items and areas. The receipt carries a secret link;
  send it as `X-Report-Link` to follow the report.
* With a token (`linli token create`): what the post behind it may do, within its area or unit, and nothing else.
* Send an `Idempotency-Key` (or your own `id`) with every report: a retry gets the same answer, byte for byte.
* Lists are read page by page: hand `next` back as `cursor`.
* Errors are problem documents (RFC 9457) with a stable `code`.
"""

__all__ = ["FORM_TYPE", "GATES", "JSON_TYPE", "dump", "operation", "service"]
