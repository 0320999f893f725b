"""Random probes in SQL: take an identity, take a row, read it, change it, add it; compare with the oracle."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from scope_oracle import RELATIONS, TABLES, Me, Row, Rule, World, addable, changeable, relation, visible
from scope_people import Identity, come_in

REFUSED = psycopg.errors.InsufficientPrivilege
MET_ITS_OWN_KEY = (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation)


@dataclass
class Outcome:
    """What a campaign found. A leak: more than allowed. Hidden: less than allowed."""

    probes: int = 0
    leaks: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    relations: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)

    def note(self, got: bool, wanted: bool, what: str) -> None:
        self.probes += 1
        if got and not wanted:
            self.leaks.append(what)
        if wanted and not got:
            self.hidden.append(what)


class Prober:
    """Holds one connection, signed in as the application, and a world to compare with."""

    def __init__(
        self, connection: psycopg.Connection[Any], world: World, people: Sequence[Identity], sees: Rule = visible
    ) -> None:
        self.connection = connection
        self.world = world
        self.people = people
        self.sees = sees
        self.outcome = Outcome()
        self.staff = [who for who in people if who.me.kind != "link"]
        self.links = [who for who in people if who.me.kind == "link"]
        self.areas = [who for who in people if who.me.path]
        self.units = [who for who in people if who.me.kind == "unit"]
        self.others = [who for who in self.staff if not who.me.path and who.me.kind != "unit"]
        self.filled = [table for table in TABLES if world.rows[table]]

    def sets(self, people: Sequence[Identity]) -> None:
        """Everything an identity sees of every table, at once."""
        for who in people:
            for table, key in TABLES.items():
                seen = self._keys(who, table, key)
                for value, row in self.world.rows[table].items():
                    what = f"{who.me.name} reads {table} {value}"
                    self.outcome.note(value in seen, self.sees(self.world, who.me, table, row), what)

    def _keys(self, who: Identity, table: str, key: str) -> set[Any]:
        with self.connection.transaction(force_rollback=True), self.connection.cursor() as cursor:
            come_in(cursor, who)
            try:
                cursor.execute(f"select {key} from {table}")
            except REFUSED:
                return set()
            return {value for (value,) in cursor.fetchall()}

    def random(self, count: int, rng: random.Random) -> None:
        """One row at a time: half of them read, a quarter changed, a quarter added; relations evenly."""
        near = self._by_relation()
        for _ in range(count):
            if rng.random() < 0.6:
                how = rng.choice(RELATIONS)
                who, table, rows = rng.choice(near[how])
                row = rng.choice(rows)
            else:
                who = rng.choice(rng.choice((self.links, self.units, self.others)))
                table = rng.choice(self.filled)
                row, how = self._pick(who.me, table, rng)
            self.outcome.relations[how] += 1
            act = rng.choice(("read", "read", "change", "add", "move"))
            getattr(self, f"_{act}")(who, table, row)

    def _by_relation(self) -> dict[str, list[tuple[Identity, str, list[Row]]]]:
        """Relation → (person of an area, table, rows that lie so to him)."""
        found: dict[str, list[tuple[Identity, str, list[Row]]]] = {how: [] for how in RELATIONS}
        for who in self.areas:
            for table in self.filled:
                rows: dict[str, list[Row]] = {}
                for row in self.world.rows[table].values():
                    how = relation(self.world, who.me, row)
                    if how is not None:
                        rows.setdefault(how, []).append(row)
                for how, fitting in rows.items():
                    found[how].append((who, table, fitting))
        return found

    def _pick(self, me: Me, table: str, rng: random.Random) -> tuple[Row, str]:
        """For people whose scope does not go by area: half the time a row of theirs, when there is one."""
        rows = list(self.world.rows[table].values())
        mine = rng.random() < 0.5
        fitting = [row for row in rng.sample(rows, min(60, len(rows))) if self.sees(self.world, me, table, row) is mine]
        return rng.choice(fitting or rows), "theirs" if mine and fitting else "another's"

    def _read(self, who: Identity, table: str, row: Row) -> None:
        got = self._try(who, f"select 1 from {table} where {TABLES[table]} = %s", [row[TABLES[table]]])
        self._judge(got, self.sees(self.world, who.me, table, row), who, "reads", table, row)

    def _change(self, who: Identity, table: str, row: Row) -> None:
        key = TABLES[table]
        got = self._try(who, f"update {table} set {key} = {key} where {key} = %s", [row[key]])
        self._judge(got, changeable(self.world, who.me, table, row), who, "changes", table, row)

    def _add(self, who: Identity, table: str, row: Row) -> None:
        got = self._insert(who, table, row)
        self._judge(got, addable(self.world, who.me, table, row), who, "adds", table, row)

    def _move(self, who: Identity, table: str, row: Row) -> None:
        """Take a row one may change and carry it where one may not: into an area out of reach."""
        elsewhere = next(area for area, path in sorted(self.world.paths.items()) if path == "310115.005")
        if who.me.kind not in ("area", "unit", "link") or "area_id" not in row:
            return self._read(who, table, row)
        if who.me.kind in ("unit", "link"):
            return self._change(who, table, row)  # their scope does not go by area
        got = self._try(
            who, f"update {table} set area_id = %s where {TABLES[table]} = %s", [elsewhere, row[TABLES[table]]]
        )
        return self._judge(got, False, who, "carries away", table, row)

    def _insert(self, who: Identity, table: str, row: Row) -> bool:
        columns = sql.SQL(", ").join(map(sql.Identifier, row))
        values = [Jsonb(value) if isinstance(value, dict | list) and not _is_array(table, name) else value
                  for name, value in row.items()]  # fmt: skip
        statement = sql.SQL("insert into {} ({}) overriding system value values ({})").format(
            sql.Identifier(table), columns, sql.SQL(", ").join([sql.Placeholder()] * len(row))
        )
        return self._try(who, statement, values)

    def _try(self, who: Identity, statement: Any, values: Sequence[Any]) -> bool:
        """Whether the statement reached a row, or would have had its key been new."""
        with self.connection.transaction(force_rollback=True), self.connection.cursor() as cursor:
            come_in(cursor, who)
            try:
                cursor.execute(statement, values)
            except REFUSED:
                return False
            except MET_ITS_OWN_KEY:
                return True
            return cursor.rowcount > 0

    def _judge(self, got: bool, wanted: bool, who: Identity, verb: str, table: str, row: Row) -> None:
        if wanted:
            self.outcome.allowed[verb] += 1
        self.outcome.note(got, wanted, f"{who.me.name} {verb} {table} {row[TABLES[table]]}")


ARRAYS = {("doors_made", "ids"), ("doors_made", "marks"),
          ("casework_entry", "photos"), ("casework_workorder", "hands"), ("casework_workorder", "before"),
          ("casework_workorder", "after"), ("audit_seal", "opening_ids"), ("audit_seal", "record_ids")}  # fmt: skip


def _is_array(table: str, column: str) -> bool:
    return (table, column) in ARRAYS
