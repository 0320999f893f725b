from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class ImportProfile(models.Model):
    """Which column of a file is what, for one door. `columns` maps a field of that door to a heading of the file.

    spread: the file names no place we know, so its messages are laid evenly over the committees of the area, by their
    numbers: for trying the system out on messages of another city.
    """

    id = models.AutoField(primary_key=True)
    door = models.CharField(max_length=20, default="hotline12345", db_default="hotline12345")
    name = models.CharField(max_length=40)
    columns = models.JSONField()
    spread = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "name"], name="importprofile_once_per_door")]

    def __str__(self) -> str:
        return self.name
