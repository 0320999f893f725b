from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from linli.casework.timeline.events import Act, ClockKind, Visibility
from linli.casework.timeline.models import Clock, Entry, StepLimit
from linli.casework.timeline.rules import LimitGiven, Moment


def story(matter_ids: Iterable[UUID], *, public_only: bool = False) -> list[Entry]:
    """Every entry of these matters, oldest first; only what the reporter may read when `public_only`."""
    entries = Entry.objects.filter(matter_id__in=list(matter_ids)).order_by("at", "id")
    return list(entries.filter(visibility=Visibility.PUBLIC) if public_only else entries)


def keyed(key: str) -> dict[str, str]:
    """The key of an act as its entry carries it, for `said_before` to find; nothing without one."""
    return {"key": key} if key else {}


def said_before(actor_id: int | None, matter_id: UUID, key: str) -> bool:
    """Whether this person's act under this key stands in the story already: then a repeat has nothing left to do."""
    return bool(key) and Entry.objects.filter(matter_id=matter_id, actor_id=actor_id, data__key=key).exists()


def clocks_of(matter_id: UUID) -> list[Clock]:
    """The clocks of a matter: running ones by deadline, then those that are met."""
    return sorted(
        Clock.objects.filter(matter_id=matter_id),
        key=lambda clock: (clock.met_at is not None, clock.due_at is None, clock.due_at or clock.started_at),
    )


def moments_of(matter_id: UUID, *, by_link: bool = False) -> list[Moment]:
    """The story as the rules read it.

    by_link: for a reporter, who may not read what staff wrote among themselves but whose acts move the same clocks; a
    function of the database then gives acts, times and limits only, and only for the matter of the link.
    """
    if by_link:
        with connection.cursor() as cursor:
            cursor.execute("select act, at, data from casework_moments(%s)", [matter_id])
            return [_moment(act, at, as_dict(data)) for act, at, data in cursor.fetchall()]
    entries = Entry.objects.filter(matter_id=matter_id).order_by("at", "id").only("act", "at", "data")
    return [moment_of(entry) for entry in entries]


def moment_of(entry: Entry) -> Moment:
    """One entry as the rules read it."""
    return _moment(entry.act, entry.at, entry.data)


def _moment(act: str, at: datetime, data: Mapping[str, Any]) -> Moment:
    return Moment(
        act=Act(act),
        at=at,
        label=str(data.get("label", "")),
        limits=tuple(
            LimitGiven(ClockKind(given["kind"]), given["label"], Decimal(given["amount"]), given["unit"])
            for given in data.get("limits", ())
        ),
    )


def as_dict(value: str | dict[str, Any]) -> dict[str, Any]:
    """A JSON column as a raw cursor gives it: text or already read."""
    read: dict[str, Any] = orjson.loads(value) if isinstance(value, str) else value
    return read


_FRESH_SECONDS = 60.0


def step_limit(kind: ClockKind, *, case: str = "") -> LimitGiven:
    """The limit of a step, for this case when there is one, else in general. Kept in the process for a minute.

    Raises LookupError when the settings have lost the general limit: a step without a clock must not exist.
    """
    table = _table()
    found = table.get((kind, case)) or table.get((kind, ""))
    if found is None:
        raise LookupError(f"no limit is set for {kind}")
    return found


def _table() -> dict[tuple[str, str], LimitGiven]:
    if time.monotonic() - _kept.read_at > _FRESH_SECONDS:
        rows = StepLimit.objects.order_by("valid_from", "id")
        _kept.table = {(r.kind, r.case): LimitGiven(ClockKind(r.kind), "", r.amount, r.unit) for r in rows}
        _kept.read_at = time.monotonic()
    return _kept.table


@dataclass(slots=True)
class _Kept:
    table: dict[tuple[str, str], LimitGiven] = field(default_factory=dict)
    read_at: float = float("-inf")


_kept = _Kept()
