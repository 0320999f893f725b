"""What can be wrong with a whole file, in words a person can act on. Nothing of such a file is imported."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from linli.kernel.errors import InvalidInput

NOTHING_KEPT = _("Nothing was imported.")


class Fault(StrEnum):
    """Why a file is not taken; the end of the error's code (`import_<value>`)."""

    MISSING = "missing"
    EMPTY = "empty"
    TOO_BIG = "too_big"
    TOO_BIG_INSIDE = "too_big_inside"
    TOO_MANY_ROWS = "too_many_rows"
    NO_SPREADSHEET = "no_spreadsheet"
    OLD_EXCEL = "old_excel"
    DAMAGED = "damaged"
    ENCODING = "encoding"
    UTF16 = "utf16"
    COLUMN = "column"
    COLUMN_TWICE = "column_twice"
    NO_ROWS = "no_rows"


MESSAGES = {
    Fault.MISSING: _("There is no file “{name}”."),
    Fault.EMPTY: _("“{name}” is empty."),
    Fault.TOO_BIG: _("“{name}” has more than {most} MB. Export a shorter period, or save it as CSV in parts."),
    Fault.TOO_BIG_INSIDE: _("“{name}” unpacks to more than {most} MB. Save the sheet alone, or as CSV."),
    Fault.TOO_MANY_ROWS: _("“{name}” has more than {most} rows. Export a shorter period."),
    Fault.NO_SPREADSHEET: _("“{name}” is neither a CSV file nor an XLSX workbook."),
    Fault.OLD_EXCEL: _("“{name}” is an old Excel file (.xls). Open it and save it as .xlsx or CSV."),
    Fault.DAMAGED: _("“{name}” is damaged. Export it again."),
    Fault.ENCODING: _(
        "“{name}” is neither UTF-8 nor GB18030: byte {byte} cannot be read. Save it as “CSV UTF-8” and try again."
    ),
    Fault.UTF16: _("“{name}” is in UTF-16. Save it as “CSV UTF-8” and try again."),
    Fault.COLUMN: _("“{name}” lacks the column {missing}. It has: {found}. Correct it, or the profile “{profile}”."),
    Fault.COLUMN_TWICE: _("“{name}” has the column {twice} twice. Rename or remove the one that is not meant."),
    Fault.NO_ROWS: _("“{name}” has a heading and no row below it."),
}


def fault(kind: Fault, **values: object) -> InvalidInput:
    """The error for one faulty file. values: what the sentence names, `name` always."""
    detail: Mapping[str, object] = {key: value for key, value in values.items() if key != "name"}
    return InvalidInput(
        format_lazy(MESSAGES[kind], **values), code=f"import_{kind}", detail=dict(detail), kept=NOTHING_KEPT
    )
