"""How an import or an export looks on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from linli.doors.sheets.api import (
    COLUMNS,
    BatchState,
    Column,
    ExportState,
    Fault,
    SheetBatch,
    SheetExport,
    cure,
    heading,
    peek,
    why,
)
from linli.kernel.identifiers import mask_id

AT_WORK = frozenset({BatchState.CHECKING, BatchState.RUNNING, BatchState.UNDOING})
TONES = {
    BatchState.RECEIVED: "accent", BatchState.CHECKED: "attention", BatchState.DONE: "good",
    BatchState.UNDONE: "quiet", BatchState.DROPPED: "quiet",
    ExportState.ASKED: "attention", ExportState.MADE: "good", ExportState.OPENED: "good",
    ExportState.REFUSED: "danger", ExportState.FAILED: "danger",
}  # fmt: skip
MOST_FAULTS = 200
LONG_NUMBER = 11
SAMPLES = 2


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a word with a tone."""

    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault in the reader's words."""

    row: int
    column: str
    value: str
    why: str
    cure: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of our columns and the columns of the file to choose from: (place, heading and samples, chosen)."""

    column: Column
    label: str
    help: str
    options: Sequence[tuple[int, str, bool]]


def badge(state: BatchState | ExportState) -> Badge:
    """A state as its badge."""
    return Badge(_(state.label), TONES.get(state, "accent"))


def batch_badge(batch: SheetBatch) -> Badge:
    """The state of an import."""
    return badge(BatchState(batch.state))


def export_badge(export: SheetExport) -> Badge:
    """The state of an export."""
    return badge(ExportState(export.state))


def fault_lines(faults: Sequence[Fault]) -> list[FaultLine]:
    """The first faults, each with its cure."""
    return [FaultLine(one.row, heading(one.column), one.value, why(one), cure(one)) for one in faults[:MOST_FAULTS]]


def held(batch: SheetBatch) -> list[tuple[str, str]]:
    """What stands in the way of undoing an import: what it is called, and why."""
    pairs = [(str(one["name"]), str(one["why"])) for one in batch.failure.get("held", [])]
    return [(name, _(why_held)) for name, why_held in pairs]


def failure(batch: SheetBatch) -> str:
    """Why the work came to nothing, or an empty text."""
    said = str(batch.failure.get("words", ""))
    return _(said) if said else ""


def counts(numbers: dict[str, int]) -> list[tuple[str, int]]:
    """What an import makes, in words; what it does not make is left out."""
    words = (
        ("buildings", _("buildings")), ("entrances", _("entrances")), ("homes", _("homes")),
        ("households", _("households")), ("people", _("people")), ("tags", _("needs and roles")),
        ("changes", _("people brought up to date")), ("uses", _("homes whose use changes")),
    )  # fmt: skip
    return [(word, numbers[key]) for key, word in words if numbers.get(key)]


def choices(batch: SheetBatch) -> list[Choice]:
    """Every column of ours with what may be chosen for it. Raises FileGone."""
    found = peek(batch)
    headings = next((cells for number, cells in found.rows if number == batch.heading_row), [])
    below = [cells for number, cells in found.rows if number > batch.heading_row][:SAMPLES]
    labels = [_label(at, name, [cells[at] for cells in below if at < len(cells)]) for at, name in enumerate(headings)]
    language = get_language() or ""
    return [
        Choice(
            column, heading(column.key, language), _(column.help),
            [(at, label, batch.columns.get(column.key) == at) for at, label in enumerate(labels) if headings[at]],
        )
        for column in COLUMNS
    ]  # fmt: skip


def _label(at: int, name: str, samples: Sequence[str]) -> str:
    """The letter of a column, its heading, and what stands below it; long numbers only by their ends."""
    shown = [mask_id(one) if sum(map(str.isdigit, one)) >= LONG_NUMBER else one[:12] for one in samples if one]
    return f"{letters(at)} · {name}" + (f"（{'、'.join(shown)}）" if shown else "")


def letters(at: int) -> str:
    """The letters a spreadsheet gives a column, from 0: A, B, …, Z, AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
