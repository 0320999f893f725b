"""Row scope in SQL: random probes against the oracle, and proof that the probes would notice (issue 2, show 6)."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator

import house_db as house
import pytest
from figures import note_figures
from scope_oracle import RELATIONS, TABLES, Me, Row, World, visible
from scope_probes import Prober
from scope_stage import Stage, sign_in
from scope_world import clone_world, drop_database

SOAK = os.environ.get("LINLI_SOAK") == "1"
PROBES = 20_000 if SOAK else 2_000
SEED = int(os.environ.get("LINLI_SEED", "20261124"))


def prober(stage: Stage, **given: object) -> Iterator[Prober]:
    with sign_in(stage.database, "linli_app") as connection:
        yield Prober(connection, stage.world, stage.people, **given)


@pytest.fixture
def probing(world: Stage) -> Iterator[Prober]:
    yield from prober(world)


def test_random_probes_leak_nothing_and_hide_nothing(probing: Prober) -> None:
    probing.random(PROBES, random.Random(SEED))
    found = probing.outcome
    note_figures(
        "sql probes", seed=SEED, probes=found.probes, leaks=len(found.leaks), wrongly_hidden=len(found.hidden),
        relations=dict(found.relations), allowed=dict(found.allowed),
    )  # fmt: skip
    assert found.leaks == []
    assert found.hidden == []
    assert found.probes >= PROBES * 0.95
    assert all(found.relations[how] > PROBES / 50 for how in RELATIONS), found.relations
    assert all(found.allowed[verb] > PROBES / 100 for verb in ("reads", "changes", "adds")), found.allowed


def test_everybody_sees_exactly_his_rows_of_every_table(probing: Prober) -> None:
    links = probing.links if SOAK else random.Random(SEED).sample(probing.links, 25)
    probing.sets([*probing.staff, *links])
    found = probing.outcome
    note_figures("sql whole sets", comparisons=found.probes, leaks=len(found.leaks), wrongly_hidden=len(found.hidden))
    assert found.leaks == []
    assert found.hidden == []


def test_the_world_has_rows_to_see_and_rows_to_hide(world: Stage) -> None:
    """Else the two tests above could pass on an empty table."""
    for table in TABLES:
        rows = world.world.rows[table].values()
        assert rows, table
        seen: Counter[bool] = Counter()
        for who in world.people:
            seen.update(visible(world.world, who.me, table, row) for row in rows)
        assert seen[True] > 0, table
        assert seen[False] > 0, table


def test_nobody_sees_no_row_of_any_matter(world: Stage) -> None:
    """Unset, empty, unknown and expired identity, ended post, disabled account: 0 rows."""
    nobodies = [who for who in world.people if who.me.kind == "nobody"]
    assert {who.me.name for who in nobodies} >= {
        "unset", "empty", "unknown", "expired", "ended", "not_yet", "disabled", "link_unknown", "link_empty",
    }  # fmt: skip
    for probing in prober(world):
        for who in nobodies:
            for table in sorted(set(TABLES) - {"files_photo", "register_place"}):
                assert probing._keys(who, table, TABLES[table]) == set(), (who.me.name, table)


BREAKS = {
    "policies say true": """do $$ declare p record; begin
        for p in select polname, polrelid::regclass as t from pg_policy where polrelid = 'casework_case'::regclass loop
          execute format('alter policy %I on %s using (true)', p.polname, p.t); end loop; end $$""",
    "scope off on one table": "alter table casework_assignment disable row level security",
    "one role too many": """create policy widened on casework_report for select to linli_unit using (true);
        drop policy floor_linli_unit on casework_report""",
    "unset identity opens": "create or replace function authz.area_ids() returns int[] language sql stable security"
    " definer set search_path = pg_catalog, pg_temp as $$ select array_agg(id) from public.territory_area $$",
    "units see each other": "create or replace function authz.unit_ids() returns int[] language sql stable security"
    " definer set search_path = pg_catalog, pg_temp as $$"
    " select array_agg(distinct unit_id) from public.accounts_post $$",
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_scope_is_noticed(world: Stage, broken: str) -> None:
    name = f"linli_b_{os.getpid()}"
    clone_world(world.database, name)
    try:
        with house.admin(name) as owner:
            owner.execute(BREAKS[broken])
        with sign_in(name, "linli_app") as connection:
            probing = Prober(connection, world.world, world.people)
            probing.random(600, random.Random(SEED))
            assert probing.outcome.leaks != []
    finally:
        drop_database(name)


def test_rows_hidden_wrongly_are_noticed(world: Stage) -> None:
    """An oracle that allows more than the database does: what it wants and does not get must be reported."""

    def generous(rows: World, me: Me, table: str, row: Row) -> bool:
        return visible(rows, me, table, row) or (me.kind == "area" and table == "casework_case")

    with sign_in(world.database, "linli_app") as connection:
        probing = Prober(connection, world.world, world.people, sees=generous)
        probing.random(1200, random.Random(SEED))
    assert probing.outcome.hidden != []
    assert probing.outcome.leaks == []


def test_an_oracle_that_allows_too_little_is_noticed(world: Stage) -> None:
    def stingy(rows: World, me: Me, table: str, row: Row) -> bool:
        return visible(rows, me, table, row) and not (me.kind == "area" and table == "casework_report")

    with sign_in(world.database, "linli_app") as connection:
        probing = Prober(connection, world.world, world.people, sees=stingy)
        probing.random(1200, random.Random(SEED))
    assert probing.outcome.leaks != []
