"""Store, attach, drop and sweep photos. No actor: the floors above decide who may, row scope decides what is seen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.files.clean import clean_photo
from linli.files.models import Photo
from linli.files.refusals import not_found, too_many_photos
from linli.files.rules import too_many
from linli.files.storage import PhotoStore, photo_store, picture_key, thumb_key
from linli.kernel.errors import WrongState

_BATCH = 500
_SHORTEST_GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: files looked at because they were old enough, and files deleted."""

    examined: int
    deleted: int


def store_photo(
    *, data: bytes, name: str, purpose: str, area_id: int | None = None, link_key: str | None = None
) -> Photo:
    """Clean one photo, make its files durable, then add its row in the caller's transaction.

    data: the file as sent, never stored. name: the sender's name for it, used in messages and not kept.
    purpose: a `Photo.Purpose`. area_id, link_key: when already known, else see `attach`.
    Files left by a rolled-back transaction are removed by `sweep_orphans`.
    Raises InvalidInput (code `photo_…`) when the photo is not taken.
    """
    clean = clean_photo(data, name)
    store = photo_store()
    store.put(thumb_key(clean.sha256), clean.thumb)
    store.put(picture_key(clean.sha256), clean.picture)
    return Photo.objects.create(
        sha256=clean.sha256,
        size_bytes=len(clean.picture),
        width=clean.width,
        height=clean.height,
        stored_name=picture_key(clean.sha256),
        purpose=Photo.Purpose(purpose),
        area_id=area_id,
        link_key=link_key,
    )


def check_number(count: int) -> None:
    """Raise InvalidInput when `count` photos are more than one report may carry; call it before storing the first."""
    if too_many(count):
        raise too_many_photos(count)


def attach(photo_ids: Sequence[UUID], *, area_id: int, link_key: str | None = None) -> None:
    """Give stored photos to the report or evidence of an area, and to the holder of a report link.

    link_key: `kernel.ids.hash_secret` of the link. All or none: a photo that is missing, or already belongs to another
    area or link, raises NotFound (a guessed id must not open somebody's photo). Repeating the call changes nothing.
    Raises InvalidInput for more than six. One SQL statement inside a savepoint.
    """
    ids = set(photo_ids)
    check_number(len(ids))
    if not ids:
        return
    free = Q(area_id__isnull=True) | Q(area_id=area_id)
    unlinked = Q(link_key__isnull=True)
    mine = unlinked if link_key is None else unlinked | Q(link_key=link_key)
    with transaction.atomic():
        changed = Photo.objects.filter(free, mine, pk__in=ids).update(area_id=area_id, link_key=link_key)
        if changed != len(ids):
            raise not_found()


def drop_expired(*, now: datetime, using: str = DEFAULT_DB_ALIAS) -> int:
    """Delete the rows whose retention has ended; `sweep_orphans` removes the files. Returns how many rows.

    using: database alias; its role needs the right to delete, which the application's own role may lack.
    """
    return Photo.objects.using(using).filter(retained_until__lte=now).delete()[0]


def drop_unattached(*, before: datetime, using: str = DEFAULT_DB_ALIAS) -> int:
    """Delete the rows created before an instant that no report or evidence ever took. Returns how many rows."""
    unused = Photo.objects.using(using).filter(area_id__isnull=True, link_key__isnull=True, created_at__lt=before)
    return unused.delete()[0]


def sweep_orphans(older_than: timedelta, *, using: str = DEFAULT_DB_ALIAS) -> Swept:
    """Delete stored files that no row refers to and that were last written more than `older_than` ago.

    older_than: at least one hour, longer than any transaction that stores photos. Raises ValueError when shorter,
    WrongState when row security hides rows from the role of `using`: what it cannot see it would delete.
    """
    if older_than < _SHORTEST_GRACE:
        raise ValueError("a sweep needs at least one hour of grace")
    _refuse_if_rows_are_hidden(using)
    store = photo_store()
    # The file system's own clock, not kernel.clock: a clock moved ahead in a demonstration must not age real files.
    moment = time.time() - older_than.total_seconds()
    examined = deleted = 0
    for keys in _batches(store.untouched_since(moment)):
        examined += len(keys)
        deleted += _delete_orphans(store, keys, moment, using)
    return Swept(examined, deleted)


def _delete_orphans(store: PhotoStore, keys: list[str], moment: float, using: str) -> int:
    digests = {key: key.rpartition("/")[2].partition(".")[0] for key in keys}
    rows = Photo.objects.using(using).filter(sha256__in=digests.values())
    known = set(rows.values_list("sha256", flat=True))
    return sum(store.delete_untouched(key, moment) for key, digest in digests.items() if digest not in known)


def _refuse_if_rows_are_hidden(using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("select row_security_active('files_photo'::regclass)")
        (hidden,) = cursor.fetchone()
    if hidden:
        raise WrongState(
            _("Orphaned photos can only be swept by a database role that sees every photo."), code="photo_sweep_blind"
        )


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    source = iter(keys)
    while batch := list(islice(source, _BATCH)):
        yield batch
