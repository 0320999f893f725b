"""Calling the functions of the schema `authz`, which alone touch its tables."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql


def call(function: str, *values: Any, using: str = DEFAULT_DB_ALIAS) -> tuple[Any, ...]:
    """The one row that the function gives, as its columns."""
    statement = sql.SQL("select * from {}({})").format(
        sql.Identifier(settings.LINLI_AUTHZ_SCHEMA, function), sql.SQL(", ").join([sql.Placeholder()] * len(values))
    )
    with connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
