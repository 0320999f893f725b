"""A file from its bytes to a plan, with all that is wrong in it; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from linli.access.api import Principal
from linli.doors.sheets.book import to_mend
from linli.doors.sheets.columns import can_be_read, is_caption
from linli.doors.sheets.plan import Plan, plan_of
from linli.doors.sheets.problems import Fault
from linli.doors.sheets.reading import Cells, Shape, rows_of
from linli.doors.sheets.standing import ground_of, indexes, standing_of, terms_for
from linli.doors.sheets.weighing import Weighed, Whereabouts, compare, meet, weigh
from linli.doors.tables.reader import Rows
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop
from linli.territory.api import Area

Progress = Callable[[int, int], object]
"""Called with (done, all) of rows."""

STEP: Final = 1_000
MOST_FAULTS: Final = 1_000
"""So many faults are kept for the page; the sheet to be mended has all of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file is to be read, and for whom: the area, and what the person chose."""

    area: Area
    shape: Shape
    fill_down: bool = False
    update_known: bool = False


@dataclass(slots=True)
class Examined:
    """What a file says. day: on which it was judged."""

    rows: Rows
    asked: Asked
    weighed: Weighed
    plan: Plan
    day: date
    tags_left_out: bool

    def found(self) -> dict[str, object]:
        """The counts a page shows."""
        return {
            **self.plan.counts(),
            "rows": self.weighed.rows,
            "good": self.weighed.rows - len(self.weighed.refused),
            "refused": len(self.weighed.refused),
            "faults": len(self.weighed.faults),
            "filled": self.weighed.filled,
            "tags_left_out": self.tags_left_out,
        }

    def faults(self) -> list[dict[str, object]]:
        """The first faults, in the order of the rows, as plain values."""
        return [fault.stored() for fault in self.in_order()[:MOST_FAULTS]]

    def in_order(self) -> list[Fault]:
        """Every fault, in the order of the rows."""
        return sorted(self.weighed.faults, key=lambda fault: fault.row)

    def mending_sheet(self) -> bytes:
        """The refused rows as they were sent, each with what to mend, in the reader's language."""
        by_row: dict[int, list[Fault]] = {}
        for fault in self.in_order():
            by_row.setdefault(fault.row, []).append(fault)
        rows = [(number, cells) for number, cells in self.rows.rows if number in by_row]
        return to_mend(self.asked.shape.headings, rows, by_row)


def examine(actor: Principal, rows: Rows, asked: Asked, *, progress: Progress = lambda _d, _n: None) -> Examined:
    """Judge a whole file against the register, as this person may see it, in the open transaction.

    Raises InvalidInput (`import_no_home_column`) when no column tells in which home a row belongs.
    """
    if not can_be_read(asked.shape.columns) or "compound" not in asked.shape.columns:
        raise InvalidInput(
            gettext_noop(
                "No column tells in which home a person lives: name the compound, and the room or the address."
            ),
            code="import_no_home_column",
            kept=gettext_noop("The file is kept; match its columns again."),
        )
    terms = terms_for(actor)
    ground = ground_of(asked.area, _compounds(rows, asked.shape))
    lines = rows_of(rows, asked.shape, fill_down=asked.fill_down)
    weighed = weigh(_counted(lines, len(rows.rows), progress), terms, Whereabouts(str(asked.area), ground))
    compare(weighed)
    index_of = indexes(weighed)
    meet(weighed, standing_of(weighed, index_of, actor), index_of)
    left_out = terms.tags is None and "tags" in asked.shape.columns
    plan = plan_of(weighed, update_known=asked.update_known)
    return Examined(rows, asked, weighed, plan, terms.today, left_out)


def _compounds(rows: Rows, shape: Shape) -> set[str]:
    at = shape.columns["compound"]
    return {
        cells[at]
        for number, cells in rows.rows
        if number > shape.heading_row and len(cells) > at and not is_caption(cells)
    }


def _counted(lines: Iterable[Cells], total: int, progress: Progress) -> Iterator[Cells]:
    for done, line in enumerate(lines, 1):
        if done % STEP == 0:
            progress(min(done, total), total)
        yield line


def shape_from(rows: Rows, heading_row: int, columns: Mapping[str, int]) -> Shape:
    """The shape somebody chose for a file that is read again."""
    headings: Sequence[str] = next((cells for number, cells in rows.rows if number == heading_row), ())
    return Shape(heading_row, headings, dict(columns))
