"""Proof by breaking it (STYLE §5): each fault, planted in a copy of the house or its import graph, is caught by a gate.

Each kind also has its clean twin, so that a gate which cries at everything is noticed too."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import grimp
import pytest
import test_house as house
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test.utils import isolate_apps
from django.urls import path

from linli.access.api import open_to_all
from linli.outbox.api import nobody_listens, on

ROOT = house.ROOT


# --- import-linter, on a copy


@pytest.fixture(scope="module")
def house_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code and its contracts, without what is not Python."""
    place = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "linli", place / "linli", ignore=_only_python)
    shutil.copy(ROOT / ".importlinter", place)
    return place


def _only_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (name.endswith(".py") or (Path(folder) / name).is_dir())]


@pytest.fixture
def broken_by(house_copy: Path) -> Iterator[Callable[[str, str], set[str]]]:
    """Append code to a file of the copy (making it where there is none) and name the contracts that break."""
    touched: dict[Path, str | None] = {}

    def plant(file: str, code: str) -> set[str]:
        where = house_copy / file
        touched[where] = where.read_text() if where.exists() else None
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text((touched[where] or "") + "\n" + code + "\n")
        return _broken(house_copy)

    yield plant
    for where, before in touched.items():
        if before is None:
            shutil.rmtree(where.parent) if where.name == "__init__.py" else where.unlink()
        else:
            where.write_text(before)


def _broken(place: Path) -> set[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=place, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert re.search(r"Contracts: \d+ kept, \d+ broken", said) or "not listed as layers" in said, said
    broken = set(re.findall(r"^(.+?) ?BROKEN", said, re.MULTILINE))
    assert bool(broken) == (done.returncode != 0), said
    return broken


HOUSE = "The house: floors may only look down"
CASEWORK = "Casework: a later room may know an earlier one, never the reverse"
REGISTER = "Register: people live in places, duties are laid on both"
ROOMS = "Inside every room: door, hands, eyes, tables, rules, words"
FACES = "Web faces share only web.ui"
DOORS = "Doors are strangers to each other"
HANDOVERS = "Hand-overs do not call each other"
CYCLES = "No cycles anywhere, at any depth"
PURE = "Rules and events are plain Python: no Django"

HIDDEN = "def late() -> None:\n    import linli.web.desk.urls"
ONLY_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from linli.casework.works.api import feed_back"

PLANTED = {
    "cases imports works": ("linli/casework/cases/rules.py", "import linli.casework.works.api", CASEWORK),
    "cases knows the types of works": ("linli/casework/cases/queries.py", ONLY_TYPES, CASEWORK),
    "a hidden import of a face in a function of cases": ("linli/casework/cases/queries.py", HIDDEN, HOUSE),
    "territory imports accounts": ("linli/territory/queries.py", "import linli.accounts.api", HOUSE),
    "files imports audit, beside it": ("linli/files/queries.py", "import linli.audit.api", HOUSE),
    "a door imports a face": ("linli/doors/rest/paging.py", "import linli.web.ui.times", HOUSE),
    "flow imports a door": ("linli/flow/case_dispatched.py", "import linli.doors.rest.paging", HOUSE),
    "the kernel imports anything": ("linli/kernel/geo.py", "import linli.calendar.api", HOUSE),
    "a floor imports the composition root": ("linli/notices/actions.py", "import linli.project.settings", HOUSE),
    "a floor nobody listed": ("linli/emergency/__init__.py", "", HOUSE),
    "a room nobody listed": ("linli/casework/fines/__init__.py", "", CASEWORK),
    "places imports duty": ("linli/register/places/queries.py", "import linli.register.duty.api", REGISTER),
    "a face imports another face": ("linli/web/worker/words.py", "import linli.web.desk.words", FACES),
    "the design system imports a face": ("linli/web/ui/times.py", "import linli.web.desk.words", FACES),
    "a door imports another": ("linli/doors/rest/paging.py", "import linli.doors.hotline12345.apps", DOORS),
    "a hand-over calls another": ("linli/flow/case_dispatched.py", "import linli.flow.work_done", HANDOVERS),
    "rules import Django": ("linli/casework/dispatch/rules.py", "import django.db", PURE),
    "events import Django": ("linli/casework/intake/events.py", "from django.utils import timezone", PURE),
    "actions import tasks": ("linli/notices/actions.py", "import linli.notices.tasks", ROOMS),
    "rules import their own tables": ("linli/casework/cases/rules.py", "import linli.casework.cases.models", ROOMS),
    "tables import their own queries": ("linli/catalogue/models.py", "import linli.catalogue.queries", ROOMS),
    "two modules of a face import each other": ("linli/web/desk/words.py", "import linli.web.desk.story", CYCLES),
}  # fmt: skip


def test_the_copy_is_clean_before_anything_is_planted(house_copy: Path) -> None:
    assert _broken(house_copy) == set()


@pytest.mark.parametrize("fault", PLANTED, ids=str)
def test_the_linter_catches(fault: str, broken_by: Callable[[str, str], set[str]]) -> None:
    file, code, contract = PLANTED[fault]
    assert (ROOT / file).exists() or file.endswith("__init__.py")
    assert contract in broken_by(file, code)


def test_what_is_allowed_breaks_nothing(broken_by: Callable[[str, str], set[str]]) -> None:
    assert broken_by("linli/casework/works/queries.py", "import linli.casework.cases.api") == set()
    assert broken_by("linli/casework/dispatch/rules.py", "import linli.kernel.geo") == set()


# --- keys


class _Twin:
    """A table of another room, for keys to point to."""

    def __init__(self, module: str, app: str, name: str) -> None:
        self.module, self.app, self.name = module, app, name

    def make(self, **fields: models.Field[object, object]) -> type[models.Model]:
        meta = type("Meta", (), {"app_label": self.app})
        return type(self.name, (models.Model,), {"__module__": self.module, "Meta": meta, **fields})


CASE = _Twin("linli.casework.cases.models", "casework", "Case")
REPORT = _Twin("linli.casework.intake.models", "casework", "Report")
DUTY = _Twin("linli.register.duty.models", "register", "Duty")
PLACE = _Twin("linli.register.places.models", "register", "Place")
AREA = _Twin("linli.territory.models", "territory", "Area")


@pytest.mark.parametrize(
    ("source", "target", "wrong"),
    [
        (REPORT, CASE, ["casework.Report.key -> casework.Case"]),
        (CASE, REPORT, []),
        (PLACE, DUTY, ["register.Place.key -> register.Duty"]),
        (DUTY, PLACE, []),
        (AREA, PLACE, ["territory.Area.key -> register.Place"]),
        (PLACE, AREA, []),
    ],
    ids=lambda x: x.name if isinstance(x, _Twin) else "caught" if x else "allowed",
)
def test_a_key_given_as_a_string_that_looks_up_is_caught(source: _Twin, target: _Twin, wrong: list[str]) -> None:
    with isolate_apps("linli.casework", "linli.register", "linli.territory"):
        to = target.make()
        key = models.ForeignKey(f"{target.app}.{target.name}", models.PROTECT, related_name="+")
        model = source.make(key=key)
        assert house.upward_keys([model, to]) == wrong


@pytest.mark.parametrize(
    ("name", "wrong"), [(None, ["casework.Case.key"]), ("cases", ["casework.Case.key"]), ("+", [])]
)
def test_a_key_that_can_be_walked_back_from_another_room_is_caught(name: str | None, wrong: list[str]) -> None:
    with isolate_apps("linli.casework"):
        to = REPORT.make()
        model = CASE.make(key=models.ForeignKey(to, models.PROTECT, related_name=name))
        assert house.back_ways([model, to]) == wrong


def test_a_field_or_table_that_nobody_decided_about_is_caught() -> None:
    with isolate_apps("linli.casework"):
        fine = _Twin("linli.casework.cases.models", "casework", "Fine").make(amount=models.IntegerField())
        assert house.unclassed([fine]) == ["casework.Fine.id", "casework.Fine.amount"]
        assert house.without_rights([fine]) == {"casework_fine"}


# --- doors, hidden imports, addresses


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("linli", exclude_type_checking_imports=True)


@pytest.mark.parametrize(
    ("importer", "imported", "caught"),
    [
        ("linli.web.desk.lists", "linli.casework.cases.models", True),
        ("linli.web.desk.lists", "linli.casework.cases.queries", True),
        ("linli.casework.works.actions", "linli.casework.cases.actions", True),
        ("linli.flow.case_dispatched", "linli.notices.models", True),
        ("linli.doors.rest.cases", "linli.catalogue.rules", True),
        ("linli.web.desk.lists", "linli.casework.cases.api", False),
        ("linli.flow.case_dispatched", "linli.casework.cases.events", False),
    ],
)
def test_a_room_entered_beside_its_door_is_caught(
    graph: grimp.ImportGraph, importer: str, imported: str, *, caught: bool
) -> None:
    was_there = imported in graph.find_modules_directly_imported_by(importer)
    graph.add_import(importer=importer, imported=imported)
    try:
        assert (f"{importer} -> {imported}" in house.side_doors(graph)) is caught
    finally:
        if not was_there:
            graph.remove_import(importer=importer, imported=imported)


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("def f():\n    from linli.emergency.api import switch", True),
        ("def f():\n    import linli.web.desk", True),
        ("async def f():\n    def g():\n        import os, linli.files.api", True),
        ("class A:\n    def ready(self):\n        import linli.flow", False),
        ("def f():\n    import os", False),
        ("import linli.files.api", False),
    ],
)
def test_an_import_hidden_in_a_function_is_caught(code: str, *, caught: bool) -> None:
    assert bool(house.hidden_imports(code, "linli/casework/cases/queries.py")) is caught


@pytest.mark.parametrize(
    "code", ["from django.urls import reverse", "import django.urls", "from django.shortcuts import redirect"]
)
def test_an_address_named_below_the_faces_is_caught(code: str) -> None:
    assert house.urls_named_below(code, "linli/casework/cases/queries.py") == ["linli/casework/cases/queries.py:1"]
    assert house.urls_named_below(code, "linli/web/desk/lists.py") == []
    assert house.urls_named_below(code, "linli/doors/rest/urls.py") == []


def test_a_page_without_a_rule_of_access_is_caught() -> None:
    def anybody(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    @open_to_all
    def decided(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert house.without_a_rule([path("secret/", anybody), path("home/", decided)]) == ["secret/"]


def test_an_event_nobody_hears_is_caught() -> None:
    @dataclass(frozen=True)
    class Whispered:
        case_id: str

    @dataclass(frozen=True)
    class Heard:
        case_id: str

    @dataclass(frozen=True)
    class LeftAlone:
        case_id: str

    on(Heard)(lambda event: None)
    nobody_listens(LeftAlone, "for the test")
    assert [name.rpartition(".")[2] for name in house.unheard([Whispered, Heard, LeftAlone])] == ["Whispered"]


def test_a_door_that_offers_something_without_a_word_is_caught() -> None:
    door = ModuleType("linli.casework.fines.api")

    def mute() -> None: ...

    def told() -> None:
        """Says what it does."""

    door.__dict__.update(mute=mute, told=told, LIMIT=3, __all__=["LIMIT", "mute", "told"])
    assert house.bare(door) == ["linli.casework.fines.api.mute"]


# --- measures


@pytest.mark.parametrize(
    ("modules", "functions", "broken"),
    [
        ([300] * 100, [40] * 100, []),
        ([300] * 99 + [500], [40] * 99 + [400], []),
        ([10] * 99 + [501], [40] * 100, ["a module over 500"]),
        ([10] * 90 + [301] * 10, [40] * 100, ["module p95 over 300"]),
        ([10] * 100, [5] * 90 + [41] * 10, ["function p95 over 40"]),
    ],
)
def test_a_measure_that_does_not_hold_is_caught(modules: list[int], functions: list[int], broken: list[str]) -> None:
    assert house.too_long(modules, functions) == broken


@pytest.mark.parametrize(
    "line", ["# TO" + "DO later", "x = 1  # FIX" + "ME", "open('/ro" + "ot/x')", "y: int = z  # type: ig" + "nore"]
)
def test_a_line_half_done_or_of_one_machine_is_caught(line: str) -> None:
    assert house.UNWANTED.search(line)


@pytest.mark.parametrize("line", ["todo = 1", "at('/rooted/x')", "y: int = z  # type: ignore[misc]", "/home is where"])
def test_an_ordinary_line_is_not(line: str) -> None:
    assert not house.UNWANTED.search(line)


# --- ruff and mypy


LINTED = {
    "TID251": "from django.apps import apps\nfrom django.apps.apps import get_model\n",
    "PLC0415": "def f() -> None:\n    import os\n\n    os.getcwd()\n",
    "C901": "def f(a: int) -> int:\n"
    + "".join(f"    if a == {n}:\n        a += 1\n" for n in range(9))
    + "    return a\n",
    "BLE001": "try:\n    x = 1\nexcept Exception:\n    x = 2\n",
    "S110": "try:\n    x = 1\nexcept Exception:\n    pass\n",
    "DTZ005": "from datetime import datetime\n\nx = datetime.now()\n",
    "T201": "print('here')\n",
    "ERA001": "# x = compute(1)\n",
    "S608": "def f(name: str) -> str:\n    return f\"select * from casework_case where title = '{name}'\"\n",
    "PGH003": "x: int = 'a'  # type: " + "ignore\n",
    "TID252": "from .models import Case\n",
    "SLF001": "def f(a: object) -> object:\n    return a._secret\n",
}


@pytest.mark.parametrize("code", LINTED)
def test_the_lint_catches(code: str) -> None:
    assert code in _linted(LINTED[code])


def test_the_lint_is_silent_about_clean_code() -> None:
    assert _linted('"""A module."""\n\n\ndef double(number: int) -> int:\n    return 2 * number\n') == set()


def _linted(text: str) -> set[str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("ruff"), "check", "--no-cache", "--output-format", "concise",
         "--stdin-filename", "linli/casework/cases/planted.py", "-"],
        input=text, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return set(re.findall(r"^\S+:\d+:\d+: ([A-Z]+\d+)", done.stdout, re.MULTILINE))
