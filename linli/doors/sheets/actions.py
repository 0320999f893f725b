"""A file of the register on its way in: received, matched, checked, brought in, undone. Each act is one function."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.doors.sheets import vault
from linli.doors.sheets.columns import BY_KEY, can_be_read
from linli.doors.sheets.models import SheetBatch
from linli.doors.sheets.queries import DOOR, batch_by_id
from linli.doors.sheets.reading import DESK, shape_of
from linli.doors.sheets.rules import BATCH_EDGES, UNDO_WITHIN, BatchAct, BatchState
from linli.doors.tables.models import ImportProfile
from linli.doors.tables.reader import Rows, first_rows
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, WrongState
from linli.kernel.text import normalise
from linli.territory.api import Area

PEEK = 40
"""So many rows are read to find the heading."""

QUEUE = "sheets"
CHECK, RUN, UNDO = "sheets.check", "sheets.run", "sheets.undo"


def receive_file(
    *, actor: Principal, area: Area, name: str, data: bytes, language: str, profile: ImportProfile | None = None
) -> SheetBatch:
    """Take a file in: kept sealed, its heading found and matched as far as it can be; nothing is imported.

    data: as sent, at most 50 MB. profile: how its columns are called. Raises Forbidden, InvalidInput (`import_…`).
    """
    require(actor, "register.import", area_path=area.path)
    found = first_rows(name, data, count=PEEK, limits=DESK)
    shape = shape_of(found, known=profile.columns if profile else None)
    batch = SheetBatch(
        area=area, profile=profile, file_name=normalise(name, max_length=120, multiline=False) or "-",
        file_hash=found.digest, encoding=found.encoding, language=language, columns=dict(shape.columns),
        heading_row=shape.heading_row, started_by=actor.user_id, started_post=actor.post_id,
    )  # fmt: skip
    batch.file_key = vault.put(f"{batch.id}.in", data)
    batch.save(force_insert=True)
    _note(actor, batch, "sheets.receive", file=found.digest)
    return batch


def peek(batch: SheetBatch) -> Rows:
    """The first rows of a file that was received, for matching its columns. Raises FileGone."""
    data = vault.get(f"{batch.id}.in", batch.file_key)
    return first_rows(batch.file_name, data, count=PEEK, limits=DESK)


def match_columns(
    *, actor: Principal, batch_id: UUID, columns: Mapping[str, int], fill_down: bool, update_known: bool,
    remember_as: str = "",
) -> SheetBatch:  # fmt: skip
    """Say which column is which and have the file checked. columns: our column → place in the file, from 0.

    remember_as: keep this way of reading under a name. Raises Forbidden, NotFound, InvalidInput, WrongState.
    """
    batch = _locked(actor, batch_id)
    chosen = {key: int(at) for key, at in columns.items() if key in BY_KEY}
    if len(set(chosen.values())) < len(chosen):
        raise InvalidInput(_("One column of the file was chosen twice."), code="import_column_twice")
    if not can_be_read(chosen) or "compound" not in chosen:
        raise InvalidInput(
            _("Choose the column of the compound, and that of the room or of the address."),
            code="import_no_home_column",
        )
    batch.columns, batch.fill_down, batch.update_known = chosen, fill_down, update_known
    if remember_as.strip():
        batch.profile = _remember(remember_as.strip(), batch)
    _advance(batch, BatchAct.MATCH)
    _note(actor, batch, "sheets.match")
    _defer(CHECK, actor, batch)
    return batch


def start_import(*, actor: Principal, batch_id: UUID, good_alone: bool) -> SheetBatch:
    """Have a checked file brought in. good_alone: the good rows without the others; otherwise all or nothing.

    Raises Forbidden, NotFound, WrongState, InvalidInput (`import_rows_refused`, `import_nothing`).
    """
    batch = _locked(actor, batch_id)
    if batch.found.get("refused") and not good_alone:
        raise InvalidInput(
            _("%(count)s rows cannot come in, and you asked for all or nothing.") % {"count": batch.found["refused"]},
            code="import_rows_refused",
        )
    batch.good_alone = good_alone
    _advance(batch, BatchAct.RUN)
    _note(actor, batch, "sheets.start")
    _defer(RUN, actor, batch)
    return batch


def ask_undo(*, actor: Principal, batch_id: UUID) -> SheetBatch:
    """Have everything that an import made taken back. Raises Forbidden, NotFound, WrongState."""
    batch = _locked(actor, batch_id)
    if batch.done_at is not None and batch.done_at < now() - UNDO_WITHIN:
        raise WrongState(_("After thirty days an import can no longer be undone."), code="import_too_old")
    _advance(batch, BatchAct.UNDO)
    _note(actor, batch, "sheets.undo.ask")
    _defer(UNDO, actor, batch)
    return batch


def drop_batch(*, actor: Principal, batch_id: UUID) -> SheetBatch:
    """Let a file go that nobody brings in. Raises Forbidden, NotFound, WrongState."""
    batch = _locked(actor, batch_id)
    _advance(batch, BatchAct.DROP)
    forget_files(batch)
    _note(actor, batch, "sheets.drop")
    return batch


def mending_sheet(*, actor: Principal, batch_id: UUID) -> bytes:
    """The rows that have to be mended, as a workbook; that it was fetched is on record. Raises NotFound, FileGone."""
    batch = batch_by_id(actor, batch_id)
    data = vault.get(f"{batch.id}.mend", batch.mended_key)
    _note(actor, batch, "sheets.mend")
    return data


def forget_files(batch: SheetBatch) -> None:
    """Let the files of an import go: its keys first, so that no copy can be read."""
    SheetBatch.objects.filter(id=batch.id).update(file_key="", mended_key="")
    batch.file_key = batch.mended_key = ""
    for ending in ("in", "mend", "progress"):
        vault.drop(f"{batch.id}.{ending}")


def advance(batch: SheetBatch, act: BatchAct) -> None:
    """Let an import take a step by the table and store it whole. Raises WrongState."""
    _advance(batch, act)


def _advance(batch: SheetBatch, act: BatchAct) -> None:
    after = BATCH_EDGES.get((BatchState(batch.state), act))
    if after is None:
        raise WrongState(
            _("This import is “%(state)s”; that is not possible now.") % {"state": _(BatchState(batch.state).label)},
            code="import_state",
            detail={"state": batch.state, "act": str(act)},
        )
    batch.state = after
    batch.failure = {} if act is not BatchAct.FAIL else batch.failure
    batch.save()
    SheetBatch.objects.filter(id=batch.id).update(changed_at=Now())


def _locked(actor: Principal, batch_id: UUID) -> SheetBatch:
    batch = batch_by_id(actor, batch_id)
    require(actor, "register.import", area_path=batch.area.path)
    return SheetBatch.objects.select_for_update(of=("self",)).select_related("area").get(id=batch_id)


def _remember(name: str, batch: SheetBatch) -> ImportProfile:
    found = peek(batch)
    headings = next(cells for number, cells in found.rows if number == batch.heading_row)
    columns = {key: headings[at] for key, at in batch.columns.items() if at < len(headings)}
    kept, _new = ImportProfile.objects.update_or_create(door=DOOR, name=name[:40], defaults={"columns": columns})
    return kept


def _defer(task: str, actor: Principal, batch: SheetBatch) -> None:
    """Hand the work to the worker, in this transaction: both or neither."""
    app.configure_task(name=task, queue=QUEUE, lock=f"{QUEUE}.{batch.id}").defer(
        batch_id=str(batch.id), user_id=actor.user_id, post_id=actor.post_id
    )


def _note(actor: Principal, batch: SheetBatch, act: str, **detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="sheet_batch", subject_id=str(batch.id), area_id=batch.area_id,
        detail=detail,
    )  # fmt: skip
