"""Who may come in through the programming interface. One rule for each path, opened before anything is read.

The same rules as `linli.access`: the transaction under row scope begins here and ends with the answer. A bearer token
or a report's link in a header says who asks; cookies count for nothing, so nobody's browser can be made to act.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from linli.access.api import (
    AccessRule,
    Anyone,
    Principal,
    Reporter,
    SignInNeeded,
    Who,
    enter,
    enter_link,
    enter_public,
    require,
    tagged,
)
from linli.doors.rest import pace
from linli.doors.rest.problems import from_database, from_error, problem
from linli.kernel.errors import Forbidden, LinliError

LINK_HEADER: Final = "X-Report-Link"
JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "multipart/form-data"
JSON_LIMIT: Final = 128 * 1024
FORM_LIMIT: Final = 21 * 1024 * 1024
"""Bytes of a body: a report of 4,000 characters in the longest spelling; one photo of 20 MB with its envelope."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")
_LINK = re.compile(r"[A-Za-z0-9_-]{24}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Gate:
    """What a path takes: its one method, its rule, and the media type of its body (None: no body)."""

    method: str
    rule: AccessRule
    media: str | None


def public(act: str | None = None) -> AccessRule:
    """For everybody; with a token the post behind it must allow `act`."""
    return AccessRule("public", act)


def staff(act: str) -> AccessRule:
    """Only with a token whose post allows `act`."""
    return AccessRule("staff", act)


def link_or_staff(act: str) -> AccessRule:
    """With the secret link of the report, or with a token whose post allows `act`."""
    return AccessRule("link", act)


def guard(view: Callable[..., HttpResponseBase], gate: Gate) -> Callable[..., HttpResponseBase]:
    """The view behind its gate. Whatever is not a success leaves nothing behind in the database."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(_language(request)):
            response = _refused_unread(request, gate) or _answered(view, gate.rule, _read(request), *args, **kwargs)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response

    exempt: Any = guarded
    exempt.csrf_exempt = True
    return tagged(guarded, gate.rule)


def reading(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A page of the interface that is only read, whoever asks; other methods are told so in kind."""

    @functools.wraps(view)
    def read(request: HttpRequest) -> HttpResponseBase:
        return _by_method(request, "GET") or view(request)

    exempt: Any = read
    exempt.csrf_exempt = True
    return read


def _read(request: HttpRequest) -> HttpRequest:
    """A HEAD is answered like a GET; the server leaves the body out."""
    if request.method == "HEAD":
        request.method = "GET"
    return request


def _by_method(request: HttpRequest, method: str) -> HttpResponse | None:
    """The answer to a method that the path has not, and to the question which it has."""
    methods = (method, "HEAD", "OPTIONS") if method == "GET" else (method, "OPTIONS")
    allow = {"Allow": ", ".join(methods)}
    if request.method == "OPTIONS":
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=allow)
    if request.method in methods:
        return None
    return problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "method_not_allowed",
        _("This path answers %(method)s only.") % {"method": method},
        headers=allow,
    )


def _answered(
    view: Callable[..., HttpResponseBase], rule: AccessRule, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    try:
        with transaction.atomic():
            acting: Any = request
            acting.actor = come_in(request, rule)
            response = view(request, *args, **kwargs)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                transaction.set_rollback(True)
            return response
    except LinliError as error:
        return from_error(request, error)
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        return problem(HTTPStatus.BAD_REQUEST, "unreadable", _("The form could not be read. Send it once more."))
    except (DataError, ProgrammingError) as error:
        return from_database(request, error)
    except (OperationalError, InterfaceError):
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", _("Please try again in a moment."))


def _language(request: HttpRequest) -> str:
    """A program says its reader's language as programs do; without it the installation's own is kept."""
    if "accept-language" in request.headers and "lang" not in request.GET:
        return translation.get_language_from_request(request)
    return translation.get_language() or settings.LANGUAGE_CODE


def come_in(request: HttpRequest, rule: AccessRule) -> Who:
    """Put the open transaction under the identity the request brings.

    Raises SignInNeeded without one that the rule asks for, Forbidden when it is over or its post may not.
    """
    reads = request.method in _SAFE
    given = request.headers.get("authorization")
    if given is not None:
        return _enter_token(given, rule, reads, what=f"{request.method} {request.path}")
    if rule.kind == "link" and LINK_HEADER in request.headers:
        secret = request.headers[LINK_HEADER]
        if not _LINK.fullmatch(secret):
            raise Forbidden(_("This link is not known."), code="link_unknown")
        return enter_link(secret, read_only=reads)
    if rule.kind != "public":
        raise SignInNeeded(_("Send a token."), code="token_missing")
    return enter_public(read_only=reads)


def _enter_token(given: str, rule: AccessRule, reads: bool, *, what: str) -> Principal:
    kind, _space, token = given.partition(" ")
    if kind.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
        raise SignInNeeded(_("This is not a token of ours."), code="token_malformed")
    actor = enter(token.strip(), read_only=reads, what=what)
    if rule.act is not None:
        require(actor, rule.act)
    return actor


def principal(request: HttpRequest) -> Principal:
    """The person behind the token of a staff request."""
    actor = whoever(request)
    if not isinstance(actor, Principal):
        raise TypeError("the gate of this operation lets others in than staff")
    return actor


def whoever(request: HttpRequest) -> Principal | Reporter | Anyone:
    """Whoever the gate let in."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Principal | Reporter | Anyone):
        raise TypeError("this request has not come through a gate")
    return actor


def _refused_unread(request: HttpRequest, gate: Gate) -> HttpResponse | None:
    """What can be refused before a byte of the body is read."""
    by_method = _by_method(request, gate.method)
    if by_method is not None:
        return by_method
    if gate.method not in _SAFE and not pace.allowed(request.META):
        return problem(
            HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", _("Too many requests from here. Please wait a moment.")
        )
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    if not said.isdecimal():
        return problem(HTTPStatus.BAD_REQUEST, "unreadable", _("The body could not be read as JSON."))
    length = int(said)
    limit = FORM_LIMIT if gate.media == FORM_TYPE else JSON_LIMIT
    if length > limit:
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body_too_large",
            _("The body may have %(bytes)d bytes at most.") % {"bytes": limit},
        )
    if gate.media is not None and (length or request.content_type) and request.content_type != gate.media:
        return problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            _("Send the body as %(media)s.") % {"media": gate.media},
            headers={"Accept": gate.media},
        )
    return None
