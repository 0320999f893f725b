from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language

from linli.kernel.ids import uuid7
from linli.register.people.rules import Sex, Source, TagGroup
from linli.register.places.api import Place
from linli.territory.api import Area


class Person(models.Model):
    """A resident. The ID number and the phone are sealed with a key of his own (`id` is the subject of the key).

    `home` is where he lives now, kept by the household room; `area` is the committee of that home. `id_index` and
    `phone_index` find an exact match, `*_mask` is all a list shows. `left_on`: no longer of this neighbourhood.
    `merged_into`: the record that took this one's place; it is shown nowhere, and the merge can be undone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    home = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    sex = models.CharField(
        max_length=1, choices=[(s.value, s.label) for s in Sex], default=Sex.UNKNOWN, db_default=Sex.UNKNOWN
    )
    born_on = models.DateField(null=True)
    id_kind = models.CharField(max_length=12, blank=True, default="", db_default="")
    id_mask = models.CharField(max_length=24, blank=True, default="", db_default="")
    id_index = models.BinaryField(null=True)
    id_secret = models.UUIDField(null=True)
    phone_mask = models.CharField(max_length=24, blank=True, default="", db_default="")
    phone_index = models.BinaryField(null=True)
    phone_secret = models.UUIDField(null=True)
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    source = models.CharField(max_length=10, choices=[(s.value, s.label) for s in Source])
    checked_on = models.DateField()
    left_on = models.DateField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["area", "name"]),
            models.Index(fields=["id_index"], condition=Q(id_index__isnull=False), name="person_by_id_index"),
            models.Index(fields=["phone_index"], condition=Q(phone_index__isnull=False), name="person_by_phone_index"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="person_merged"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(id_secret__isnull=True) | Q(id_index__isnull=False), name="person_sealed_id_is_found"
            ),
            models.CheckConstraint(
                condition=Q(phone_secret__isnull=True) | Q(phone_index__isnull=False),
                name="person_sealed_phone_is_found",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="person_not_merged_into_himself"),
        ]

    def __str__(self) -> str:
        return self.name


class TagKind(models.Model):
    """A kind of need or role, with the purpose it is kept for and its legal basis: without both it cannot be noted.

    `fresh_days`: after so long somebody has to look whether it still holds. `asks_help`: a building head is told that
    help is needed, never which. `position`: its order in lists.
    """

    code = models.CharField(primary_key=True, max_length=30)
    group = models.CharField(max_length=6, choices=[(g.value, g.label) for g in TagGroup])
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80)
    purpose = models.CharField(max_length=120)
    purpose_en = models.CharField(max_length=160)
    basis = models.CharField(max_length=120)
    basis_en = models.CharField(max_length=160)
    fresh_days = models.SmallIntegerField()
    asks_help = models.BooleanField(default=False)
    position = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(basis=""), name="tagkind_has_purpose_and_basis"),
            models.CheckConstraint(condition=Q(fresh_days__gte=1), name="tagkind_goes_stale"),
        ]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class Tag(models.Model):
    """A need or a role of one person, as somebody learnt it on a day; `home` follows the person.

    `stale_on`: the day from which it has to be looked at again. An ended tag stays until its retention is over.
    """

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    home = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.ForeignKey(TagKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=10, choices=[(s.value, s.label) for s in Source])
    noted_at = models.DateTimeField(db_default=Now())
    stale_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area", "kind", "stale_on"])]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], condition=Q(ended_on__isnull=True), name="tag_once")
        ]

    def __str__(self) -> str:
        return str(self.kind)


class Verdict(models.Model):
    """What somebody decided about two records that look alike: one person (`same`), or two.

    `changes` is every row the merge touched, as it was and as it became, in order: what undoing it puts back. `drop` is
    the record that went into `keep`; for two people they are in the order of their ids.
    """

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    keep = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    drop = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    same = models.BooleanField()
    changes = models.JSONField(default=list)
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.IntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["area"], condition=Q(undone_at__isnull=True), name="verdict_in_force")]
        constraints = [
            models.UniqueConstraint(
                fields=["drop"], condition=Q(same=True, undone_at__isnull=True), name="verdict_merged_once"
            ),
            models.UniqueConstraint(
                fields=["keep", "drop"], condition=Q(same=False, undone_at__isnull=True), name="verdict_apart_once"
            ),
            models.CheckConstraint(condition=~Q(keep=models.F("drop")), name="verdict_about_two"),
        ]

    def __str__(self) -> str:
        return f"{self.keep_id} {'=' if self.same else '≠'} {self.drop_id}"
