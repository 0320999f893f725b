"""The reading process for spreadsheets: meets a hostile file so that the importer need not. Run as a script.

It knows nothing of the project: no first-party import. Arguments: most seconds of CPU, most bytes of memory; the file
comes through standard input. Its output is one JSON array of texts for each row of the first sheet, before them one
object {"merged": ranges} when cells were joined downwards, or one object {"fault": name} and nothing after it. No
proper end (`{"end": rows}`) means that the process died on the file.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, ZipError

MOST_COLUMNS = 200
MOST_MERGED = 200_000


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


def opened(data: bytes) -> Any:
    """The first sheet of a workbook in memory."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)


def merged(sheet: Any) -> list[list[int]]:
    """Cells joined over several rows: first row, first column, last row, last column, all from 0."""
    ranges = getattr(sheet, "merged_cell_ranges", None) or []
    return [[*start, *end] for start, end in ranges[:MOST_MERGED] if end[0] > start[0]]


def main() -> None:
    """Read one file and say what is in it."""
    cpu_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    data = sys.stdin.buffer.read()
    limit(cpu_seconds, memory_bytes)
    out, count = sys.stdout, 0
    try:
        sheet = opened(data)
        if joined := merged(sheet):
            out.write(json.dumps({"merged": joined}) + "\n")
        for row in sheet.iter_rows():
            out.write(json.dumps([text(cell) for cell in row[:MOST_COLUMNS]], ensure_ascii=True) + "\n")
            count += 1
    except (CalamineError, ZipError, OSError, ValueError, IndexError, OverflowError):
        out.write('{"fault": "damaged"}\n')
    except MemoryError:
        out.write('{"fault": "too_big_inside"}\n')
    else:
        out.write(f'{{"end": {count}}}\n')


if __name__ == "__main__":
    main()
