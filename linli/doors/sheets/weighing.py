"""Rows weighed against each other and against what the register has: whose home, which person, which household."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from linli.doors.sheets.cells import Parts, read_floor, split_address
from linli.doors.sheets.checks import Judged, PersonRow, Terms, is_head, judge
from linli.doors.sheets.ground import Ground, NoBuilding, Node, SeveralDoors, home_in
from linli.doors.sheets.problems import Fault, Problem, shown
from linli.doors.sheets.reading import Cells
from linli.register.places.api import UseState

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Known:
    """A person the register has. `home_id`: where he lives, or the home in which he was found, called `home_label`."""

    person_id: UUID
    home_id: int | None
    name: str
    born_on: date | None
    id_mask: str = ""
    left_on: date | None = None
    home_label: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """A household the register has in a home, with the name of its head."""

    id: UUID
    tenure: str
    head: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who lives where by the register: people and households of a home, people by the index of their document."""

    in_home: Mapping[int, Sequence[Known]] = field(default_factory=dict)
    by_id: Mapping[str, Known] = field(default_factory=dict)
    houses: Mapping[int, Sequence[House]] = field(default_factory=dict)


@dataclass(slots=True)
class Line:
    """A row that can be told apart: its home, the use of that, its person or None, and who of the register he is."""

    row: int
    home: Node
    use: str
    person: PersonRow | None
    filled: bool
    known: Known | None = None
    house: House | None = None

    @property
    def tenure(self) -> str:
        """By which right this person's household lives there; a home has one household for each."""
        return self.person.tenure if self.person else ""


@dataclass(slots=True)
class Weighed:
    """Every row of a file: the lines that can come in, and all faults. rows: how many rows said something."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    filled: int = 0

    @property
    def refused(self) -> set[int]:
        """The rows that cannot come in."""
        return {fault.row for fault in self.faults}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The area of the import in words, its compounds and everything in them."""

    area: str
    ground: Ground


def weigh(rows: Iterable[Cells], terms: Terms, where: Whereabouts) -> Weighed:
    """Judge every row by itself and find its home; faults in the order of the rows."""
    found = Weighed()
    for row in rows:
        found.rows += 1
        found.filled += row.filled
        judged = judge(row, terms)
        home = _home(row, judged, where)
        found.faults += judged.faults
        if home is not None and not judged.faults:
            found.lines.append(Line(row.row, home, judged.words.get("use", ""), judged.person, row.filled))
    return found


def compare(found: Weighed) -> None:
    """Find rows that contradict each other; those that do leave the lines."""
    homes: dict[Node, list[Line]] = defaultdict(list)
    for line in found.lines:
        homes[line.home].append(line)
    for lines in homes.values():
        _one_tenure(lines)
        _empty_and_lived_in(lines, found.faults)
        _two_heads(lines, found.faults)
    _twice(found)
    _leave(found)


def meet(found: Weighed, standing: Standing, index_of: Mapping[str, str]) -> None:
    """Recognise people the register has. index_of: number of a document → its index in hexadecimal."""
    for line in found.lines:
        if line.person is not None:
            line.known = _known(line, line.person, standing, index_of, found.faults)
            line.house = _house(line, line.person, standing)
            _head_there(line, line.person, found.faults)
    _leave(found)


def _leave(found: Weighed) -> None:
    refused = found.refused
    found.lines = [line for line in found.lines if line.row not in refused]


def _home(row: Cells, judged: Judged, where: Whereabouts) -> Node | None:
    compound = _compound(row, judged, where)
    parts = _parts(row)
    if compound is None:
        return None
    if parts is None:
        judged.faults.append(Fault(row.row, Problem.ADDRESS, "room", _address(row)))
        return None
    floor = judged.floor if judged.floor is not None else (read_floor(parts.floor) if parts.floor else None)
    try:
        return home_in(compound, building=parts.building, entrance=parts.entrance, room=parts.room, floor=floor)
    except NoBuilding:
        judged.faults.append(Fault(row.row, Problem.ADDRESS, "building", _address(row)))
    except SeveralDoors as several:
        judged.faults.append(
            Fault(row.row, Problem.DOORS, "entrance", several.building.name, {"words": "、".join(several.names)})
        )
    return None


def _parts(row: Cells) -> Parts | None:
    """The columns of the home, or what its address says where they are empty."""
    cells = row.cells
    given = Parts(cells.get("building", ""), cells.get("entrance", ""), "", cells.get("room", ""))
    if given.room and given.building:
        return given
    told = split_address(cells.get("address", "")) or split_address(given.room)
    if told is None:
        return given if given.room else None
    return Parts(given.building or told.building, given.entrance or told.entrance, told.floor, told.room)


def _address(row: Cells) -> str:
    said = "".join(row.cells.get(key, "") for key in ("building", "entrance", "room"))
    return shown("address", row.cells.get("address") or said or row.cells.get("compound", ""))


def _compound(row: Cells, judged: Judged, where: Whereabouts) -> Node | None:
    name = row.cells.get("compound", "")
    if not name:
        judged.faults.append(Fault(row.row, Problem.MISSING, "compound"))
        return None
    there = where.ground.compounds(name)
    if len(there) == 1:
        kind = judged.words.get("compound_kind", "")
        if kind and there[0].subkind and kind != there[0].subkind:
            judged.faults.append(
                Fault(row.row, Problem.COMPOUND_KIND, "compound_kind", row.cells["compound_kind"],
                      {"other": there[0].subkind})
            )  # fmt: skip
        return there[0]
    told = {"area": where.area}
    if there:
        code = Problem.COMPOUND_TWICE
    elif other := where.ground.elsewhere.get(name):
        code, told = Problem.COMPOUND_ELSEWHERE, told | {"other": other}
    else:
        code, told = Problem.COMPOUND_UNKNOWN, told | {"words": _nearest(name, where.ground)}
    judged.faults.append(Fault(row.row, code, "compound", shown("compound", name), told))
    return None


def _nearest(name: str, ground: Ground) -> str:
    names = ground.names()
    near = difflib.get_close_matches(name, names, n=NEAREST, cutoff=0.4) or names[:NEAREST]
    return "、".join(near) or "—"


def _one_tenure(lines: Sequence[Line]) -> None:
    """Members whose right is not stated belong to the household of the first who states one."""
    stated = next((line.tenure for line in lines if line.tenure), "")
    for line in lines:
        if line.person is not None and not line.person.tenure:
            line.person.tenure = stated


def _empty_and_lived_in(lines: Sequence[Line], faults: list[Fault]) -> None:
    lived_in = next((line for line in lines if line.person and line.person.lives_here and not line.person.moved_out),
                    None)  # fmt: skip
    if lived_in is None:
        return
    faults += [
        Fault(line.row, Problem.EMPTY_LIVED_IN, "use", line.home.label, {"other": str(lived_in.row)})
        for line in lines
        if line.use == UseState.EMPTY
    ]


def _two_heads(lines: Sequence[Line], faults: list[Fault]) -> None:
    heads: dict[str, int] = {}
    for line in lines:
        if line.person is not None and is_head(line.person) and not line.person.moved_out:
            first = heads.setdefault(line.person.tenure, line.row)
            if first != line.row:
                faults.append(
                    Fault(line.row, Problem.TWO_HEADS, "relation", shown("name", line.person.name),
                          {"other": str(first)})
                )  # fmt: skip


def _twice(found: Weighed) -> None:
    seen: dict[object, int] = {}
    for line in found.lines:
        person = line.person
        if person is None:
            continue
        key = person.id_number or (line.home, person.name, person.born_on)
        first = seen.setdefault(key, line.row)
        if first != line.row:
            column = "id_number" if person.id_number else "name"
            value = shown(column, person.id_number or person.name)
            found.faults.append(Fault(line.row, Problem.TWICE, column, value, {"other": str(first)}))


def _known(
    line: Line, person: PersonRow, standing: Standing, index_of: Mapping[str, str], faults: list[Fault]
) -> Known | None:
    known = standing.by_id.get(index_of.get(person.id_number, "")) if person.id_number else None
    if known is not None and known.home_id not in (None, line.home.id):
        faults.append(
            Fault(line.row, Problem.LIVES_ELSEWHERE, "id_number", shown("id_number", person.id_number),
                  {"other": known.home_label})
        )  # fmt: skip
        return None
    if known is None and line.home.id is not None:
        known = next((one for one in standing.in_home.get(line.home.id, ()) if _same(one, person)), None)
    if known is not None and known.left_on and not person.moved_out:
        faults.append(
            Fault(line.row, Problem.LEFT, "name", shown("name", person.name), {"other": known.left_on.isoformat()})
        )
        return None
    if known is None and person.masked:
        faults.append(Fault(line.row, Problem.ID_MASKED, "id_number", shown("id_number", person.masked)))
    return known


def _same(known: Known, person: PersonRow) -> bool:
    """One name in one home, and nothing against it: neither another day of birth nor another document."""
    if known.name != person.name or (known.born_on and person.born_on and known.born_on != person.born_on):
        return False
    told = person.masked or (shown("id_number", person.id_number) if person.id_number else "")
    return not (told and known.id_mask and told != known.id_mask)


def _house(line: Line, person: PersonRow, standing: Standing) -> House | None:
    """The household of the register he belongs to: the one of the same right, or the first when none is stated."""
    houses = standing.houses.get(line.home.id, ()) if line.home.id is not None else ()
    return next((one for one in houses if person.tenure in ("", one.tenure)), None)


def _head_there(line: Line, person: PersonRow, faults: list[Fault]) -> None:
    head = line.house.head if line.house else ""
    if head and line.known is None and is_head(person) and not person.moved_out:
        faults.append(Fault(line.row, Problem.HEAD_THERE, "relation", shown("name", person.name), {"other": head}))
