"""Row scope over HTTP: random probes against the oracle, with each of the two layers taken away in turn."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import house_db as house
import pytest
from figures import note_figures
from scope_http import RELATIONS, HttpProber
from scope_routes import Route, routes, undecided
from scope_stage import Stage
from scope_world import clone_world, drop_database, real_logins

from linli.access import scope
from linli.access.api import AccessRule

SOAK = os.environ.get("LINLI_SOAK") == "1"
PROBES = 5_000 if SOAK else 500
SEED = int(os.environ.get("LINLI_SEED", "20261124"))

OPEN_SCOPE = """do $$ declare t record; begin
    for t in select oid::regclass as name from pg_class where relrowsecurity
      and relnamespace = 'public'::regnamespace loop
      execute format('alter table %s disable row level security', t.name); end loop; end $$"""


@pytest.fixture(autouse=True)
def no_brake(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.LINLI_PUBLIC_PER_MINUTE = 0


@contextmanager
def without_rls(stage: Stage) -> Iterator[Stage]:
    """The same world in a database whose tables forgot their row security."""
    name = f"linli_o_{os.getpid()}"
    clone_world(stage.database, name)
    with house.admin(name) as owner:
        owner.execute(OPEN_SCOPE)
    with real_logins(name):
        yield Stage(name, stage.world, stage.people, stage.links, stage.phones)
    drop_database(name)


def filter_by(monkeypatch: pytest.MonkeyPatch, pick: Callable[[Any], Any]) -> int:
    """Put something else in the place of the code's own filter, wherever it was imported."""
    holders = [
        module for name, module in list(sys.modules.items())
        if name.startswith("linli.") and getattr(module, "within", None) is scope.within
    ]  # fmt: skip
    for module in holders:
        monkeypatch.setattr(module, "within", lambda rows, _actor, **_given: pick(rows))
    return len(holders)


def without_filter(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the code's own filter pass every row."""
    return filter_by(monkeypatch, lambda rows: rows)


def test_every_scoped_url_has_a_row() -> None:
    assert undecided(routes()) == []
    assert len(routes()) > 60
    fresh = Route("desk:new", "desk/new", (), AccessRule("staff", "case.read"))
    assert undecided([fresh]) == ["desk:new desk/new"]


def test_random_probes_leak_nothing_and_hide_nothing(world: Stage) -> None:
    probing = HttpProber(world)
    probing.run(PROBES, random.Random(SEED))
    found = probing.found
    note_figures(
        "http probes", seed=SEED, probes=found.probes, leaks=len(found.leaks), wrongly_hidden=len(found.hidden),
        faults=len(found.faults), relations=dict(found.relations), statuses=dict(found.statuses), traces=found.shown,
        urls=len(found.routes),
    )  # fmt: skip
    assert found.faults == []
    assert found.leaks == []
    assert found.hidden == []
    assert found.probes == PROBES
    assert set(found.routes) == {route.name for route in probing.routes}
    assert all(found.relations[how] > PROBES / 100 for how in RELATIONS), found.relations
    assert found.statuses[200] > PROBES / 10
    assert found.shown > PROBES / 2


def test_without_the_code_filter_the_database_still_holds(world: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert without_filter(monkeypatch) >= 6
    probing = HttpProber(world, writes=False)
    probing.run(PROBES, random.Random(SEED + 1))
    note_figures("http probes without the code filter", probes=probing.found.probes, leaks=len(probing.found.leaks))
    assert probing.found.leaks == []


def test_without_row_security_the_code_still_holds(world: Stage) -> None:
    with without_rls(world) as open_world:
        probing = HttpProber(open_world, writes=False)
        probing.run(PROBES, random.Random(SEED + 2))
    note_figures("http probes without row security", probes=probing.found.probes, leaks=len(probing.found.leaks))
    assert probing.found.leaks == []


def test_without_both_the_probes_find_leaks(world: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    without_filter(monkeypatch)
    with without_rls(world) as open_world:
        probing = HttpProber(open_world, writes=False)
        probing.run(250, random.Random(SEED + 3))
    assert len(probing.found.leaks) > 10


def test_a_matter_that_is_hidden_wrongly_is_noticed(world: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    filter_by(monkeypatch, lambda rows: rows.none())
    probing = HttpProber(world, writes=False)
    probing.run(250, random.Random(SEED + 4))
    assert probing.found.hidden != []
