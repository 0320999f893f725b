from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, Who
from linli.calendar.api import current_calendar
from linli.casework.timeline.events import Act, ClockOverdue, ClockWarned, Visibility
from linli.casework.timeline.models import Clock, Entry
from linli.casework.timeline.queries import moments_of
from linli.casework.timeline.rules import LimitGiven, Reading, derive
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput
from linli.outbox.api import publish

BATCH = 200


def need_words(words: str) -> None:
    """An act that others must be able to follow says why. Raises InvalidInput (`reason_missing`)."""
    if not words.strip():
        raise InvalidInput(_("A reason is needed."), code="reason_missing")


def append(
    *,
    actor: Who,
    matter_id: UUID,
    area_id: int,
    act: Act,
    words: str = "",
    data: Mapping[str, object] | None = None,
    limits: Sequence[LimitGiven] = (),
    photos: Sequence[UUID] = (),
    visibility: Visibility = Visibility.PUBLIC,
    at: datetime | None = None,
) -> list[Reading]:
    """Add one step to the story and bring the clocks in line; returns every clock of the matter.

    The caller holds the lock on the matter. `limits` are the clocks this step starts.
    """
    Entry.objects.create(
        matter_id=matter_id,
        area_id=area_id,
        at=at or now(),
        act=act,
        visibility=visibility,
        actor_id=actor.user_id,
        post_id=actor.post_id,
        actor_name=actor.name,
        actor_role=actor.role if isinstance(actor, Principal) else "",
        unit_id=actor.unit_id if isinstance(actor, Principal) else None,
        words=words,
        data=_data(actor, data or {}, limits),
        photos=list(photos),
    )
    seen_by_reporter = not isinstance(actor, Principal)
    readings = derive(moments_of(matter_id, by_link=seen_by_reporter), current_calendar())
    _keep(matter_id, area_id, readings)
    return readings


def _data(actor: Who, data: Mapping[str, object], limits: Sequence[LimitGiven]) -> dict[str, object]:
    """What an entry carries besides words: the limits it starts, and for a reporter which report he spoke for."""
    whole = dict(data)
    if limits:
        whole["limits"] = [limit.as_data() for limit in limits]
    if isinstance(actor, Reporter):
        whole["report_id"] = str(actor.report_id)
    return whole


def _keep(matter_id: UUID, area_id: int, readings: Sequence[Reading]) -> None:
    kept = {(clock.kind, clock.label): clock for clock in Clock.objects.filter(matter_id=matter_id)}
    fresh: list[Clock] = []
    changed: list[Clock] = []
    for reading in readings:
        clock = kept.get((reading.kind, reading.label))
        if clock is None:
            fresh.append(_copy(Clock(matter_id=matter_id, area_id=area_id), reading))
        elif _differs(clock, reading):
            changed.append(_copy(clock, reading))
    Clock.objects.bulk_create(fresh)
    Clock.objects.bulk_update(changed, [*_COLUMNS, "warned_at", "overdue_at"])


_COLUMNS = ("amount", "unit", "started_at", "due_at", "warn_at", "met_at", "paused_since")


def _differs(clock: Clock, reading: Reading) -> bool:
    return any(getattr(clock, column) != getattr(reading, column) for column in _COLUMNS)


def _copy(clock: Clock, reading: Reading) -> Clock:
    """Take over a reading. A deadline moved beyond the instant at which it fired may fire again, a new promise."""
    anew = clock.started_at != reading.started_at
    if anew or _moved_beyond(clock.warned_at, reading.warn_at):
        clock.warned_at = None
    if anew or _moved_beyond(clock.overdue_at, reading.due_at):
        clock.overdue_at = None
    clock.kind, clock.label = reading.kind, reading.label
    for column in _COLUMNS:
        setattr(clock, column, getattr(reading, column))
    return clock


def _moved_beyond(fired: datetime | None, limit: datetime | None) -> bool:
    return fired is not None and limit is not None and limit > fired


def sweep(*, at: datetime | None = None) -> int:
    """Fire what is due: each warning and each overdue once, in one transaction with its event. Returns how many.

    Safe to run in several workers at once: a row that another one holds is skipped and will be found fired.
    """
    moment = at or now()
    fired = 0
    while True:
        with transaction.atomic():
            batch = _claim("warned_at", "warn_at", moment)
            for clock in batch:
                publish(ClockWarned(clock.matter_id, clock.area_id, clock.kind, clock.label, clock.due_at or moment))
            late = _claim("overdue_at", "due_at", moment)
            for clock in late:
                publish(ClockOverdue(clock.matter_id, clock.area_id, clock.kind, clock.label, clock.due_at or moment))
        fired += len(batch) + len(late)
        if len(batch) < BATCH and len(late) < BATCH:
            return fired


def _claim(mark: str, limit: str, at: datetime) -> list[Clock]:
    ids = list(
        Clock.objects.select_for_update(skip_locked=True)
        .filter(**{f"{limit}__lte": at, f"{mark}__isnull": True, "met_at__isnull": True})
        .order_by(limit)
        .values_list("id", flat=True)[:BATCH]
    )
    Clock.objects.filter(id__in=ids).update(**{mark: at})
    return list(Clock.objects.filter(id__in=ids))


def announce(*, area_path: str, kind: str, thing_id: str) -> None:
    """Tell open pages that something changed; heard only if the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_notify('linli_live',"
            " json_build_object('area', %s::text, 'kind', %s::text, 'id', %s::text)::text)",
            [area_path, kind, thing_id],
        )
