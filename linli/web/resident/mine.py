"""Reports of this phone: links in a signed cookie, so that they work without script and leave with one tap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "linli_mine"
SALT = "linli.web.resident.mine"
MOST = 20
AGE = 365 * 24 * 3600
SECRET = re.compile(r"(?:^|/)([A-Za-z0-9_-]{24})(?:$|[/?#\s])")


@dataclass(frozen=True, slots=True)
class Kept:
    """One report as this phone remembers it."""

    secret: str
    number: str
    at: datetime


def kept(request: HttpRequest) -> list[Kept]:
    """The reports of this phone, newest first; a cookie that was tampered with counts as empty."""
    try:
        rows = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except signing.BadSignature:
        return []
    return [Kept(secret, number, datetime.fromisoformat(at)) for secret, number, at in rows]


def keep(request: HttpRequest, response: HttpResponseBase, one: Kept) -> None:
    """Remember a report on this phone."""
    others = [old for old in kept(request) if old.secret != one.secret]
    _write(response, [one, *others][:MOST])


def forget(request: HttpRequest, response: HttpResponseBase, secret: str) -> None:
    """Forget one report on this phone; it stays reachable by its link."""
    _write(response, [old for old in kept(request) if old.secret != secret])


def _write(response: HttpResponseBase, rows: list[Kept]) -> None:
    value = signing.dumps([[row.secret, row.number, row.at.isoformat()] for row in rows], salt=SALT, compress=True)
    response.set_cookie(
        COOKIE, value, max_age=AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def secret_in(text: str) -> str | None:
    """The secret in a link that somebody pasted or typed, or None."""
    found = SECRET.search(text.strip())
    return found[1] if found else None
