from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.kernel import clock
from linli.kernel.ids import uuid7


class Photo(models.Model):
    """A redrawn picture in the store. Several rows may refer to the same content; the store holds it once.

    area_id: leaf area whose staff may see it, null until attached; a plain number: territory lies above this floor.
    link_key: `hash_secret` of the link given to a reporter without account, so that the sender can see the own photo.
    size_bytes, width, height: of the stored picture (JPEG), not of what was sent. retained_until: then it is dropped.
    """

    class Purpose(models.TextChoices):
        REPORT = "report", _("photo of a report")
        EVIDENCE = "evidence", _("evidence photo")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    stored_name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=clock.now)
    area_id = models.IntegerField(null=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    link_key = models.CharField(max_length=64, null=True, db_index=True)
    retained_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_id", "id"]),
            models.Index(
                fields=["created_at"],
                condition=models.Q(area_id__isnull=True, link_key__isnull=True),
                name="files_photo_unattached",
            ),
            models.Index(
                fields=["retained_until"],
                condition=models.Q(retained_until__isnull=False),
                name="files_photo_retained",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="files_photo_sha256_hex"),
            models.CheckConstraint(
                condition=models.Q(size_bytes__gt=0, width__gt=0, height__gt=0), name="files_photo_has_size"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=["report", "evidence"]), name="files_photo_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
