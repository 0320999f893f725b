"""`make bench` in small: every figure it promises is there and comes from the real server and database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from linli.kernel.numbers import parse_number
from linli.project import postgres
from linli.project.bench import intake, pages
from linli.project.bench.matters import fill
from linli.project.bench.scratch import Scratch, family, memory_mb, scratch_database, web_server
from linli.web.desk.lists import PAGE

SMALL, LARGE = 6_000, 9_000
"""As few as leave a dozen matters with a full story in one town."""


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    """A database server of the measuring's own, as on a machine without DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="linli-test-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL")
        patch.setenv("LINLI_PUBLIC_PER_MINUTE", "0")
        patch.setenv("LINLI_DEMO", "0")
        try:
            with scratch_database(Path(folder), "linli_bench_list") as made:
                yield made
        finally:
            cluster = postgres.locate(Path(folder) / "pg-bench")
            if cluster is not None:
                postgres.stop(cluster)


@pytest.fixture(scope="module")
def figures(scratch: Scratch) -> dict[str, Any]:
    """Both measurings, each in its database, as short as they can be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "DELIVERIES", 5)
        patch.setattr(pages, "ROUNDS", 4)
        patch.setattr(pages, "WARM_UP", 1)
        patch.setenv("DATABASE_URL", scratch.url)
        with scratch_database(Path("unused"), "linli_bench_intake") as other:
            found = intake.measure(other, lambda _line: None, seconds=1.0, connections=4, rounds=1)
        return found | pages.measure(scratch, lambda _line: None, small=SMALL, large=LARGE)


def test_the_ratio_is_what_http_reached_of_what_the_database_did(figures: dict[str, Any]) -> None:
    http, alone = figures["intake_http_per_s"], figures["intake_database_per_s"]
    assert http > 0
    assert alone > 0
    assert figures["intake_ratio"] == pytest.approx(http / alone, abs=0.02)


def test_processor_time_memory_and_round_trips_are_of_this_run(figures: dict[str, Any]) -> None:
    assert 0 < figures["intake_cpu_ms"] < 1000
    assert figures["intake_web_memory_mb"] > 20
    assert figures["worker_memory_mb"] > 20
    assert 1 <= figures["intake_round_trips"] < 20


def test_lists_and_case_pages_are_measured_at_both_sizes(figures: dict[str, Any]) -> None:
    for kind in ("list", "case"):
        for size in (SMALL, LARGE):
            figure = figures[f"{kind}_{size}"]
            assert 0 < figure["p50_ms"] <= figure["p95_ms"] <= figure["max_ms"]
            assert figure["statements"] >= 1
            assert figure["cpu_ms"] > 0
    assert figures["list_ratio"] == pytest.approx(
        figures[f"list_{LARGE}"]["p95_ms"] / figures[f"list_{SMALL}"]["p95_ms"], abs=0.01
    )


def test_each_role_and_filter_is_told_apart(figures: dict[str, Any]) -> None:
    told = figures[f"list_by_{LARGE}"]
    assert len(told) == len(pages.WHO) * len(pages.FILTERS)
    assert all(page["p50_ms"] > 0 for page in told.values())


def test_only_full_pages_are_held_against_each_other(figures: dict[str, Any]) -> None:
    """Of a committee's few matters no page is full; of the district's it is."""
    full = figures["list_pages"]
    assert 0 < len(full) < len(pages.WHO) * len(pages.FILTERS)
    for size in (SMALL, LARGE):
        assert {figures[f"list_by_{size}"][name]["rows"] for name in full} == {PAGE}
    short = set(figures[f"list_by_{SMALL}"]) - set(full)
    assert all(figures[f"list_by_{SMALL}"][name]["rows"] < PAGE for name in short)


def test_the_list_takes_as_many_statements_at_twice_the_size(figures: dict[str, Any]) -> None:
    assert figures[f"list_{LARGE}"]["statements"] == figures[f"list_{SMALL}"]["statements"]


def _one(owner: psycopg.Connection[Any], query: str) -> Any:
    row = owner.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_the_filling_is_what_it_says(scratch: Scratch, figures: dict[str, Any]) -> None:
    assert figures["list_ratio"] > 0
    with scratch.connect() as owner:
        made = "from casework_case where (number like '2601-999-%' or number like '2512-132-%')"
        assert _one(owner, f"select count(*) {made}") == LARGE
        assert _one(owner, f"select count(*) {made} and state <> 'closed'") == LARGE // 10
        assert _one(owner, f"select count(*) {made} and (state = 'closed') <> (due_at is null)") == 0
        assert _one(owner, f"select count(distinct area_id) {made}") > 100
        missing = "not exists (select 1 from casework_report r where r.id = casework_case.id)"
        assert _one(owner, f"select count(*) {made} and {missing}") == 0


def test_the_case_pages_that_are_asked_for_have_true_numbers(scratch: Scratch, figures: dict[str, Any]) -> None:
    assert figures[f"case_{LARGE}"]["requests"] > 0
    with scratch.connect() as owner:
        numbers = [number for (number,) in owner.execute("select number from casework_case where number like '2512-%'")]
    assert numbers
    for number in numbers:
        parse_number(number)


def test_more_is_filled_on_top_and_nothing_twice(scratch: Scratch, figures: dict[str, Any]) -> None:
    assert figures["list_ratio"] > 0
    with scratch.connect() as owner:
        before = _one(owner, "select count(*) from casework_case")
        fill(owner, start=LARGE + 1, upto=LARGE + 50)
        assert _one(owner, "select count(*) from casework_case") == before + 50
        with pytest.raises(psycopg.errors.UniqueViolation):
            fill(owner, start=LARGE + 50, upto=LARGE + 50)
        assert _one(owner, "select count(*) from casework_case") == before + 50


def test_a_report_that_is_not_acknowledged_ends_the_measuring(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "AREA", "310115132999")
    with web_server(scratch.url, workers=1) as server:
        processes = family(server.process)
        assert memory_mb(server.process) > 20
        with pytest.raises(RuntimeError, match="not acknowledged"):
            intake._load(server.port, 1.0, 1)
        with scratch.connect() as owner, pytest.raises(RuntimeError, match="the front door did not take the report"):
            intake._template(owner, server)
    assert not [one for one in processes if one.is_running()]


def test_a_page_that_is_not_shown_ends_the_measuring(scratch: Scratch) -> None:
    told = pytest.raises(RuntimeError, match="/desk/ answered 302")
    with web_server(scratch.url, workers=1) as server, told:
        pages._rows_and_time(server, ("/desk/", "nobody=1"))


def test_the_scratch_database_is_gone_afterwards(scratch: Scratch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", scratch.url)
        with scratch_database(Path("unused"), "linli_bench_other") as other, other.connect() as owner:
            assert _one(owner, "select current_database()") == "linli_bench_other"
    with scratch.connect() as owner:
        assert _one(owner, "select count(*) from pg_database where datname = 'linli_bench_other'") == 0
