from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from linli.kernel.ids import uuid7
from linli.territory.api import Area


class ImportProfile(models.Model):
    """Which column of an export is what. `columns` maps a field of `mapping.FIELDS` to a heading of the file.

    spread: the file names no place we know, so its messages are laid evenly over the committees of the area, by their
    numbers: for trying the system out on messages of another city.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    columns = models.JSONField()
    spread = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One run of an import: which file, who, and what became of its rows. `finished_at` is empty while it runs."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    file_hash = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    started_by = models.IntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area", "id"]), models.Index(fields=["file_hash"])]

    def __str__(self) -> str:
        return f"{self.file_name} · {self.started_at:%Y-%m-%d %H:%M}"
