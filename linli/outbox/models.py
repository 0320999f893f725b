from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.kernel.clock import now
from linli.kernel.ids import uuid7


class Event(models.Model):
    """A fact other rooms may want to hear of: a row first, a delivery second."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=now)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="event_waiting", condition=Q(delivered_at__isnull=True))]
