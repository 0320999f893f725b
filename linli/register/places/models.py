from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.accounts.api import Unit
from linli.register.places.rules import CompoundKind, PlaceState, UseState
from linli.territory.api import Area


class PlaceKind(models.TextChoices):
    COMPOUND = "compound", _("Compound")
    VILLAGE_GROUP = "village_group", _("Village group")
    BUILDING = "building", _("Building")
    ENTRANCE = "entrance", _("Entrance")
    HOME = "home", _("Home")
    FACILITY = "facility", _("Facility")
    VENUE = "venue", _("Venue")


OPEN_KINDS = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP, PlaceKind.BUILDING, PlaceKind.FACILITY, PlaceKind.VENUE)
"""Kinds that anybody may see: no home, no entrance."""


class Place(models.Model):
    """Something a matter can hang on. Compound → building → entrance → home; facilities and venues are points.

    `compound` is the compound or village group a place stands in, however deep: a chart of a whole compound is one
    range of one index. `floor` and `slot` are a home's cell on the grid of its entrance: floor as the door says it
    (−1 for a basement), slot from 1, `span` cells wide where homes were joined. `lat`, `lng`: WGS 84; `datum` is the
    one they were measured in. `looked_on`: the day a home was last looked at; NULL where nobody has yet.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=14, choices=PlaceKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    compound = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True, default="")
    address_key = models.CharField(max_length=80, blank=True, default="", db_default="")
    subkind = models.CharField(max_length=30, blank=True, default="", db_default="")
    floor = models.SmallIntegerField(null=True)
    slot = models.SmallIntegerField(null=True)
    span = models.SmallIntegerField(default=1, db_default=1)
    use = models.CharField(
        max_length=10, choices=[(u.value, u.label) for u in UseState], blank=True, default="", db_default=""
    )
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in PlaceState],
        default=PlaceState.WORKING,
        db_default=PlaceState.WORKING,
    )
    owner_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    inspected_on = models.DateField(null=True)
    inspect_days = models.SmallIntegerField(null=True)
    looked_on = models.DateField(null=True)
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    datum = models.CharField(max_length=8, blank=True, default="wgs84", db_default="wgs84")

    class Meta:
        indexes = [
            models.Index(fields=["area", "kind", "id"]),
            models.Index(fields=["parent"]),
            models.Index(fields=["compound", "kind"]),
            models.Index(
                fields=["kind", "lng", "lat"],
                condition=Q(kind__in=sorted(OPEN_KINDS), lng__isnull=False),
                name="place_on_map",
            ),
            models.Index(fields=["address_key"], condition=~Q(address_key=""), name="place_by_address_key"),
            models.Index(fields=["area", "looked_on"], condition=Q(kind="home"), name="place_homes_by_look"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="home") | Q(floor__isnull=True, slot__isnull=True, use=""),
                name="place_only_homes_have_cells",
            ),
            models.CheckConstraint(condition=Q(span__gte=1), name="place_span_positive"),
        ]

    def __str__(self) -> str:
        return self.address or self.name

    @property
    def compound_kind(self) -> CompoundKind | None:
        """What kind of compound this is; None for any other place and where nobody has said."""
        return CompoundKind(self.subkind) if self.kind == PlaceKind.COMPOUND and self.subkind else None


class PlaceName(models.Model):
    """An address of an open place: its own, kept by a trigger, or an alias. Homes and entrances have none.

    A table of its own, because words cannot be found by an index under row scope (SECURITY.md (c)1), and these are
    public. `plain`: `text` in lower case without blanks; `tokens`: its characters and pairs of neighbours, both filled
    in by a trigger.
    """

    id = models.BigAutoField(primary_key=True)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=160)
    plain = models.CharField(max_length=160, blank=True, default="", db_default="")
    tokens = ArrayField(models.TextField(), db_default=[])
    alias = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [GinIndex(fields=["tokens"], name="placename_tokens")]
        constraints = [models.UniqueConstraint(fields=["place", "text"], name="placename_once")]

    def __str__(self) -> str:
        return self.text
