"""Moves the invented residents into the homes of the database, by COPY on the owner's connection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.db import connections

from linli.kernel.ids import uuid7
from linli.project.demo.dice import Dice
from linli.project.demo.residents import Family, lived
from linli.register.people.api import Source, TagKind
from linli.register.places.api import Place, PlaceKind, UseState

PERSON = ("id", "area_id", "home_id", "name", "sex", "born_on", "source", "checked_on")
HOUSEHOLD = ("id", "area_id", "home_id", "tenure", "moved_in")
MEMBER = ("area_id", "home_id", "household_id", "person_id", "relation", "lives_here", "since")
TAG = ("area_id", "home_id", "person_id", "kind_id", "source", "stale_on")
Row = tuple[object, ...]


class Movers:
    """Collects the rows of some homes and copies them in one go each table."""

    def __init__(self, using: str, today: date) -> None:
        self._using, self._today = using, today
        self._fresh = dict(TagKind.objects.using(using).values_list("code", "fresh_days"))
        self._rows: dict[str, list[Row]] = {"person": [], "household": [], "member": [], "tag": []}
        self.uses: dict[UseState, list[int]] = {use: [] for use in UseState}

    def move_in(self, home_id: int, area_id: int, dice: Dice) -> None:
        """Draw what is found behind one door."""
        found = lived(dice)
        self.uses[found.use].append(home_id)
        for family in found.families:
            self._family(home_id, area_id, family, dice)

    def _family(self, home_id: int, area_id: int, family: Family, dice: Dice) -> None:
        household = uuid7()
        self._rows["household"].append((household, area_id, home_id, family.tenure, family.moved_in))
        for member in family.members:
            person = uuid7()
            seen = self._today - timedelta(days=dice.between(0, 200))
            self._rows["person"].append(
                (person, area_id, home_id, member.name, member.sex, member.born_on, Source.DEMO, seen)
            )
            since = max(family.moved_in, member.born_on)
            self._rows["member"].append((area_id, home_id, household, person, member.relation, True, since))
            self._rows["tag"] += self._tags(person, home_id, area_id, member.tags, seen)

    def _tags(self, person: UUID, home_id: int, area_id: int, tags: tuple[str, ...], seen: date) -> Iterator[Row]:
        for code in tags:
            yield area_id, home_id, person, code, Source.DEMO, seen + timedelta(days=self._fresh[code])

    def unload(self) -> None:
        """Copy what was collected."""
        for table, columns in (("person", PERSON), ("household", HOUSEHOLD), ("member", MEMBER), ("tag", TAG)):
            copy_rows(self._using, f"register_{table}", columns, self._rows[table])
            self._rows[table].clear()
        for use, homes in self.uses.items():
            Place.objects.using(self._using).filter(id__in=homes).update(use=use)
            homes.clear()


def copy_rows(using: str, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
    """COPY rows into a table, text by text."""
    with connections[using].cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def move_everybody_in(using: str, today: date, *, batch: int = 5000) -> None:
    """Settle people in every home there is, the same for the same homes; `today` dates the last visits."""
    movers = Movers(using, today)
    homes = Place.objects.using(using).filter(kind=PlaceKind.HOME).order_by("id").values_list("id", "area_id", "code")
    for nth, (home_id, area_id, code) in enumerate(homes.iterator(chunk_size=batch), 1):
        movers.move_in(home_id, area_id, Dice("residents", code))
        if nth % batch == 0:
            movers.unload()
    movers.unload()
