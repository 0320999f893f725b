from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.territory.api import Area


class PlaceKind(models.TextChoices):
    COMPOUND = "compound", _("Compound")
    VILLAGE_GROUP = "village_group", _("Village group")
    BUILDING = "building", _("Building")
    ENTRANCE = "entrance", _("Entrance")
    HOME = "home", _("Home")
    FACILITY = "facility", _("Facility")
    VENUE = "venue", _("Venue")


class Place(models.Model):
    """Something a matter can hang on. Compound → building → entrance → home; facilities and venues are points."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=14, choices=PlaceKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True, default="")
    compound_kind = models.CharField(max_length=20, blank=True, default="")
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["area", "kind", "id"]),
            models.Index(fields=["parent"]),
            GinIndex(fields=["address"], name="place_address_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.address or self.name
