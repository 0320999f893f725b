from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.accounts.api import Unit
from linli.casework.intake.rules import OPEN_STATES, Channel, ReportState
from linli.kernel.ids import uuid7
from linli.register.places.api import Place
from linli.territory.api import Area


class Report(models.Model):
    """What somebody told us, as it was received. Its id is the id of the matter; its number never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.CharField(max_length=20, unique=True)
    channel = models.CharField(max_length=10, choices=[(c.value, c.value) for c in Channel])
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in ReportState])
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField(default=1)
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    place_text = models.CharField(max_length=160, blank=True, default="")
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    item_code = models.CharField(max_length=10, blank=True, default="")
    topic = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=120)
    words = models.TextField(blank=True, default="")
    photos = models.PositiveSmallIntegerField(default=0)
    reporter_name = models.CharField(max_length=40, blank=True, default="")
    phone_mask = models.CharField(max_length=20, blank=True, default="")
    phone_index = models.BinaryField(null=True)
    phone_secret_id = models.UUIDField(null=True)
    language = models.CharField(max_length=10, blank=True, default="")
    suggestions = models.JSONField(default=list)
    reason = models.CharField(max_length=400, blank=True, default="")
    asked_by = models.IntegerField(null=True)
    received_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=160, null=True, unique=True)
    request_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["area", "due_at", "id"], name="report_triage", condition=Q(state__in=sorted(OPEN_STATES))
            ),
            models.Index(
                fields=["area", "-received_at", "-id"],
                name="report_ended",
                condition=Q(state__in=sorted({ReportState.REFUSED, ReportState.WITHDRAWN})),
            ),
            models.Index(fields=["area", "id"]),
            models.Index(fields=["unit", "state"]),
            models.Index(fields=["phone_index"], name="report_phone", condition=Q(phone_index__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number
