"""Killed, doubled, at the same time: an import is whole or it is not there, and nobody comes in twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cast
import psycopg
import pytest
from django.db import OperationalError, connections
from doors import roll
from doors.conftest import database_url

from linli.access.api import as_system
from linli.doors.sheets import load, running
from linli.doors.sheets.models import Made, SheetBatch
from linli.doors.sheets.running import Wanted, examine_file, import_file
from linli.doors.sheets.undo import held_by, take_back, trail_of
from linli.doors.tables.reader import Rows
from linli.register.people.models import Person
from linli.register.places.models import Place

HERE = Wanted(cast.HOME_AREA)
_numbers = iter(range(2_000_000, 9_000_000, 5_000))


@pytest.fixture
def people(committed: None) -> Iterator[Callable[..., list[roll.Row]]]:
    """people(homes, of): invented rows nobody else has, in homes of their own, in the folder's own database."""

    def make(homes: int, of: int) -> list[roll.Row]:
        first = next(_numbers)
        rows = roll.committee(homes, of, first=first)
        for row in rows:
            row["building"] = f"{int(row['building'].removesuffix('号')) + first % 100_000}号"
        return rows

    yield make
    connections.close_all()


def table(rows: list[roll.Row]) -> Rows:
    return roll.read(roll.workbook(rows))


def known(rows: list[roll.Row]) -> int:
    """How many of these rows' people the register has, by the number of home and name."""
    names = {(row["name"], row["born_on"]) for row in rows}
    doors = {f"{row['building']}{row['room']}室" for row in rows}
    found = Person.objects.using("owner").filter(home__isnull=False).values_list("name", "born_on", "home__address")
    return sum((name, str(born)) in names and any(map(address.endswith, doors)) for name, born, address in found)


def test_two_imports_of_one_table_at_once_bring_everybody_in_once(people: Callable[..., list[roll.Row]]) -> None:
    rows = people(60, 150)
    sheet, together, made = table(rows), threading.Barrier(2), list[dict[str, int]]()

    def go() -> None:
        together.wait()
        made.append(import_file(sheet, HERE, good_alone=True).made)
        connections.close_all()

    both = [threading.Thread(target=go) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted((one["people"], one["homes"]) for one in made) == [(0, 0), (150, 60)]
    assert known(rows) == 150


def test_a_town_and_its_committee_do_not_import_at_the_same_time(people: Callable[..., list[roll.Row]]) -> None:
    """Whoever imports into a part waits for whoever imports into the whole, and the other way round."""
    entered, leave, order = threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        with as_system():
            running._alone("310115.132")
            entered.set()
            leave.wait(30)
            order.append("town")
        connections.close_all()

    def second() -> None:
        entered.wait(30)
        with as_system():
            running._alone("310115.132.S01.001")
            order.append("committee")
        connections.close_all()

    def elsewhere() -> None:
        entered.wait(30)
        with as_system():
            running._alone("310115.004.S01.001")
            order.append("another town")
        connections.close_all()

    threads = [threading.Thread(target=one) for one in (first, second, elsewhere)]
    for one in threads:
        one.start()
    threads[2].join(30)
    assert order == ["another town"]
    leave.set()
    for one in threads:
        one.join(30)
    assert order == ["another town", "town", "committee"]


@pytest.mark.parametrize("step", ["add_people", "add_households", "add_members", "_note"])
def test_broken_off_at_any_step_it_leaves_nothing_and_is_whole_when_repeated(
    people: Callable[..., list[roll.Row]], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    rows = people(10, 25)
    sheet, plain = table(rows), getattr(load, step)
    before = Place.objects.using("owner").count(), SheetBatch.objects.using("owner").count()

    def falling(*given: Any, **named: Any) -> Any:
        plain(*given, **named)
        raise OperationalError("the connection was lost")

    monkeypatch.setattr(load, step, falling)
    with pytest.raises(OperationalError):
        import_file(sheet, HERE, good_alone=True)
    assert (Place.objects.using("owner").count(), SheetBatch.objects.using("owner").count()) == before
    assert known(rows) == 0
    monkeypatch.setattr(load, step, plain)
    assert import_file(sheet, HERE, good_alone=True).made["people"] == 25
    assert known(rows) == 25


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4 if os.environ.get("LINLI_SOAK") is None else 40))
def test_killed_at_any_moment_it_is_whole_or_not_there(
    people: Callable[..., list[roll.Row]], real_database: str, tmp_path: Path, seed: int
) -> None:
    rows = people(150, 400)
    path = tmp_path / "table.xlsx"
    path.write_bytes(roll.workbook(rows))
    command = [
        sys.executable, "-m", "linli.project.cli", "import", "register", str(path), "--area", cast.HOME_AREA, "--yes"
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=os.environ | {"DATABASE_URL": database_url(real_database)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        _until_it_writes(real_database, process)
        threading.Event().wait(random.Random(seed).random() * 0.6)
        process.send_signal(signal.SIGKILL)
        process.wait()
    there = known(rows)
    assert there in (0, 400)
    made = import_file(table(rows), HERE, good_alone=True).made
    assert made["people"] == 400 - there
    assert known(rows) == 400


def _until_it_writes(database: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the other process holds the lock of an import, or has ended."""
    with psycopg.connect(database_url(database), autocommit=True) as watching:
        while process.poll() is None:
            row = watching.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone()
            if row is not None and row[0]:
                return
            threading.Event().wait(0.01)


def test_a_check_sees_what_is_there_and_holds_nobody_up(people: Callable[..., list[roll.Row]]) -> None:
    """A check takes no lock: while one runs, another may import."""
    rows = people(5, 12)
    sheet = table(rows)
    with as_system():
        running._alone("310115.132")
        seen = list[int]()

        def look() -> None:
            seen.append(examine_file(sheet, HERE).plan.people)
            connections.close_all()

        other = threading.Thread(target=look)
        other.start()
        other.join(30)
    assert seen == [12]


def test_undone_and_brought_in_again_it_is_the_same(people: Callable[..., list[roll.Row]]) -> None:
    rows = people(12, 30)
    sheet = table(rows)
    for _again in range(3):
        batch = import_file(sheet, HERE, good_alone=True)
        assert batch.made["people"] == 30
        with as_system() as system:
            trail = trail_of(batch)
            assert held_by(trail) == []
            take_back(system, trail, progress=lambda _n: None)
            Made.objects.filter(batch=batch).delete()
        assert known(rows) == 0


def test_what_hangs_on_it_at_the_very_last_moment_holds_everything(people: Callable[..., list[roll.Row]]) -> None:
    """Somebody moves in after the check and before the end: the keys of the database refuse, and all stays."""
    rows = people(4, 9)
    batch = import_file(table(rows), HERE, good_alone=True)
    with as_system():
        trail = trail_of(batch)
        assert held_by(trail) == []
    home = Place.objects.using("owner").get(id=trail.ids("place")[-1])
    newcomer = Person.objects.using("owner").create(
        area_id=home.area_id, home_id=home.id, name="后来的", source="door", checked_on="2024-01-01"
    )
    with pytest.raises(Exception, match=r"未作撤销|人员"), as_system() as system:
        take_back(system, trail, progress=lambda _n: None)
    assert known(rows) == 9
    Person.objects.using("owner").filter(id=newcomer.id).delete()
    with as_system() as system:
        take_back(system, trail, progress=lambda _n: None)
    assert known(rows) == 0
