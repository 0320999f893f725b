"""Envelopes: a value under the key of its subject, that key under the key of its epoch. Pure functions, no database.

Everything is AES-256-GCM with a random nonce (12 bytes) in front, and bound to where it belongs: moved to another row,
subject or field, or wrapped for another epoch, it does not open.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linli.kernel.ids import uuid7

NONCE_BYTES = 12
KEY_BYTES = 32
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grant:
    """Room for `count` new subject keys in an epoch, with the key of that epoch (32 bytes)."""

    epoch: int
    kek: bytes = field(repr=False)
    count: int = 1


@dataclass(slots=True)
class Sealing:
    """Columns ready for `authz.put_keys` and `authz.put_secrets`, or for COPY in this order.

    `keys`: subject, epoch, wrapped key. `secrets`: id, subject, sealed value. `ids`: of each subject in the order
    given, field → id of its secret.
    """

    keys: list[tuple[UUID, int, bytes]] = field(default_factory=list)
    secrets: list[tuple[UUID, UUID, bytes]] = field(default_factory=list)
    ids: list[dict[str, UUID]] = field(default_factory=list)


def wrap(key: bytes, *, kek: bytes, subject_id: UUID, epoch: int) -> bytes:
    """The key of a subject (32 bytes) under the key of an epoch (60 bytes)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(kek).encrypt(nonce, key, _of_key(subject_id, epoch))


def unwrap(wrapped: bytes, *, kek: bytes, subject_id: UUID, epoch: int) -> bytes:
    """What `wrap` wrapped. Raises InvalidTag for another key, subject or epoch."""
    return AESGCM(kek).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _of_key(subject_id, epoch))


def seal_value(value: str, *, key: bytes, secret_id: UUID, subject_id: UUID, name: str) -> bytes:
    """A value of a subject under its key. `name`: of the sealed field."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value.encode(), _of_value(secret_id, subject_id, name))


def open_value(sealed: bytes, *, key: bytes, secret_id: UUID, subject_id: UUID, name: str) -> str:
    """What `seal_value` sealed. Raises InvalidTag for another key, secret, subject or field."""
    data = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _of_value(secret_id, subject_id, name))
    return data.decode()


def seal_new(people: Sequence[tuple[UUID, Values]], grants: Iterable[Grant]) -> Sealing:
    """Make a key for each subject and seal its values. Raises ValueError when the grants have too little room.

    people: subjects without a key so far, each with its values by name of the sealed field.
    """
    made = Sealing()
    todo = iter(people)
    left = len(people)
    for grant in grants:
        taken = min(grant.count, left)
        _seal_under(grant, (next(todo) for _ in range(taken)), made)
        left -= taken
    if left:
        raise ValueError(f"there is no room for {left} of {len(people)} subjects")
    return made


def _seal_under(grant: Grant, people: Iterable[tuple[UUID, Values]], made: Sealing) -> None:
    wrapper, epoch = AESGCM(grant.kek), grant.epoch
    for subject, values in people:
        # One draw of random bytes for all of a subject: the call costs more than the bytes.
        drawn = os.urandom(KEY_BYTES + NONCE_BYTES * (len(values) + 1))
        key, nonce = drawn[:KEY_BYTES], drawn[KEY_BYTES : KEY_BYTES + NONCE_BYTES]
        made.keys.append((subject, epoch, nonce + wrapper.encrypt(nonce, key, _of_key(subject, epoch))))
        cipher, at, ids = AESGCM(key), KEY_BYTES + NONCE_BYTES, {}
        for name, value in values.items():
            secret, nonce = uuid7(), drawn[at : at + NONCE_BYTES]
            sealed = nonce + cipher.encrypt(nonce, value.encode(), _of_value(secret, subject, name))
            made.secrets.append((secret, subject, sealed))
            ids[name], at = secret, at + NONCE_BYTES
        made.ids.append(ids)


def _of_key(subject_id: UUID, epoch: int) -> bytes:
    return b"linli key|" + subject_id.bytes + epoch.to_bytes(4, "big")


def _of_value(secret_id: UUID, subject_id: UUID, name: str) -> bytes:
    return b"linli value|" + secret_id.bytes + subject_id.bytes + name.encode()
