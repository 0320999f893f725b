"""Sealed fields: AES-256-GCM, a keyed blind index for exact match, and no reading without a committed ticket."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from linli.access.authz import call
from linli.access.envelope import open_value
from linli.access.fields import Level, SealedField, sealed_field
from linli.access.permissions import Principal, require
from linli.access.subjects import WrappedKey, key_itself
from linli.audit.api import record, ticket
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, NotFound

SHORTEST_REASON, LONGEST_REASON = 4, 200


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
    """The value, after the opening was committed to the trail.

    subject_kind, subject_id: the person or report it speaks of. `<subject_kind>.<field>` is a declared sealed field,
    which says who may open it, how far and what for. Without a committed ticket the database gives nothing
    (SECURITY.md (c)2). Raises Forbidden, InvalidInput, NotFound; KeyMissing when the folder of keys is not in order.
    """
    sort = sealed_field(f"{subject_kind}.{field}")
    _may_open(actor, sort, area_path)
    step_up(actor)
    opening = ticket(
        actor=actor,
        secret_id=secret_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        area_id=area_id,
        field=field,
        purpose=purpose_in(sort, purpose),
        reason=reason_for(sort, reason),
    )
    found = _reveal(opening)
    if found is None:
        raise NotFound(_("There is nothing to open."), code="secret_unknown")
    record(actor=actor, act="sealed.open", subject_kind=subject_kind, subject_id=subject_id, area_id=area_id)
    return _opened(found, secret_id=secret_id, name=sort.name)


def purpose_in(sort: SealedField, purpose: str) -> str:
    """The purpose, when the field may be opened for it. Raises InvalidInput."""
    if purpose not in sort.purposes:
        raise InvalidInput(_("Choose a purpose from the list."), code="purpose_unknown")
    return purpose


def reason_for(sort: SealedField, reason: str) -> str:
    """The reason as it is kept. Raises InvalidInput when the field asks for one and it says too little."""
    if sort.level is not Level.OPEN and len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(_("Say in a few words why you need it."), code="reason_missing")
    return reason.strip()[:LONGEST_REASON]


def step_up(actor: Principal) -> None:
    """Refuse whoever has not shown his second factor lately, where the installation asks for that (L3).

    Raises Forbidden.
    """
    minutes = settings.LINLI_STEP_UP_MINUTES
    if minutes and (actor.mfa_at is None or now() - actor.mfa_at > timedelta(minutes=minutes)):
        raise Forbidden(
            _("Please sign in again with your second factor: this asks for it to be fresh."), code="step_up_needed"
        )


def _may_open(actor: Principal, sort: SealedField, area_path: str) -> None:
    anywhere = sort.level in {Level.OPEN, Level.AUDITED}
    require(actor, sort.permission, area_path=None if anywhere else area_path)
    if sort.level is Level.CLOSED and not actor.holds(area_path):
        raise Forbidden(_("This lies outside your area."), code="out_of_scope", detail={"act": sort.permission})


@dataclass(frozen=True, slots=True)
class _Revealed:
    sealed: bytes
    subject_id: UUID | None
    epoch: int
    fingerprint: bytes
    wrapped: bytes


def _reveal(opening: UUID) -> _Revealed | None:
    sealed, subject, epoch, fingerprint, wrapped = call("reveal", opening)
    if sealed is None:
        return None
    return _Revealed(bytes(sealed), subject, epoch or 0, bytes(fingerprint or b""), bytes(wrapped or b""))


def _opened(found: _Revealed, *, secret_id: UUID, name: str) -> str:
    if found.subject_id is None:
        data = found.sealed
        return AESGCM(_key("seal")).decrypt(data[:12], data[12:], secret_id.bytes).decode()
    key = key_itself(WrappedKey(found.subject_id, found.epoch, found.fingerprint, found.wrapped))
    return open_value(found.sealed, key=key, secret_id=secret_id, subject_id=found.subject_id, name=name)


@cache
def _key(use: str) -> bytes:
    return hmac.digest(urlsafe_b64decode(settings.LINLI_MASTER_KEY), f"linli {use}".encode(), "sha256")
