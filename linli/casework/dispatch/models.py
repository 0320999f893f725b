from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.accounts.api import Unit
from linli.casework.cases.api import Case
from linli.casework.dispatch.rules import AssignmentState
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class Rule(models.Model):
    """A rule of dispatch as data: item × area × place kind × time of day → unit. Empty fields match anything."""

    id = models.AutoField(primary_key=True)
    item_code = models.CharField(max_length=10, blank=True, default="")
    cls = models.CharField(max_length=1, blank=True, default="")
    list_kind = models.CharField(max_length=10, blank=True, default="")
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    place_kind = models.CharField(max_length=14, blank=True, default="")
    from_time = models.TimeField(null=True)
    to_time = models.TimeField(null=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    unit_kind = models.CharField(max_length=40, blank=True, default="")
    note = models.CharField(max_length=200)
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit__isnull=False) | ~Q(unit_kind=""), name="rule_has_target"),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, to_time__isnull=True)
                | Q(from_time__isnull=False, to_time__isnull=False),
                name="rule_hours_are_a_pair",
            ),
        ]


class Assignment(models.Model):
    """One unit was asked to act on a case, and why it was that one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in AssignmentState])
    why = models.JSONField(default=list)
    rule = models.ForeignKey(Rule, null=True, on_delete=models.PROTECT, related_name="+")
    assigned_by = models.IntegerField()
    assigned_at = models.DateTimeField()
    accepted_by = models.IntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=20, blank=True, default="")
    return_words = models.CharField(max_length=400, blank=True, default="")
    return_asked_by = models.IntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="assignment_one_at_a_time"
            )
        ]
