"""A part of the register as rows of texts in our columns: what an export writes. Numbers of people only masked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from linli.access.api import Principal, within
from linli.doors.sheets.wording import Presence, value_names
from linli.register.households.api import Member
from linli.register.people.api import Tag
from linli.register.places.api import Place
from linli.territory.api import ids_under

IN_HOMES = ("building", "entrance", "home")


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the register: an area, or one compound of it; with the homes in which nobody lives or without."""

    area_path: str
    place_id: int | None = None
    empty_homes: bool = False


def count(actor: Principal, part: Part) -> tuple[int, int]:
    """How many rows of people and how many of empty homes a part has, as this person may see it."""
    people = _members(actor, part)
    if not part.empty_homes:
        return people.count(), 0
    return people.count(), _homes(actor, part).exclude(id__in=people.values("home_id")).count()


def rows(actor: Principal, part: Part, language: str) -> list[dict[str, str]]:
    """The part, sorted as one walks through it."""
    names = {key: value_names(key, language) for key in ("compound_kind", "use", "sex", "relation", "tenure",
                                                        "lives_here", "source", "id_kind")}  # fmt: skip
    places = {place.id: place for place in _standing(actor, part)}
    tags = _tags(actor, part, language)
    found, lived_in = [], set()
    for member in _members(actor, part).select_related("person", "household"):
        lived_in.add(member.home_id)
        cells = _home(places, member.home_id, names) | _person(member, names)
        cells["tags"] = "、".join(tags.get(member.person_id, ()))
        found.append((_order(cells, places, member.home_id), cells))
    if part.empty_homes:
        for home in places.values():
            if home.kind == "home" and home.id not in lived_in:
                cells = _home(places, home.id, names)
                found.append((_order(cells, places, home.id), cells))
    return [cells for _key, cells in sorted(found, key=lambda one: one[0])]


def _members(actor: Principal, part: Part) -> QuerySet[Member]:
    members = within(Member.objects.filter(until__isnull=True, person__merged_into__isnull=True), actor)
    members = members.filter(area_id__in=ids_under(part.area_path))
    return members.filter(home__compound_id=part.place_id) if part.place_id is not None else members


def _homes(actor: Principal, part: Part) -> QuerySet[Place]:
    homes = within(Place.objects.filter(kind="home", area_id__in=ids_under(part.area_path)), actor)
    return homes.filter(compound_id=part.place_id) if part.place_id is not None else homes


def _standing(actor: Principal, part: Part) -> Iterator[Place]:
    """The homes of the part and everything they stand in."""
    inner = within(Place.objects.filter(kind__in=IN_HOMES, area_id__in=ids_under(part.area_path)), actor)
    tops = Place.objects.filter(kind__in=["compound", "village_group"], area_id__in=ids_under(part.area_path))
    if part.place_id is not None:
        inner, tops = inner.filter(compound_id=part.place_id), tops.filter(id=part.place_id)
    yield from tops
    yield from inner


def _tags(actor: Principal, part: Part, language: str) -> Mapping[UUID, list[str]]:
    """What is noted of each person; nothing where the actor may not read needs."""
    found: dict[UUID, list[str]] = defaultdict(list)
    if not actor.can("need.read"):
        return found
    name = "kind__name_en" if language.startswith("en") else "kind__name"
    noted = within(Tag.objects.filter(ended_on__isnull=True, area_id__in=ids_under(part.area_path)), actor)
    for person, kind in noted.order_by("kind__position").values_list("person_id", name):
        found[person].append(kind)
    return found


def _home(places: Mapping[int, Place], home_id: int, names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    home = places[home_id]
    above = [places[one] for one in _chain(places, home)]
    named = {place.kind: place for place in above}
    top = above[-1] if above else home
    return {
        "compound": top.name,
        "compound_kind": names["compound_kind"].get(top.subkind, ""),
        "building": named["building"].name if "building" in named else "",
        "entrance": named["entrance"].name if "entrance" in named else "",
        "floor": "" if home.floor is None else str(home.floor),
        "room": home.name,
        "address": home.address,
        "use": names["use"].get(home.use, ""),
    }


def _chain(places: Mapping[int, Place], home: Place) -> Iterator[int]:
    parent = home.parent_id
    while parent is not None and parent in places:
        yield parent
        parent = places[parent].parent_id


def _person(member: Member, names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    person, household = member.person, member.household
    presence = Presence.HERE if member.lives_here else Presence.REGISTERED
    return {
        "name": person.name,
        "id_kind": names["id_kind"].get(person.id_kind, ""),
        "id_number": person.id_mask,
        "sex": names["sex"].get(person.sex, ""),
        "born_on": _day(person.born_on),
        "phone": person.phone_mask,
        "relation": names["relation"].get(member.relation, ""),
        "tenure": names["tenure"].get(household.tenure, ""),
        "moved_in": _day(member.since),
        "moved_out": _day(member.until),
        "lives_here": names["lives_here"][presence],
        "source": names["source"].get(person.source, ""),
        "checked_on": _day(person.checked_on),
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _order(cells: Mapping[str, str], places: Mapping[int, Place], home_id: int) -> tuple[object, ...]:
    """By compound, building, door, floor and room, numbers as numbers; the head of a household first."""
    keys = tuple(_natural(cells[key]) for key in ("compound", "building", "entrance"))
    floor = places[home_id].floor
    return (*keys, -99 if floor is None else floor, _natural(cells["room"]), home_id, cells.get("tenure", ""))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in re.findall(r"\d+|\D+", text))
