"""Loads the invented district with COPY, a leaf area in each transaction, in as many processes as there are cores.

A load that was cut short goes on with the areas that are missing: an area is there when its places are.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime

import django
import psycopg

from linli.project.demo.dice import Dice
from linli.project.demo.district import matters, people, staff
from linli.project.demo.district.ground import Ground, Seed, homes_of, seeds

Progress = Callable[[int, int], object]
Connection = psycopg.Connection[tuple[object, ...]]
LARGEST = "310115132001"
"""The committee with a compound of 5,000 homes."""
TOWN_RING = 0.11
"""Degrees: how far from the middle of the district a town without a known centre is put."""
PLACE = (
    "id", "code", "kind", "area_id", "parent_id", "compound_id", "name", "address", "subkind", "floor", "slot", "use",
    "lng", "lat",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    """One area to fill: `nth` counts the leaves of its town, `unit` is the desk that keeps its matters."""

    id: int
    ground: Ground
    town_code: str
    nth: int
    unit: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a process needs to fill an area on its own connection."""

    url: str
    leaf: Leaf
    now: datetime


def load(
    url: str, now: datetime, tell: Progress, *, processes: int | None = None, only: Collection[str] | None = None
) -> int:
    """Fill every leaf area that has no place yet; returns how many were filled.

    url: of the owner, who must be a superuser. only: the codes of the areas to fill, instead of all.
    """
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(staff.UNITS)
        owner.execute(staff.FIRMS)
        owner.execute(staff.PEOPLE.encode(), {"workers": staff.WORKERS})
        missing = [leaf for leaf in _missing(owner) if only is None or leaf.ground.code in only]
        tasks = [Task(url, leaf, now) for leaf in missing]
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=spawn, initializer=django.setup) as pool:
            for done, future in enumerate(as_completed([pool.submit(fill, task) for task in tasks]), 1):
                future.result()
                tell(done, len(tasks))
        owner.execute("analyze")
    return len(missing)


def _missing(owner: Connection) -> Iterator[Leaf]:
    rows = owner.execute(
        "select a.id, a.code, a.kind, a.name, t.name, substr(t.code, 7),"
        "  coalesce(a.lng, t.lng), coalesce(a.lat, t.lat),"
        "  row_number() over (partition by t.id order by a.code) - 1, u.id,"
        "  exists (select 1 from register_place p where p.area_id = a.id)"
        "  from territory_area a"
        "  join territory_area t on t.kind = 'town' and a.path > t.path and a.path < t.path || '/'"
        "  join accounts_unit u on u.kind = 'operation_centre' and u.area_id = t.id"
        " where a.kind in ('committee', 'village', 'special', 'other') order by a.code"
    ).fetchall()
    for area, code, kind, name, town, town_code, lng, lat, nth, unit, there in rows:
        if not there:
            middle = (float(str(lng)), float(str(lat))) if lng is not None else _on_the_ring(str(town_code))
            ground = Ground(str(code), str(kind), str(name), str(town), *middle)
            yield Leaf(int(str(area)), ground, str(town_code), int(str(nth)), int(str(unit)))


def _on_the_ring(town_code: str) -> tuple[float, float]:
    turn = Dice("town", town_code).span(0, math.tau)
    return 121.65 + TOWN_RING * math.cos(turn), 31.15 + TOWN_RING * math.sin(turn)


def fill(task: Task) -> None:
    """Fill one leaf area in one transaction."""
    leaf = task.leaf
    built = seeds(leaf.ground, largest=leaf.ground.code == LARGEST)
    with psycopg.connect(task.url) as connection:
        # What the loader writes is whole by construction; checking 40 million keys one by one takes longer than that.
        connection.execute("set session_replication_role = replica")
        connection.execute("set synchronous_commit = off")
        ids = [int(str(n)) for (n,) in connection.execute(
            "select nextval('register_place_id_seq') from generate_series(1, %s)", [len(built)]
        )]  # fmt: skip
        fresh = {str(code): int(str(days)) for code, days in connection.execute(
            "select code, fresh_days from register_tagkind"
        )}  # fmt: skip
        homes = [(ids[at], f"{leaf.ground.code}.{at}") for at in homes_of(built)]
        moved = people.move_in(homes, leaf.id, fresh, task.now.date())
        _copy(connection, "register_place", PLACE, _places(leaf, built, ids, moved))
        for table, columns in people.COLUMNS.items():
            _copy(connection, table, columns, moved.rows[table])
        _name_and_answer(connection, leaf)
        _matters(connection, leaf, ids, task.now)


def _places(leaf: Leaf, built: Sequence[Seed], ids: Sequence[int], moved: people.Moved) -> Iterator[people.Row]:
    for at, seed in enumerate(built):
        yield (
            ids[at], f"{leaf.ground.code}.{at}", seed.kind, leaf.id,
            None if seed.parent is None else ids[seed.parent], None if seed.compound is None else ids[seed.compound],
            seed.name, seed.address, seed.subkind, seed.floor, seed.slot, moved.uses.get(ids[at], ""),
            seed.lng, seed.lat,
        )  # fmt: skip


def _name_and_answer(connection: Connection, leaf: Leaf) -> None:
    """Names for the search, and for each compound the property firm that answers for it."""
    connection.execute(
        "insert into register_placename (place_id, text, plain, tokens, alias)"
        " select p.id, p.address, n.plain, register_tokens(n.plain), false"
        " from register_place p, lower(replace(p.address, ' ', '')) n(plain)"
        " where p.area_id = %s and p.kind not in ('home', 'entrance')",
        [leaf.id],
    )
    connection.execute(
        "insert into register_duty (area_id, place_id, unit_id, unit_kind) select p.area_id, p.id, u.id, u.kind"
        " from register_place p"
        " join accounts_unit u on u.code = 'district.firm.310115' || %s || '.' || (1 + p.id %% 12)"
        " where p.area_id = %s and p.kind = 'compound'",
        [leaf.town_code, leaf.id],
    )


def _matters(connection: Connection, leaf: Leaf, ids: Sequence[int], now: datetime) -> None:
    for statement in matters.TEMPORARY.split(";")[:2]:
        connection.execute(statement.encode())
    rows = matters.matters(leaf.ground.code, leaf.town_code, leaf.nth, ids, now)
    _copy(connection, "invented", matters.COLUMNS, rows)
    connection.execute("analyze invented")
    for statement in (matters.REPORTS, matters.CASES, matters.JOINED, matters.STORY):
        connection.execute(statement.encode(), {"area": leaf.id, "unit": leaf.unit})


def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[people.Row] | Iterator[people.Row]
) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def sizes(url: str) -> dict[str, int]:
    """How much is there, by sort of place, and people, needs and matters."""
    with psycopg.connect(url) as owner:
        places = owner.execute("select kind, count(*) from register_place group by kind").fetchall()
        counts = {str(kind): int(str(n)) for kind, n in places}
        for name, query in COUNTED.items():
            row = owner.execute(query.encode()).fetchone()
            counts[name] = int(str(row[0])) if row else 0
    return counts


COUNTED = {
    "person": "select count(*) from register_person",
    "tag": "select count(*) from register_tag",
    "case": "select count(*) from casework_case",
    "post": "select count(*) from accounts_post",
    "megabytes": "select pg_database_size(current_database()) / 1000000",
}
