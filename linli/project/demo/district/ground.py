"""What stands in one committee of the invented district: pure, and the same for the same committee.

Sizes (DESIGN §4): 3,200 compounds, 63,000 entrances, 2 million homes in all. Buildings are of three sorts: six floors
without a lift, eighteen floors, and towers of 34; one compound of the district has 5,000 homes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from linli.project.demo.book import pairs
from linli.project.demo.dice import Dice
from linli.register.places.api import CompoundKind, PlaceKind

HOMES_OF_THE_LARGEST = 5000
ENTRANCES_OF_A_COMMITTEE = (41, 68)
COMPOUNDS_OF_A_COMMITTEE = (1, 2, 3, 4, 5)
COMPOUND_SHARES = (15, 25, 30, 20, 10)
GROUPS_OF_A_VILLAGE = (6, 16)
HOUSES_OF_A_GROUP = (16, 45)
SHOPS = (8, 24)
SORTS = ((6, 3, 4), (6, 2, 5), (18, 4, 2), (34, 6, 1))
"""Floors, homes on a floor, doors in a building."""
SORT_SHARES = (44, 18, 25, 11)


@dataclass(frozen=True, slots=True)
class Seed:
    """One place: `parent` and `compound` are positions in the list of the committee's seeds."""

    kind: PlaceKind
    name: str
    address: str
    parent: int | None = None
    compound: int | None = None
    subkind: str = ""
    floor: int | None = None
    slot: int | None = None
    lng: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """The committee to build on: its code, kind (`committee`, `village` or another) and centre in WGS 84 degrees."""

    code: str
    kind: str
    name: str
    town: str
    lng: float
    lat: float


def seeds(ground: Ground, *, largest: bool = False) -> list[Seed]:
    """Everything that stands in a committee, each after what it stands in."""
    dice = Dice("ground", ground.code)
    built: list[Seed] = []
    if ground.kind == "village":
        _village(ground, dice, built)
    elif ground.kind == "committee":
        _compounds(ground, dice, built, largest=largest)
    _shops(ground, dice, built)
    return built


def _compounds(ground: Ground, dice: Dice, built: list[Seed], *, largest: bool) -> None:
    count = dice.weighted(COMPOUNDS_OF_A_COMMITTEE, COMPOUND_SHARES)
    doors = dice.between(*ENTRANCES_OF_A_COMMITTEE)
    for nth in range(count):
        lng, lat = _around(ground, dice, 0.006)
        lane = f"{ground.town}{dice.pick(pairs('surnames'))[0]}家路{dice.between(11, 2999)}弄"
        name = (
            dice.pick(pairs("given_first"))[0] + dice.pick(pairs("given_last"))[0] + dice.pick(("苑", "花园", "新村"))
        )
        at = len(built)
        kind = dice.pick(tuple(CompoundKind))
        built.append(Seed(PlaceKind.COMPOUND, name, f"{lane}{name}", subkind=kind, lng=lng, lat=lat))
        if largest and nth == 0:
            _largest(built, at, dice)
        else:
            _buildings(built, at, max(2, doors // count), dice)


def _largest(built: list[Seed], compound: int, dice: Dice) -> None:
    homes, number = 0, 0
    while homes < HOMES_OF_THE_LARGEST:
        number += 1
        homes += _building(built, compound, number, 1, (34, 6, 1), dice)


def _buildings(built: list[Seed], compound: int, doors: int, dice: Dice) -> None:
    number, nth = 0, 0
    while number < doors:
        nth += 1
        sort = dice.weighted(SORTS, SORT_SHARES)
        floors, wide, of = sort
        of = min(of, doors - number)
        _building(built, compound, nth, number + 1, (floors, wide, of), dice)
        number += of


def _building(built: list[Seed], compound: int, nth: int, first: int, sort: tuple[int, int, int], dice: Dice) -> int:
    """Add a building with its doors and homes; returns the number of homes."""
    floors, wide, doors = sort
    c = built[compound]
    lng, lat = _beside(c, nth)
    lane = c.address.removesuffix(c.name)
    at = len(built)
    built.append(Seed(PlaceKind.BUILDING, f"{nth}号楼", f"{c.address}{nth}号楼", compound, compound, lng=lng, lat=lat))
    for number in range(first, first + doors):
        door = len(built)
        address = f"{lane}{number if doors > 1 else nth}号"
        built.append(Seed(PlaceKind.ENTRANCE, address.removeprefix(lane), address, at, compound, lng=lng, lat=lat))
        for floor in range(1, floors + 1):
            for slot in range(1, wide + 1):
                room = f"{floor}{slot:02d}室"
                built.append(Seed(PlaceKind.HOME, room, address + room, door, compound, "", floor, slot))
    return floors * wide * doors


def _village(ground: Ground, dice: Dice, built: list[Seed]) -> None:
    for group in range(1, dice.between(*GROUPS_OF_A_VILLAGE) + 1):
        lng, lat = _around(ground, dice, 0.012)
        at = len(built)
        name = f"{ground.name.removesuffix('村委会')}村{group}组"
        built.append(Seed(PlaceKind.VILLAGE_GROUP, name, f"{ground.town}{name}", lng=lng, lat=lat))
        yard = f"{dice.pick(pairs('surnames'))[0]}家宅"
        for house in range(1, dice.between(*HOUSES_OF_A_GROUP) + 1):
            door = f"{yard}{house}号"
            x, y = _beside(built[at], house)
            built.append(Seed(PlaceKind.HOME, door, f"{ground.town}{name}{door}", at, at, lng=x, lat=y))


def _shops(ground: Ground, dice: Dice, built: list[Seed]) -> None:
    for nth in range(1, dice.between(*SHOPS) + 1):
        lng, lat = _around(ground, dice, 0.008)
        name = f"{dice.pick(pairs('given_first'))[0]}{dice.pick(pairs('given_last'))[0]}"
        kind, sort = dice.pick(
            ((PlaceKind.VENUE, "shop"), (PlaceKind.VENUE, "restaurant"), (PlaceKind.FACILITY, "gate"))
        )
        word = {"shop": "便利店", "restaurant": "饭店", "gate": "门岗"}[sort]
        built.append(Seed(kind, name + word, f"{ground.town}{name}{word}{nth}号", subkind=sort, lng=lng, lat=lat))


def _around(ground: Ground, dice: Dice, spread: float) -> tuple[float, float]:
    return round(ground.lng + dice.span(-spread, spread), 6), round(ground.lat + dice.span(-spread, spread), 6)


def _beside(place: Seed, nth: int) -> tuple[float, float]:
    """A point of a spiral around the middle of a place, about 30 m from its neighbours."""
    away, turn = 0.0003 * math.sqrt(nth), nth * 2.39996
    return round((place.lng or 0) + away * math.cos(turn), 6), round((place.lat or 0) + away * math.sin(turn), 6)


def homes_of(built: list[Seed]) -> Iterator[int]:
    """Positions of the homes."""
    return (at for at, seed in enumerate(built) if seed.kind is PlaceKind.HOME)
