"""Seals what was added to the trail: in batches, so that nobody who writes has to wait for a chain."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction

from linli.audit import heads
from linli.audit.keys import key_for, key_id
from linli.audit.models import Seal, Unsealed
from linli.audit.queries import newest_seal, rows_of, said_by
from linli.audit.rules import NO_HEAD, OPENING, RECORD, STREAMS, Part, canonical, head, leaf

MOST = 10_000
"""Rows in one seal."""

LOCK = 0x6C69_6E6C_6901
"""Of the database: one sealer at a time, whatever machine it runs on."""


def seal_waiting(*, using: str, seconds: float | None = None, most: int = MOST) -> int:
    """Seal what waits, oldest first, until nothing is left or `seconds` are over; the number of rows sealed.

    using: the owner's connection, the only one that sees every row and may add a seal. Raises SealError, and then
    seals nothing: what waits grows old, and in the end nothing can be opened any more (`seals_are_fresh`).
    """
    until = None if seconds is None else time.monotonic() + seconds
    total = 0
    while True:
        count = _seal_batch(using=using, most=most)
        heads.tell(using=using)
        total += count
        if count == 0 or (until is not None and time.monotonic() >= until):
            return total


def _seal_batch(*, using: str, most: int) -> int:
    """One seal, or none when nothing waits. Rows, seal and the end of their waiting are one transaction.

    Whoever commits late is still waiting when he has committed: no mark is set that he could come in below.
    """
    with transaction.atomic(using=using):
        at = _only_one(using)
        heads.compare(using=using)
        queue = Unsealed.objects.using(using).order_by("id")
        waiting = list(queue.values_list("id", "stream", "row_id")[:most])
        parts = _gather(waiting, using=using)
        there = {one for part in parts.values() for one in part.ids}
        covered = [place for place, _stream, row_id in waiting if str(row_id) in there]
        if not covered:
            return 0
        _sign(parts, at=at, last=newest_seal(using=using)).save(using=using, force_insert=True)
        _let_go(covered, using=using)
    return len(covered)


def _only_one(using: str) -> datetime:
    """Wait until no other sealer is at work; the time of the database."""
    with connections[using].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("select clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _gather(waiting: Iterable[tuple[int, str, UUID]], *, using: str) -> Mapping[str, Part]:
    """The rows of a batch, hashed, by stream.

    A row that was taken away before its seal is in none and keeps its place in the queue: it turns the seals stale,
    and the verifier names it.
    """
    parts = {}
    for stream in STREAMS:
        ids = [row_id for _place, of_stream, row_id in waiting if of_stream == stream]
        rows = rows_of(stream, ids, using=using)
        parts[stream] = Part(tuple(sorted(rows)), tuple(leaf(stream, rows[one]) for one in sorted(rows)))
    return parts


def _let_go(places: list[int], *, using: str) -> None:
    """Take these off the queue: one by one, never up to a number below which somebody may commit late."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"delete from {Unsealed._meta.db_table} where id = any(%s)", [places])  # noqa: S608  (our name)


def _sign(parts: Mapping[str, Part], *, at: datetime, last: Seal | None) -> Seal:
    """The next seal of the chain, not yet stored."""
    key = key_for(first=last is None)
    seal = Seal(
        n=last.n + 1 if last else 1,
        sealed_at=at,
        coverage={stream: part.coverage() for stream, part in parts.items()},
        prev=head(said_by(last)) if last else NO_HEAD,
        key=key_id(key.public_key()),
        opening_ids=[UUID(one) for one in parts[OPENING].ids],
        opening_leaves=b"".join(parts[OPENING].leaves),
        record_ids=[UUID(one) for one in parts[RECORD].ids],
        record_leaves=b"".join(parts[RECORD].leaves),
    )
    seal.signature = key.sign(canonical(said_by(seal)))
    return seal
