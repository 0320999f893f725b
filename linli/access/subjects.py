"""Sealing under the key of a subject: one field of one person, or thousands of people at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils.translation import gettext as _

from linli.access.authz import call
from linli.access.envelope import Grant, Sealing, Values, seal_new, seal_value, unwrap
from linli.access.fields import sealed_field
from linli.access.keyring import KeyMissing, destroy_key, load_key, make_key
from linli.kernel.errors import Conflict
from linli.kernel.ids import uuid7

TRIES = 5
"""An epoch may end, or somebody may make the same key, between two statements; it cannot go on happening."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The key of a subject as the database holds it."""

    subject_id: UUID
    epoch: int
    fingerprint: bytes
    wrapped: bytes = field(repr=False)

    def unwrapped(self) -> bytes:
        """The key itself (32 bytes). Raises KeyMissing."""
        kek = load_key(self.fingerprint)
        return unwrap(self.wrapped, kek=kek, subject_id=self.subject_id, epoch=self.epoch)


def key_itself(found: WrappedKey) -> bytes:
    """The key (32 bytes), also when its epoch was closed since it was read. Raises KeyMissing."""
    try:
        return found.unwrapped()
    except KeyMissing:
        again = key_of(found.subject_id)
        if again is None or again.fingerprint == found.fingerprint:
            raise
        return again.unwrapped()


def seal_for(subject_id: UUID, values: Values) -> dict[str, UUID]:
    """Seal values of one subject under its own key, which is made at the first; field → id of its secret.

    subject_id: of a person, an emergency or a report. values: by name of the declared field, `person.phone`. The
    caller keeps the ids; an earlier secret of the same field stays until the subject is shredded. Under the identity
    of the open transaction. Raises NotFound for a field that is not declared, KeyMissing.
    """
    _all_declared([values])
    key = _key_for(subject_id)
    ids = {name: uuid7() for name in values}
    sealed = [
        seal_value(value, key=key, secret_id=ids[name], subject_id=subject_id, name=name)
        for name, value in values.items()
    ]
    call("put_secrets", list(ids.values()), [subject_id] * len(ids), sealed)
    return ids


def seal_many(people: Sequence[tuple[UUID, Values]]) -> list[dict[str, UUID]]:
    """Seal values of many subjects that have no key yet: for imports. In their order, field → id of its secret.

    Raises NotFound for a field that is not declared, Conflict when a subject has a key already or was given twice,
    KeyMissing. Nothing is stored then.
    """
    _all_declared(values for _subject, values in people)
    made = seal_new(people, grants(len(people)))
    with transaction.atomic():
        for epoch, keys in _by_epoch(made).items():
            (taken,) = call("put_keys", [key[0] for key in keys], epoch, [key[2] for key in keys])
            if taken != len(keys):
                raise _meanwhile()
        columns = [list(column) for column in zip(*made.secrets, strict=True)]
        if columns:
            call("put_secrets", *columns)
    return made.ids


def copy_in(people: Sequence[tuple[UUID, Values]], *, using: str) -> list[dict[str, UUID]]:
    """`seal_many` by COPY, for a loader that signs in as the owner of the database, in one transaction of its own."""
    _all_declared(values for _subject, values in people)
    made = seal_new(people, grants(len(people), using=using))
    tables = (
        ("subject_key (subject_id, epoch, wrapped)", ("uuid", "int4", "bytea"), made.keys),
        ("secret (id, subject_id, ciphertext)", ("uuid", "uuid", "bytea"), made.secrets),
    )
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for table, types, rows in tables:
            with cursor.copy(f"copy {settings.LINLI_AUTHZ_SCHEMA}.{table} from stdin (format binary)") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
    return made.ids


def grants(count: int, *, using: str = DEFAULT_DB_ALIAS) -> list[Grant]:
    """Room for `count` new subject keys, in as many epochs as it takes; opens an epoch when none has room.

    Room that is not used is lost, no more. Raises KeyMissing.
    """
    found: list[Grant] = []
    while count > 0:
        grant = _grant(count, using)
        found.append(grant)
        count -= grant.count
    return found


def key_of(subject_id: UUID) -> WrappedKey | None:
    """The key of a subject as the database holds it, for staff that signed in; None when it has none."""
    epoch, fingerprint, wrapped = call("key_of", subject_id)
    return None if epoch is None else WrappedKey(subject_id, epoch, bytes(fingerprint), bytes(wrapped))


def _key_for(subject_id: UUID) -> bytes:
    """The key of a subject, made when it has none; two who make it at once end with the same one."""
    for _try in range(TRIES):
        there = key_of(subject_id)
        if there is not None:
            return key_itself(there)
        ((_subject, epoch, wrapped),) = seal_new([(subject_id, {})], grants(1)).keys
        call("put_keys", [subject_id], epoch, [wrapped])
    raise _meanwhile()


def _grant(count: int, using: str) -> Grant:
    for _try in range(TRIES):
        epoch, fingerprint, granted = call("take_slots", count, using=using)
        if granted:
            return Grant(epoch, load_key(bytes(fingerprint)), granted)
        _open_epoch(using)
    raise _meanwhile()


def _open_epoch(using: str) -> None:
    """The file first, durable; then the epoch that names it. A file whose epoch was never opened does no harm."""
    fingerprint = make_key()
    if not call("open_epoch", fingerprint, settings.LINLI_KEYS_PER_EPOCH, using=using)[0]:
        destroy_key(fingerprint)


def _by_epoch(made: Sealing) -> dict[int, list[tuple[UUID, int, bytes]]]:
    epochs: dict[int, list[tuple[UUID, int, bytes]]] = {}
    for row in made.keys:
        epochs.setdefault(row[1], []).append(row)
    return epochs


def _all_declared(several: Iterable[Values]) -> None:
    for name in set().union(*several):
        sealed_field(name)


def _meanwhile() -> Conflict:
    return Conflict(_("Somebody has sealed the same records meanwhile. Please try again."), code="key_there")
