"""Invented people of a committee as its own table has them. Numbers are of no real area and no operator."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db import connection

from linli.doors.sheets.columns import COLUMNS
from linli.doors.tables.reader import Rows, read_rows
from linli.kernel.identifiers import resident_id_check, synthetic_phone

AREA_OF_NOBODY = "319999"
"""A county that GB/T 2260 has not given out."""

HEADINGS = [column.zh for column in COLUMNS]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国"
COMPOUND = "瑞和苑"

Row = dict[str, str]


def identity(born: date, number: int) -> str:
    """A number that passes the check and belongs to nobody; odd ones are men's."""
    body = f"{AREA_OF_NOBODY}{born:%Y%m%d}{number % 1000:03d}"
    return body + resident_id_check(body)


def person(number: int, **said: str) -> Row:
    """The columns of the n-th invented person."""
    born = date(1930, 1, 1) + timedelta(days=number % 30_011)
    given = GIVEN[number // 20 % len(GIVEN)] + GIVEN[number // 500 % len(GIVEN)]
    return {
        "name": SURNAMES[number % len(SURNAMES)] + given, "id_kind": "身份证",
        "id_number": identity(born, number // 30_011 * 2 + number % 2),
        "sex": "男" if number % 2 else "女",
        "born_on": born.isoformat(), "phone": synthetic_phone(number), "relation": "户主", "tenure": "自有住房",
        "moved_in": "2016-09-01", "lives_here": "居住在此", "source": "上门", "checked_on": "2023-10-01", **said,
    }  # fmt: skip


def home(number: int, *, compound: str = COMPOUND, per_door: int = 12, first: int = 11) -> Row:
    """The columns of the n-th invented home: doors 11号, 12号, …, six floors with two homes."""
    door, at = divmod(number, per_door)
    floor, side = at // 2 + 1, at % 2 + 1
    return {
        "compound": compound, "compound_kind": "", "building": f"{first + door}号", "entrance": "",
        "floor": str(floor), "room": f"{floor}{side:02d}", "use": "自住",
    }  # fmt: skip


def committee(homes: int = 600, people: int = 1700, *, compound: str = COMPOUND, first: int = 0) -> list[Row]:
    """So many homes and people; the last homes are empty when there are fewer people than homes."""
    rows: list[Row] = []
    relations = ("户主", "配偶", "子女", "子女", "父母")
    share, more = divmod(people, homes)
    number = first
    for at in range(homes):
        living = share + (1 if at < more else 0)
        if living == 0:
            rows.append(home(at, compound=compound) | {"use": "空置"})
        for place in range(living):
            rows.append(home(at, compound=compound) | person(number, relation=relations[min(place, 4)]))
            number += 1
    return rows


def cells(rows: Iterable[Mapping[str, str]]) -> Iterator[list[str]]:
    """Rows in the order of the columns."""
    for row in rows:
        yield [row.get(column.key, "") for column in COLUMNS]


def workbook(
    rows: Sequence[Mapping[str, str]], *, headings: Sequence[str] = HEADINGS, titles: Sequence[Sequence[str]] = (),
    merge: Sequence[tuple[int, int, int]] = (),
) -> bytes:  # fmt: skip
    """An XLSX file. titles: rows above the heading. merge: (first, last, column) of rows of data from 0, joined."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2026, 10, 1, tzinfo=UTC)})  # one content, one digest
    sheet: Any = book.add_worksheet("名册")
    top = len(titles)
    for at, line in enumerate([*titles, headings, *cells(rows)]):
        for column, cell in enumerate(line):
            if cell:
                sheet.write_string(at, column, cell)
    for first, last, column in merge:
        text = next(cells(rows[first : first + 1]))[column]
        sheet.merge_range(top + 1 + first, column, top + 1 + last, column, text)
    book.close()
    return out.getvalue()


def as_csv(rows: Iterable[Mapping[str, str]], *, encoding: str = "utf-8-sig") -> bytes:
    """The same as a CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADINGS, *cells(rows)])
    return out.getvalue().encode(encoding)


def read(data: bytes, name: str = "名册.xlsx") -> Rows:
    """The rows of a file in memory."""
    return read_rows(name, data)


def sheet_of(data: bytes) -> list[list[str]]:
    """Every filled row of a table that Linli wrote."""
    return [found for _number, found in read_rows("sheet", data).rows]


REGISTER = (
    "register_place", "register_placename", "register_person", "register_household", "register_member", "register_tag",
    "register_homecheck", "register_duty",
)  # fmt: skip
"""Every table of the register an import could touch."""


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the register as the owner of the database sees it; the identity of the test stays what it is."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (role,) = cursor.fetchone()
        cursor.execute("select set_config('role', %s, true)", [settings.DATABASES["owner"]["USER"]])
        for table in REGISTER:
            cursor.execute(f"select t::text from {table} t order by 1")
            found[table] = cursor.fetchall()
        cursor.execute("select set_config('role', %s, true)", [role])
    assert all(found[table] for table in REGISTER), "the cast has something in every table"
    return found


def unzipped(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def formulas(data: bytes) -> int:
    """How many cells of a workbook are formulas."""
    return sum(part.count(b"<f>") for name, part in unzipped(data).items() if name.startswith("xl/worksheets"))


def with_formula() -> bytes:
    """A workbook that has one formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet().write_formula(0, 0, "=1+1")
    book.close()
    return out.getvalue()
