"""The statements of the proof, the diagram and the answer at a door (`sql/`). Values are parameters, always."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

FOLDER = Path(__file__).resolve().parent / "sql"
PIECES = ("doors", "held", "tally")
Value = str | int | bool | date | list[str] | None


def rows(name: str, given: Mapping[str, Value]) -> list[tuple[Any, ...]]:
    """Run a statement of the folder and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), dict(given))
        return list(cursor.fetchall())


@cache
def statement(name: str) -> str:
    """A statement with its shared pieces and the schema of the scope's functions filled in."""
    authz = str(settings.LINLI_AUTHZ_SCHEMA)
    pieces = {piece: _read(piece).format(authz=authz) for piece in PIECES}
    return _read(name).format(authz=authz, **pieces)


def _read(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
