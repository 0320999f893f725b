"""`linli import register FILE`: a committee's or a whole town's table of homes and people, from the command line."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from linli.doors.sheets.api import (
    Examined,
    SheetBatch,
    Wanted,
    cure,
    examine_file,
    heading,
    import_file,
    read_for_house,
    why,
)

SHOWN: Final = 20
LEFT_OUT: Final = 2
"""Exit status when the import ran and some rows could not come in."""


class Out(Protocol):
    """Where a command writes its lines."""

    def write(self, text: str) -> object: ...


def import_register(out: Out, path: Path, options: dict[str, Any]) -> None:
    """Read the file, say what it would do, ask, and bring it in. Raises CommandError, LinliError."""
    with _uncollected():
        _import(out, path, options)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles: among a million rows that costs a fifth of the time, and there are hardly any."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _import(out: Out, path: Path, options: dict[str, Any]) -> None:
    wanted = Wanted(options["area"], options["profile"] or "", options["fill_down"], options["update"])
    rows = read_for_house(path)
    if options["dry_run"] or not options["yes"]:
        with _bar() as progress:
            examined = examine_file(rows, wanted, progress=progress)
        _tell(out, examined)
        if options["dry_run"]:
            out.write(_("Nothing was written: this was a dry run."))
            return
        if not _agreed(examined):
            raise CommandError(_("Nothing was imported."))

    def told(examined: Examined) -> None:
        if options["yes"]:
            _tell(out, examined)
        if examined.weighed.refused and options["whole"]:
            raise CommandError(_("Some rows cannot come in, and you asked for all or nothing. Nothing was imported."))

    with _bar() as progress:
        batch = import_file(rows, wanted, good_alone=not options["whole"], told=told, progress=progress)
    _report(out, batch)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], object]]:
    shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*shown, console=Console(stderr=True)) as bar:
        task = bar.add_task(_("Bringing in"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(out: Out, examined: Examined) -> None:
    found = examined.found()
    out.write(
        _("%(name)s: %(rows)s rows, %(good)s can come in, %(refused)s cannot; %(known)s are here already.")
        % {"name": examined.rows.name, **found}
    )
    out.write(
        _("New: %(buildings)s buildings, %(entrances)s entrances, %(homes)s homes, %(households)s households,"
          " %(people)s people, %(tags)s needs and roles.") % found
    )  # fmt: skip
    faults = examined.in_order()
    for fault in faults[:SHOWN]:
        out.write(
            _("  row %(row)d, %(column)s: %(why)s %(cure)s")
            % {"row": fault.row, "column": heading(fault.column), "why": why(fault), "cure": cure(fault)}
        )
    if len(faults) > SHOWN:
        out.write(_("  … and %(more)d more") % {"more": len(faults) - SHOWN})


def _agreed(examined: Examined) -> bool:
    question = _("Bring in %(count)d people? [y/N] ") % {"count": examined.plan.people}
    return input(question).strip().lower() in {"y", "yes", "是"}


def _report(out: Out, batch: SheetBatch) -> None:
    out.write(
        _("Brought in: %(homes)s homes, %(people)s people. The import is %(id)s; it can be undone for 30 days.")
        % {**batch.made, "id": batch.id}
    )
    left_out = batch.found["refused"]
    if left_out:
        raise CommandError(
            _("%(count)d rows were left out. Correct them and import the file again; nothing is doubled.")
            % {"count": left_out},
            returncode=LEFT_OUT,
        )
