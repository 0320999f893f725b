"""Draws the estates of the committees: kinds, rows of buildings, doors and fixed things."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import msgspec

from linli.project.demo.book import Pair, book, pairs
from linli.project.demo.dice import Dice
from linli.project.demo.layout import Disc, Plane, Spot, to_plane, to_spot, turned
from linli.project.demo.places import Building, Compound, Entrance, Facility, FacilityKind
from linli.project.demo.seeds import AreaSeed
from linli.register.places.api import CompoundKind

TOWN_ADDRESS: Final = "浦东新区周浦镇"
HOME_FRONT: Final = 8.5
SIDES: Final = ("东", "南", "西", "北")


@dataclass(frozen=True, slots=True)
class Style:
    """How estates of one kind look: how many buildings, storeys, homes on a floor and doors in a building."""

    buildings: tuple[int, int]
    storeys: tuple[int, ...]
    homes_per_floor: tuple[int, ...]
    doors: tuple[int, ...]
    suffixes: tuple[str, ...]


@cache
def styles() -> Mapping[CompoundKind, Style]:
    """The style of every kind of estate."""
    return msgspec.convert(book("places")["style"], dict[CompoundKind, Style])


@dataclass(frozen=True, slots=True)
class Block:
    """One building before it has a place: offset of its middle from the middle of the estate in metres, unturned."""

    offset: Plane
    width: float
    depth: float
    storeys: int
    homes_per_floor: int
    doors: int


@dataclass(frozen=True, slots=True)
class Estate:
    """An estate before it has a place: everything but coordinates."""

    code: str
    area: AreaSeed
    kind: CompoundKind
    name: str
    road: str
    bearing: float
    blocks: tuple[Block, ...]
    seed: str

    @property
    def radius(self) -> float:
        """Metres from the middle to the farthest corner of a building."""
        return max(
            math.hypot(abs(b.offset.x) + b.width / 2, abs(b.offset.y) + b.depth / 2) for b in self.blocks
        )  # fmt: skip


def estate(area: AreaSeed, station: str, nth: int, *, road: str, head: Pair, seed: int) -> Estate:
    """Draw the `nth` (from 1) estate of a committee. station: last three characters of the station code."""
    code = f"{area.code}-{nth:02d}"
    dice = Dice(seed, "estate", code)
    kind = CompoundKind(dice.pick(book("places")["kinds_by_station"][station]))
    style = styles()[kind]
    return Estate(
        code=code,
        area=area,
        kind=kind,
        name=head[0] + dice.pick(style.suffixes),
        road=road,
        bearing=round(dice.span(-12, 12), 1),
        blocks=_blocks(style, dice),
        seed=f"{seed}:{code}",
    )


def start_disc(drawn: Estate, nth: int, of: int, dice: Dice) -> Disc:
    """Where the estate would like to lie: on a ring around the middle of its committee."""
    middle = to_plane(drawn.area.lng or 0.0, drawn.area.lat or 0.0)
    angle = 2 * math.pi * (nth / of) + dice.span(0, 0.8)
    away = 0.0 if of == 1 else 120.0
    return Disc(middle.x + away * math.cos(angle), middle.y + away * math.sin(angle), drawn.radius)


def settle(drawn: Estate, middle: Plane, *, lane: int, firm: str) -> Compound:
    """Give the estate its place, address and doors. lane: the number before 弄."""
    dice = Dice(drawn.seed, "settle")
    address = f"{drawn.road}{lane}弄"
    buildings: list[Building] = []
    door = 1
    for at, block in enumerate(drawn.blocks, start=1):
        buildings.append(_building(drawn, block, middle, f"{drawn.code}-B{at:02d}", address, door, dice))
        door += block.doors
    spot = to_spot(*middle)
    return Compound(
        code=drawn.code,
        area_code=drawn.area.code,
        name=drawn.name,
        kind=drawn.kind,
        lane=address,
        spot=spot,
        property_unit=firm,
        buildings=tuple(buildings),
        facilities=_facilities(drawn, middle, buildings, dice),
    )


def _blocks(style: Style, dice: Dice) -> tuple[Block, ...]:
    """Rows from the south to the north, all fronts facing south, the gap growing with the height (日照间距)."""
    count = dice.between(*style.buildings)
    shapes = [
        (dice.pick(style.storeys), dice.pick(style.homes_per_floor), dice.pick(style.doors)) for _ in range(count)
    ]
    widths = [max(12.0, doors * homes * HOME_FRONT) for _, homes, doors in shapes]
    depth = 11.0 if style.storeys == (3,) else 13.0
    per_row = max(2, round(math.sqrt(count * 32 / max(widths))))
    pitch_x = max(widths) + 10
    pitch_y = depth + min(34.0, 10 + 1.2 * max(storeys for storeys, _, _ in shapes))
    rows = math.ceil(count / per_row)
    blocks = []
    for at, ((storeys, homes, doors), width) in enumerate(zip(shapes, widths, strict=True)):
        row, column = divmod(at, per_row)
        offset = Plane((column - (per_row - 1) / 2) * pitch_x, (row - (rows - 1) / 2) * pitch_y)
        blocks.append(Block(offset, width, depth, storeys, homes, doors))
    return tuple(blocks)


def _building(
    drawn: Estate, block: Block, middle: Plane, code: str, address: str, first_door: int, dice: Dice
) -> Building:
    offset = turned(block.offset.x, block.offset.y, drawn.bearing)
    centre = Plane(middle.x + offset.x, middle.y + offset.y)
    last_door = first_door + block.doors - 1
    name = f"{first_door}号楼" if block.doors == 1 else f"{first_door}-{last_door}号楼"
    doors = []
    for at in range(block.doors):
        along = (at - (block.doors - 1) / 2) * block.width / block.doors
        shift = turned(along, block.depth / 2, drawn.bearing)
        number = f"{first_door + at}号"
        doors.append(
            _entrance(
                block, f"{code}-{at + 1}", number, f"{TOWN_ADDRESS}{address}{number}",
                to_spot(centre.x + shift.x, centre.y + shift.y), dice,
            )
        )  # fmt: skip
    return Building(code, name, to_spot(*centre), block.width, block.depth, drawn.bearing, block.storeys, tuple(doors))


def _entrance(block: Block, code: str, number: str, address: str, spot: Spot, dice: Dice) -> Entrance:
    missing: set[str] = set()
    merged: set[tuple[str, str]] = set()
    if block.storeys >= 11 and dice.chance(0.7):
        missing.add("102")
    if block.homes_per_floor > 1 and dice.chance(0.04):
        floor = dice.between(2, block.storeys)
        merged.add((f"{floor}01", f"{floor}02"))
    return Entrance(
        code=code,
        number=number,
        address=address,
        spot=spot,
        floors=block.storeys,
        homes_per_floor=block.homes_per_floor,
        lift=block.storeys >= 7,
        missing=frozenset(missing),
        merged=frozenset(merged),
    )


def _facilities(drawn: Estate, middle: Plane, buildings: list[Building], dice: Dice) -> tuple[Facility, ...]:
    rim = drawn.radius
    wanted = []
    for kind, name, east, north in book("places")["estate_things"]:
        drawn_name = name.format(building=dice.pick(buildings).name, side=dice.pick(SIDES), lamp=dice.between(1, 24))
        wanted.append((FacilityKind(kind), drawn_name, rim * east, rim * north))
    area = drawn.area.code
    return tuple(
        Facility(f"{drawn.code}-F{at:02d}", area, drawn.code, kind, name, to_spot(middle.x + x, middle.y + y))
        for at, (kind, name, x, y) in enumerate(wanted, start=1)
    )


def heads(seed: int) -> list[Pair]:
    """Estate names in drawn order; each is given out once for every kind of ending, so no two estates share a name."""
    return Dice(seed, "heads").shuffled(pairs("estate_heads"))
