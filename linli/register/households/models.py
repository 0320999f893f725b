from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from linli.kernel.ids import uuid7
from linli.register.households.rules import CheckCause, Relation, Tenure
from linli.register.people.api import Person
from linli.register.places.api import Place
from linli.territory.api import Area


class Household(models.Model):
    """People who live together in one home, from the day they moved in to the day they moved out."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    home = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    tenure = models.CharField(max_length=12, choices=[(t.value, t.label) for t in Tenure])
    moved_in = models.DateField(null=True)
    moved_out = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_in__isnull=True) | Q(moved_out__isnull=True) | Q(moved_out__gte=F("moved_in")),
                name="household_moves_forward",
            )
        ]

    def __str__(self) -> str:
        return str(self.home)


class Member(models.Model):
    """A person in a household. `lives_here` False: registered here (户籍) and living elsewhere (人户分离)."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    home = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    relation = models.CharField(max_length=12, choices=[(r.value, r.label) for r in Relation])
    lives_here = models.BooleanField(default=True, db_default=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until__isnull=True, lives_here=True), name="member_lives_in_one_home"
            ),
            models.UniqueConstraint(
                fields=["household", "person"], condition=Q(until__isnull=True), name="member_once_in_a_household"
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="member_term_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return Relation(self.relation).label


class HomeCheck(models.Model):
    """A home that has to be looked at again; at most one open check for a home."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    home = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=8, choices=[(c.value, c.label) for c in CheckCause])
    raised_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.IntegerField(null=True)
    found = models.CharField(max_length=10, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["area", "due_on"], condition=Q(done_at__isnull=True), name="homecheck_open")]
        constraints = [
            models.UniqueConstraint(fields=["home"], condition=Q(done_at__isnull=True), name="homecheck_one_open")
        ]

    def __str__(self) -> str:
        return CheckCause(self.cause).label
