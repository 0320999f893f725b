from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal
from linli.accounts.api import Post, Unit, unit_for
from linli.kernel.errors import InvalidInput, NotFound
from linli.register.duty.models import Card, Chain, ChainLevel, Charge, Duty, Leave
from linli.register.duty.rules import Seat
from linli.register.people.api import Person
from linli.register.places.api import Place, chain
from linli.territory.api import Area


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers, and by what: `place` (a duty laid on it or on what it stands in) or `area`."""

    unit: Unit
    by: str
    where: str


def who_answers(unit_kind: str, *, place: Place | None, area_path: str) -> Answer | None:
    """The unit of this kind that answers at a place: the duty laid nearest to it, else the unit of the nearest area.

    None when no such unit exists: a gap, which the caller must not hide.
    """
    if place is not None:
        line = chain(place)
        duties = {
            duty.place_id: duty
            for duty in Duty.objects.filter(**_running(unit_kind), place_id__in=[p.id for p in line]).select_related(
                "unit", "unit__area"
            )
        }
        for step in line:
            if step.id in duties:
                return Answer(duties[step.id].unit, "place", step.name)
    unit = unit_for(unit_kind, area_path)
    return Answer(unit, "area", str(unit.area)) if unit is not None else None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is to hold a charge or a card: a post, or a resident of the register. Exactly one of the two."""

    post: Post | None = None
    person: Person | None = None

    def __post_init__(self) -> None:
        if (self.post is None) is (self.person is None):
            raise InvalidInput(_("Choose one person."), code="holder_one")

    @property
    def key(self) -> dict[str, object]:
        """The columns that say who it is."""
        return {"post_id": self.post.id if self.post else None, "person_id": self.person.id if self.person else None}


@dataclass(frozen=True, slots=True)
class Spot:
    """What a charge is laid on: an area as a whole, or a place and all within it."""

    area: Area
    place: Place | None = None

    @property
    def kind(self) -> str:
        """The kind of area or place, as a level's `laid_on` names it."""
        return self.place.kind if self.place else self.area.kind

    def __str__(self) -> str:
        return str(self.place or self.area)


def chains_for(area_path: str) -> list[Chain]:
    """The active chains that hold anywhere at, above or below an area, each with its levels; the nearest first."""
    steps = area_path.split(".")
    above = [".".join(steps[:n]) for n in range(1, len(steps) + 1)]
    here = Q(area__path__in=above) | Q(area__path__startswith=f"{area_path}.")
    found = Chain.objects.filter(here, is_active=True).select_related("area").prefetch_related("levels")
    return sorted(found, key=lambda one: (-len(one.area.path) if one.area.path in above else 0, one.id))


def chain_by_id(chain_id: int) -> Chain:
    """A chain with its area and levels. Raises NotFound."""
    found = Chain.objects.select_related("area").prefetch_related("levels").filter(id=chain_id).first()
    if found is None:
        raise NotFound(_("There is no such chain."), code="chain_unknown")
    return found


def level_by_id(level_id: int) -> ChainLevel:
    """A level with its chain and area. Raises NotFound."""
    found = ChainLevel.objects.select_related("chain__area").filter(id=level_id).first()
    if found is None:
        raise NotFound(_("There is no such level."), code="level_unknown")
    return found


def charge_by_id(charge_id: int) -> Charge:
    """A charge with its level, spot and holder. Raises NotFound."""
    found = _told(Charge.objects.filter(id=charge_id)).first()
    if found is None:
        raise NotFound(_("There is no such charge."), code="charge_unknown")
    return found


def running(day: date) -> Q:
    """Terms that hold on a day: `ends_on` is the first day on which they no longer do."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def charges_of_post(post_id: int, day: date) -> list[Charge]:
    """What a post answers for from this day on, also from later: what is left open when somebody leaves it."""
    return list(_told(_not_over(day).filter(post_id=post_id)).order_by("level__depth", "id"))


def charges_of_person(person_id: UUID, day: date) -> list[Charge]:
    """The same for a resident."""
    return list(_told(_not_over(day).filter(person_id=person_id)).order_by("level__depth", "id"))


def charges_on(spot: Spot, *, level_id: int | None = None) -> list[Charge]:
    """The history of a spot, newest first: ended charges too."""
    rows = Charge.objects.filter(area=spot.area, place=spot.place)
    if level_id is not None:
        rows = rows.filter(level_id=level_id)
    return list(_told(rows).order_by("-starts_on", "-id"))


def leaves_of(charge_ids: Iterable[int], day: date) -> list[Leave]:
    """Leaves of these charges that are not over."""
    rows = Leave.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), charge_id__in=list(charge_ids))
    return list(rows.select_related("stand_in__post__user", "stand_in_post__user").order_by("starts_on", "id"))


def leave_by_id(leave_id: int) -> Leave:
    """A leave with its charge. Raises NotFound."""
    found = Leave.objects.select_related("charge__area", "area").filter(id=leave_id).first()
    if found is None:
        raise NotFound(_("There is no such leave."), code="leave_unknown")
    return found


def accountable_on(level_id: int, spot: Spot, day: date) -> Charge | None:
    """Who is accountable at a level on exactly this spot."""
    rows = Charge.objects.filter(
        running(day), level_id=level_id, area=spot.area, place=spot.place, seat=Seat.ACCOUNTABLE
    )
    return _told(rows).first()


def card_of(actor: Principal, holder: Holder) -> Card | None:
    """The card somebody has given and not withdrawn."""
    return Card.objects.filter(withdrawn_at__isnull=True, **holder.key).first()


def _not_over(day: date) -> QuerySet[Charge]:
    return Charge.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def _told(rows: QuerySet[Charge]) -> QuerySet[Charge]:
    return rows.select_related("level__chain", "area", "place", "post__user", "handed_over_to")


def laid_on(place_ids: Iterable[int], unit_kind: str) -> dict[int, Unit]:
    """The unit of a kind whose duty is laid on each of these very places; a place without one is left out."""
    laid = Duty.objects.filter(**_running(unit_kind), place_id__in=list(place_ids)).select_related("unit")
    return {duty.place_id: duty.unit for duty in laid}


def is_laid(unit_kind: str) -> Exists:
    """For a query of places: whether the duty of a unit of this kind is laid on the very place."""
    return Exists(Duty.objects.filter(**_running(unit_kind), place_id=OuterRef("pk")))


def _running(unit_kind: str) -> dict[str, object]:
    return {"unit_kind": unit_kind, "ends_on__isnull": True, "unit__is_active": True}
