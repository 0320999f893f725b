from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class AreaKind(models.TextChoices):
    DISTRICT = "district", _("District")
    TOWN = "town", _("Town or sub-district")
    STATION = "station", _("Joint-duty station")
    COMMITTEE = "committee", _("Residents' committee")
    VILLAGE = "village", _("Villagers' committee")
    SPECIAL = "special", _("Special area")
    OTHER = "other", _("Other area")


class StationKind(models.TextChoices):
    COMMUNITY = "community", _("Community-centre station")
    SPECIAL_AREA = "special_area", _("Special-area station")
    VILLAGE = "village", _("Village station")


class Area(models.Model):
    """A node of the official tree (statistical codes: 6, 9 or 12 digits) or a station between town and committee.

    `path` is the materialised position, fixed-width segments joined by dots, compared byte by byte:
    everything below an area has a path that starts with its own.
    """

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=10, choices=AreaKind.choices)
    station_kind = models.CharField(max_length=12, choices=StationKind.choices, blank=True, default="")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True, default="")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=40, unique=True, db_collation="C")
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    official = models.BooleanField(default=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(path=""), name="area_path_not_empty"),
            models.CheckConstraint(
                condition=models.Q(kind="station", station_kind__gt="") | ~models.Q(kind="station"),
                name="area_station_has_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    @property
    def is_leaf(self) -> bool:
        """Whether data rows may hang here."""
        return self.kind in LEAF_KINDS


LEAF_KINDS = frozenset({AreaKind.COMMITTEE, AreaKind.VILLAGE, AreaKind.SPECIAL, AreaKind.OTHER})
