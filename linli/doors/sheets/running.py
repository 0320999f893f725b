"""The work itself, away from the pages: check a file, bring it in, take it back. Safe to repeat at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from linli.access.api import Principal, as_system, close_session, enter, open_session, require, under_identity
from linli.audit.api import record
from linli.doors.sheets import vault
from linli.doors.sheets.actions import advance, forget_files
from linli.doors.sheets.examine import Asked, Examined, examine, shape_from
from linli.doors.sheets.load import load, steps
from linli.doors.sheets.models import Made, SheetBatch
from linli.doors.sheets.queries import DOOR
from linli.doors.sheets.reading import DESK, HOUSE, shape_of
from linli.doors.sheets.rules import BatchAct, BatchState
from linli.doors.sheets.undo import Held, held_by, take_back, trail_of
from linli.doors.tables.profiles import profile_by_name
from linli.doors.tables.reader import Rows, read_file, read_rows
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, LinliError, WrongState
from linli.territory.api import area_by_code

Scope = Callable[[], AbstractContextManager[Principal]]
LIFE: Final = timedelta(hours=2)
Progress = Callable[[int, int], object]


def in_post(user_id: int, post_id: int) -> Scope:
    """Transactions under the identity of a person in one of his posts: what he may not see, his job does not see.

    Entering raises Forbidden when his post has ended since he asked.
    """

    @contextmanager
    def scope() -> Iterator[Principal]:
        token = open_session(user_id=user_id, post_id=post_id, kind="token", ttl=LIFE, label="sheets")
        try:
            with under_identity():
                yield enter(token)
        finally:
            close_session(token)

    return scope


def check_batch(batch_id: UUID, scope: Scope) -> None:
    """Read and judge a file that waits to be checked; keep what was found, and the rows to be mended."""
    try:
        with scope() as actor:
            batch = _taken(batch_id, BatchState.CHECKING)
            if batch is None:
                return
            examined = _examined(actor, batch)
            batch.found, batch.faults = examined.found(), examined.faults()
            batch.mended_key = ""
            if examined.weighed.faults:
                with override(batch.language):
                    batch.mended_key = vault.put(f"{batch.id}.mend", examined.mending_sheet())
            advance(batch, BatchAct.FINISH)
    except LinliError as error:
        _failed(batch_id, scope, BatchState.CHECKING, error)


def run_batch(batch_id: UUID, scope: Scope) -> None:
    """Bring a checked file in, in one transaction: all that was chosen or nothing."""
    try:
        with scope() as actor:
            batch = _taken(batch_id, BatchState.RUNNING)
            if batch is not None:
                _alone(batch.area.path)
                _bring_in(actor, batch, _examined(actor, batch), _reporter(batch))
    except LinliError as error:
        _failed(batch_id, scope, BatchState.RUNNING, error)


def undo_batch(batch_id: UUID, scope: Scope) -> None:
    """Take back what an import made, in one transaction; when something stands in the way, say what."""
    try:
        with scope() as actor:
            batch = _taken(batch_id, BatchState.UNDOING)
            if batch is not None:
                _alone(batch.area.path)
                _undo(actor, batch)
    except LinliError as error:
        _failed(batch_id, scope, BatchState.UNDOING, error)


def _alone(path: str) -> None:
    """Wait until no other import of the same town is at work: of two with the same people the second finds them there.

    path: of the area. Held to the end of the transaction. An import of a whole district waits for all its towns.
    """
    district, _dot, below = path.partition(".")
    town = below.partition(".")[0]
    with connection.cursor() as cursor:
        shared = "_shared" if town else ""
        cursor.execute(f"select pg_advisory_xact_lock{shared}(hashtext('doors.sheets'), hashtext(%s))", [district])
        if town:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtext('doors.sheets.town'), hashtext(%s))", [f"{district}.{town}"]
            )


def _taken(batch_id: UUID, state: BatchState) -> SheetBatch | None:
    """The batch, locked, when it still waits for this; a job that was done before finds nothing to do."""
    found = SheetBatch.objects.select_for_update(of=("self",)).select_related("area").filter(id=batch_id).first()
    return found if found is not None and found.state == state else None


def _examined(actor: Principal, batch: SheetBatch) -> Examined:
    require(actor, "register.import", area_path=batch.area.path)
    report = _reporter(batch)
    report(0, 1)
    data = vault.get(f"{batch.id}.in", batch.file_key)
    rows = read_rows(batch.file_name, data, limits=DESK)
    shape = shape_from(rows, batch.heading_row, batch.columns)
    asked = Asked(batch.area, shape, fill_down=batch.fill_down, update_known=batch.update_known)
    return examine(actor, rows, asked, progress=report)


def _bring_in(actor: Principal, batch: SheetBatch, examined: Examined, report: Progress) -> None:
    plan = examined.plan
    if examined.weighed.refused and not batch.good_alone:
        raise InvalidInput(
            _("Rows that were good before cannot come in any more. Look at the check again."), code="import_changed"
        )
    done, total = 0, max(steps(plan), 1)

    def written(count: int) -> None:
        nonlocal done
        done += count
        report(min(done, total), total)

    batch.made = load(actor, batch, plan, day=examined.day, progress=written)
    batch.found, batch.faults, batch.done_at = examined.found(), examined.faults(), now()
    advance(batch, BatchAct.FINISH)
    _note(actor, batch, "sheets.import", batch.made)


def _undo(actor: Principal, batch: SheetBatch) -> None:
    require(actor, "register.import", area_path=batch.area.path)
    trail = trail_of(batch)
    held = held_by(trail)
    if held:
        raise StillHeld(held)
    report = _reporter(batch)
    done, total = 0, sum(len(marks) for marks in trail.marks.values()) or 1

    def gone(count: int) -> None:
        nonlocal done
        done += count
        report(min(done, total), total)

    take_back(actor, trail, progress=gone)
    Made.objects.filter(batch=batch).delete()
    batch.undone_at, batch.undone_by = now(), actor.user_id
    advance(batch, BatchAct.FINISH)
    _note(actor, batch, "sheets.undo", {kind: len(marks) for kind, marks in trail.marks.items()})
    forget_files(batch)


class StillHeld(WrongState):
    """An import cannot be taken back because somebody has gone on with what it made."""

    def __init__(self, held: list[Held]) -> None:
        super().__init__(_("Somebody has gone on with what this import made. Nothing was undone."), code="import_held")
        self.held = held


def _failed(batch_id: UUID, scope: Scope, state: BatchState, error: LinliError) -> None:
    """Go back to where a person can do something about it, with the reason. As Linli when his post has ended."""
    with as_system() as system:
        batch = _taken(batch_id, state)
        if batch is None:
            return
        held = error.held if isinstance(error, StillHeld) else []
        with override(batch.language):
            words = gettext(str(error))
        batch.failure = {
            "code": error.code, "words": words, "held": [{"name": one.name, "why": one.why} for one in held]
        }  # fmt: skip
        advance(batch, BatchAct.FAIL)
        _note(system, batch, "sheets.fail", {"code": error.code})


def _reporter(batch: SheetBatch) -> Progress:
    return lambda done, total: vault.progress(batch.id, done, total)


def _note(actor: Principal, batch: SheetBatch, act: str, detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="sheet_batch", subject_id=str(batch.id), area_id=batch.area_id,
        detail=detail if isinstance(detail, dict) else {},
    )  # fmt: skip


def read_for_house(path: Path) -> Rows:
    """A file from the command line, with the limits of whoever runs the machine. Raises InvalidInput."""
    return read_rows(path.name, read_file(path, limits=HOUSE), limits=HOUSE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file of the command line is to be read: code of the area, name of a profile, and what was chosen."""

    area: str
    profile: str = ""
    fill_down: bool = False
    update_known: bool = False


def examine_file(
    rows: Rows, wanted: Wanted, *, scope: Scope = as_system, progress: Progress = lambda _d, _n: None
) -> Examined:
    """What a file would do; writes nothing. Raises InvalidInput, NotFound, Forbidden."""
    with scope() as actor:
        return examine(actor, rows, _asked(actor, rows, wanted), progress=progress)


def import_file(
    rows: Rows, wanted: Wanted, *, good_alone: bool, scope: Scope = as_system,
    told: Callable[[Examined], object] = lambda _seen: None, progress: Progress = lambda _d, _n: None,
) -> SheetBatch:  # fmt: skip
    """Bring a file in at once, in one transaction under one identity: what the command line does.

    told: is given what was found before anything is written; raising, it stops the import.
    """
    with scope() as actor:
        asked = _asked(actor, rows, wanted)
        _alone(asked.area.path)
        examined = examine(actor, rows, asked, progress=progress)
        told(examined)
        batch = SheetBatch.objects.create(
            area=asked.area, file_name=rows.name[:120], file_hash=rows.digest, encoding=rows.encoding,
            state=BatchState.RUNNING, columns=dict(asked.shape.columns), heading_row=asked.shape.heading_row,
            fill_down=asked.fill_down, update_known=asked.update_known, good_alone=good_alone,
            started_by=actor.user_id, started_post=actor.post_id, changed_at=Now(),
        )  # fmt: skip
        _bring_in(actor, batch, examined, progress)
    return batch


def _asked(actor: Principal, rows: Rows, wanted: Wanted) -> Asked:
    where = area_by_code(wanted.area)
    require(actor, "register.import", area_path=where.path)
    known = profile_by_name(wanted.profile, door=DOOR).columns if wanted.profile else None
    return Asked(where, shape_of(rows, known=known), fill_down=wanted.fill_down, update_known=wanted.update_known)
