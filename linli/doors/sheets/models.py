from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from linli.doors.sheets.rules import BatchState, ExportPurpose, ExportState
from linli.doors.tables.models import ImportProfile
from linli.kernel.ids import uuid7
from linli.territory.api import Area


class SheetBatch(models.Model):
    """One file of the register on its way in: how it is read, what was found, what became of it.

    columns: our column → number of the file's column, from 0. found: counts of what would be made (`Found`). faults: at
    most `MOST_FAULTS` of them, values masked. file_key, mended_key: of the sealed files (`vault`), empty when gone.
    update_known: whether people who are here already are brought up to date. good_alone: whether the good rows come in
    without the others.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    profile = models.ForeignKey(ImportProfile, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.label) for s in BatchState], default=BatchState.RECEIVED
    )
    file_name = models.CharField(max_length=120)
    file_hash = models.CharField(max_length=64)
    encoding = models.CharField(max_length=10)
    language = models.CharField(max_length=10, default="zh-hans")
    columns = models.JSONField(default=dict)
    heading_row = models.PositiveIntegerField(default=1)
    fill_down = models.BooleanField(default=False)
    update_known = models.BooleanField(default=False)
    good_alone = models.BooleanField(default=True)
    found = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    made = models.JSONField(default=dict)
    file_key = models.TextField(blank=True, default="")
    mended_key = models.TextField(blank=True, default="")
    failure = models.JSONField(default=dict)
    started_by = models.IntegerField()
    started_post = models.IntegerField()
    started_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area", "id"]), models.Index(fields=["file_hash"])]

    def __str__(self) -> str:
        return self.file_name


class Made(models.Model):
    """Rows of one kind that an import made, with a digest of each as it was made; or, with `before`, changed."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(SheetBatch, on_delete=models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    ids = ArrayField(models.TextField())
    marks = ArrayField(models.BigIntegerField())
    before = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} × {len(self.ids)}"


class SheetExport(models.Model):
    """One request to take a part of the register out as a table.

    people: rows of personal data, counted when it was asked for. place_id: one compound, or the whole area. file_mark:
    keyed digest (HMAC-SHA-256) of the file, as in the trail.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place_id = models.BigIntegerField(null=True)
    empty_homes = models.BooleanField(default=False)
    purpose = models.CharField(max_length=12, choices=[(p.value, p.label) for p in ExportPurpose])
    reason = models.CharField(max_length=200)
    format = models.CharField(max_length=4, choices=[("xlsx", "XLSX"), ("csv", "CSV")], default="xlsx")
    language = models.CharField(max_length=10, default="zh-hans")
    people = models.PositiveIntegerField()
    homes = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=[(s.value, s.label) for s in ExportState], default=ExportState.ASKED
    )
    needs_second = models.BooleanField()
    asked_by = models.IntegerField()
    asked_post = models.IntegerField()
    asked_name = models.CharField(max_length=80)
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.IntegerField(null=True)
    decided_name = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    file_key = models.TextField(blank=True, default="")
    file_mark = models.CharField(max_length=64, blank=True, default="")
    failure = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["area", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="sheetexport_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(needs_second=False)
                | models.Q(decided_by__isnull=False)
                | ~models.Q(state__in=["approved", "made", "opened", "refused"]),
                name="sheetexport_second_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
