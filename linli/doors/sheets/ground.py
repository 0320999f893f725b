"""The places a file speaks of: what stands already, and what it would add. No database here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from linli.doors.sheets.cells import door_key, door_name, floor_of_room

COMPOUNDS = ("compound", "village_group")


@dataclass(slots=True, eq=False)
class Node:
    """A place. `id` is None while it is only in the file. `inside`: (kind, key) → place directly in it.

    `doors` (of a compound): key of an entrance → the entrances in it that have the key.
    """

    kind: str
    name: str
    area_id: int
    parent: Node | None = None
    id: int | None = None
    address: str = ""
    subkind: str = ""
    floor: int | None = None
    slot: int | None = None
    use: str = ""
    inside: dict[tuple[str, str], Node] = field(default_factory=dict)
    doors: dict[str, list[Node]] = field(default_factory=dict)

    @property
    def compound(self) -> Node:
        """The compound or village group it stands in, however deep."""
        return self if self.parent is None else self.parent.compound

    @property
    def label(self) -> str:
        """The place as people of its compound call it: 4号501室, 3号楼1单元501室."""
        if self.parent is None or self.parent.parent is None:
            return self.name
        if self.kind == "entrance" and self.name.endswith("号"):
            return self.name  # its number is that of the lane, whatever the building is called
        return self.parent.label + self.name

    def put(self, child: Node) -> Node:
        """Let a place stand directly in this one; returns the one that stands there now."""
        there = self.inside.setdefault((child.kind, door_key(child.name)), child)
        if there is child and child.kind == "entrance":
            self.compound.doors.setdefault(door_key(child.name), []).append(child)
        return there


@dataclass(frozen=True, slots=True)
class Row:
    """A place as the register has it."""

    id: int
    kind: str
    name: str
    area_id: int
    parent_id: int | None
    address: str
    subkind: str
    floor: int | None
    slot: int | None
    use: str


class SeveralDoors(Exception):
    """The building has several doors and nobody said which. `names`: of the doors."""

    def __init__(self, building: Node, names: list[str]) -> None:
        super().__init__(building.name)
        self.building, self.names = building, names


class NoBuilding(Exception):
    """A home of a compound without a building."""


@dataclass(slots=True)
class Ground:
    """Every compound of an area with what stands in it."""

    by_name: dict[str, list[Node]] = field(default_factory=dict)
    by_id: dict[int, Node] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)

    def load(self, rows: Iterable[Row]) -> None:
        """Add places that stand already; a place must come after the one it stands in."""
        for row in rows:
            parent = self.by_id.get(row.parent_id) if row.parent_id is not None else None
            if parent is None and row.kind not in COMPOUNDS:
                continue
            node = Node(
                row.kind, row.name, row.area_id, parent, row.id, row.address, row.subkind, row.floor, row.slot, row.use
            )
            self.by_id[row.id] = node
            if parent is None:
                self.by_name.setdefault(compound_key(row.name), []).append(node)
            else:
                parent.put(node)

    def compounds(self, name: str) -> list[Node]:
        """The compounds of this name."""
        return self.by_name.get(compound_key(name), [])

    def names(self) -> list[str]:
        """The names of all compounds."""
        return sorted({node.name for nodes in self.by_name.values() for node in nodes})


def compound_key(name: str) -> str:
    """How the name of a compound is compared."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


def home_in(compound: Node, *, building: str, entrance: str, room: str, floor: int | None) -> Node:
    """The home with these names, noted as one of the file when the register has none.

    Raises SeveralDoors, NoBuilding.
    """
    door = _door(compound, building, entrance)
    there = door.inside.get(("home", door_key(room)))
    if there is not None:
        return there
    stands = floor if floor is not None else floor_of_room(room)
    unit = "号" if compound.kind == "village_group" and not building else "室"
    return door.put(Node("home", door_name(room, unit), compound.area_id, door, floor=stands))


def _door(compound: Node, building: str, entrance: str) -> Node:
    """Where the home stands in: an entrance, a building without entrances, or a village group."""
    if not building:
        if compound.kind == "village_group":
            return compound
        raise NoBuilding
    stands = compound.inside.get(("building", door_key(building)))
    if entrance:
        block = stands or _new_building(compound, building)
        return block.inside.get(("entrance", door_key(entrance))) or block.put(
            Node("entrance", door_name(entrance, "单元"), compound.area_id, block)
        )
    named = compound.doors.get(door_key(building), [])
    if len(named) == 1:
        return named[0]
    if stands is not None:
        return _only_door(stands)
    block = _new_building(compound, building)
    if not block.name.endswith("号楼"):
        return block
    return block.put(Node("entrance", f"{door_key(building)}号", compound.area_id, block))


def _new_building(compound: Node, building: str) -> Node:
    name = door_name(building, "号楼")
    name = f"{name}楼" if name.endswith("号") else name
    return compound.put(Node("building", name, compound.area_id, compound))


def _only_door(building: Node) -> Node:
    doors = [node for (kind, _key), node in building.inside.items() if kind == "entrance"]
    if len(doors) > 1:
        raise SeveralDoors(building, sorted(door.name for door in doors))
    return doors[0] if doors else building
