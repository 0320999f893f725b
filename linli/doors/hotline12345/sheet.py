"""The reading process for spreadsheets: meets a hostile file so that the importer need not. Run as a script.

It knows nothing of the project: no first-party import. Arguments: path, most seconds of CPU, most bytes of memory. Its
output is one JSON array of texts for each row of the first sheet, or one object {"fault": name} and nothing after it.
No proper end (`{"end": rows}`) means that the process died on the file.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, ZipError

MOST_COLUMNS = 200


def limit(cpu_seconds: int, memory_bytes: int) -> None:
    """Bound this process: it may not think longer, grow larger or write anything."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text(cell: object) -> str:
    """A cell as a person sees it: whole numbers without a point, times in ISO form."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def rows(path: str) -> Iterator[list[str]]:
    """The rows of the first sheet, the empty ones too."""
    workbook = CalamineWorkbook.from_path(path)
    sheet = workbook.get_sheet_by_index(0)
    for row in sheet.iter_rows():
        yield [text(cell) for cell in row[:MOST_COLUMNS]]


def main() -> None:
    """Read one file and say what is in it."""
    path, cpu_seconds, memory_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    limit(cpu_seconds, memory_bytes)
    out, count = sys.stdout, 0
    try:
        for row in rows(path):
            out.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
    except (CalamineError, ZipError, OSError, ValueError, IndexError, OverflowError):
        out.write('{"fault": "damaged"}\n')
    except MemoryError:
        out.write('{"fault": "too_big_inside"}\n')
    else:
        out.write(f'{{"end": {count}}}\n')


if __name__ == "__main__":
    main()
