"""The door to the register as a table file: imports with undo, exports with a second person."""

from linli.doors.sheets.actions import (
    ask_undo,
    drop_batch,
    match_columns,
    mending_sheet,
    peek,
    receive_file,
    start_import,
)
from linli.doors.sheets.book import CSV, XLSX, template
from linli.doors.sheets.columns import BY_KEY, COLUMNS, Column
from linli.doors.sheets.columns import match as match_headings
from linli.doors.sheets.examine import Asked, Examined
from linli.doors.sheets.exports import (
    Wish,
    ask_export,
    decide_export,
    open_export,
    withdraw_export,
)
from linli.doors.sheets.models import SheetBatch, SheetExport
from linli.doors.sheets.problems import Fault, Problem, cure, heading, why
from linli.doors.sheets.queries import (
    DOOR,
    batch_by_id,
    batches,
    came_in_before,
    compounds_of,
    export_by_id,
    exports_of,
    faults_of,
    profiles,
    waiting_for,
    words_here,
)
from linli.doors.sheets.rules import ROWS_ALONE, BatchState, ExportPurpose, ExportState, needs_second
from linli.doors.sheets.running import Wanted, examine_file, import_file, read_for_house
from linli.doors.sheets.taking_out import Part
from linli.doors.sheets.taking_out import count as count_rows
from linli.doors.sheets.vault import FileGone, progress_of

__all__ = [
    "BY_KEY",
    "COLUMNS",
    "CSV",
    "DOOR",
    "ROWS_ALONE",
    "XLSX",
    "Asked",
    "BatchState",
    "Column",
    "Examined",
    "ExportPurpose",
    "ExportState",
    "Fault",
    "FileGone",
    "Part",
    "Problem",
    "SheetBatch",
    "SheetExport",
    "Wanted",
    "Wish",
    "ask_export",
    "ask_undo",
    "batch_by_id",
    "batches",
    "came_in_before",
    "compounds_of",
    "count_rows",
    "cure",
    "decide_export",
    "drop_batch",
    "examine_file",
    "export_by_id",
    "exports_of",
    "faults_of",
    "heading",
    "import_file",
    "match_columns",
    "match_headings",
    "mending_sheet",
    "needs_second",
    "open_export",
    "peek",
    "profiles",
    "progress_of",
    "read_for_house",
    "receive_file",
    "start_import",
    "template",
    "waiting_for",
    "why",
    "withdraw_export",
    "words_here",
]
