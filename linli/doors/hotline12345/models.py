from __future__ import annotations

from django.db import models

from linli.doors.tables.models import ImportProfile
from linli.kernel.ids import uuid7
from linli.territory.api import Area


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
