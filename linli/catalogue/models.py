from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linli.audit.api import APPEND_ONLY
from linli.catalogue.kinds import UnitKind
from linli.catalogue.spec import ItemClass, ListKind
from linli.territory.api import Area

LISTS = [kind.value for kind in ListKind]
CLASSES = [cls.value for cls in ItemClass]
OWNERS = [kind.value for kind in UnitKind]


class Item(models.Model):
    """A matter that is station duty. What it demands stands in its versions. No personal data."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=8, unique=True)
    list_kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ListKind])
    cls = models.CharField(max_length=1, choices=[(cls.value, cls.value) for cls in ItemClass])
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="item_code_not_empty"),
            models.CheckConstraint(condition=Q(list_kind__in=LISTS), name="item_list_known"),
            models.CheckConstraint(condition=Q(cls__in=CLASSES), name="item_class_known"),
        ]

    def __str__(self) -> str:
        return self.code


class ItemVersion(models.Model):
    """One state of an item's demands, in force from `valid_from` until the next version begins. Append-only.

    `spec`: the item as of `shipped.to_json`. `created_by`: an account id, null for the shipped list.
    """

    id = models.AutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    valid_from = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.IntegerField(null=True)
    note = models.CharField(max_length=300)

    class Meta:
        ordering = ["item", "version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="item_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="item_version_from_one"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.item} v{self.version}"


class Override(models.Model):
    """Values an area sets for itself and all below it; the nearest area wins, the newest version counts. Append-only.

    `fields`: plain JSON as of `changes.read_changes`; empty takes the former override back.
    """

    id = models.AutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="overrides")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    fields = models.JSONField(default=dict)
    valid_from = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.IntegerField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["item", "area", "version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "area", "version"], name="override_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="override_version_from_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.item} @{self.area_id} v{self.version}"


class Element(models.Model):
    """One of the 22 elements (要素): what state a place is in, fed by items. `fed_by`: item codes."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=4, unique=True)
    slug = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    cls = models.CharField(max_length=1, choices=[(cls.value, cls.value) for cls in ItemClass])
    fed_by = models.JSONField(default=list)
    signs = models.JSONField(default=list)
    signs_en = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(cls__in=CLASSES), name="element_class_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AdmissionRecord(models.Model):
    """Somebody put a matter to the five tests, with this outcome. Append-only.

    `answers`: {test: {"passed": bool, "reason": str}}.
    """

    id = models.AutoField(primary_key=True)
    item_code = models.CharField(max_length=8, db_index=True)
    name = models.CharField(max_length=60)
    answers = models.JSONField()
    admitted = models.BooleanField()
    decided_by = models.IntegerField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["decided_at", "id"]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.item_code} {'+' if self.admitted else '-'}"


class OutsideTopic(models.Model):
    """A topic that is not station duty, with the authority that answers for it by law."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    owner_name = models.CharField(max_length=80)
    owner_name_en = models.CharField(max_length=120)
    owner_kind = models.CharField(max_length=40, choices=[(kind.value, kind.zh) for kind in UnitKind])

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(owner_kind__in=OWNERS), name="topic_owner_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
