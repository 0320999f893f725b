from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.accounts.api import Post, Unit
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class Notice(models.Model):
    """One message to a post or to all people of a unit; `template` and `params` become words when read."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    matter_id = models.UUIDField(null=True)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["post", "id"]), models.Index(fields=["unit", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, unit__isnull=True) | Q(post__isnull=True, unit__isnull=False),
                name="notice_has_one_addressee",
            )
        ]


class Receipt(models.Model):
    """What became of a notice: read by a person, or carried by a transport."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="receipts")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    user_id = models.IntegerField(null=True)
    transport = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "user_id", "transport"], name="receipt_once", nulls_distinct=False
            )
        ]
