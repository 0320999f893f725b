"""Sealed fields: AES-256-GCM, a keyed blind index for exact match, and no reading without a committed ticket."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from linli.access.permissions import Principal, require
from linli.audit.api import record, ticket
from linli.kernel.errors import InvalidInput, NotFound

PURPOSES = ("contact_reporter", "verify_on_site", "urgent_safety", "correct_record")
"""Why a sealed value may be opened; faces translate."""

SHORTEST_REASON = 4


def seal(value: str, *, secret_id: UUID) -> bytes:
    """Encrypt a value bound to its id: nonce (12 bytes) + ciphertext + tag. The key is kept outside the database."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key("seal")).encrypt(nonce, value.encode(), secret_id.bytes)


def blind_index(value: str, *, column: str) -> bytes:
    """HMAC-SHA-256 of a value, a different one for each column: equality without the value."""
    return hmac.digest(_key("index"), f"{column}\0{value}".encode(), "sha256")


def seal_text(value: str) -> str:
    """Encrypt a value of no resident, such as the secret of a second factor, for a text column."""
    nonce = secrets.token_bytes(12)
    return urlsafe_b64encode(nonce + AESGCM(_key("text")).encrypt(nonce, value.encode(), None)).decode()


def unseal_text(sealed: str) -> str:
    """What `seal_text` sealed. Raises InvalidTag when it was sealed with another key."""
    data = urlsafe_b64decode(sealed)
    return AESGCM(_key("text")).decrypt(data[:12], data[12:], None).decode()


def open_sealed(
    *,
    actor: Principal,
    secret_id: UUID,
    subject_kind: str,
    subject_id: str,
    area_id: int,
    area_path: str,
    field: str,
    purpose: str,
    reason: str,
) -> str:
    """The value, after the opening was committed to the trail. Raises Forbidden, InvalidInput, NotFound.

    Without a committed ticket the database gives nothing (SECURITY.md (c)2).
    """
    require(actor, "reporter.open", area_path=area_path)
    if purpose not in PURPOSES:
        raise InvalidInput(_("Choose a purpose from the list."), code="purpose_unknown")
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(_("Say in a few words why you need it."), code="reason_missing")
    opening = ticket(
        actor=actor,
        secret_id=secret_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        area_id=area_id,
        field=field,
        purpose=purpose,
        reason=reason.strip()[:200],
    )
    with connection.cursor() as cursor:
        cursor.execute(f"select {settings.LINLI_AUTHZ_SCHEMA}.reveal(%s)", [opening])
        sealed = cursor.fetchone()[0]
    if sealed is None:
        raise NotFound(_("There is nothing to open."), code="secret_unknown")
    record(actor=actor, act="sealed.open", subject_kind=subject_kind, subject_id=subject_id, area_id=area_id)
    data = bytes(sealed)
    return AESGCM(_key("seal")).decrypt(data[:12], data[12:], secret_id.bytes).decode()


@cache
def _key(use: str) -> bytes:
    return hmac.digest(urlsafe_b64decode(settings.LINLI_MASTER_KEY), f"linli {use}".encode(), "sha256")
