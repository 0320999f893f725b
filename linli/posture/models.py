from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from linli.posture.rules import Mode
from linli.territory.api import Area


class Declaration(models.Model):
    """A mode declared for an area and all below it, for a time, by a named authority."""

    id = models.AutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10, choices=[(m.value, m.value) for m in Mode])
    since = models.DateTimeField()
    until = models.DateTimeField()
    authority = models.CharField(max_length=120)
    document = models.CharField(max_length=120)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="declaration_runs_forward")]
