"""Moves the invented residents into the homes of the database, by COPY on the owner's connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.db import connections

from linli.project.demo.district.people import COLUMNS, Moved, Row, move_in
from linli.register.people.api import TagKind
from linli.register.places.api import Place, PlaceKind, UseState


def move_everybody_in(using: str, today: date) -> None:
    """Settle people in every home there is, the same for the same homes; `today` dates the last visits."""
    fresh = dict(TagKind.objects.using(using).values_list("code", "fresh_days"))
    homes = Place.objects.using(using).filter(kind=PlaceKind.HOME).order_by("area_id", "id")
    rows = homes.values_list("area_id", "id", "code").iterator(chunk_size=5000)
    for area_id, found in groupby(rows, key=lambda row: row[0]):
        _unload(using, move_in([(home_id, code) for _area, home_id, code in found], area_id, fresh, today))


def _unload(using: str, moved: Moved) -> None:
    for table, columns in COLUMNS.items():
        copy_rows(using, table, columns, moved.rows[table])
    for use in UseState:
        homes = [home for home, found in moved.uses.items() if found is use]
        Place.objects.using(using).filter(id__in=homes).update(use=use)


def copy_rows(using: str, table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """COPY rows into a table."""
    with connections[using].cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)
