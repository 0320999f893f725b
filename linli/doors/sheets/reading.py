"""From a file to rows of our columns: the heading found, titles passed over, joined cells filled down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from linli.doors.sheets.columns import BY_KEY, PERSON_KEYS, PLACE_KEYS, find_heading, is_caption, match
from linli.doors.tables.reader import MB, Limits, Rows
from linli.kernel.text import csv_safe, normalise

DESK: Final = Limits(rows=300_000, other_books=True)
"""What somebody may send to the desk: the unpacked size is that of SECURITY I5."""

HOUSE: Final = Limits(
    file_bytes=200 * MB,
    unpacked_bytes=500 * MB,
    rows=300_000,
    cpu_seconds=180,
    memory_bytes=3 * 1024 * MB,
    other_books=True,
)
"""What whoever runs the machine may bring in from its command line: a whole town in one workbook."""

LONGEST_CELL: Final = 400


@dataclass(slots=True)
class Cells:
    """One row: its number in the sheet, its cells by our columns, and whether its address came from the row above."""

    row: int
    cells: dict[str, str]
    filled: bool = False

    @property
    def has_person(self) -> bool:
        """Whether any column of a person says something."""
        return any(self.cells.get(key) for key in PERSON_KEYS)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is to be read: where its heading stands and which of its columns is which of ours."""

    heading_row: int
    headings: Sequence[str]
    columns: Mapping[str, int]


def shape_of(found: Rows, *, known: Mapping[str, str] | None = None) -> Shape:
    """The likely shape of a file; without a row that looks like a heading its first row is taken.

    known: a profile, our column → heading.
    """
    row = find_heading(found.rows, known=known) or found.rows[0][0]
    headings = next(cells for number, cells in found.rows if number == row)
    return Shape(row, headings, match(headings, known=known))


def rows_of(found: Rows, shape: Shape, *, fill_down: bool = False) -> Iterator[Cells]:
    """The rows below the heading that say something, in our columns.

    Cells joined over several rows hold for each of them. fill_down: a row with a person and without any address belongs
    to the home above; such rows are marked.
    """
    joined = _joined(found, shape)
    width = max(shape.columns.values(), default=0) + 1
    above: dict[str, str] = {}
    for number, given in found.rows:
        if number <= shape.heading_row or is_caption(given):
            continue
        cells = given if len(given) >= width else [*given, *[""] * (width - len(given))]
        row = Cells(number, {key: _plain(cells[at]) for key, at in shape.columns.items()})
        for key in joined.get(number, ()):
            if not row.cells[key] and above.get(key):
                row.cells[key], row.filled = above[key], True
        if fill_down and above and row.has_person and not any(row.cells.get(key) for key in PLACE_KEYS):
            row.cells |= {key: above[key] for key in PLACE_KEYS if key in above}
            row.filled = True
        if any(row.cells.values()):
            above = row.cells
            yield row


@lru_cache(maxsize=65_536)
def _plain(cell: str) -> str:
    """One line without tricks; the apostrophe that keeps a text from being a formula goes."""
    if not cell:
        return ""
    if cell.startswith("'") and csv_safe(cell[1:]) == cell:
        cell = cell[1:]
    return normalise(cell, max_length=LONGEST_CELL, multiline=False)


def _joined(found: Rows, shape: Shape) -> dict[int, list[str]]:
    """Row → columns of the home, or of its household, whose cell was joined with the one above."""
    fillable = {*PLACE_KEYS, "tenure"}
    by_column = {at: key for key, at in shape.columns.items() if key in fillable and key in BY_KEY}
    joined: dict[int, list[str]] = {}
    for first, last, left, right in found.merged:
        keys = [by_column[at] for at in range(left, right + 1) if at in by_column]
        if keys and first > shape.heading_row:
            for number in range(first + 1, last + 1):
                joined.setdefault(number, []).extend(keys)
    return joined
