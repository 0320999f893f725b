"""Puts the invented town into the database: units, people with their posts, places, duties. In bulk, on the owner."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction

from linli.accounts.api import Post, Unit, User
from linli.audit.api import record
from linli.calendar.api import today
from linli.project.demo.duty import lay_charges
from linli.project.demo.layout import Spot
from linli.project.demo.move_in import move_everybody_in
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
Cell = tuple[int, int, int]
Row = tuple[str, PlaceKind, str, str | None, str, str, Spot | None, str, Cell | None]
"""code, kind, area code, code of what it stands in, name, address, point, subkind; of a home floor, slot and span."""


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
        move_everybody_in(OWNER, today())
        lay_charges(OWNER, areas[TOWN], today())
        sizes = {"scale": town.scale.value, "matters": matters}
        record(actor=None, act=LOAD, subject_kind="area", subject_id=TOWN, detail=sizes, using=OWNER)


def _units(town: Town, areas: dict[str, Area]) -> dict[str, Unit]:
    made = [
        Unit(code=unit.code, kind=unit.kind, name=unit.name, name_en=unit.name_en, area=areas[unit.area_code])
        for unit in town.units
    ]
    return {unit.code: unit for unit in Unit.objects.using(OWNER).bulk_create(made)}


def _people(town: Town, areas: dict[str, Area], units: dict[str, Unit]) -> None:
    password = make_password(PASSWORD)  # once for all: a hash takes its time
    users = User.objects.using(OWNER).bulk_create([
        User(username=person.username, name=person.name, password=password, password_stamp=secrets.token_hex(16))
        for person in town.people
    ])  # fmt: skip
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
    code, kind, area_code, parent_code, name, address, spot, subkind, cell = row
    lng, lat = spot or (None, None)
    floor, slot, span = cell or (None, None, 1)
    parent = found[parent_code] if parent_code else None
    compound_id = (parent.compound_id or parent.id) if parent else None
    return Place(
        code=code, kind=kind, area=areas[area_code], parent=parent, compound_id=compound_id, name=name,
        address=address, subkind=subkind, floor=floor, slot=slot, span=span, lat=lat, lng=lng,
    )  # fmt: skip


def _first(town: Town) -> Iterator[Row]:
    for e in town.compounds:
        yield e.code, PlaceKind.COMPOUND, e.area_code, None, e.name, e.lane + e.name, e.spot, e.kind, None
    for g in town.groups:
        yield g.code, PlaceKind.VILLAGE_GROUP, g.area_code, None, g.name, g.name, g.spot, "", None
    for v in town.venues:
        yield v.code, PlaceKind.VENUE, v.area_code, None, v.name, v.address, v.spot, v.kind, None
    for f in town.facilities:
        yield f.code, PlaceKind.FACILITY, f.area_code, None, f.name, f.name, f.spot, f.kind, None


def _second(town: Town) -> Iterator[Row]:
    for e, b in town.buildings():
        yield b.code, PlaceKind.BUILDING, e.area_code, e.code, b.name, e.lane + e.name + b.name, b.spot, "", None
    for e in town.compounds:
        for f in e.facilities:
            yield (
                f.code,
                PlaceKind.FACILITY,
                f.area_code,
                e.code,
                f.name,
                e.lane + e.name + f.name,
                f.spot,
                f.kind,
                None,
            )
    for g, h in town.houses():
        yield h.code, PlaceKind.HOME, g.area_code, g.code, h.number, h.address, h.spot, "", None


def _third(town: Town) -> Iterator[Row]:
    for e, b, d in town.entrances():
        yield d.code, PlaceKind.ENTRANCE, e.area_code, b.code, d.number, d.address, d.spot, "", None


def _fourth(town: Town) -> Iterator[Row]:
    for e, _, d in town.entrances():
        for home in d.homes():
            cell = (home.floor, home.position, home.span)
            yield home.code, PlaceKind.HOME, e.area_code, d.code, home.label, home.address, None, "", cell


def _duties(town: Town, places: dict[str, Place], units: dict[str, Unit]) -> None:
    firms = [(places[estate.code], units[estate.property_unit]) for estate in town.compounds]
    Duty.objects.using(OWNER).bulk_create(
        [Duty(area=place.area, place=place, unit=firm, unit_kind=firm.kind) for place, firm in firms]
    )
