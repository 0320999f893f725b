"""The short way for the busiest request: a resident's report, before Django builds a request and asks its middleware.

Only what will succeed goes this way. Anything unusual (a token, another media type, a wrong value) is handed on unread
to the ordinary operation, which answers it; so both lanes have one act, one schema and one set of errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection, transaction
from pydantic import ValidationError

from linli.access.api import enter_public
from linli.doors.rest import pace
from linli.doors.rest.gates import JSON_LIMIT, JSON_TYPE
from linli.doors.rest.openapi import PREFIX
from linli.doors.rest.receiving import KEY_PATTERN, TRIED_ID, Answer, take
from linli.doors.rest.schemas import ReportIn
from linli.kernel.errors import LinliError
from linli.kernel.ids import uuid7

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

PATH: Final = f"/{PREFIX}reports"
_KEY = re.compile(KEY_PATTERN)
_HEADERS: Final = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)


class FastLane:
    """A WSGI application that answers a plain report itself and gives everything else to `application`."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == PATH and _is_plain(environ):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            answer = _answer(body, environ) if pace.allowed(environ) else None
            if answer is not None:
                length = ("Content-Length", str(len(answer.body)))
                start_response("201 Created", [*_HEADERS, length, ("Location", answer.location)])
                return [answer.body]
            environ["wsgi.input"] = BytesIO(body)
        return self._application(environ, start_response)


def _is_plain(environ: Environ) -> bool:
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and "HTTP_AUTHORIZATION" not in environ
        and environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() == JSON_TYPE
        and length.isdecimal()
        and 0 < int(length) <= JSON_LIMIT
    )


def _answer(body: bytes, environ: Environ) -> Answer | None:
    """The answer to a report that was stored, or None when the ordinary operation must look at it."""
    key = environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not _KEY.fullmatch(key):
        return None
    try:
        given = ReportIn.model_validate_json(body)
    except ValidationError:
        return None
    # Our id from the start: if the connection breaks at COMMIT, the next try finds what the first one stored.
    tried = environ[TRIED_ID] = uuid7()
    try:
        return _stored(given, key, tried) or _stored(given, key, tried)
    except (LinliError, DataError, ProgrammingError):
        return None


def _stored(given: ReportIn, key: str | None, tried: UUID) -> Answer | None:
    """One try; None when the connection was lost."""
    try:
        with transaction.atomic():
            return take(enter_public(), given, key, tried)
    except (OperationalError, InterfaceError):
        connection.close()
        return None
