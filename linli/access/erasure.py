"""Crypto-shredding: without its key what was sealed is noise, wherever copies of it lie (SECURITY finding 5)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from linli.access.authz import call
from linli.access.permissions import Principal, require
from linli.audit.api import record
from linli.kernel.errors import InvalidInput
from linli.kernel.ids import uuid7

REASONS = ("retention", "own_request", "emergency_over", "wrong_record")
"""Why a subject is shredded; stands on the tombstone."""


def shred(*, actor: Principal, subject_ids: Sequence[UUID], why: str, batch: UUID | None = None) -> int:
    """Delete the keys and the sealed values of these subjects at once, for good; how many had a key.

    Each leaves a tombstone (`Shredding`). The key of their epoch, which old backups would still need, goes with the
    next rotation (`rotate`, every night). batch: ties the tombstones of one purge together. A subject without a key is
    passed over, so a repeat does nothing. Raises Forbidden, InvalidInput.
    """
    require(actor, "subject.shred")
    if why not in REASONS:
        raise InvalidInput(_("Choose a reason from the list."), code="reason_unknown", detail={"why": why})
    one = batch or uuid7()
    gone: int = call("shred", list(subject_ids), one, why)[0]
    if gone:
        record(
            actor=actor, act="subject.shred", subject_kind="shredding", subject_id=str(one),
            detail={"why": why, "subjects": gone},
        )  # fmt: skip
    return gone


def erase_subject(*, actor: Principal, subject_id: UUID, why: str) -> bool:
    """`shred` for one subject; whether it had a key."""
    return shred(actor=actor, subject_ids=[subject_id], why=why) == 1
