"""Many rows of one table at once, under row scope: COPY is not for a role that has a policy, a statement is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import orjson
from django.db import connection, models
from psycopg import sql

CHUNK = 5_000
"""Rows in one statement."""

Row = tuple[object, ...]
T = TypeVar("T")
Progress = Callable[[int], object]


def insert_many(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, progress: Progress = lambda _n: None
) -> None:
    """Add rows to the table of a model. columns: in the order of each row's values. progress: rows just added."""
    names = sql.SQL(", ").join([sql.Identifier(_column(model, column)) for column in columns])
    statement = sql.SQL("insert into {} ({}) select {} from {}").format(
        sql.Identifier(model._meta.db_table), names, names, _given(model, columns)
    )
    for chunk in chunks(rows):
        with connection.cursor() as cursor:
            cursor.execute(statement, [_json(model, columns, chunk)])
        progress(len(chunk))


def update_many(model: type[models.Model], key: str, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Change rows of the table of a model; each row begins with its key. Returns how many were found."""
    names = [sql.Identifier(_column(model, column)) for column in columns]
    statement = sql.SQL("update {} t set {} from {} where t.{} = given.{}").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.SQL("{} = given.{}").format(name, name) for name in names]),
        _given(model, (key, *columns)), sql.Identifier(_column(model, key)), sql.Identifier(_column(model, key)),
    )  # fmt: skip
    found = 0
    for chunk in chunks(rows):
        with connection.cursor() as cursor:
            cursor.execute(statement, [_json(model, (key, *columns), chunk)])
            found += cursor.rowcount
    return found


def delete_many(model: type[models.Model], ids: Sequence[object]) -> int:
    """Delete rows by their key, in the order of the chunks. Returns how many there were."""
    field = _field(model, "id")
    statement = sql.SQL("delete from {} where id = any (%s::{}[])").format(
        sql.Identifier(model._meta.db_table), sql.SQL(_type(field))
    )
    gone = 0
    for chunk in chunks([(one,) for one in ids]):
        with connection.cursor() as cursor:
            cursor.execute(statement, [[one for (one,) in chunk]])
            gone += cursor.rowcount
    return gone


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """Fresh numbers from the sequence of a table, so that rows can name each other before they are stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def marks_of(model: type[models.Model], columns: Sequence[str], ids: Sequence[object]) -> dict[str, int]:
    """A 64-bit digest of these columns of each row, by its key as text: whether somebody changed it since."""
    texts = [
        sql.SQL("coalesce({}::text, {})").format(sql.Identifier(_column(model, column)), sql.Literal("\x1e"))
        for column in columns
    ]
    statement = sql.SQL(
        "select id::text, hashtextextended(concat_ws({}, {}), 0) from {} where id = any (%s::{}[])"
    ).format(
        sql.Literal("\x1f"), sql.SQL(", ").join(texts), sql.Identifier(model._meta.db_table),
        sql.SQL(_type(_field(model, "id"))),
    )  # fmt: skip
    found: dict[str, int] = {}
    for chunk in chunks([(one,) for one in ids]):
        with connection.cursor() as cursor:
            cursor.execute(statement, [[one for (one,) in chunk]])
            found.update(cursor.fetchall())
    return found


def _given(model: type[models.Model], columns: Sequence[str]) -> sql.Composed:
    """Rows out of one JSON document, typed as the columns are; a third of the work of an array for each column."""
    typed = [
        sql.SQL("{} {}").format(sql.Identifier(_column(model, column)), sql.SQL(_type(_field(model, column))))
        for column in columns
    ]
    return sql.SQL("json_to_recordset(%s::json) as given ({})").format(sql.SQL(", ").join(typed))


def _json(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> str:
    names = [_column(model, column) for column in columns]
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_hexadecimal).decode()


def _hexadecimal(value: object) -> str:
    """Bytes as PostgreSQL reads them."""
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(type(value))


def _column(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


def chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    """Rows in their order, as many as one statement takes."""
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _field(model: type[models.Model], name: str) -> models.Field[object, object]:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(name)
    return field


def _type(field: models.Field[object, object]) -> str:
    """The database's type without its length: an array of it takes any text, the column refuses what is too long."""
    return str(field.db_type(connection)).split("(")[0]
