from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.accounts.api import Unit
from linli.casework.cases.rules import ENDED, CaseState, Result
from linli.casework.intake.api import Report
from linli.register.places.api import Place
from linli.territory.api import Area

FROM_FIRST_REPORTER = ("title", "place", "place_text", "lat", "lng")
"""What a case has from its first report: a reporter whose own report was merged into it may not read these columns."""


class Case(models.Model):
    """A matter that was taken on. It has the id and the number of its first report, one owner and one story.

    `desk` keeps the case, `unit` has to act; both are always set. `due_at` is the clock that ends first, `promised_at`
    what the reporter was told: both are derived from the story.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in CaseState])
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    desk = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField(default=1)
    item_code = models.CharField(max_length=10, blank=True, default="")
    item_version = models.PositiveIntegerField(default=0)
    topic = models.CharField(max_length=40, blank=True, default="")
    cls = models.CharField(max_length=1, blank=True, default="")
    title = models.CharField(max_length=120)
    channel = models.CharField(max_length=10)
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    place_text = models.CharField(max_length=160, blank=True, default="")
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    reports = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    next_clock = models.CharField(max_length=12, blank=True, default="")
    waiting_for = models.CharField(max_length=200, blank=True, default="")
    result = models.CharField(max_length=12, blank=True, default="", choices=[(r.value, r.value) for r in Result])
    returns = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    extension_asked = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "due_at", "id"], name="case_open_due", condition=~Q(state__in=sorted(ENDED))),
            models.Index(fields=["due_at", "id"], name="case_wide_due", condition=~Q(state__in=sorted(ENDED))),
            models.Index(fields=["area", "-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["-opened_at", "-id"], name="case_wide_newest"),
            models.Index(fields=["unit", "state", "due_at"], name="case_unit"),
            models.Index(fields=["area", "state", "due_at"], name="case_state"),
            models.Index(fields=["item_code", "lat", "lng"], name="case_near", condition=~Q(state__in=sorted(ENDED))),
        ]

    def __str__(self) -> str:
        return self.number


class CaseReport(models.Model):
    """Which reports belong to a case: the first one, and those merged into it."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
