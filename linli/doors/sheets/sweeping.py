"""What is kept no longer than it is needed: files of imports, lists of what an import made, stopped jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from linli.doors.sheets import vault
from linli.doors.sheets.actions import advance, forget_files
from linli.doors.sheets.models import Made, SheetBatch, SheetExport
from linli.doors.sheets.rules import ASKED_LIFE, FILE_LIFE, UNDO_WITHIN, BatchAct, BatchState, ExportState
from linli.kernel.clock import now
from linli.kernel.phrases import gettext_noop

STOPPED_AFTER: Final = timedelta(hours=2)
ORPHAN_SECONDS: Final = 24 * 3600.0
STOPPED = gettext_noop("The work stopped without a word. Please try again.")
AT_WORK = (BatchState.CHECKING, BatchState.RUNNING, BatchState.UNDOING)
WAITING = (BatchState.RECEIVED, BatchState.CHECKED)


def sweep() -> None:
    """One round, in the open transaction, as Linli itself."""
    moment = now()
    for batch in SheetBatch.objects.select_for_update().filter(state__in=WAITING, changed_at__lt=moment - FILE_LIFE):
        advance(batch, BatchAct.DROP)
        forget_files(batch)
    for batch in SheetBatch.objects.select_for_update().filter(
        state__in=AT_WORK, changed_at__lt=moment - STOPPED_AFTER
    ):
        batch.failure = {"code": "stopped", "words": STOPPED, "held": []}
        advance(batch, BatchAct.FAIL)
    done = SheetBatch.objects.filter(state=BatchState.DONE)
    for batch in done.exclude(file_key="", mended_key="").filter(changed_at__lt=moment - FILE_LIFE):
        forget_files(batch)
        SheetBatch.objects.filter(id=batch.id).update(faults=[])
    Made.objects.filter(batch__done_at__lt=moment - UNDO_WITHIN).delete()
    SheetExport.objects.filter(state=ExportState.ASKED, asked_at__lt=moment - ASKED_LIFE).update(
        state=ExportState.EXPIRED
    )
    vault.sweep(_kept(), older_than_seconds=ORPHAN_SECONDS)


def _kept() -> set[str]:
    """The files that a row still has the key of."""
    batches = SheetBatch.objects.exclude(file_key="", mended_key="").values_list("id", flat=True)
    exports = SheetExport.objects.exclude(file_key="").values_list("id", flat=True)
    return {f"{one}.{ending}" for one in batches for ending in ("in", "mend", "progress")} | {
        f"{one}.out" for one in exports
    }
