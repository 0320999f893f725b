from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from linli.kernel.clock import now
from linli.kernel.ids import uuid7

APPEND_ONLY = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Record(models.Model):
    """One act: who (ids), what, on which thing, when. Never content."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField(default=now)
    actor_id = models.IntegerField(null=True)
    post_id = models.IntegerField(null=True)
    act = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=60)
    area_id = models.IntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"]), models.Index(fields=["area_id", "id"])]
        triggers = APPEND_ONLY


class Opening(models.Model):
    """A ticket: who opened which sealed value, for which purpose. Committed before the value may be read."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor_id = models.IntegerField()
    post_id = models.IntegerField()
    secret_id = models.UUIDField()
    subject_kind = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=60)
    area_id = models.IntegerField()
    field = models.CharField(max_length=30)
    purpose = models.CharField(max_length=30)
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]
        triggers = APPEND_ONLY


class Unsealed(models.Model):
    """A row of the trail that no seal covers yet. A trigger on the trail adds it, the sealer takes it away."""

    stream = models.CharField(max_length=10)
    row_id = models.UUIDField()
    added_at = models.DateTimeField(db_default=Now(), db_index=True)


class Seal(models.Model):
    """A signed word about a batch of rows (docs/decisions/0015-sealed-trail.md).

    `coverage`, `prev` and `key` are signed with `n` and `sealed_at`. Ids and leaves (32 bytes each, same order) say
    which row is meant and which of them was touched; the signed roots vouch for them.
    """

    n = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(db_index=True)
    coverage = models.JSONField()
    prev = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    signature = models.BinaryField()
    opening_ids = ArrayField(models.UUIDField())
    opening_leaves = models.BinaryField()
    record_ids = ArrayField(models.UUIDField())
    record_leaves = models.BinaryField()

    class Meta:
        triggers = APPEND_ONLY
