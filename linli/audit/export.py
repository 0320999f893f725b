"""Writes the sealed trail into one file that `verifier.py` reads: JSON lines, each seal followed by its rows.

Nothing is judged here: everything is written as the database holds it, also what makes no sense.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import IO, Any
from uuid import UUID

from django.db import connections, transaction

from linli.audit.models import Seal, Unsealed
from linli.audit.queries import EXPRESSIONS, TABLES, columns_of, named, rows_of
from linli.audit.rules import STREAMS, VERSION

SEALS, WAITING = Seal._meta.db_table, Unsealed._meta.db_table
CHUNK = 20
KINDS = ("seal", "row", "unsealed", "lost")

Line = dict[str, Any]


def export_trail(out: IO[bytes], *, using: str) -> dict[str, int]:
    """Write the whole trail with its seals as they stand at one instant; how many lines of each of `KINDS`.

    using: the owner's connection, outside of any transaction. A few seals and their rows are in memory at a time.
    """
    counts = dict.fromkeys(KINDS, 0)
    with _one_instant(using) as at:
        _write(out, {"kind": "start", "v": VERSION, "at": at})
        for line in chain(_sealed(using), _unsealed(using), _lost(using)):
            _write(out, line)
            counts[line["kind"]] += 1
        _write(out, {"kind": "end", **counts})
    return counts


@contextmanager
def _one_instant(using: str) -> Iterator[str]:
    """Everything read inside belongs together; the time of the database."""
    with transaction.atomic(using=using, durable=True), connections[using].cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(f"select {_time('now()')}")
        yield cursor.fetchone()[0]


def _write(out: IO[bytes], line: Line) -> None:
    """As RFC 8785 writes it, and without its checks: a value that is out of place is for the verifier to find."""
    out.write(json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")


def _sealed(using: str) -> Iterator[Line]:
    """Each seal, then its rows in the order of its leaves."""
    arrays = ", ".join(f"{stream}_ids::text[], encode({stream}_leaves, 'hex')" for stream in STREAMS)
    query = (
        f"select n, {_time('sealed_at')}, prev, key, encode(signature, 'hex'),"  # noqa: S608  (names of our own)
        f" coverage::text, {arrays} from {SEALS} order by n"
    )
    for n, at, prev, key, signature, coverage, *parts in _rows(query, using=using):
        ids = dict(zip(STREAMS, parts[::2], strict=True))
        leaves = {stream: _split(hexadecimal) for stream, hexadecimal in zip(STREAMS, parts[1::2], strict=True)}
        said = {"v": VERSION, "n": n, "at": at, "prev": prev, "key": key, "streams": json.loads(coverage)}
        yield {"kind": "seal", "seal": said, "signature": signature, "ids": ids, "leaves": leaves}
        for stream in STREAMS:
            rows = rows_of(stream, [UUID(one) for one in ids[stream]], using=using)
            for one in ids[stream]:
                if one in rows:
                    yield {"kind": "row", "n": n, "stream": stream, "row": dict(rows[one])}


def _unsealed(using: str) -> Iterator[Line]:
    """Rows that no seal names, each with the time since when it waits for one, or null: nobody told the sealer."""
    for stream in STREAMS:
        query = (
            f"select (select {_time('min(w.added_at)')} from {WAITING} w"  # noqa: S608  (names of our own)
            f" where w.row_id = r.id and w.stream = %s), {columns_of(stream)} from {TABLES[stream]} r where not exists"
            f" (select 1 from (select unnest({stream}_ids) as id from {SEALS}) s where s.id = r.id) order by r.id"
        )
        for since, *row in _rows(query, stream, using=using):
            (found,) = named(stream, [tuple(row)])
            yield {"kind": "unsealed", "stream": stream, "since": since, "row": dict(found)}


def _lost(using: str) -> Iterator[Line]:
    """Rows that wait for a seal and are gone."""
    for stream in STREAMS:
        query = (
            f"select row_id::text, {_time('added_at')} from {WAITING} w where stream = %s"  # noqa: S608  (names of our own)
            f" and not exists (select 1 from {TABLES[stream]} r where r.id = w.row_id) order by w.id"
        )
        for row_id, since in _rows(query, stream, using=using):
            yield {"kind": "lost", "stream": stream, "id": row_id, "since": since}


def _rows(query: str, *given: str, using: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a chunk at a time."""
    with connections[using].chunked_cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _time(expression: str) -> str:
    return EXPRESSIONS["time"].format(expression)


def _split(hexadecimal: str) -> Sequence[str]:
    return [hexadecimal[start : start + 64] for start in range(0, len(hexadecimal), 64)]
