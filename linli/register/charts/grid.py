"""Homes laid out as the building stands: floors from the top down, slots from the left, gaps for missing rooms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from linli.register.charts.rules import Layer

LOOSE_WIDTH = 8
"""Homes without a cell of their own (village houses, unfinished registers) stand in rows of so many."""
WIDEST = 40
"""A slot or a span beyond this is a slip of the pen; such a home is shown without a cell."""
_DOOR = re.compile(r"([0-9A-Za-z][0-9A-Za-z\-]*)\s*室?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One home. `door`: what its door says. `values`: layer → value, for the layers asked for.

    `people`: how many live there, `needs`: kinds of need; None where the reader may not know.
    """

    home_id: int
    name: str
    door: str
    floor: int | None
    slot: int | None
    span: int
    values: Mapping[Layer, str] = field(default_factory=dict)
    people: int | None = None
    needs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor from the left: cells, and None for a slot without a home. `number` None: homes without a cell."""

    number: int | None
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """What homes stand in directly: an entrance, else a building, a house or a village group."""

    place_id: int
    name: str
    width: int
    floors: tuple[Floor, ...]

    @property
    def cells(self) -> list[Cell]:
        """Its homes, from the top down and from the left."""
        return [cell for floor in self.floors for cell in floor.cells if cell is not None]


@dataclass(frozen=True, slots=True)
class Block:
    """One building with its entrances side by side. `homes`: how many it has, also where none may be shown.

    `grade`: the approved grade; "" without one or where the reader may not know.
    """

    place_id: int
    name: str
    homes: int
    stacks: tuple[Stack, ...]
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Answering:
    """A unit that answers for a place in the chart."""

    place_id: int
    unit: str
    unit_kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a compound or of one entrance, with the layers that were asked for and nothing else."""

    place_id: int
    area_id: int
    name: str
    layers: frozenset[Layer]
    blocks: tuple[Block, ...]
    answering: tuple[Answering, ...] = ()

    @property
    def cells(self) -> list[Cell]:
        """Every home of the chart."""
        return [cell for block in self.blocks for stack in block.stacks for cell in stack.cells]


def door_of(name: str) -> str:
    """What is written on the door: `501` of 3号501室, the name itself where there is no number at its end."""
    found = _DOOR.search(name)
    return found[1] if found else name


def stack(place_id: int, name: str, homes: Iterable[Cell]) -> Stack:
    """Lay the homes of one entrance out. Two homes that claim one slot are both shown: the later one without a cell."""
    floors: dict[int, dict[int, Cell]] = defaultdict(dict)
    loose: list[Cell] = []
    for home in sorted(homes, key=lambda cell: cell.home_id):
        if not _fits(home, floors):
            loose.append(home)
        elif home.floor is not None and home.slot is not None:
            floors[home.floor][home.slot] = home
    width = max((slot + cell.span - 1 for row in floors.values() for slot, cell in row.items()), default=0)
    width = max(width, min(LOOSE_WIDTH, len(loose)))
    rows = [Floor(number, _row(floors[number], width)) for number in sorted(floors, reverse=True)]
    loose.sort(key=lambda cell: (len(cell.door), cell.door, cell.home_id))
    rows += [
        Floor(None, _padded(tuple(loose[at : at + width]), width)) for at in range(0, len(loose), max(1, width))
    ]  # fmt: skip
    return Stack(place_id, name, width, tuple(rows))


def _fits(home: Cell, floors: Mapping[int, Mapping[int, Cell]]) -> bool:
    if home.floor is None or home.slot is None or home.slot < 1 or home.slot + home.span > WIDEST:
        return False
    end = home.slot + home.span
    row = floors.get(home.floor, {})
    return not any(slot < end and home.slot < slot + other.span for slot, other in row.items())


def _row(found: Mapping[int, Cell], width: int) -> tuple[Cell | None, ...]:
    row: list[Cell | None] = []
    slot = 1
    while slot <= width:
        cell = found.get(slot)
        row.append(cell)
        slot += cell.span if cell else 1
    return tuple(row)


def _padded(cells: tuple[Cell | None, ...], width: int) -> tuple[Cell | None, ...]:
    return cells + (None,) * (width - len(cells))
