"""The register's pages and questions, on a town and on the whole district: `linli bench --scale district`.

Pages are asked over HTTP as a committee worker, questions as the application's own role in this process. Beside the
times it tells which large tables were read from end to end meanwhile: there must be none.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from http.client import HTTPConnection

import psycopg
from django.db import connections

from linli.access.api import Principal, enter, under_identity
from linli.accounts.api import Role
from linli.calendar.api import today
from linli.project.bench.pages import read
from linli.project.bench.people import sign_in, token_of
from linli.project.bench.scratch import web_server
from linli.register.duty.api import answers_for, chains_for, proof
from linli.register.people.api import ID, find_by_number, find_people
from linli.register.places.api import place_by_id

ROUNDS = 120
ID_NUMBER = "310115194001010034"
"""An invented one; that nobody has it costs the same look-up."""
LARGE_TABLE = 100_000
Say = Callable[[str], object]
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one kind of page or question; `goal` is the p95 it has to keep to."""

    p50_ms: float
    p95_ms: float
    goal_ms: float
    asked: int


@dataclass(frozen=True, slots=True)
class Spots:
    """What is asked about: the highest entrance, the largest compound, homes and people beside them."""

    entrance: int
    entrance_area: str
    compound: int
    compound_area: str
    homes: tuple[int, ...]
    name: str
    id_number: str


def measure(url: str, say: Say, *, rounds: int = ROUNDS) -> dict[str, object]:
    """Every figure of this database. `url`: of its owner; the process must work on the same database."""
    with psycopg.connect(url, autocommit=True) as owner, web_server(url) as server:
        spots = find_spots(owner)
        worker = sign_in(owner, role=Role.WORKER, area_code=spots.entrance_area)
        other = sign_in(owner, role=Role.STATION_HEAD, area_code=spots.compound_area)
        pages = {
            "entrance_chart": ([f"/desk/charts/{spots.entrance}"], worker, 60),
            "compound_chart": ([f"/desk/charts/{spots.compound}"], other, 250),
            "home_page": ([f"/desk/homes/{home}" for home in spots.homes], worker, 80),
            "matters_list": (["/desk/?view=open"], worker, 60),
        }
        before = _whole_reads(owner)
        figures: dict[str, object] = {}
        connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
        for name, (paths, cookie, goal) in pages.items():
            say(f"  {name}")
            asked = [lambda path=path, cookie=cookie: read(connection, path, cookie) for path in paths]
            figures[name] = asdict(_time(asked, goal, rounds))
        figures |= _questions(owner, spots, say, rounds)
        figures["read_from_end_to_end"] = _difference(before, _whole_reads(owner))
    return figures


def _questions(owner: Connection, spots: Spots, say: Say, rounds: int) -> dict[str, object]:
    worker = token_of(owner, role=Role.WORKER, area_code=spots.entrance_area)
    district = token_of(owner, role=Role.DISTRICT, area_code="310115")
    asked: Mapping[str, tuple[str, Callable[[Principal], object], float, int]] = {
        "who_answers": (worker, lambda me: [answers_for(me, place_by_id(spots.homes[0]))], 20, rounds),
        "exact_id": (worker, lambda me: find_by_number(me, column=ID, text=spots.id_number), 20, rounds),
        "name_search": (worker, lambda me: find_people(me, area_id=me.area_id, words=spots.name), 60, rounds),
        "completeness_proof": (
            district,
            lambda me: [proof(me, chain, me.area_path, today()) for chain in chains_for(me.area_path)[:1]],
            5000, 5,
        ),
    }  # fmt: skip
    figures: dict[str, object] = {}
    for name, (token, question, goal, times) in asked.items():
        say(f"  {name}")

        def ask(token: str = token, question: Callable[[Principal], object] = question) -> object:
            with under_identity():
                return question(enter(token, read_only=True))

        figures[name] = asdict(_time([ask], goal, times))
    connections.close_all()
    return figures


def _time(asked: Iterable[Callable[[], object]], goal: float, rounds: int) -> Times:
    several = list(asked)
    for one in several[:3] * 2:
        one()
    times = []
    for nth in range(rounds):
        begun = time.perf_counter()
        several[nth % len(several)]()
        times.append((time.perf_counter() - begun) * 1000)
    p95 = sorted(times)[int(len(times) * 0.95)]
    return Times(round(statistics.median(times), 1), round(p95, 1), goal, len(times))


def find_spots(owner: Connection) -> Spots:
    """The hardest places there are: the highest entrance, the compound with the most homes."""
    entrance, entrance_area = _row(owner, """
        select h.parent_id, a.code from register_place h join territory_area a on a.id = h.area_id
          join register_place e on e.id = h.parent_id and e.kind = 'entrance'
         where h.kind = 'home' group by 1, 2 order by max(h.floor) desc, count(*) desc, 1 limit 1
    """)  # fmt: skip
    compound, compound_area = _row(owner, """
        select h.compound_id, a.code from register_place h join territory_area a on a.id = h.area_id
         where h.kind = 'home' and h.compound_id is not null group by 1, 2 order by count(*) desc, 1 limit 1
    """)  # fmt: skip
    homes = owner.execute(
        "select id from register_place where parent_id = %s and kind = 'home' order by id limit 40", [entrance]
    ).fetchall()
    (name,) = _row(owner, "select substr(p.name, 1, 2) from register_person p join territory_area a on a.id = p.area_id"
                          " where a.code = %s limit 1", entrance_area)  # fmt: skip
    return Spots(
        int(str(entrance)), str(entrance_area), int(str(compound)), str(compound_area),
        tuple(int(str(home)) for (home,) in homes), str(name), ID_NUMBER,
    )  # fmt: skip


def _row(owner: Connection, query: str, *given: object) -> tuple[object, ...]:
    row = owner.execute(query.encode(), list(given)).fetchone()
    if row is None:
        raise LookupError("this database has no homes: load the demonstration first (linli demo load)")
    return row


def _whole_reads(owner: Connection) -> dict[str, int]:
    """How often each large table was read from end to end so far."""
    owner.execute("select pg_stat_force_next_flush()")
    rows = owner.execute(
        "select s.relname, s.seq_scan from pg_stat_user_tables s join pg_class c on c.oid = s.relid"
        " where c.reltuples > %s",
        [LARGE_TABLE],
    ).fetchall()
    return {str(name): int(str(times)) for name, times in rows}


def _difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {name: times - before.get(name, 0) for name, times in after.items() if times > before.get(name, 0)}
