"""What a form offers: the spots of a level with who has them, and the people who may be charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from linli.access.api import Principal, within
from linli.accounts.api import Post, Role
from linli.kernel.identifiers import mask_name
from linli.register.duty.answering import FULL_NAMES
from linli.register.duty.models import ChainLevel, Charge
from linli.register.duty.queries import Spot, running
from linli.register.duty.rules import ON_AREAS, Laid, Seat
from linli.register.people.api import Person, Tag
from linli.register.places.api import Place
from linli.territory.api import Area, ancestors, areas_under

MOST_SPOTS, MOST_PEOPLE = 500, 40
OFFICES = (Role.DISTRICT, Role.DISPATCHER, Role.STATION_HEAD, Role.WORKER, Role.BUILDING_HEAD)
"""Roles whose holders may be charged; a unit answers by its own duty."""


@dataclass(frozen=True, slots=True)
class OpenSpot:
    """A spot of a level. holder: who is accountable on exactly this spot, in words; "" when nobody is."""

    spot: Spot
    name: str
    holder: str
    charge_id: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be charged: a post or a resident. where: his office, or his home."""

    post: Post | None
    person: Person | None
    name: str
    where: str


def spots_of(actor: Principal, level: ChainLevel, area: Area, day: date) -> list[OpenSpot]:
    """What the level can be laid on in an area and below it, in the order of the tree; at most 500.

    Places are offered of a committee or village alone; of homes only houses that stand in no building.
    """
    kinds = {Laid(one) for one in level.laid_on}
    spots = [Spot(one) for one in areas_under(area.path) if one.kind in kinds & ON_AREAS]
    if area.is_leaf:
        spots += [Spot(area, place) for place in _places(area, kinds - ON_AREAS)]
    taken = _accountable(actor, level, area, day)
    return [
        OpenSpot(spot, _name(spot), *taken.get((spot.area.id, spot.place.id if spot.place else None), ("", None)))
        for spot in spots[:MOST_SPOTS]
    ]


def candidates(actor: Principal, area: Area, day: date, *, words: str = "") -> list[Candidate]:
    """Offices at the area and above it, building heads below it, then residents: by name where one was given, else
    those who are noted as building heads, which only people on site read."""
    above = [area.path, *(one.path for one in ancestors(area.path))]
    near = Q(area__path__in=above) | Q(area__path__startswith=f"{area.path}.")
    posts = Post.objects.filter(near, role__in=OFFICES, starts_on__lte=day, user__is_active=True)
    posts = posts.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).select_related("user", "area")
    held = sorted(posts.order_by("id")[:200], key=lambda post: (-OFFICES.index(Role(post.role)), post.area.path))
    named = [Candidate(post, None, post.user.name, f"{post.area}") for post in held if words in post.user.name]
    return [*named, *_residents(actor, area, words)]


def _residents(actor: Principal, area: Area, words: str) -> list[Candidate]:
    if not actor.can("person.read") or not area.is_leaf:
        return []
    here = within(Person.objects.filter(area=area, left_on=None, merged_into=None), actor, home="home_id")
    if words:
        here = here.filter(name__contains=words)
    elif actor.can("need.read"):
        heads = Tag.objects.filter(area=area, kind_id="building_head", ended_on=None).values("person_id")
        here = here.filter(id__in=heads)
    else:
        return []
    full = actor.role in FULL_NAMES
    people = here.select_related("home").order_by("name", "id")[:MOST_PEOPLE]
    return [
        Candidate(None, one, one.name if full else mask_name(one.name), str(one.home) if one.home else "")
        for one in people
    ]


def _places(area: Area, kinds: set[Laid]) -> list[Place]:
    house = Q(kind=Laid.HOME) & Q(parent__kind__in=["compound", "village_group"])
    wanted = Q(kind__in=[kind.value for kind in kinds - {Laid.HOME}])
    if Laid.HOME in kinds:
        wanted |= house
    rows = Place.objects.filter(wanted, area=area).select_related("parent").order_by("id")[:MOST_SPOTS]
    return sorted(rows, key=_in_its_building)


def _in_its_building(place: Place) -> tuple[int, int, bool, int]:
    """Compound by compound; an entrance follows upon the building it stands in."""
    compound = place.compound_id or place.id
    building = place.parent_id if place.kind == Laid.ENTRANCE and place.parent_id else place.id
    return compound, building if place.id != compound else 0, place.kind == Laid.ENTRANCE, place.id


def _name(spot: Spot) -> str:
    place = spot.place
    if place is None:
        return str(spot.area)
    return f"{place.parent.name} {place.name}" if place.parent else place.name


def _accountable(
    actor: Principal, level: ChainLevel, area: Area, day: date
) -> dict[tuple[int, int | None], tuple[str, int | None]]:
    below = Q(area__path=area.path) | Q(area__path__startswith=f"{area.path}.")
    rows = Charge.objects.filter(below, running(day), level=level, seat=Seat.ACCOUNTABLE)
    rows = rows.select_related("post__user")
    names = holder_names(actor, list(rows))
    return {(row.area_id, row.place_id): (names[row.id], row.id) for row in rows}


def holder_names(actor: Principal, charges: list[Charge]) -> dict[int, str]:
    """The holder of each charge as the actor may know him: "" for a resident whom he does not see."""
    wanted = [charge.person_id for charge in charges if charge.person_id]
    found = dict(Person.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}
    full = actor.role in FULL_NAMES
    shown = {key: name if full else mask_name(name) for key, name in found.items()}
    return {charge.id: _holder_name(charge, shown) for charge in charges}


def _holder_name(charge: Charge, shown: dict[UUID, str]) -> str:
    if charge.post is not None:
        return charge.post.user.name
    return shown.get(charge.person_id, "") if charge.person_id else ""
