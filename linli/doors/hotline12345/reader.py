"""A file of messages as rows of text, whatever it is: CSV in UTF-8 or GB18030, or an XLSX workbook.

The name of a file is not believed, its first bytes are. Absolute limits (SECURITY I5): 50 MB, 100 MB unpacked, 200,000
rows; a workbook is unpacked to the count first and read by a limited process afterwards.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linli.doors.hotline12345.faults import Fault, fault

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
class Table:
    """What a file holds: its heading and its filled rows, each with its number as a spreadsheet shows it.

    encoding: how it was read ("xlsx" for a workbook). digest: SHA-256 of the file.
    """

    name: str
    digest: str
    encoding: str
    heading: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def read_table(path: Path) -> Table:
    """Everything in the file. Raises InvalidInput (`import_…`) when it is not one we take."""
    data = _bytes(path)
    if data.startswith(_ZIP):
        _measure(path)
        encoding, rows = "xlsx", _sheet_rows(path)
    else:
        encoding, text = _decoded(path.name, data)
        rows = _csv_rows(path.name, text)
    heading: list[str] = []
    filled: list[tuple[int, Sequence[str]]] = []
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if not heading:
            heading = cells
        elif len(filled) >= ROWS:
            raise fault(Fault.TOO_MANY_ROWS, name=path.name, most=f"{ROWS:,}")
        else:
            filled.append((number, cells))
    if not heading:
        raise fault(Fault.EMPTY, name=path.name)
    if not filled:
        raise fault(Fault.NO_ROWS, name=path.name)
    return Table(path.name, hashlib.sha256(data).hexdigest(), encoding, heading, filled)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise fault(Fault.MISSING, name=path.name)
    size = path.stat().st_size
    if size > FILE_BYTES:
        raise fault(Fault.TOO_BIG, name=path.name, most=FILE_BYTES // MB)
    if size == 0:
        raise fault(Fault.EMPTY, name=path.name)
    data = path.read_bytes()
    if data.startswith(_OLE):
        raise fault(Fault.OLD_EXCEL, name=path.name)
    return data


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


def _measure(path: Path) -> None:
    """Unpack every entry to nowhere and count: what a zip says of itself is not believed."""
    left = UNPACKED_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not any(entry.filename.startswith("xl/") for entry in entries):
                raise fault(Fault.NO_SPREADSHEET, name=path.name)
            too_many = len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES
            for entry in () if too_many else entries:
                with archive.open(entry) as unpacking:
                    while left > 0 and (chunk := unpacking.read(_CHUNK)):
                        left -= len(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as wrong:
        raise fault(Fault.DAMAGED, name=path.name) from wrong
    if too_many or left <= 0:
        raise fault(Fault.TOO_BIG_INSIDE, name=path.name, most=UNPACKED_BYTES // MB)


def _sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    command = [sys.executable, "-I", str(SHEET), str(path.absolute()), str(CPU_SECONDS), str(MEMORY_BYTES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}) as process:
        if process.stdout is None:
            raise fault(Fault.DAMAGED, name=path.name)
        try:
            for number, line in enumerate(process.stdout, 1):
                said = json.loads(line)
                if not isinstance(said, list):
                    _ended(path.name, said)
                    return
                yield number, said
        finally:
            process.kill()
    raise fault(Fault.DAMAGED, name=path.name)  # it died: out of memory, out of time, or on a fault of the parser


def _ended(name: str, said: dict[str, object]) -> None:
    if "end" not in said:
        raise fault(Fault(str(said.get("fault"))), name=name, most=UNPACKED_BYTES // MB)
