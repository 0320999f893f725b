from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language

from linli.accounts.api import Post, Unit
from linli.register.duty.rules import MAX_CHAIN_NAME, MAX_WORDS, Laid, Seat
from linli.register.people.api import Person
from linli.register.places.api import Place
from linli.territory.api import Area

ONE_HOLDER = Q(post__isnull=False, person__isnull=True) | Q(post__isnull=True, person__isnull=False)
RUNS_FORWARD = Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))


class Duty(models.Model):
    """A unit answers, as the unit of its kind, for one place and all within it."""

    id = models.AutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_kind = models.CharField(max_length=40)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "unit_kind"], condition=Q(ends_on__isnull=True), name="duty_one_unit_per_kind"
            )
        ]


class Chain(models.Model):
    """A ladder of duty over an area, from who commands to who stands at the door (包干链): as many levels as it has."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=MAX_CHAIN_NAME)
    name_en = models.CharField(max_length=MAX_CHAIN_NAME, blank=True, default="")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class ChainLevel(models.Model):
    """One step of a chain, counted from the top. `laid_on`: the kinds of area or place its charges stand on.

    `must_cover`: every entrance needs exactly one accountable at this level. `most_doors`, `most_homes`: above so many
    one person has too much.
    """

    id = models.AutoField(primary_key=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="levels")
    depth = models.SmallIntegerField()
    name = models.CharField(max_length=MAX_CHAIN_NAME)
    name_en = models.CharField(max_length=MAX_CHAIN_NAME, blank=True, default="")
    laid_on = ArrayField(models.CharField(max_length=14, choices=[(kind.value, kind.label) for kind in Laid]))
    must_cover = models.BooleanField(default=True)
    most_doors = models.IntegerField(null=True)
    most_homes = models.IntegerField(null=True)

    class Meta:
        ordering = ["depth"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "depth"], name="chainlevel_depth_once"),
            models.CheckConstraint(condition=Q(depth__gte=1), name="chainlevel_counted_from_one"),
            models.CheckConstraint(
                condition=(Q(most_doors__isnull=True) | Q(most_doors__gte=1))
                & (Q(most_homes__isnull=True) | Q(most_homes__gte=1)),
                name="chainlevel_bounds_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Charge(models.Model):
    """Somebody answers, at a level of a chain, for an area (no place) or a place and all within it, for a term.

    The holder is a post or a resident of the register: a building head needs no account. `ends_on` is the first day on
    which the charge no longer holds; equal to `starts_on` it never did. `handed_over_to`: the charge that took its
    place on that very day. Two accountable of one level on one and the same spot are refused by the database; that two
    spots cover one entrance is found by the proof.
    """

    id = models.BigAutoField(primary_key=True)
    level = models.ForeignKey(ChainLevel, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    seat = models.CharField(
        max_length=12, choices=[(s.value, s.label) for s in Seat], default=Seat.ACCOUNTABLE, db_default=Seat.ACCOUNTABLE
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    handed_over_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_HOLDER, name="charge_has_one_holder"),
            models.CheckConstraint(condition=RUNS_FORWARD, name="charge_term_runs_forward"),
            models.CheckConstraint(
                condition=Q(handed_over_to__isnull=True) | Q(ends_on__isnull=False), name="charge_handed_over_has_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place or self.area} · {self.level}"


class Leave(models.Model):
    """The holder of a charge is away. `ends_on`: the day he is back. Stands in: another charge's holder, or a post."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    charge = models.ForeignKey(Charge, on_delete=models.CASCADE, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    stand_in = models.ForeignKey(Charge, null=True, on_delete=models.SET_NULL, related_name="+")
    stand_in_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=RUNS_FORWARD, name="leave_term_runs_forward"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | Q(stand_in_post__isnull=True), name="leave_one_stand_in"
            ),
            models.CheckConstraint(condition=~Q(stand_in=F("charge")), name="leave_not_by_himself"),
        ]

    def __str__(self) -> str:
        return str(self.charge)


class Card(models.Model):
    """What the public may know of somebody who answers for places (三亮, DOMAIN row 29): shown with his consent alone.

    `reach`: how to reach him, in words of his own. Withdrawn, it is shown nowhere from that moment on.
    """

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    shown_name = models.CharField(max_length=60)
    duty_words = models.CharField(max_length=MAX_WORDS)
    promise = models.CharField(max_length=MAX_WORDS, blank=True, default="")
    reach = models.CharField(max_length=MAX_WORDS)
    consented_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_HOLDER, name="card_has_one_holder"),
            models.UniqueConstraint(fields=["post"], condition=Q(withdrawn_at__isnull=True), name="card_one_of_a_post"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(withdrawn_at__isnull=True), name="card_one_of_a_person"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name
