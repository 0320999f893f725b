"""What import-linter cannot see: string foreign keys, private doors, hidden imports, views without a rule, events that
nobody hears, fields and tables that nobody has decided about, and the measures of the code itself (DESIGN §3)."""

from __future__ import annotations

import ast
import configparser
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType

import grimp
import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from linli.access.api import RULE, AccessRule
from linli.outbox.api import is_heard
from linli.project import privacy, roles
from linli.project.thirdparty import RULES as THIRD_PARTY

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted(
    path
    for path in (ROOT / "linli").rglob("*.py")
    if "migrations" not in path.parts and "__pycache__" not in path.parts
)
INI = configparser.ConfigParser()
INI.read(ROOT / ".importlinter")


def _ranks(contract: str) -> dict[str, int]:
    """Module → floor; a bigger number is a lower floor."""
    section = INI[f"importlinter:contract:{contract}"]
    return {
        f"{section['containers'].strip()}.{name.strip()}": floor
        for floor, line in enumerate(section["layers"].split("\n"))
        for name in line.split("|")
        if name.strip()
    }


FLOORS = {module: rank for name in ("house", "casework", "register") for module, rank in _ranks(name).items()}
ROOMS = {line.strip() for line in INI["importlinter:contract:rooms"]["containers"].split("\n") if line.strip()}


def room_of(module: str) -> str | None:
    """The room a module stands in, or None for faces, doors, flow and project."""
    return next((room for room in ROOMS if module == room or module.startswith(room + ".")), None)


def looks_up(source: str, target: str) -> bool:
    """Whether `source` stands on a lower floor than `target`, or beside it."""
    a, b = source.split("."), target.split(".")
    if a[1] != b[1]:
        return FLOORS[f"linli.{a[1]}"] >= FLOORS[f"linli.{b[1]}"]
    x, y = f"linli.{a[1]}.{a[2]}", f"linli.{b[1]}.{b[2]}"
    return x != y and x in FLOORS and FLOORS[x] >= FLOORS[y]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("linli.")]


def upward_keys(all_models: list[type[models.Model]]) -> list[str]:
    bad = []
    for model in all_models:
        for field in model._meta.get_fields():
            target = field.related_model if getattr(field, "remote_field", None) and not field.auto_created else None
            ours = isinstance(target, type) and target.__module__.startswith("linli.")
            if ours and looks_up(model.__module__, target.__module__):
                bad.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    return bad


def side_doors(graph: grimp.ImportGraph) -> list[str]:
    bad = []
    for source in graph.modules:
        if source == "linli.project" or source.startswith("linli.project."):
            continue
        for target in graph.find_modules_directly_imported_by(source):
            room = room_of(target)
            if room and room != room_of(source) and target.removeprefix(room) not in (".api", ".events"):
                gathers = source.endswith(".models") and room_of(source) is None
                if not gathers and ".migrations." not in source:
                    bad.append(f"{source} -> {target}")
    return bad


def hidden_imports(text: str, where: str) -> list[str]:
    bad = []
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready":
            bad += [
                f"{where}:{node.lineno}"
                for node in ast.walk(function)
                if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("linli"))
                or (isinstance(node, ast.Import) and any(alias.name.startswith("linli") for alias in node.names))
            ]
    return bad


def test_foreign_keys_look_down() -> None:
    assert upward_keys(our_models()) == []


def test_rooms_are_entered_by_the_door() -> None:
    assert side_doors(grimp.build_graph("linli", exclude_type_checking_imports=True)) == []


def test_no_import_hides_in_a_function() -> None:
    assert [bad for path in CODE for bad in hidden_imports(path.read_text(), str(path.relative_to(ROOT)))] == []


def _views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, where)
        else:
            yield where, pattern.callback


def without_a_rule(patterns: list[URLPattern | URLResolver]) -> list[str]:
    return [
        where
        for where, view in _views(patterns)
        if not isinstance(getattr(view, RULE, None), AccessRule) and _module(view) not in THIRD_PARTY
    ]


def test_every_url_has_an_access_rule() -> None:
    assert len(list(_views(get_resolver().url_patterns))) > 20
    assert without_a_rule(get_resolver().url_patterns) == []


def urls_named_below(text: str, where: str) -> list[str]:
    """Where a floor below the faces names an address: only faces and doors own the names of URLs."""
    if where.split("/")[1] in {"web", "doors", "project"}:
        return []
    return [
        f"{where}:{node.lineno}"
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.urls"))
        or (isinstance(node, ast.ImportFrom) and node.module == "django.shortcuts")
        or (isinstance(node, ast.Import) and any(alias.name.startswith("django.urls") for alias in node.names))
    ]


def test_only_faces_and_doors_name_addresses() -> None:
    assert [bad for path in CODE for bad in urls_named_below(path.read_text(), str(path.relative_to(ROOT)))] == []


def back_ways(all_models: list[type[models.Model]]) -> list[str]:
    """Keys from another room that can be walked back from below (`case.workorder_set`)."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in all_models
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and room_of(field.related_model.__module__) != room_of(model.__module__)
        and not field.remote_field.hidden
    ]


def test_no_key_can_be_walked_back_from_another_room() -> None:
    assert back_ways(our_models()) == []


def _module(view: object) -> str:
    inner = inspect.unwrap(view) if callable(view) else view
    owner = getattr(view, "view_class", inner)
    return str(getattr(owner, "__module__", ""))


def _events() -> list[type]:
    found = []
    for path in CODE:
        if path.name == "events.py":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            module = importlib.import_module(name)
            found += [
                cls
                for _, cls in inspect.getmembers(module, inspect.isclass)
                if cls.__module__ == name and is_dataclass(cls)
            ]
    return found


def unheard(events: list[type]) -> list[str]:
    return [event.__qualname__ for event in events if not is_heard(event)]


def test_every_event_is_heard_or_says_why_not() -> None:
    assert len(_events()) > 15
    assert unheard(_events()) == []


def unclassed(all_models: list[type[models.Model]]) -> list[str]:
    return [
        f"{model._meta.label}.{field.name}"
        for model in all_models
        for field in model._meta.concrete_fields
        if privacy.class_of(model, field.name) is None
    ]


def test_every_field_has_a_privacy_class() -> None:
    assert unclassed(our_models()) == []


def without_rights(all_models: list[type[models.Model]]) -> set[str]:
    return {model._meta.db_table for model in all_models} - set(roles.TABLES)


def test_every_table_has_rights_decided() -> None:
    assert without_rights(our_models()) == set()


def bare(door: ModuleType) -> list[str]:
    """What a door offers without a word."""
    offered = [(name, getattr(door, name)) for name in door.__all__]
    return [
        f"{door.__name__}.{name}"
        for name, thing in offered
        if (inspect.isfunction(thing) or inspect.isclass(thing)) and not inspect.getdoc(thing)
    ]


def test_every_function_of_a_door_is_documented() -> None:
    assert [name for room in sorted(ROOMS) for name in bare(importlib.import_module(f"{room}.api"))] == []


def p95(values: list[int]) -> int:
    return sorted(values)[int(len(values) * 0.95)]


def too_long(modules: list[int], functions: list[int]) -> list[str]:
    """What of the measures of DESIGN §3 does not hold, for the lengths in lines."""
    measures = {
        "module p95 over 300": p95(modules) > 300,
        "a module over 500": max(modules) > 500,
        "function p95 over 40": p95(functions) > 40,
    }
    return [name for name, broken in measures.items() if broken]


def _lines(paths: Iterable[Path]) -> list[int]:
    return [lines for path in paths if (lines := len(path.read_text().splitlines()))]


def _function_lines(text: str) -> list[int]:
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_modules_and_functions_stay_small() -> None:
    functions = [lines for path in CODE for lines in _function_lines(path.read_text())]
    assert too_long(_lines(CODE), functions) == []


def test_there_are_more_lines_of_tests_than_of_code() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if "__pycache__" not in path.parts]
    assert sum(_lines(tests)) >= 1.2 * sum(_lines(CODE))


UNWANTED = re.compile(r"/(?:root|home|work)/\w|\bTODO\b|\bFIXME\b|type: ignore(?!\[)")


@pytest.mark.parametrize("folder", ["linli", "docs", "requirements"])
def test_nothing_half_done_and_no_path_of_one_machine(folder: str) -> None:
    bad = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".md", ".sql", ".html", ".txt", ".js", ".css"} and "build" not in path.parts
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if UNWANTED.search(line)
    ]
    assert bad == []
