"""The diagram of duty (楼组包干图, DOMAIN row 41): doors of a committee by levels of a chain. Two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from linli.access.api import Principal, require
from linli.kernel.identifiers import mask_name
from linli.register.duty.answering import FULL_NAMES
from linli.register.duty.models import Chain, ChainLevel
from linli.register.duty.rules import Cause, Seat, judge
from linli.register.duty.statements import Value, rows
from linli.territory.api import Area

SEATS = tuple(Seat)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One who covers a door at a level. name: empty where the reader may not know it. spot: where his charge lies."""

    charge_id: int
    name: str
    seat: Seat
    spot: str
    is_gone: bool
    on_leave: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One door at one level. cause: what is wrong, None when it is in order or need not be covered."""

    level_id: int
    drawn: tuple[Drawn, ...]
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Row:
    """One door: its id, its name below the compound, and a cell for each level."""

    door_id: int
    name: str
    kind: str
    cells: tuple[Cell, ...]

    @property
    def wrong(self) -> bool:
        """Whether any level is not in order."""
        return any(cell.cause for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Group:
    """The doors of one compound or village group."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """All of it: the levels from the top, the groups in the order of their ids."""

    levels: tuple[ChainLevel, ...]
    groups: tuple[Group, ...]

    @property
    def doors(self) -> int:
        """How many doors are drawn."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def wrong(self) -> int:
        """How many of them are not in order."""
        return sum(row.wrong for group in self.groups for row in group.rows)


@dataclass(slots=True)
class _Laid:
    """Charges by what they stand on."""

    at_place: dict[int, dict[int, list[Drawn]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    above: dict[int, list[Drawn]] = field(default_factory=lambda: defaultdict(list))

    def over(self, places: Iterable[int], level_id: int) -> tuple[Drawn, ...]:
        """Those that cover a door which stands in these places."""
        found = [*self.above[level_id]]
        for place in places:
            found += self.at_place[place][level_id] if place in self.at_place else []
        return tuple(sorted(found, key=lambda one: (SEATS.index(one.seat), one.charge_id)))


def diagram(actor: Principal, chain: Chain, area: Area, day: date) -> Diagram:
    """Draw the doors of one committee or village. Raises Forbidden outside the actor's area."""
    require(actor, "register.read", area_path=area.path)
    given: dict[str, Value] = {"chain": chain.id, "top": area.path, "day": day, "all_seats": True}
    levels = tuple(chain.levels.all())
    laid = _laid(given, full=actor.role in FULL_NAMES)
    groups: dict[Any, list[Row]] = {}
    names: dict[Any, str] = {}
    for door_id, kind, name, parent_id, compound_id, compound in rows("diagram_doors", given):
        places = list(dict.fromkeys(one for one in (door_id, parent_id, compound_id) if one is not None))
        cells = tuple(_cell(level, laid.over(places, level.id)) for level in levels)
        groups.setdefault(compound_id, []).append(Row(door_id, name, kind, cells))
        names[compound_id] = compound or str(area)
    return Diagram(levels, tuple(Group(names[key], tuple(rows)) for key, rows in groups.items()))


def _cell(level: ChainLevel, drawn: tuple[Drawn, ...]) -> Cell:
    accountable = [one for one in drawn if one.seat is Seat.ACCOUNTABLE]
    gone = sum(one.is_gone for one in accountable)
    fit = sum(not one.is_gone and not one.is_away for one in accountable)
    return Cell(level.id, drawn, judge(len(accountable), fit, gone) if level.must_cover else None)


def _laid(given: Mapping[str, Value], *, full: bool) -> _Laid:
    laid = _Laid()
    for place_id, level_id, charge_id, seat, spot, of_post, of_person, gone, on_leave, away in rows(
        "diagram_charges", given
    ):
        name = of_post or (of_person if full or not of_person else mask_name(of_person)) or ""
        drawn = Drawn(charge_id, name, Seat(seat), spot, gone, on_leave, away)
        if place_id is None:
            laid.above[level_id].append(drawn)
        else:
            laid.at_place[place_id][level_id].append(drawn)
    return laid


def open_cells(drawn: Diagram) -> Iterator[tuple[Row, Cell]]:
    """Every cell that is not in order."""
    for group in drawn.groups:
        for row in group.rows:
            yield from ((row, cell) for cell in row.cells if cell.cause)
