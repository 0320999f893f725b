"""Errors as RFC 9457 problem documents: what happened, what was kept, and a stable code for the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.db import DataError, Error, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from linli.access.api import SignInNeeded
from linli.kernel.errors import Conflict, Displayable, Forbidden, InvalidInput, LinliError, NotFound, WrongState

MEDIA = "application/problem+json"
REALM = 'Bearer realm="linli"'

CODES: Mapping[str, HTTPStatus] = {
    "session_over": HTTPStatus.UNAUTHORIZED,
    "link_unknown": HTTPStatus.UNAUTHORIZED,
    "idempotency_key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "photo_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "photo_unknown_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "photo_busy": HTTPStatus.TOO_MANY_REQUESTS,
}
"""Codes whose status says more than the kind of error does."""

KINDS: tuple[tuple[type[LinliError], HTTPStatus], ...] = (
    (SignInNeeded, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Conflict, HTTPStatus.CONFLICT),
    (WrongState, HTTPStatus.CONFLICT),
)

DOCUMENTED: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON, or the request is not HTTP as it should be.",
    HTTPStatus.UNAUTHORIZED: "No token, or one that is unknown, expired or revoked.",
    HTTPStatus.FORBIDDEN: "The post behind the token may not do this, or not here.",
    HTTPStatus.NOT_FOUND: "It does not exist, or lies outside the scope of the token.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path has no such method.",
    HTTPStatus.CONFLICT: "The state of the matter does not allow this act any more.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body has another media type than the one documented.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A value is not acceptable; `errors` says which and why.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; `Retry-After` says when to come back.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot be reached; nothing was stored. Try again with the same key.",
}
"""Every status that any operation may answer besides its success."""


def problem(
    status: HTTPStatus,
    code: str,
    detail: Displayable,
    *,
    kept: Displayable | None = None,
    errors: Sequence[Mapping[str, object]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document. `detail` and `kept` are sentences for a person; `errors` names the fields."""
    body = {
        "type": f"urn:linli:problem:{code}",
        "title": status.phrase,
        "status": int(status),
        "detail": str(detail),
        "code": code,
        "kept": None if kept is None else str(kept),
        "errors": list(errors),
    }
    response = HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA)
    response["Cache-Control"] = "no-store"
    if status is HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = REALM
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        response["Retry-After"] = "5"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def status_of(error: LinliError) -> HTTPStatus:
    """The HTTP status of one of our errors."""
    by_kind = next((status for kind, status in KINDS if isinstance(error, kind)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return CODES.get(error.code, by_kind)


def from_error(_request: HttpRequest | None, error: LinliError) -> HttpResponse:
    """One of our errors as a problem."""
    # The kernel only marks its sentences for translation; those of other rooms are translated already and stay.
    return problem(status_of(error), error.code, _(str(error)), kept=error.kept)


def from_validation(_request: HttpRequest | None, error: ValidationError) -> HttpResponse:
    """What the schema refuses, field by field; the values themselves are not repeated."""
    errors = [{"where": [str(step) for step in one["loc"]], "message": one["msg"]} for one in error.errors]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", _("Some values are missing or not acceptable."), errors=errors
    )


def from_http(_request: HttpRequest | None, error: HttpError) -> HttpResponse:
    """What the framework refuses: a body that cannot be read."""
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:
        return problem(status, "unreadable", _("The body could not be read as JSON."))
    return problem(status, "refused", status.phrase)


def from_database(_request: HttpRequest | None, error: Error) -> HttpResponse:
    """What the database itself refuses: a character it cannot keep.

    Raises the error again when it is anything else: that is a fault of ours and must be seen as one.
    """
    if isinstance(error, DataError):
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "value_unstorable", _("A value cannot be stored as it was sent.")
        )
    raise error


HANDLERS: Sequence[tuple[type[Exception], Any]] = (
    (LinliError, from_error),
    (ValidationError, from_validation),
    (HttpError, from_http),
    (DataError, from_database),
    (ProgrammingError, from_database),
)
