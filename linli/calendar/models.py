from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from linli.calendar.official_days import DayKind


class Day(models.Model):
    """What one day is, as shipped or as an editor set it. No personal data but the editor's account id."""

    date = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in DayKind])
    name_zh = models.CharField(max_length=60, blank=True)
    name_en = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=40)
    estimated = models.BooleanField(default=False)
    edited_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in DayKind]), name="day_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"


class Shift(models.Model):
    """One span of office hours, for everyone (`area_code` empty) or for an area and all below it.

    Rows are added, never changed: a new plan is a set of shifts with a later `valid_from`.
    """

    area_code = models.CharField(max_length=12, null=True)
    valid_from = models.DateField()
    start = models.TimeField()
    end = models.TimeField()
    label_zh = models.CharField(max_length=20, blank=True)
    label_en = models.CharField(max_length=20, blank=True)
    edited_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["valid_from", "start"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="shift_ends_after_start"),
            models.UniqueConstraint(
                fields=["area_code", "valid_from", "start"], name="shift_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_code or '*'} {self.valid_from} {self.start}–{self.end}"
