"""A file of rows as rows of text, whatever it is: CSV in UTF-8 or GB18030, or a workbook.

The name of a file is not believed, its first bytes are. Absolute limits (SECURITY I5): by default 50 MB, 100 MB
unpacked, 200,000 rows; a workbook is unpacked to the count first and read by a limited process afterwards. That process
gets the bytes through a pipe: a file of people is nowhere written down in the clear.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Final

import orjson

from linli.doors.tables.faults import Fault, fault

MB: Final = 1024 * 1024
FILE_BYTES: Final = 50 * MB
UNPACKED_BYTES: Final = 100 * MB
ENTRIES: Final = 2_000
ROWS: Final = 200_000
CPU_SECONDS: Final = 60
MEMORY_BYTES: Final = 768 * MB
SHEET: Final = Path(__file__).with_name("sheet.py")

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
FEW: Final = 3
_DELIMITERS = ",\t;|"
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken, in bytes, rows and seconds of the reading process.

    other_books: whether workbooks of old Excel (.xls) and of OpenDocument (.ods) are taken too.
    """

    file_bytes: int = FILE_BYTES
    unpacked_bytes: int = UNPACKED_BYTES
    entries: int = ENTRIES
    rows: int = ROWS
    cpu_seconds: int = CPU_SECONDS
    memory_bytes: int = MEMORY_BYTES
    other_books: bool = False


USUAL: Final = Limits()


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its heading and its filled rows, each with its number as a spreadsheet shows it.

    encoding: how it was read ("xlsx" for a workbook). digest: SHA-256 of the file.
    """

    name: str
    digest: str
    encoding: str
    heading: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(slots=True)
class Rows:
    """Every filled row of a file with its number, titles and heading among them.

    merged: (first row, last row, first column, last column) of cells that were joined, rows from 1, columns from 0.
    """

    name: str
    digest: str
    encoding: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read_table(path: Path, *, limits: Limits | None = None) -> Table:
    """Everything in the file; its heading is the first filled row. Raises InvalidInput (`import_…`)."""
    bounds = limits or USUAL
    found = read_rows(path.name, read_file(path, limits=bounds), limits=bounds)
    (_at, heading), *rows = found.rows
    if not rows:
        raise fault(Fault.NO_ROWS, name=path.name)
    return Table(path.name, found.digest, found.encoding, heading, rows)


def read_file(path: Path, *, limits: Limits = USUAL) -> bytes:
    """The bytes of a file that is there and not too big. Raises InvalidInput (`import_…`)."""
    if not path.is_file():
        raise fault(Fault.MISSING, name=path.name)
    if path.stat().st_size > limits.file_bytes:
        raise fault(Fault.TOO_BIG, name=path.name, most=limits.file_bytes // MB)
    return path.read_bytes()


def read_rows(name: str, data: bytes, *, limits: Limits = USUAL, most: int | None = None) -> Rows:
    """The filled rows of a file in memory, at least one. most: stop after so many. Raises InvalidInput (`import_…`)."""
    _acceptable(name, data, limits)
    found = Rows(name, hashlib.sha256(data).hexdigest(), "")
    if data.startswith((_ZIP, _OLE)):
        found.encoding = "xls" if data.startswith(_OLE) else _measure(name, data, limits)
        rows: Iterable[tuple[int, list[str]]] = _sheet_rows(found, data, limits)
    else:
        found.encoding, text = _decoded(name, data)
        rows = _csv_rows(name, text)
    same: dict[str, str] = {}
    for number, row in rows:
        cells = [same.setdefault(cell, cell) for cell in map(str.strip, row)]
        if any(cells):
            found.rows.append((number, cells))
        if len(found.rows) > limits.rows + 1:
            raise fault(Fault.TOO_MANY_ROWS, name=name, most=f"{limits.rows:,}")
        if most is not None and len(found.rows) >= most:
            break
    if not found.rows:
        raise fault(Fault.EMPTY, name=name)
    return found


def _acceptable(name: str, data: bytes, limits: Limits) -> None:
    if len(data) > limits.file_bytes:
        raise fault(Fault.TOO_BIG, name=name, most=limits.file_bytes // MB)
    if not data:
        raise fault(Fault.EMPTY, name=name)
    if data.startswith(_OLE) and not limits.other_books:
        raise fault(Fault.OLD_EXCEL, name=name)


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """The encoding and the text of a CSV file."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise fault(Fault.UTF16, name=name)
    if b"\x00" in data:
        raise fault(Fault.NO_SPREADSHEET, name=name)
    try:
        return "UTF-8", data.decode("utf-8-sig")
    except UnicodeDecodeError as not_utf8:
        good = data[: not_utf8.start].decode("utf-8-sig")
        if sum(not char.isascii() for char in good) > FEW:
            # Chinese in GB18030 is never UTF-8 for so long: this was UTF-8, and is cut off or damaged.
            raise fault(Fault.ENCODING, name=name, byte=not_utf8.start + 1) from not_utf8
    try:
        return "GB18030", data.decode("gb18030")
    except UnicodeDecodeError as neither:
        raise fault(Fault.ENCODING, name=name, byte=neither.start + 1) from neither


def _csv_rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(FILE_BYTES)  # a long cell is an error of its row, not of the file
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(lines, 1)
    except csv.Error as wrong:
        raise fault(Fault.DAMAGED, name=name) from wrong


def _measure(name: str, data: bytes, limits: Limits) -> str:
    """Unpack every entry to nowhere and count: what a zip says of itself is not believed. Returns what it is."""
    left = limits.unpacked_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            kind = _kind(name, [entry.filename for entry in entries], limits)
            declared = sum(entry.file_size for entry in entries)
            too_many = len(entries) > limits.entries or declared > limits.unpacked_bytes
            for entry in () if too_many else entries:
                with archive.open(entry) as unpacking:
                    while left > 0 and (chunk := unpacking.read(_CHUNK)):
                        left -= len(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as wrong:
        raise fault(Fault.DAMAGED, name=name) from wrong
    if too_many or left <= 0:
        raise fault(Fault.TOO_BIG_INSIDE, name=name, most=limits.unpacked_bytes // MB)
    return kind


def _kind(name: str, entries: Sequence[str], limits: Limits) -> str:
    if any(entry.startswith("xl/") for entry in entries):
        return "xlsx"
    if limits.other_books and "content.xml" in entries:
        return "ods"
    raise fault(Fault.NO_SPREADSHEET, name=name)


def _sheet_rows(found: Rows, data: bytes, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    command = [sys.executable, "-I", str(SHEET), str(limits.cpu_seconds), str(limits.memory_bytes)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise fault(Fault.DAMAGED, name=found.name)
        feeding = threading.Thread(target=_feed, args=(process.stdin, data), daemon=True)
        feeding.start()
        try:
            number = 0
            for line in process.stdout:
                said = _said(found.name, line)
                if isinstance(said, list):
                    number += 1
                    yield number, said
                elif "merged" in said:
                    found.merged = [(top + 1, end + 1, left, right) for top, left, end, right in said["merged"]]
                else:
                    _ended(found.name, said, limits)
                    return
        finally:
            process.kill()
            feeding.join()
    raise fault(Fault.DAMAGED, name=found.name)  # it died: out of memory, out of time, or on a fault of the parser


def _feed(pipe: IO[bytes], data: bytes) -> None:
    """Give the whole file to the reading process, or as much as it lives to take."""
    with suppress(OSError):
        pipe.write(data)
    with suppress(OSError):
        pipe.close()


def _said(name: str, line: bytes) -> list[str] | dict[str, list[list[int]]]:
    try:
        said: list[str] | dict[str, list[list[int]]] = orjson.loads(line)
    except json.JSONDecodeError as broken:
        raise fault(Fault.DAMAGED, name=name) from broken
    return said


def _ended(name: str, said: dict[str, object] | dict[str, list[list[int]]], limits: Limits) -> None:
    if "end" not in said:
        raise fault(Fault(str(said.get("fault"))), name=name, most=limits.unpacked_bytes // MB)


def first_rows(name: str, data: bytes, *, count: int, limits: Limits = USUAL) -> Rows:
    """The first filled rows of a file: enough to find its heading. Raises InvalidInput (`import_…`)."""
    found = read_rows(name, data, limits=limits, most=count)
    found.rows = list(islice(found.rows, count))
    return found
