from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.audit.api import APPEND_ONLY
from linli.casework.timeline.events import Act, ClockKind, Visibility
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class Entry(models.Model):
    """One step in the story of a matter. `matter_id` is the id of its first report, and of its case.

    Append-only: what was said stays said, and every clock can be computed again from these rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    matter_id = models.UUIDField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    act = models.CharField(max_length=20, choices=[(a.value, a.value) for a in Act])
    visibility = models.CharField(max_length=10, choices=[(v.value, v.value) for v in Visibility])
    actor_id = models.IntegerField(null=True)
    post_id = models.IntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True, default="")
    actor_role = models.CharField(max_length=20, blank=True, default="")
    unit_id = models.IntegerField(null=True)
    words = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)
    photos = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["matter_id", "id"]),
            GinIndex(fields=["photos"], name="entry_photos"),
        ]
        triggers = APPEND_ONLY


class Clock(models.Model):
    """A deadline as columns: derived from the story, kept for the sweeper and the lists."""

    id = models.BigAutoField(primary_key=True)
    matter_id = models.UUIDField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in ClockKind])
    label = models.CharField(max_length=60, blank=True, default="")
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=1)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    paused_since = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter_id", "kind", "label"], name="clock_once_per_matter")]
        indexes = [
            models.Index(
                fields=["due_at"], name="clock_due", condition=Q(met_at__isnull=True, overdue_at__isnull=True)
            ),
            models.Index(
                fields=["warn_at"], name="clock_warn", condition=Q(met_at__isnull=True, warned_at__isnull=True)
            ),
        ]


class StepLimit(models.Model):
    """How long one step may take: a setting [P], one row for each kind and case; the latest row in force wins.

    case: what narrows it down, e.g. a channel ("hotline") or an item class ("S"); empty for the general limit.
    """

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in ClockKind])
    case = models.CharField(max_length=20, blank=True, default="")
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=1, choices=[(u, u) for u in "ehdn"])
    valid_from = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["kind", "case", "-valid_from"])]
