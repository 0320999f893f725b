from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.register.charts.grading import Grade, GradingState
from linli.register.charts.rules import Layer
from linli.register.places.api import Place
from linli.territory.api import Area


class Legend(models.Model):
    """How one layer is drawn, in one version. `area` None: as shipped; else the station's or the town's own.

    `rows`: one sign for each value (charts/signs.py Sign). Rows of a version never change; the highest version that is
    not retired holds, nearest area first.
    """

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    layer = models.CharField(max_length=10, choices=[(one.value, one.label) for one in Layer])
    version = models.PositiveIntegerField()
    rows = models.JSONField()
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    made_by = models.IntegerField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "layer", "version"], nulls_distinct=False, name="legend_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.version}"


class Grading(models.Model):
    """A grade of a building: proposed with reasons, decided by a person, kept when another takes its place.

    `proposed`: what was proposed, `grade`: what holds once it is approved; they differ when the one who decided said
    why. `reasons`: charts/grading.py Reason. `by_rule`: the rule's own word, not somebody's.
    """

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    building = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    proposed = models.CharField(max_length=6, choices=[(one.value, one.label) for one in Grade])
    grade = models.CharField(max_length=6, choices=[(one.value, one.label) for one in Grade])
    state = models.CharField(max_length=8, choices=[(one.value, one.label) for one in GradingState])
    reasons = models.JSONField()
    by_rule = models.BooleanField()
    proposed_by = models.IntegerField()
    proposed_at = models.DateTimeField()
    words = models.CharField(max_length=300, blank=True, default="", db_default="")
    decided_by = models.IntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["area", "state", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "state"],
                condition=Q(state__in=["proposed", "approved"]),
                name="grading_one_of_each",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "rejected"]) | Q(decided_by__isnull=False),
                name="grading_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return Grade(self.grade).label


class GradeLimit(models.Model):
    """From where on the rule of grades proposes what, as a town has set it; the newest row holds."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    set_by = models.IntegerField(null=True)
    set_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.area)
