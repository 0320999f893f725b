"""Loading the invented district: whole areas, once, going on where it was cut short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from access.house_db import admin, clone_database
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from linli.kernel.clock import now
from linli.project.bench.register import _whole_reads, find_spots
from linli.project.demo.district import load as district

NAME = "linli_test_district"
AREAS = ("310115004003", "310115132202", "310115132901")
"""A committee, a village and a special area that the standing cast leaves empty."""


@pytest.fixture(scope="module")
def url(django_db_setup: None) -> Iterator[str]:
    clone_database(NAME)
    owner = settings.DATABASES["owner"]
    yield make_conninfo(
        dbname=NAME, host=owner["HOST"], port=owner["PORT"], user=owner["USER"], password=owner["PASSWORD"]
    )
    connections["owner"].close()
    with admin("postgres") as root:
        root.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME)))


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.fixture(scope="module")
def loaded(url: str) -> str:
    told: list[tuple[int, int]] = []
    filled = district.load(url, now(), lambda done, of: told.append((done, of)), processes=1, only=AREAS[:2])
    assert filled == 2
    assert told == [(1, 2), (2, 2)]
    return url


FOREIGN_KEYS = """
select c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
  from pg_constraint c
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
  join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
 where c.contype = 'f' and c.conrelid::regclass::text ~ '^(register|casework|accounts)_'
"""


def test_every_key_points_at_something_though_none_was_checked_on_the_way(loaded: str) -> None:
    checked = 0
    for table, column, target, key in ask(loaded, FOREIGN_KEYS):
        checked += 1
        lost = ask(
            loaded, f"select count(*) from {table} t where t.{column} is not null"
            f" and not exists (select 1 from {target} o where o.{key} = t.{column})",
        )  # fmt: skip
        assert lost == [(0,)], (table, column)
    assert checked > 30


def test_the_same_key_check_finds_a_lost_one(loaded: str) -> None:
    with psycopg.connect(loaded) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update register_person set home_id = -1 where id = (select max(id::text)::uuid from register_person)"
        )
        lost = connection.execute(
            "select count(*) from register_person t where not exists"
            " (select 1 from register_place o where o.id = t.home_id) and t.home_id is not null"
        ).fetchone()
        connection.rollback()
    assert lost == (1,)


def test_open_places_have_a_name_and_homes_have_none(loaded: str) -> None:
    assert ask(loaded, """
        select count(*) from register_place p
         where (p.kind in ('home', 'entrance')) = exists (select 1 from register_placename n where n.place_id = p.id)
    """) == [(0,)]  # fmt: skip
    assert ask(loaded, """
        select count(*) from register_placename n join register_place p on p.id = n.place_id
         where n.tokens <> register_tokens(n.plain) or n.plain <> lower(replace(n.text, ' ', ''))
    """) == [(0,)]  # fmt: skip


def test_every_matter_has_its_report_and_a_story_that_ends_with_its_state(loaded: str) -> None:
    [(cases, reports, joined)] = ask(loaded, """
        select (select count(*) from casework_case where number like '____-%-7%'),
               (select count(*) from casework_report where number like '____-%-7%'),
               (select count(*) from casework_casereport)
    """)  # fmt: skip
    assert cases == reports == joined
    last = ask(loaded, """
        select c.state,
               (select e.act from casework_entry e where e.matter_id = c.id order by e.at desc, e.id desc limit 1)
          from casework_case c group by 1, 2
    """)  # fmt: skip
    assert set(last) == {("closed", "close"), ("verified", "verify"), ("handling", "accept"), ("filed", "open")}


def test_every_compound_has_a_firm_and_every_area_its_people(loaded: str) -> None:
    assert ask(loaded, """
        select count(*) from register_place p where p.kind = 'compound' and p.code like '310115004003.%'
           and not exists (select 1 from register_duty d where d.place_id = p.id and d.unit_kind = 'property_firm')
    """) == [(0,)]  # fmt: skip
    assert ask(loaded, "select count(*) > 40000 from accounts_post") == [(True,)]


def test_the_measuring_finds_the_highest_entrance_and_the_largest_compound(loaded: str) -> None:
    with psycopg.connect(loaded) as owner:
        spots = find_spots(owner)
        before = _whole_reads(owner)
    [(top,)] = ask(loaded, f"select max(floor) from register_place where parent_id = {spots.entrance}")
    [(highest,)] = ask(loaded, "select max(h.floor) from register_place h join register_place e on e.id = h.parent_id"
                               " where e.kind = 'entrance'")  # fmt: skip
    [(most,)] = ask(loaded, "select max(n) from (select count(*) n from register_place where kind = 'home'"
                            " and compound_id is not null group by compound_id) c")  # fmt: skip
    assert top == highest
    assert ask(
        loaded, f"select count(*) from register_place where kind = 'home' and compound_id = {spots.compound}"
    ) == [(most,)]
    assert spots.homes and spots.name
    assert "register_person" not in before  # a small table may be read from end to end


def test_a_second_load_adds_what_is_missing_and_nothing_twice(loaded: str) -> None:
    before = district.sizes(loaded)
    assert district.load(loaded, now(), lambda done, of: None, processes=1, only=AREAS[:2]) == 0
    after = district.sizes(loaded)
    assert after | {"megabytes": 0} == before | {"megabytes": 0}


def test_an_area_that_fails_halfway_leaves_nothing_and_is_filled_next_time(
    loaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [leaf] = [leaf for leaf in _missing(loaded) if leaf.ground.code == AREAS[2]]
    task = district.Task(loaded, leaf, now())
    broken = replace(task, leaf=replace(leaf, unit=-1))
    monkeypatch.setattr(district.matters, "JOINED", "select 1/0")
    with pytest.raises(psycopg.errors.DivisionByZero):
        district.fill(broken)
    monkeypatch.undo()
    assert ask(loaded, f"select count(*) from register_place where code like '{AREAS[2]}.%'") == [(0,)]
    assert district.load(loaded, now(), lambda done, of: None, processes=1, only=AREAS) == 1


def _missing(url: str) -> list[district.Leaf]:
    with psycopg.connect(url) as owner:
        return list(district._missing(owner))
