"""Rows of the people of one committee, ready for COPY."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from linli.kernel.ids import uuid7
from linli.project.demo.dice import Dice
from linli.project.demo.residents import Family, lived
from linli.register.people.api import Source
from linli.register.places.api import UseState

Row = tuple[object, ...]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "register_person": ("id", "area_id", "home_id", "name", "sex", "born_on", "source", "checked_on"),
    "register_household": ("id", "area_id", "home_id", "tenure", "moved_in"),
    "register_member": ("area_id", "home_id", "household_id", "person_id", "relation", "lives_here", "since"),
    "register_tag": ("area_id", "home_id", "person_id", "kind_id", "source", "stale_on"),
}
"""Table → columns, in the order in which they are copied."""


@dataclass(slots=True)
class Moved:
    """Rows by table, and what each home is used for."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    uses: dict[int, UseState] = field(default_factory=dict)


def move_in(homes: Sequence[tuple[int, str]], area_id: int, fresh: Mapping[str, int], today: date) -> Moved:
    """Draw who lives in the homes (id, code); `fresh`: days by tag kind; `today` dates the last visits."""
    moved = Moved()
    for home_id, code in homes:
        dice = Dice("residents", code)
        found = lived(dice)
        moved.uses[home_id] = found.use
        for family in found.families:
            _settle(moved, family, home_id, area_id, fresh, today - timedelta(days=dice.between(0, 200)))
    return moved


def _settle(moved: Moved, family: Family, home_id: int, area_id: int, fresh: Mapping[str, int], seen: date) -> None:
    household = uuid7()
    moved.rows["register_household"].append((household, area_id, home_id, family.tenure, family.moved_in))
    for member in family.members:
        person = uuid7()
        moved.rows["register_person"].append(
            (person, area_id, home_id, member.name, member.sex, member.born_on, Source.DEMO, seen)
        )
        since = max(family.moved_in, member.born_on)
        moved.rows["register_member"].append((area_id, home_id, household, person, member.relation, True, since))
        moved.rows["register_tag"] += _tags(person, home_id, area_id, member.tags, fresh, seen)


def _tags(
    person: UUID, home_id: int, area_id: int, tags: tuple[str, ...], fresh: Mapping[str, int], seen: date
) -> Iterator[Row]:
    for code in tags:
        yield area_id, home_id, person, code, Source.DEMO, seen + timedelta(days=fresh[code])
