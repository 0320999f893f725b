from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from linli.accounts.api import Unit
from linli.casework.cases.api import Case, Result
from linli.casework.dispatch.api import Assignment
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class WorkOrder(models.Model):
    """What one unit did on a case: when it came, what it showed before and after, what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    hands = ArrayField(models.IntegerField(), default=list)
    started_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    before = ArrayField(models.UUIDField(), default=list, blank=True)
    after = ArrayField(models.UUIDField(), default=list, blank=True)
    result = models.CharField(max_length=12, blank=True, default="", choices=[(r.value, r.value) for r in Result])
    words = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "started_at"])]
