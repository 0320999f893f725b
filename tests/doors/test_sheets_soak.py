"""A whole town in one workbook, from the command line: read, judged, sealed, stored in one transaction, and undone.

Ordinary runs bring in 1,000 homes, `LINLI_SOAK=1` 100,000 homes with 270,000 people. The seconds are noted, not judged.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import cast
import psutil
import pytest
import xlsxwriter
from django.core.management import call_command
from django.db import connections
from doors import roll
from figures import note_figures

from linli.access.api import as_system
from linli.doors.sheets.models import SheetBatch
from linli.doors.sheets.undo import held_by, take_back, trail_of
from linli.register.households.models import Household, Member
from linli.register.people.models import Person
from linli.register.places.models import Place
from linli.territory.api import Area

pytestmark = pytest.mark.slow

HOMES = int(os.environ.get("LINLI_SHEET_HOMES", "100000" if os.environ.get("LINLI_SOAK") else "1000"))
OF_COMPOUND = 2_000
FIRST = 1_000_000
"""The number of the first invented person, beyond those of other tests in the folder's database."""


@pytest.fixture
def town(committed: None) -> Iterator[list[str]]:
    """Names of compounds of the town, each with room for 2,000 homes."""
    areas = list(Area.objects.using("owner").filter(path__startswith="310115.132", kind="committee").order_by("id"))
    names = []
    for number in range(-(-HOMES // OF_COMPOUND)):
        names.append(f"万家{number + 1}苑")
        Place.objects.using("owner").create(
            code=f"soak.{number}", kind="compound", area=areas[number % len(areas)], name=names[-1],
            address=f"万家路{number + 1}弄",
        )  # fmt: skip
    yield names
    connections.close_all()


def written(path: Path, names: list[str]) -> int:
    """A workbook row by row, without holding it in memory; how many people stand in it."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet: Any = book.add_worksheet()
    sheet.write_row(0, 0, roll.HEADINGS)
    at = people = 0
    for number, name in enumerate(names):
        homes = min(OF_COMPOUND, HOMES - number * OF_COMPOUND)
        for row in roll.cells(roll.committee(homes, homes * 27 // 10, compound=name, first=FIRST + people)):
            at += 1
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(at, column, cell)
        people += homes * 27 // 10
    book.close()
    return people


def counted() -> dict[str, int]:
    return {model.__name__: model.objects.using("owner").count() for model in (Place, Person, Household, Member)}


def test_a_whole_town_comes_in_and_goes_again(tmp_path: Path, town: list[str]) -> None:
    path = tmp_path / "town.xlsx"
    people = written(path, town)
    before = counted()
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0])
    began, used, served = time.monotonic(), time.process_time(), sum(server.cpu_times()[:2])
    out = StringIO()
    call_command("import", "register", str(path), "--area", cast.TOWN, "--yes", stdout=out)
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    database = sum(server.cpu_times()[:2]) - served
    reader = resource.getrusage(resource.RUSAGE_CHILDREN)
    after = counted()
    assert after["Person"] - before["Person"] == people
    assert after["Member"] - before["Member"] == people
    assert after["Household"] - before["Household"] == HOMES
    began = time.monotonic()
    batch = SheetBatch.objects.using("owner").order_by("-id")[0]
    with as_system() as system:
        trail = trail_of(batch)
        assert held_by(trail) == []
        take_back(system, trail, progress=lambda _n: None)
    undone = time.monotonic() - began
    assert counted() == before
    note_figures(
        "sheets", homes=HOMES, people=people, megabytes=round(path.stat().st_size / 1e6, 1),
        import_seconds=round(seconds, 1), cpu_python=round(cpu, 1),
        cpu_database=round(database, 1), cpu_reader=round(reader.ru_utime + reader.ru_stime, 1),
        undo_seconds=round(undone, 1),
        load_average=os.getloadavg()[0], most_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000,
    )  # fmt: skip
