from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from linli.audit.models import Opening, Record, Seal, Unsealed
from linli.audit.rules import COLUMNS, OPENING, RECORD, Row, path, split, statement
from linli.kernel.errors import NotFound, WrongState

TABLES = {RECORD: Record._meta.db_table, OPENING: Opening._meta.db_table}

EXPRESSIONS = {
    "uuid": "{}::text",
    "time": """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "int": "{}",
    "text": "{}",
    "json": "{}::text",  # numbers keep the digits the database holds; no reader's fractions get into a hash
}
"""How PostgreSQL writes a column for a leaf, by its kind in `rules.COLUMNS`."""


def trail_of(subject_kind: str, subject_id: str) -> list[Record]:
    """The acts on one thing, oldest first, as far as row scope lets the reader see them."""
    return list(Record.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("id"))


def openings_of(subject_kind: str, subject_id: str) -> list[Opening]:
    """Who opened sealed values of one thing, oldest first."""
    return list(Opening.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("at"))


def seals_are_fresh() -> bool:
    """Whether every row of the trail was sealed within `LINLI_SEALS_STALE_MINUTES` (0: nobody asks), by the clock of
    the database. When not, nothing sealed may be opened any more: the rule of X-Road's message log (SECURITY.md E2)."""
    minutes = settings.LINLI_SEALS_STALE_MINUTES
    if minutes < 1:
        return True
    return not Unsealed.objects.filter(added_at__lt=Now() - timedelta(minutes=minutes)).exists()


def newest_seal(*, using: str) -> Seal | None:
    """The last seal, without its ids and leaves; None before the first."""
    return heads_only(using=using).order_by("-n").first()


def seals_after(n: int, *, using: str) -> Iterator[Seal]:
    """The seals after number `n` in order, without their ids and leaves."""
    return heads_only(using=using).filter(n__gt=n).order_by("n").iterator(chunk_size=500)


def heads_only(*, using: str) -> QuerySet[Seal]:
    """Seals as far as their heads need it."""
    return Seal.objects.using(using).defer("opening_ids", "opening_leaves", "record_ids", "record_leaves")


def said_by(seal: Seal) -> dict[str, object]:
    """What the seal states, as it was signed."""
    return statement(n=seal.n, at=instant(seal.sealed_at), prev=seal.prev, key=seal.key, streams=seal.coverage)


def instant(at: datetime) -> str:
    """UTC to the microsecond, as leaves and seals write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def columns_of(stream: str) -> str:
    """The columns of a row of the stream, for a select, as a leaf takes them."""
    return ", ".join(f"{EXPRESSIONS[kind].format(name)} as {name}" for name, kind in COLUMNS[stream].items())


def rows_of(stream: str, ids: Sequence[UUID], *, using: str) -> dict[str, Row]:
    """Rows by their id as text, each with every column as a leaf takes it. What is not there is left out."""
    with connections[using].cursor() as cursor:
        wanted = f"select {columns_of(stream)} from {TABLES[stream]} where id = any(%s)"  # noqa: S608  (our names)
        cursor.execute(wanted, [list(ids)])
        return {str(row["id"]): row for row in named(stream, cursor.fetchall())}


def named(stream: str, rows: Iterable[tuple[str | int | None, ...]]) -> Iterator[Row]:
    """Rows of `columns_of` under the names of their columns."""
    names = tuple(COLUMNS[stream])
    return (dict(zip(names, row, strict=True)) for row in rows)


def proof_of(opening_id: UUID) -> dict[str, object]:
    """That one opening stands in the sealed trail, checkable without any other row and without this program.

    Plain values for a JSON file: `row`, `index` of `count` leaves, `path` (hex, from below), `seal`, `signature` (hex).
    The reader's row scope applies. Raises NotFound, and WrongState while the opening waits for its seal.
    """
    rows = rows_of(OPENING, [opening_id], using=DEFAULT_DB_ALIAS)
    if not rows:
        raise NotFound(_("There is no such opening in the trail."), code="opening_unknown")
    seal = _seal_of(opening_id)
    if seal is None:
        raise WrongState(_("This opening is not sealed yet. Try again in a minute."), code="not_sealed_yet")
    leaves, index = split(bytes(seal.opening_leaves)), seal.opening_ids.index(opening_id)
    return {
        "kind": "proof",
        "stream": OPENING,
        "row": dict(rows[str(opening_id)]),
        "index": index,
        "count": len(leaves),
        "path": [node.hex() for node in path(leaves, index)],
        "seal": said_by(seal),
        "signature": bytes(seal.signature).hex(),
    }


def _seal_of(opening_id: UUID) -> Seal | None:
    """The seal that covers an opening: one of the first after it, so no index over all ids has to be kept."""
    opened_at = Opening.objects.values_list("at", flat=True).get(id=opening_id)
    later = Seal.objects.filter(sealed_at__gte=opened_at).order_by("n").values_list("n", "opening_ids")
    covering = next((n for n, ids in later.iterator(chunk_size=100) if opening_id in ids), None)
    return None if covering is None else Seal.objects.get(n=covering)
