"""Puts the invented town into the database: units, people with their posts, places, duties. In bulk, on the owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction

from linli.accounts.api import Post, Unit, User
from linli.audit.api import record
from linli.project.demo.layout import Spot
from linli.project.demo.seeds import TOWN
from linli.project.demo.town import Town
from linli.register.duty.api import Duty
from linli.register.places.api import Place, PlaceKind
from linli.territory.api import Area

OWNER = "owner"
LOAD = "demo.load"
PASSWORD = "linli-demo-2026"  # noqa: S105  (published on the sign-in page of every demonstration)
SINCE = date(2024, 1, 1)
BATCH = 5000
Row = tuple[str, PlaceKind, str, str | None, str, str, Spot | None, str]
"""code, kind, area code, code of what it stands in, name, address, point, compound kind."""


def settle(town: Town, *, matters: int) -> None:
    """Load everything below the shipped areas in one transaction; the demonstration starts from an empty register.

    matters: how many are to follow, kept in the trail.
    """
    with transaction.atomic(using=OWNER):
        areas = {area.code: area for area in Area.objects.using(OWNER).all()}
        units = _units(town, areas)
        _people(town, areas, units)
        places = _places(town, areas)
        _duties(town, places, units)
        sizes = {"scale": town.scale.value, "matters": matters}
        record(actor=None, act=LOAD, subject_kind="area", subject_id=TOWN, detail=sizes, using=OWNER)


def _units(town: Town, areas: dict[str, Area]) -> dict[str, Unit]:
    made = [
        Unit(code=unit.code, kind=unit.kind, name=unit.name, name_en=unit.name_en, area=areas[unit.area_code])
        for unit in town.units
    ]
    return {unit.code: unit for unit in Unit.objects.using(OWNER).bulk_create(made)}


def _people(town: Town, areas: dict[str, Area], units: dict[str, Unit]) -> None:
    password = make_password(PASSWORD)
    users = User.objects.using(OWNER).bulk_create(
        [User(username=person.username, name=person.name, password=password) for person in town.people]
    )
    Post.objects.using(OWNER).bulk_create(
        [
            Post(
                user=user,
                role=post.role,
                area=areas[post.area_code],
                unit=units.get(post.unit_code),
                deputy=post.deputy,
                starts_on=SINCE,
            )
            for user, person in zip(users, town.people, strict=True)
            for post in person.posts
        ]
    )


def _places(town: Town, areas: dict[str, Area]) -> dict[str, Place]:
    """Level by level, so that what a place stands in is there before it."""
    found: dict[str, Place] = {}
    for level in (_first(town), _second(town), _third(town), _fourth(town)):
        rows = [_place(row, areas, found) for row in level]
        for place in Place.objects.using(OWNER).bulk_create(rows, batch_size=BATCH):
            found[place.code] = place
    return found


def _place(row: Row, areas: dict[str, Area], found: dict[str, Place]) -> Place:
    code, kind, area_code, parent, name, address, spot, compound_kind = row
    return Place(
        code=code,
        kind=kind,
        area=areas[area_code],
        parent=found[parent] if parent else None,
        name=name,
        address=address,
        compound_kind=compound_kind,
        lat=spot.lat if spot else None,
        lng=spot.lng if spot else None,
    )


def _first(town: Town) -> Iterator[Row]:
    for estate in town.compounds:
        address = f"{estate.lane}{estate.name}"
        yield (
            estate.code, PlaceKind.COMPOUND, estate.area_code, None, estate.name, address, estate.spot, estate.kind,
        )  # fmt: skip
    for group in town.groups:
        yield (
            group.code, PlaceKind.VILLAGE_GROUP, group.area_code, None, group.name, group.name, group.spot, "village",
        )  # fmt: skip
    for venue in town.venues:
        yield venue.code, PlaceKind.VENUE, venue.area_code, None, venue.name, venue.address, venue.spot, ""
    for thing in town.facilities:
        yield thing.code, PlaceKind.FACILITY, thing.area_code, None, thing.name, thing.name, thing.spot, ""


def _second(town: Town) -> Iterator[Row]:
    for estate, building in town.buildings():
        address = f"{estate.lane}{estate.name}{building.name}"
        yield (
            building.code, PlaceKind.BUILDING, estate.area_code, estate.code, building.name, address, building.spot, "",
        )  # fmt: skip
    for estate in town.compounds:
        for thing in estate.facilities:
            address = f"{estate.lane}{estate.name}{thing.name}"
            yield thing.code, PlaceKind.FACILITY, thing.area_code, estate.code, thing.name, address, thing.spot, ""
    for group, house in town.houses():
        yield house.code, PlaceKind.HOME, group.area_code, group.code, house.number, house.address, house.spot, ""


def _third(town: Town) -> Iterator[Row]:
    for estate, building, door in town.entrances():
        yield (
            door.code, PlaceKind.ENTRANCE, estate.area_code, building.code, door.number, door.address, door.spot, "",
        )  # fmt: skip


def _fourth(town: Town) -> Iterator[Row]:
    for estate, _building, door in town.entrances():
        for home in door.homes():
            yield home.code, PlaceKind.HOME, estate.area_code, door.code, home.label, home.address, None, ""


def _duties(town: Town, places: dict[str, Place], units: dict[str, Unit]) -> None:
    Duty.objects.using(OWNER).bulk_create(
        [
            Duty(
                area=places[estate.code].area,
                place=places[estate.code],
                unit=units[estate.property_unit],
                unit_kind=units[estate.property_unit].kind,
            )
            for estate in town.compounds
        ]
    )
