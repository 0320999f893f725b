"""Rotation of the keys of epochs: what makes a shredded key unreadable in old backups too.

An epoch of which a key was shredded is retired; the keys that survive are wrapped anew under another epoch, batch by
batch; then its own key is destroyed. Each step is committed by itself and can be taken up again after a kill.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction

from linli.access.envelope import unwrap, wrap
from linli.access.keyring import KeyMissing, destroy_key, has_key, load_key
from linli.access.subjects import grants

log = logging.getLogger(__name__)
BATCH = 1000
Rows = list[tuple[UUID, bytes]]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: numbers of epochs whose key was destroyed, and how many keys were wrapped anew."""

    destroyed: tuple[int, ...]
    rewrapped: int


@dataclass(frozen=True, slots=True)
class EpochState:
    """An epoch as it stands: keys under it, shredded ones that its key could still open in a backup, its file."""

    epoch: int
    opened_at: datetime
    retired: bool
    destroyed: bool
    keys: int
    shredded: int
    has_file: bool


class RotationRuns(RuntimeError):
    """Another process rotates the keys of this database at this moment."""


def rotate(*, using: str, everything: bool = False, batch: int = BATCH) -> Rotated:
    """Retire, wrap anew, destroy. `using`: a connection of the owner, in autocommit.

    everything: every epoch, not only those with shredded keys: after a key may have leaked. Raises RotationRuns, and
    KeyMissing when the folder of keys is not the one of this database: nothing is destroyed then.
    """
    rewrapped, destroyed = 0, []
    with _alone(using):
        _retire(using, everything)
        for epoch, fingerprint in _unfinished(using):
            rewrapped += _move_keys(using, epoch, fingerprint, batch)
            _destroy(using, epoch, fingerprint)
            destroyed.append(epoch)
            log.info("the key of epoch %s is destroyed", epoch)
    return Rotated(tuple(destroyed), rewrapped)


def epochs(*, using: str) -> list[EpochState]:
    """Every epoch, oldest first, as the owner's connection `using` sees them."""
    found = _ask(
        using,
        "select e.epoch, e.opened_at, e.retired_at is not null, e.destroyed_at is not null,"
        " (select count(*) from {authz}.subject_key k where k.epoch = e.epoch),"
        " (select count(*) from access_shredding s where s.epoch = e.epoch and s.key_destroyed_at is null),"
        " e.fingerprint from {authz}.key_epoch e order by e.epoch",
    )
    return [
        EpochState(epoch, opened, retired, destroyed, keys, shredded, has_key(bytes(fingerprint)))
        for epoch, opened, retired, destroyed, keys, shredded, fingerprint in found
    ]


def _retire(using: str, everything: bool) -> None:
    """From here on nobody puts a key under these epochs: `put_keys` waits for this statement, or is refused after."""
    _do(
        using,
        "update {authz}.key_epoch e set retired_at = now() where e.retired_at is null and (%s or exists"
        " (select 1 from access_shredding s where s.epoch = e.epoch and s.key_destroyed_at is null))",
        everything,
    )


def _unfinished(using: str) -> list[tuple[int, bytes]]:
    found = _ask(
        using,
        "select e.epoch, e.fingerprint from {authz}.key_epoch e"
        " where e.retired_at is not null and e.destroyed_at is null order by e.epoch",
    )
    return [(epoch, bytes(fingerprint)) for epoch, fingerprint in found]


def _move_keys(using: str, epoch: int, fingerprint: bytes, batch: int) -> int:
    moved = 0
    while True:
        with transaction.atomic(using=using):
            rows: Rows = _ask(
                using,
                "select k.subject_id, k.wrapped from {authz}.subject_key k where k.epoch = %s"
                " order by k.subject_id limit %s for update",
                epoch,
                batch,
            )
            if not rows:
                return moved
            _rewrap(using, epoch, load_key(fingerprint), rows)
        moved += len(rows)


def _rewrap(using: str, epoch: int, kek: bytes, rows: Rows) -> None:
    todo = iter(rows)
    for grant in grants(len(rows), using=using):
        subjects, wrapped = [], []
        for _slot, (subject, old) in zip(range(grant.count), todo, strict=False):
            key = unwrap(bytes(old), kek=kek, subject_id=subject, epoch=epoch)
            subjects.append(subject)
            wrapped.append(wrap(key, kek=grant.kek, subject_id=subject, epoch=grant.epoch))
        _do(
            using,
            "update {authz}.subject_key k set epoch = %s, wrapped = n.wrapped"
            " from unnest(%s::uuid[], %s::bytea[]) as n (subject, wrapped) where k.subject_id = n.subject",
            grant.epoch,
            subjects,
            wrapped,
        )


def _destroy(using: str, epoch: int, fingerprint: bytes) -> None:
    """Say so, do it, note it. A file that is not there counts as destroyed only when we had said so before."""
    begun = _ask(using, "select destroying_at is not null from {authz}.key_epoch where epoch = %s", epoch)[0][0]
    if not begun:
        load_key(fingerprint)
        _do(using, "update {authz}.key_epoch set destroying_at = now() where epoch = %s", epoch)
    if not destroy_key(fingerprint):
        _prove_the_folder(using)
    with transaction.atomic(using=using):
        _do(using, "update {authz}.key_epoch set destroyed_at = now() where epoch = %s", epoch)
        _do(
            using,
            "update access_shredding set key_destroyed_at = now() where epoch = %s and key_destroyed_at is null",
            epoch,
        )


def _prove_the_folder(using: str) -> None:
    """Taken up again without the file: was it destroyed, or are we looking into another folder?"""
    standing = _ask(using, "select fingerprint from {authz}.key_epoch where destroying_at is null")
    if standing and not any(has_key(bytes(fingerprint)) for (fingerprint,) in standing):
        raise KeyMissing(
            "No key of this database is in the folder of keys (LINLI_KEYS); nothing was noted as destroyed."
        )


@contextmanager
def _alone(using: str) -> Iterator[None]:
    """Held by the connection: it ends with the process, however that ends."""
    if not _ask(using, "select pg_try_advisory_lock(hashtext('{authz}.rotation'))")[0][0]:
        raise RotationRuns("Another process rotates the keys at this moment.")
    try:
        yield
    finally:
        _ask(using, "select pg_advisory_unlock(hashtext('{authz}.rotation'))")


def _ask(using: str, statement: str, *values: Any) -> list[Any]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement.format(authz=settings.LINLI_AUTHZ_SCHEMA), values or None)
        return list(cursor.fetchall())


def _do(using: str, statement: str, *values: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(statement.format(authz=settings.LINLI_AUTHZ_SCHEMA), values or None)
