from __future__ import annotations

from django.db import models

from linli.casework.cases.api import Case
from linli.casework.intake.api import Report
from linli.casework.verification.rules import Method, Satisfaction
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class Check(models.Model):
    """Other eyes looked at a result: on site, or by calling back."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    checked_by = models.IntegerField()
    at = models.DateTimeField()
    method = models.CharField(max_length=10, choices=[(m.value, m.value) for m in Method])
    passed = models.BooleanField()
    words = models.CharField(max_length=400, blank=True, default="")


class Rating(models.Model):
    """What a reporter said of the end. One for each report and round."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    satisfaction = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Satisfaction])
    solved = models.BooleanField()
    words = models.CharField(max_length=400, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "round"], name="rating_once_per_round")]
