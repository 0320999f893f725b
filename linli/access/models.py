from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import GreaterThanOrEqual

from linli.access.rules import LONGEST, LONGEST_REASON, SHORTEST_REASON, Verdict
from linli.accounts.api import Post, User
from linli.audit.api import APPEND_ONLY
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class Glass(models.Model):
    """A broken glass: the area that a post reaches beyond its own, why, and until when (SECURITY (c)2).

    `home`: the area of the post, where whoever reviews it stands. `subject_kind`, `subject_id`: whose sake it was for,
    when that was one person or one home. Only `ended_at` is ever written later, once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=30, blank=True, default="")
    subject_id = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=LONGEST_REASON)
    broken_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["post", "expires_at"]), models.Index(fields=["home", "broken_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("broken_at"), expires_at__lte=F("broken_at") + LONGEST),
                name="glass_three_hours_at_most",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON), name="glass_has_a_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="only_ended", exclude=["ended_at"]),
            pgtrigger.Protect(
                name="ended_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)
            ),
        ]


class GlassReview(models.Model):
    """What somebody else found about a broken glass. Only ever added, so that an auditor changes nothing by it."""

    glass = models.OneToOneField(Glass, primary_key=True, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=[(v.value, v.value) for v in Verdict])
    words = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = APPEND_ONLY


class Shredding(models.Model):
    """A tombstone: that the key of a subject was destroyed, when and why. Never content.

    `key_destroyed_at`: when the key of its epoch went too, without which no backup opens.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject_id = models.UUIDField(db_index=True)
    epoch = models.IntegerField()
    batch = models.UUIDField(db_index=True)
    why = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now())
    key_destroyed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["epoch"], name="shredding_key_stands", condition=Q(key_destroyed_at__isnull=True))
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="only_key", exclude=["key_destroyed_at"]),
        ]
