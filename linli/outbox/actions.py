from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from linli.outbox.models import Event
from linli.outbox.rules import handlers_of, name_of

DELIVER = "outbox.deliver"


def publish(event: object) -> None:
    """Store the event and its delivery job in the caller's transaction: both or neither."""
    row = Event.objects.create(name=name_of(type(event)), payload=msgspec.to_builtins(event))
    with connection.cursor() as cursor:
        # By hand: inside the worker procrastinate defers on a connection of its own, so that the job could be looked
        # at, and found pointless, before the event is committed.
        cursor.execute(
            "select procrastinate_defer_jobs_v1(array[row('events', %s, 0, null, null,"
            " jsonb_build_object('event_id', %s::text), null)::procrastinate_job_to_defer_v1])",
            [DELIVER, str(row.id)],
        )


def deliver(event_id: UUID) -> bool:
    """Run the handlers of one event and mark it, in one transaction: a second call does nothing.

    Returns whether this call delivered it. An exception in a handler undoes the whole delivery, to be retried.
    """
    with transaction.atomic(), _scope():
        event = Event.objects.select_for_update().filter(id=event_id, delivered_at__isnull=True).first()
        if event is None:
            return False
        for handle in handlers_of(event.name):
            handle(event.payload)
        Event.objects.filter(id=event.id).update(delivered_at=Now())
    return True


def waiting(*, using: str, limit: int = 500) -> list[UUID]:
    """The events that nobody has delivered yet, oldest first, as the connection `using` sees them."""
    rows = Event.objects.using(using).filter(delivered_at__isnull=True).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])


def _scope() -> AbstractContextManager[object]:
    """Whoever delivers acts under an identity that a floor above provides, by dotted name."""
    scope: AbstractContextManager[object] = import_string(settings.LINLI_DELIVERY_SCOPE)()
    return scope
