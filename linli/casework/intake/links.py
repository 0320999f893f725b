"""The secret link of a report: derived, so that a repeated request gets the same one and only its hash is stored."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from uuid import UUID

from django.conf import settings

LENGTH = 24
"""URL-safe characters: 144 bits."""


def link_of(report_id: UUID) -> str:
    """The secret of a report's link."""
    return urlsafe_b64encode(hmac.digest(_key(), report_id.bytes, "sha256")).decode()[:LENGTH]


@cache
def _key() -> bytes:
    return hmac.digest(urlsafe_b64decode(settings.LINLI_MASTER_KEY), b"linli report link", "sha256")
