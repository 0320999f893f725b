"""What one row says, and what is wrong with it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from linli.doors.sheets.cells import read_date, read_floor
from linli.doors.sheets.columns import BY_KEY, COLUMNS, Kind
from linli.doors.sheets.problems import Fault, Problem, shown
from linli.doors.sheets.reading import Cells
from linli.doors.sheets.wording import SEPARATORS, IdKind, Presence, loose, readings
from linli.kernel.errors import InvalidInput
from linli.kernel.identifiers import parse_mobile, parse_resident_id
from linli.register.households.api import Relation
from linli.register.people.api import Sex, Source

MOST = {"name": 60, "compound": 80, "building": 30, "entrance": 30, "room": 30, "id_number": 40, "address": 160}
"""The longest cell of a column of text."""

DATES = ("born_on", "moved_in", "moved_out", "checked_on")
WORDS = tuple(column.key for column in COLUMNS if column.kind is Kind.WORD)


@dataclass(slots=True)
class PersonRow:
    """A person as a row tells of him; None and empty where it says nothing. masked: the number had stars in it."""

    name: str
    id_kind: str = ""
    id_number: str = ""
    sex: str = ""
    born_on: date | None = None
    phone: str = ""
    relation: str = ""
    tenure: str = ""
    moved_in: date | None = None
    moved_out: date | None = None
    lives_here: bool = True
    tags: tuple[str, ...] = ()
    source: str = ""
    checked_on: date | None = None
    masked: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what rows are judged: the day, the tags that may be noted (word → code; None: tags are not read at all)."""

    today: date
    tags: Mapping[str, str] | None
    tag_words: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Judged:
    """What a row says by itself: the value of each word, its person, and its faults."""

    words: dict[str, str]
    person: PersonRow | None
    floor: int | None
    faults: list[Fault]


def judge(row: Cells, terms: Terms) -> Judged:
    """Read every cell of a row."""
    found = Judged({}, None, None, [])
    _lengths(row, found)
    _words(row, found)
    if text := row.cells.get("floor"):
        found.floor = read_floor(text)
        if found.floor is None:
            found.faults.append(_fault(row, Problem.FLOOR, "floor"))
    if row.has_person:
        found.person = _person(row, found, terms)
    return found


def _fault(row: Cells, code: Problem, key: str, **told: str) -> Fault:
    return Fault(row.row, code, key, shown(key, row.cells.get(key, "")), told)


def _lengths(row: Cells, found: Judged) -> None:
    for key, most in MOST.items():
        if len(row.cells.get(key, "")) > most:
            found.faults.append(_fault(row, Problem.TOO_LONG, key, most=str(most)))


def _words(row: Cells, found: Judged) -> None:
    for key in WORDS:
        if word := row.cells.get(key):
            value = readings(key).get(loose(word))
            if value is None:
                found.faults.append(_fault(row, Problem.WORD, key))
            else:
                found.words[key] = value


def _person(row: Cells, found: Judged, terms: Terms) -> PersonRow:
    cells, words = row.cells, found.words
    person = PersonRow(
        name=cells.get("name", ""),
        id_kind=words.get("id_kind", ""),
        sex=words.get("sex", ""),
        relation=words.get("relation", ""),
        tenure=words.get("tenure", ""),
        lives_here=words.get("lives_here", Presence.HERE) == Presence.HERE,
        source=words.get("source", Source.IMPORT.value),
    )
    if not person.name:
        found.faults.append(_fault(row, Problem.MISSING, "name"))
    _dates(row, person, found, terms)
    _identity(row, person, found, terms)
    _phone(row, person, found)
    person.tags = _tags(row, found, terms)
    return person


def _dates(row: Cells, person: PersonRow, found: Judged, terms: Terms) -> None:
    for key in DATES:
        if text := row.cells.get(key):
            day = read_date(text)
            if day is None:
                found.faults.append(_fault(row, Problem.DATE, key))
            elif day > terms.today:
                found.faults.append(Fault(row.row, Problem.DATE_FUTURE, key, day.isoformat()))
            else:
                setattr(person, key, day)
    if person.moved_in and person.moved_out and person.moved_out < person.moved_in:
        found.faults.append(
            Fault(
                row.row, Problem.MOVED_BACKWARDS, "moved_out", person.moved_out.isoformat(),
                {"other": person.moved_in.isoformat()},
            )
        )  # fmt: skip


def _identity(row: Cells, person: PersonRow, found: Judged, terms: Terms) -> None:
    """The document and what follows from it: the 15th to 17th digit and the date of birth of a resident's card."""
    text = row.cells.get("id_number", "")
    if not text:
        return
    if "*" in text:
        person.masked = text
        return
    person.id_kind = person.id_kind or IdKind.RESIDENT
    if person.id_kind != IdKind.RESIDENT:
        person.id_number = "".join(text.split()).upper()
        return
    try:
        card = parse_resident_id(text, today=terms.today)
    except InvalidInput as wrong:
        code = Problem.ID_CHECK if wrong.code == "bad_id_check" else Problem.ID_SHAPE
        found.faults.append(_fault(row, code, "id_number"))
        return
    person.id_number = card.number
    if person.born_on not in (None, card.born):
        found.faults.append(
            Fault(row.row, Problem.ID_BIRTH, "born_on", str(person.born_on), {"other": card.born.isoformat()})
        )
    if person.sex not in ("", Sex.UNKNOWN, card.sex):
        found.faults.append(_fault(row, Problem.ID_SEX, "sex", other=card.sex.value))
    person.born_on, person.sex = card.born, card.sex.value


def _phone(row: Cells, person: PersonRow, found: Judged) -> None:
    text = row.cells.get("phone", "")
    if not text or "*" in text:
        return
    try:
        person.phone = parse_mobile(text)
    except InvalidInput:
        found.faults.append(_fault(row, Problem.PHONE, "phone"))


def _tags(row: Cells, found: Judged, terms: Terms) -> tuple[str, ...]:
    text = row.cells.get("tags", "")
    if not text or terms.tags is None:
        return ()
    codes: dict[str, None] = {}
    for word in filter(None, map(str.strip, SEPARATORS.split(text))):
        code = terms.tags.get(loose(word))
        if code is None:
            found.faults.append(Fault(row.row, Problem.TAG, "tags", shown("tags", word), dict(terms.tag_words)))
        else:
            codes[code] = None
    return tuple(codes)


def is_head(person: PersonRow) -> bool:
    """Whether the row calls this person the head of the household."""
    return person.relation == Relation.HEAD


def needed_keys() -> tuple[str, ...]:
    """Columns without which no row has a home."""
    return tuple(column.key for column in BY_KEY.values() if column.place and column.needed)
