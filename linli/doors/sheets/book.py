"""Tables as files: the template, a part of the register on its way out, the rows that have to be mended.

No cell is ever a formula or a link, whatever somebody has put into a name (SECURITY I6).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from linli.doors.sheets.columns import CAPTION, COLUMNS, Column, Kind
from linli.doors.sheets.problems import Fault, cure, heading, why
from linli.doors.sheets.wording import choices, is_word
from linli.kernel.text import csv_safe

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
LAST_ROW: Final = 20_000
"""The drop-down lists of the template reach so far."""

LONGEST_LIST: Final = 255
"""A spreadsheet takes no longer list of words behind a cell; then it stands on the second sheet only."""


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([csv_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


class Book:
    """A workbook in memory; nothing of it touches the disk. `sheet`: its first sheet, `title` its name there."""

    def __init__(self, title: str) -> None:
        self._out = io.BytesIO()
        self.book: Any = xlsxwriter.Workbook(
            self._out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                        "strings_to_numbers": False},
        )  # fmt: skip
        self.sheet: Any = self.book.add_worksheet(title)
        self.head = self.book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "num_format": "@"})
        self.needed = self.book.add_format({"bold": True, "bg_color": "#FFE8CC", "border": 1, "num_format": "@"})
        self.text = self.book.add_format({"num_format": "@"})
        self.quiet = self.book.add_format({"font_color": "#777777", "italic": True, "num_format": "@"})

    def row(self, at: int, cells: Sequence[object], style: Any = None) -> None:
        """Write one row of texts, rows from 0."""
        for column, cell in enumerate(cells):
            if cell not in ("", None):
                self.sheet.write_string(at, column, csv_safe(cell), style or self.text)

    def finish(self) -> bytes:
        """The file."""
        self.book.close()
        return self._out.getvalue()


def template(language: str, *, tags: Sequence[str], compounds: Sequence[str]) -> bytes:
    """An empty table with headings, an example and lists to choose from. tags, compounds: the words of this place.

    Its first and third row begin with a mark and are passed over when it comes back.
    """
    book = Book(_("Homes and people"))
    book.row(0, [f"{CAPTION} " + _("Begin in row 4. Rows with this mark are passed over. Orange columns are needed.")],
             book.quiet)  # fmt: skip
    for at, column in enumerate(COLUMNS):
        book.sheet.set_column(at, at, column.width, book.text)
        book.sheet.write_string(1, at, heading(column.key, language), book.needed if column.needed else book.head)
        book.sheet.write_comment(1, at, _(column.help))
        _list_behind(book, at, column, language, compounds)
    example = [f"{CAPTION} {COLUMNS[0].example}", *(column.example for column in COLUMNS[1:])]
    book.row(2, example, book.quiet)
    book.sheet.freeze_panes(2, 1)
    _explain(book, language, tags)
    return book.finish()


def _list_behind(book: Book, at: int, column: Column, language: str, compounds: Sequence[str]) -> None:
    words = (
        list(compounds) if column.key == "compound" else choices(column.key, language) if is_word(column.key) else []
    )
    if words and len(",".join(words)) <= LONGEST_LIST and not any("," in word for word in words):
        book.sheet.data_validation(
            3, at, LAST_ROW, at,
            {"validate": "list", "source": words, "error_type": "warning", "error_title": heading(column.key, language),
             "error_message": _("Better choose from the list.")},
        )  # fmt: skip


def _explain(book: Book, language: str, tags: Sequence[str]) -> None:
    sheet = book.book.add_worksheet(_("How to fill it in"))
    for at, (title, width) in enumerate(((_("Column"), 22), (_("Needed"), 8), (_("What it is"), 60), (_("Words"), 90))):
        sheet.set_column(at, at, width, book.text)
        sheet.write_string(0, at, title, book.head)
    for row, column in enumerate(COLUMNS, 1):
        words = (
            choices(column.key, language) if is_word(column.key) else list(tags) if column.kind is Kind.WORDS else []
        )
        cells = (heading(column.key, language), _("yes") if column.needed else "", _(column.help), "、".join(words))
        for at, cell in enumerate(cells):
            sheet.write_string(row, at, csv_safe(cell), book.text)


def register_table(
    rows: Iterable[Mapping[str, object]], *, language: str, format_: str, watermark: Sequence[str]
) -> bytes:
    """A part of the register in the columns in which it comes in.

    rows: texts by our columns. watermark: lines that say who took it out when and what for; they stand above the
    heading, below the last row, and on every printed page.
    """
    headings = [heading(column.key, language) for column in COLUMNS]
    body = ([row.get(column.key, "") for column in COLUMNS] for row in rows)
    above = [[f"{CAPTION} {line}"] for line in watermark]
    if format_ == "csv":
        return as_csv([*above, headings, *body, *above])
    book = Book(_("Homes and people"))
    for at, column in enumerate(COLUMNS):
        book.sheet.set_column(at, at, column.width, book.text)
    at = 0
    for line in above:
        book.row(at, line, book.quiet)
        at += 1
    book.row(at, headings, book.head)
    book.sheet.freeze_panes(at + 1, 1)
    for cells in body:
        at += 1
        book.row(at, cells)
    for line in above:
        at += 1
        book.row(at, line, book.quiet)
    printed = " · ".join(watermark).replace("&", "&&")[:200]
    book.sheet.set_header(f"&C&8{printed}")
    book.sheet.set_footer(f"&C&8{printed} &P/&N")
    book.sheet.set_landscape()
    return book.finish()


Numbered = Sequence[tuple[int, Sequence[str]]]


def to_mend(headings: Sequence[str], rows: Numbered, faults: Mapping[int, Sequence[Fault]]) -> bytes:
    """The rows that could not come in, as they were sent, with a column that says what to mend.

    rows: (number in the sheet, cells). faults: by number.
    """
    book = Book(_("To be mended"))
    mending = book.book.add_format({"bg_color": "#FFF3CD", "text_wrap": True, "num_format": "@"})
    book.row(0, headings, book.head)
    book.sheet.write_string(0, len(headings), _("What to mend"), book.needed)
    book.sheet.set_column(len(headings), len(headings), 80)
    for at, (number, cells) in enumerate(rows, 1):
        book.row(at, cells[: len(headings)])
        told = [f"{heading(one.column)}：{why(one)} {cure(one)}" for one in faults.get(number, ())]
        first = _("Row %(row)d.") % {"row": number}
        book.sheet.write_string(at, len(headings), csv_safe("\n".join([first, *told])), mending)
    book.sheet.freeze_panes(1, 0)
    return book.finish()
