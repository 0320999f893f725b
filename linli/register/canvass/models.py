from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.kernel.ids import uuid7
from linli.register.canvass.rules import FORM_LABELS, CanvassState, Channel, Outcome, TargetState
from linli.register.places.api import Place
from linli.territory.api import Area


class Canvass(models.Model):
    """One question to many homes of an area. `chosen`: the filter its homes were drawn by, as it was given.

    `purpose` is told to whoever is asked; `form` one of rules.FORMS, empty for none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=60)
    purpose = models.CharField(max_length=160)
    form = models.CharField(max_length=20, blank=True, default="", choices=list(FORM_LABELS.items()))
    chosen = models.JSONField(default=dict)
    state = models.CharField(
        max_length=8, choices=[(s.value, s.label) for s in CanvassState], default=CanvassState.DRAFT
    )
    due_on = models.DateField()
    made_by = models.IntegerField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["area", "state", "due_on"])]
        constraints = [models.CheckConstraint(condition=~Q(purpose=""), name="canvass_has_a_purpose")]

    def __str__(self) -> str:
        return self.title


class Target(models.Model):
    """One home of a canvass. `answers`: question → choice, once it is done. `next_on`, `next_channel`: the next try."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    canvass = models.ForeignKey(Canvass, on_delete=models.CASCADE, related_name="targets", db_index=False)
    home = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=8, choices=[(s.value, s.label) for s in TargetState], default=TargetState.WAITING
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_on = models.DateField(null=True)
    next_channel = models.CharField(max_length=8, choices=[(c.value, c.label) for c in Channel], blank=True, default="")
    answers = models.JSONField(default=dict)
    gaps = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["canvass", "state", "next_on", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["canvass", "home"], name="target_home_once"),
            models.CheckConstraint(
                condition=Q(state=TargetState.DONE, done_at__isnull=False)
                | (~Q(state=TargetState.DONE) & Q(done_at=None)),
                name="target_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.home)


class Attempt(models.Model):
    """One try to reach a home; rows are only added."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40, null=True)
    at = models.DateTimeField(db_default=Now())
    post_id = models.IntegerField()
    channel = models.CharField(max_length=8, choices=[(c.value, c.label) for c in Channel])
    outcome = models.CharField(max_length=8, choices=[(o.value, o.label) for o in Outcome])
    words = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "key"], condition=Q(key__isnull=False), name="attempt_key_once"),
            models.CheckConstraint(condition=Q(post_id__gt=0), name="attempt_by_somebody"),
        ]

    def __str__(self) -> str:
        return Outcome(self.outcome).label
