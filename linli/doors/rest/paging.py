"""Cursors: opaque, signed, and good only for the question they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils.translation import gettext as _

from linli.kernel.errors import InvalidInput
from linli.kernel.ids import hash_secret

MOST = 200
USUAL = 50

_signer = Signer(salt="linli.doors.rest.cursor")
M = TypeVar("M", bound=models.Model)
Place = tuple[datetime, UUID]


def question(name: str, filters: Mapping[str, object]) -> str:
    """A short mark of what was asked, so that a cursor cannot be carried into another list."""
    return hash_secret(f"{name}{sorted(filters.items())}")[:16]


def read_cursor(cursor: str | None, asked: str) -> Place | None:
    """Where the last page ended, or None for the first. Raises InvalidInput for a cursor that is not ours."""
    if cursor is None:
        return None
    try:
        mark, at, last = _signer.unsign_object(cursor)
        place = (datetime.fromisoformat(at), UUID(last))
    except (BadSignature, ValueError, TypeError) as wrong:
        raise _unknown() from wrong
    if mark != asked:
        raise _unknown()
    return place


def write_cursor(place: Place, asked: str) -> str:
    """The cursor that goes on after this place."""
    return _signer.sign_object((asked, place[0].isoformat(), str(place[1])))


def page(
    rows: models.QuerySet[M],
    *,
    by: str,
    newest_first: bool,
    after: Place | None,
    limit: int,
    at: Callable[[M], datetime],
) -> tuple[Sequence[M], Place | None]:
    """One page of rows in the order of (`by`, id), and where it ended when there is more. One statement.

    at: reads `by` from a row.
    """
    if after is not None:
        moment, last = after
        bound, tie = ("lte", "gte") if newest_first else ("gte", "lte")
        # Said as a range and an exception, not as two alternatives, so that the index on (by, id) bounds the scan.
        rows = rows.filter(**{f"{by}__{bound}": moment}).exclude(**{by: moment, f"id__{tie}": last})
    order = (f"-{by}", "-id") if newest_first else (by, "id")
    found = list(rows.order_by(*order)[: limit + 1])
    shown = found[:limit]
    return shown, (at(shown[-1]), UUID(str(shown[-1].pk))) if len(found) > limit else None


def recorded_since(moment: datetime) -> UUID:
    """The smallest row id that can have been given out at or after `moment`: ids of version 7 begin with their time."""
    milliseconds = max(0, min(int(moment.timestamp() * 1000), (1 << 48) - 1))
    return UUID(int=milliseconds << 80)


def _unknown() -> InvalidInput:
    return InvalidInput(_("This cursor does not belong to this list."), code="cursor_unknown")
