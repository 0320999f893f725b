from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
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


class DatumName(models.TextChoices):
    """`kernel.geo.Datum` as a choice."""

    WGS84 = "wgs84", _("WGS 84")
    CGCS2000 = "cgcs2000", _("CGCS 2000")
    GCJ02 = "gcj02", _("GCJ-02 (AMap, Tencent)")
    BD09 = "bd09", _("BD-09 (Baidu)")


class AreaShape(models.Model):
    """The outline of an area, where one is known.

    `geometry` is GeoJSON in WGS 84; west to north is the box around it; `datum` is what the source was drawn in.
    """

    id = models.AutoField(primary_key=True)
    area = models.OneToOneField(Area, on_delete=models.PROTECT, related_name="+")
    geometry = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    source = models.CharField(max_length=200)
    datum = models.CharField(max_length=8, choices=DatumName.choices)
    drawn_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(west__lt=models.F("east"), south__lt=models.F("north")), name="area_shape_box"
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="area_shape_has_source"),
        ]

    def __str__(self) -> str:
        return str(self.area)
