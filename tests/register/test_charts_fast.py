"""A chart costs a handful of statements, however many homes, and none of them walks a big table."""

from __future__ import annotations

import os
import time

import pytest
from casework.stage import Stage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from figures import note_figures
from register.charted import Estate, drawn

from linli.register.charts.api import Layer, chart_of_compound, chart_of_entrance, layers_of, place_in_sight

pytestmark = pytest.mark.django_db
BIG = ("register_place", "register_person", "register_member", "register_tag", "register_homecheck")
SOAK = os.environ.get("LINLI_SOAK") == "1"
CROWD, BUILDINGS = (300_000, 5) if SOAK else (30_000, 1)
PEOPLE = """
with h as (select id, area_id from register_place where kind = 'home' and (code like 'fast%%' or code like 'crowd%%')),
 p as (insert into register_person (id, area_id, home_id, name, source, checked_on)
       select gen_random_uuid(), area_id, id, '张三', 'door', date '2026-03-01' - (id %% 300)::int
         from h, generate_series(1, 2) returning id, area_id, home_id),
 hh as (insert into register_household (id, area_id, home_id, tenure)
        select gen_random_uuid(), area_id, id, 'own' from h returning id, home_id),
 m as (insert into register_member (area_id, home_id, household_id, person_id, relation, since)
       select p.area_id, p.home_id, hh.id, p.id, 'other', '2020-01-01' from p join hh on hh.home_id = p.home_id),
 t as (insert into register_tag (area_id, home_id, person_id, kind_id, source, stale_on)
       select area_id, home_id, id, (array['aged', 'volunteer'])[1 + home_id %% 2], 'door', '2027-01-01' from p
        where home_id %% 5 = 0 or home_id in (select id from register_place where code like 'crowd%%'))
insert into register_homecheck (area_id, home_id, cause, due_on)
select area_id, id, 'stale', '2026-02-01' from h where id %% 10 = 0
"""
CROWD_HOMES = """
insert into register_place (code, kind, area_id, parent_id, compound_id, name, address, floor, slot, use)
select 'crowd.' || n, 'home', %s, e.id, e.compound_id, n || '室', '', n %% 30, 1 + n %% 6, 'owned'
  from generate_series(1, %s) n
  join lateral (select id, compound_id from register_place where kind = 'entrance' and code like 'town%%'
                 order by id offset n %% 60 limit 1) e on true
"""


@pytest.fixture
def estate(stage: Stage) -> Estate:
    """Doors of 34 floors by 6 homes in a crowd of others of the same committee, people behind all of them."""
    crowd = drawn(stage, buildings=30, entrances=2, floors=1, slots=1, code="town")
    stage.own(CROWD_HOMES, crowd.compound.area.id, CROWD)
    made = drawn(stage, buildings=BUILDINGS, entrances=5, floors=34, slots=6, code="fast")
    stage.own(PEOPLE)
    for table in BIG:
        stage.own(f"analyze {table}")
    return made


def walked(queries: list[str]) -> list[str]:
    """The big tables a plan of these statements reads from end to end."""
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute("explain " + query)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            found += [f"{table}: {query[:90]}" for table in BIG if f"Seq Scan on {table} " in plan]
    return found


def asked(stage: Stage, who: str, estate: Estate, layers: frozenset[Layer]) -> list[str]:
    actor = stage._acting(who)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        chart = chart_of_compound(actor, estate.compound, layers)
        entrance = place_in_sight(actor, estate.entrances[0])
        one = chart_of_entrance(actor, entrance, layers)
    assert (len(chart.cells), len(one.cells)) == (BUILDINGS * 1020, 204)
    return [query["sql"] for query in seen.captured_queries if query["sql"].startswith("SELECT")]


def _note_figures(stage: Stage, estate: Estate) -> None:
    """The figures are for the bench, not for a verdict: machines differ."""
    actor, layers = stage._acting("worker"), layers_of("worker")
    entrance = place_in_sight(actor, estate.entrances[0])
    took: dict[str, list[float]] = {"compound": [], "entrance": []}
    for _ in range(20):
        for name, draw in (
            ("compound", lambda: chart_of_compound(actor, estate.compound, layers)),
            ("entrance", lambda: chart_of_entrance(actor, entrance, layers)),
        ):
            began = time.perf_counter()
            assert draw().cells
            took[name].append(1000 * (time.perf_counter() - began))
    p95 = {name: round(sorted(times)[18], 1) for name, times in took.items()}
    note_figures("charts, ms", homes=BUILDINGS * 1020, crowd=CROWD, **p95)


def test_no_statement_of_a_chart_walks_a_big_table(stage: Stage, estate: Estate) -> None:
    queries = asked(stage, "worker", estate, layers_of("worker"))
    assert walked(queries) == []
    assert walked(["select count(*) from register_member where relation = 'head'"]) != [], "the check can fail"
    assert len(queries) <= 22, "two charts and one look"
    _note_figures(stage, estate)


def test_the_number_of_statements_does_not_grow_with_the_homes(stage: Stage) -> None:
    counts = []
    for size in (1, 4):
        estate = drawn(stage, buildings=size, entrances=size, floors=2 * size, code=f"size{size}")
        actor = stage._acting("worker")
        with CaptureQueriesContext(connection) as seen:
            chart_of_compound(actor, estate.compound, layers_of("worker"))
        counts.append(len(seen.captured_queries))
    assert counts[0] == counts[1] <= 10
