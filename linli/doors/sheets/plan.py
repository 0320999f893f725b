"""What an import would make, as rows of the register; made again from the same file it is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from linli.doors.sheets.checks import PersonRow
from linli.doors.sheets.ground import Node
from linli.doors.sheets.weighing import Line, Weighed
from linli.kernel.ids import uuid7
from linli.register.households.api import NewHousehold, NewMember, Relation, Tenure
from linli.register.people.api import NewPerson, NewTag
from linli.register.places.api import UseState


@dataclass(slots=True)
class Plan:
    """Places parents first; people, households and members of homes that may be new; changes of people who are here.

    known: rows of people who are here already. uses: homes that stand already whose use the file tells otherwise.
    """

    places: list[Node] = field(default_factory=list)
    uses: dict[int, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    changes: dict[UUID, dict[str, object]] = field(default_factory=dict)
    known: int = 0
    people: int = 0
    households: int = 0
    tags: int = 0

    def counts(self) -> dict[str, int]:
        """What would be made, by kind."""
        kinds = [node.kind for node in self.places]
        return {
            "buildings": kinds.count("building"),
            "entrances": kinds.count("entrance"),
            "homes": kinds.count("home"),
            "households": self.households,
            "people": self.people,
            "tags": self.tags,
            "known": self.known,
            "changes": len(self.changes),
            "uses": len(self.uses),
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be made or changed."""
        return not (self.places or self.people or self.changes or self.uses)


def plan_of(found: Weighed, *, update_known: bool) -> Plan:
    """What the good lines make. update_known: people and homes that are here are brought up to date."""
    plan = Plan()
    seen: set[int] = set()
    fresh_houses: set[tuple[int, str]] = set()
    for line in found.lines:
        _places(line.home, plan, seen)
        _use(line, plan, update_known)
        if line.person is None:
            continue
        if line.known is not None:
            plan.known += 1
            if update_known:
                plan.changes[line.known.person_id] = _change(line.person)
            continue
        plan.people += 1
        plan.tags += len(line.person.tags)
        plan.lines.append(line)
        if line.house is None:
            fresh_houses.add((id(line.home), _tenure(line.person)))
    plan.households = len(fresh_houses)
    return plan


def _places(home: Node, plan: Plan, seen: set[int]) -> None:
    chain: list[Node] = []
    node: Node | None = home
    while node is not None and node.id is None and id(node) not in seen:
        seen.add(id(node))
        chain.append(node)
        node = node.parent
    plan.places += reversed(chain)


def _use(line: Line, plan: Plan, update_known: bool) -> None:
    if line.home.id is None:
        line.home.use = line.use or line.home.use
    elif update_known and line.use and line.use != line.home.use:
        plan.uses[line.home.id] = line.use


def _tenure(person: PersonRow) -> str:
    return person.tenure or Tenure.OTHER.value


def _change(person: PersonRow) -> dict[str, object]:
    """What a row says of somebody who is here; what it does not say stays."""
    said: dict[str, object] = {
        "name": person.name, "born_on": person.born_on, "id_number": person.id_number,
        "id_kind": person.id_kind if person.id_number else "", "phone": person.phone, "checked_on": person.checked_on,
    }  # fmt: skip
    if person.sex not in ("", "0"):
        said["sex"] = person.sex
    return {key: value for key, value in said.items() if value}


def number_places(plan: Plan, ids: Sequence[int]) -> None:
    """Give every new place its id and every new home its cell on the grid of its door."""
    for node, number in zip(plan.places, ids, strict=True):
        node.id = number
    for node in plan.places:
        node.address = f"{node.compound.address or node.compound.name}{node.label}"
        if node.kind == "home" and not node.use:
            node.use = UseState.UNKNOWN.value
    for door in {id(node.parent): node.parent for node in plan.places if node.kind == "home"}.values():
        if door is not None and door.kind != "village_group":
            _cells(door)


def _cells(door: Node) -> None:
    """The slot of a room is its number on the floor (501 → 1) where that is free, else the next free one."""
    homes = [node for node in door.inside.values() if node.kind == "home" and node.id is not None]
    taken = {(node.floor, node.slot) for node in homes if node.slot is not None}
    for node in sorted((n for n in homes if n.slot is None and n.floor is not None), key=lambda n: n.name):
        digits = "".join(filter(str.isdigit, node.name))
        slot = int(digits[-2:]) if digits and 0 < int(digits[-2:]) < 50 else 1
        while (node.floor, slot) in taken:
            slot += 1
        node.slot = slot
        taken.add((node.floor, slot))


@dataclass(slots=True)
class Residents:
    """Rows of the people rooms for the lines of a plan, once the places have their ids."""

    people: list[NewPerson] = field(default_factory=list)
    households: list[NewHousehold] = field(default_factory=list)
    members: list[NewMember] = field(default_factory=list)
    tags: list[NewTag] = field(default_factory=list)


def residents_of(plan: Plan, day: date) -> Residents:
    """People, their households and their needs. day: when nobody says when it was checked."""
    found = Residents()
    houses: dict[tuple[int, str], list[Line]] = {}
    for line in plan.lines:
        if line.person is not None and line.home.id is not None:
            houses.setdefault((line.home.id, _tenure(line.person)), []).append(line)
    for (home, tenure), lines in houses.items():
        house = next((line.house.id for line in lines if line.house is not None), None)
        if house is None:
            house = uuid7()
            found.households.append(_household(house, home, tenure, lines))
        for line in lines:
            _resident(found, line, house, home, day)
    return found


def _household(house: UUID, home: int, tenure: str, lines: Sequence[Line]) -> NewHousehold:
    people = [line.person for line in lines if line.person is not None]
    came = [person.moved_in for person in people if person.moved_in]
    left = [person.moved_out for person in people if person.moved_out]
    return NewHousehold(
        house, lines[0].home.area_id, home, tenure, min(came, default=None),
        max(left) if len(left) == len(people) else None,
    )  # fmt: skip


def _resident(found: Residents, line: Line, house: UUID, home: int, day: date) -> None:
    row = line.person
    if row is None:
        return
    area = line.home.area_id
    checked = row.checked_on or day
    lives_in = home if row.lives_here and not row.moved_out else None
    person = NewPerson(
        uuid7(), area, lives_in, row.name, row.sex, row.born_on, row.id_kind, row.id_number, row.phone, row.source,
        checked, row.moved_out,
    )  # fmt: skip
    found.people.append(person)
    found.members.append(
        NewMember(
            area, home, house, person.id, row.relation or Relation.OTHER.value, row.lives_here, row.moved_in,
            row.moved_out,
        )
    )  # fmt: skip
    found.tags += [NewTag(area, lives_in, person.id, kind, row.source, checked) for kind in row.tags]
