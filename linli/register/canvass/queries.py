from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.calendar.api import today
from linli.kernel.errors import NotFound
from linli.register.canvass.models import Attempt, Canvass, Target
from linli.register.canvass.rules import REMAINING, Channel, Claim, Mismatch, TargetState, compare
from linli.register.people.api import Person, Tag
from linli.register.places.api import Place, PlaceKind
from linli.territory.api import Area, ids_under


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which homes: those within a place (compound, building, entrance; None: the whole area) that fit all the rest.

    uses: use states. tags: with somebody who has one of these. unseen_days: with somebody not checked for so long.
    """

    place_id: int | None = None
    uses: tuple[str, ...] = field(default=())
    tags: tuple[str, ...] = field(default=())
    unseen_days: int | None = None


def homes_for(actor: Principal, area: Area, chosen: Chosen) -> QuerySet[Place]:
    """The homes of an area that a filter finds, by address."""
    homes = within(Place.objects.filter(kind=PlaceKind.HOME, area_id__in=ids_under(area.path)), actor)
    if chosen.place_id is not None:
        inside = Q(parent_id=chosen.place_id) | Q(compound_id=chosen.place_id) | Q(parent__parent_id=chosen.place_id)
        homes = homes.filter(inside)
    if chosen.uses:
        homes = homes.filter(use__in=chosen.uses)
    if chosen.tags:
        tagged = Tag.objects.filter(home_id=OuterRef("id"), kind_id__in=chosen.tags, ended_on__isnull=True)
        homes = homes.filter(Exists(tagged))
    if chosen.unseen_days is not None:
        unseen = Person.objects.filter(
            home_id=OuterRef("id"), left_on__isnull=True, merged_into__isnull=True,
            checked_on__lt=today() - timedelta(days=chosen.unseen_days),
        )  # fmt: skip
        homes = homes.filter(Exists(unseen))
    return homes.order_by("compound_id", "parent_id", "floor", "slot", "id")


def canvasses(actor: Principal) -> QuerySet[Canvass]:
    """The canvasses an actor sees, with `homes` and `left`: how many there are and how many remain; open ones first."""
    return (
        within(Canvass.objects.select_related("area"), actor)
        .annotate(
            homes=Count("targets"),
            left=Count("targets", filter=Q(targets__state__in=REMAINING)),
        )
        .order_by(F("state").desc(), "due_on", "id")
    )


def canvass_by_id(actor: Principal, canvass_id: UUID) -> Canvass:
    """One canvass. Raises NotFound, also when it lies outside the actor's area."""
    found = within(Canvass.objects.select_related("area"), actor).filter(id=canvass_id).first()
    if found is None:
        raise NotFound(_("There is no such canvass."), code="canvass_unknown")
    return found


def remaining(actor: Principal, canvass: Canvass) -> QuerySet[Target]:
    """The homes that are left: those whose next try is due first, then in the order of a walk."""
    rows = within(Target.objects.filter(canvass=canvass, state__in=REMAINING), actor).select_related("home")
    return rows.order_by(
        F("next_on").asc(nulls_first=True), "home__compound_id", "home__parent_id", "home__floor", "id"
    )


def target_by_id(actor: Principal, canvass: Canvass, target_id: int) -> Target:
    """One home of a canvass. Raises NotFound."""
    rows = within(Target.objects.filter(canvass=canvass, id=target_id), actor)
    target = rows.select_related("home", "canvass").first()
    if target is None:
        raise NotFound(_("This home is not on the list."), code="target_unknown")
    return target


def attempts_at(target: Target) -> list[Attempt]:
    """What was tried, oldest first."""
    return list(Attempt.objects.filter(target=target).order_by("id"))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a canvass is: homes by state, and by which channel those who answered were reached."""

    by_state: Mapping[TargetState, int]
    by_channel: Mapping[Channel, int]
    with_gaps: int

    @property
    def homes(self) -> int:
        """All homes that were not left out."""
        return sum(n for state, n in self.by_state.items() if state is not TargetState.DROPPED)

    @property
    def settled(self) -> int:
        """Homes that answered or refused."""
        return self.by_state[TargetState.DONE] + self.by_state[TargetState.REFUSED]


def progress(actor: Principal, canvass: Canvass) -> Progress:
    """Counts of one canvass, in two statements."""
    targets = within(Target.objects.filter(canvass=canvass), actor)
    by_state = dict.fromkeys(TargetState, 0)
    with_gaps = 0
    for state, n, gapped in targets.values_list("state").annotate(
        n=Count("id"), gapped=Count("id", filter=Q(gaps__gt=0))
    ):
        by_state[TargetState(state)] = n
        with_gaps += gapped
    reached = within(Attempt.objects.filter(target__canvass=canvass, outcome="reached"), actor)
    by_channel = dict.fromkeys(Channel, 0)
    for channel, n in reached.values_list("channel").annotate(n=Count("target_id", distinct=True)):
        by_channel[Channel(channel)] = n
    return Progress(by_state, by_channel, with_gaps)


def homes_with_gaps(actor: Principal, canvass: Canvass) -> QuerySet[Target]:
    """The homes whose answers show something to mend."""
    return within(Target.objects.filter(canvass=canvass, gaps__gt=0), actor).select_related("home").order_by("id")


def compare_with_register(actor: Principal, area: Area, claims: Iterable[Claim]) -> list[Mismatch]:
    """Hold another list of names and addresses against the register of an area (排查四法, DOMAIN row 108)."""
    homes = within(Place.objects.filter(kind=PlaceKind.HOME, area_id__in=ids_under(area.path)), actor)
    people = within(
        Person.objects.filter(area_id__in=ids_under(area.path), left_on__isnull=True, merged_into__isnull=True), actor
    )
    return compare(
        list(claims),
        addresses=dict(homes.values_list("id", "address")),
        residents=list(people.filter(home__isnull=False).values_list("home_id", "name")),
    )
