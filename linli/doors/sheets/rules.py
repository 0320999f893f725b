"""States of an import and of an export, and who has to agree to an export. Plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class BatchState(StrEnum):
    """Where an import stands."""

    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _BATCH_LABELS[self]


_BATCH_LABELS = {
    BatchState.RECEIVED: gettext_noop("Columns to be matched"),
    BatchState.CHECKING: gettext_noop("Being checked"),
    BatchState.CHECKED: gettext_noop("Checked, waits for you"),
    BatchState.RUNNING: gettext_noop("Being brought in"),
    BatchState.DONE: gettext_noop("Brought in"),
    BatchState.UNDOING: gettext_noop("Being undone"),
    BatchState.UNDONE: gettext_noop("Undone"),
    BatchState.DROPPED: gettext_noop("Dropped"),
}


class BatchAct(StrEnum):
    """What happens to an import; `finish` and `fail` are the worker's."""

    MATCH = "match"
    RUN = "run"
    UNDO = "undo"
    DROP = "drop"
    FINISH = "finish"
    FAIL = "fail"


BATCH_EDGES: dict[tuple[BatchState, BatchAct], BatchState] = {
    (BatchState.RECEIVED, BatchAct.MATCH): BatchState.CHECKING,
    (BatchState.RECEIVED, BatchAct.DROP): BatchState.DROPPED,
    (BatchState.CHECKING, BatchAct.FINISH): BatchState.CHECKED,
    (BatchState.CHECKING, BatchAct.FAIL): BatchState.RECEIVED,
    (BatchState.CHECKED, BatchAct.MATCH): BatchState.CHECKING,
    (BatchState.CHECKED, BatchAct.RUN): BatchState.RUNNING,
    (BatchState.CHECKED, BatchAct.DROP): BatchState.DROPPED,
    (BatchState.RUNNING, BatchAct.FINISH): BatchState.DONE,
    (BatchState.RUNNING, BatchAct.FAIL): BatchState.CHECKED,
    (BatchState.DONE, BatchAct.UNDO): BatchState.UNDOING,
    (BatchState.UNDOING, BatchAct.FINISH): BatchState.UNDONE,
    (BatchState.UNDOING, BatchAct.FAIL): BatchState.DONE,
}
"""What is not here is refused with WrongState."""


class ExportState(StrEnum):
    """Where an export stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MADE = "made"
    OPENED = "opened"
    EXPIRED = "expired"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _EXPORT_LABELS[self]


_EXPORT_LABELS = {
    ExportState.ASKED: gettext_noop("Waits for a second person"),
    ExportState.APPROVED: gettext_noop("Being made"),
    ExportState.REFUSED: gettext_noop("Turned down"),
    ExportState.WITHDRAWN: gettext_noop("Withdrawn"),
    ExportState.MADE: gettext_noop("Ready"),
    ExportState.OPENED: gettext_noop("Downloaded"),
    ExportState.EXPIRED: gettext_noop("Expired"),
    ExportState.FAILED: gettext_noop("Could not be made"),
}


class ExportAct(StrEnum):
    """What happens to an export; `make`, `fail` and `expire` are the worker's."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    MAKE = "make"
    FAIL = "fail"
    OPEN = "open"
    EXPIRE = "expire"


EXPORT_EDGES: dict[tuple[ExportState, ExportAct], ExportState] = {
    (ExportState.ASKED, ExportAct.APPROVE): ExportState.APPROVED,
    (ExportState.ASKED, ExportAct.REFUSE): ExportState.REFUSED,
    (ExportState.ASKED, ExportAct.WITHDRAW): ExportState.WITHDRAWN,
    (ExportState.ASKED, ExportAct.EXPIRE): ExportState.EXPIRED,
    (ExportState.APPROVED, ExportAct.MAKE): ExportState.MADE,
    (ExportState.APPROVED, ExportAct.FAIL): ExportState.FAILED,
    (ExportState.MADE, ExportAct.OPEN): ExportState.OPENED,
    (ExportState.MADE, ExportAct.EXPIRE): ExportState.EXPIRED,
    (ExportState.OPENED, ExportAct.OPEN): ExportState.OPENED,
    (ExportState.OPENED, ExportAct.EXPIRE): ExportState.EXPIRED,
}
"""What is not here is refused with WrongState."""


class ExportPurpose(StrEnum):
    """What a table of people is taken out for."""

    VISITS = "visits"
    EMERGENCY = "emergency"
    COUNTING = "counting"
    HANDOVER = "handover"
    CHECKING = "checking"
    OWN_REQUEST = "own_request"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _PURPOSE_LABELS[self]


_PURPOSE_LABELS = {
    ExportPurpose.VISITS: gettext_noop("Visits and care"),
    ExportPurpose.EMERGENCY: gettext_noop("Help and moving people in an emergency"),
    ExportPurpose.COUNTING: gettext_noop("Checking a count"),
    ExportPurpose.HANDOVER: gettext_noop("Handing over to a successor"),
    ExportPurpose.CHECKING: gettext_noop("Checking and correcting the register"),
    ExportPurpose.OWN_REQUEST: gettext_noop("A person asked for what is kept about him"),
}

STATION_HEAD = "station_head"
ROWS_ALONE = 50
"""More rows of people than this take two persons (DOMAIN §4.2, hard rules)."""

LINK_LIFE = timedelta(hours=24)
ASKED_LIFE = timedelta(days=7)
FILE_LIFE = timedelta(hours=48)
"""How long the file of an import that nobody went on with is kept."""

UNDO_WITHIN = timedelta(days=30)
"""After so long the list of what an import made goes, and with it the way back."""


def needs_second(role: str, people: int) -> bool:
    """Whether a second person must agree to a table with so many people (DOMAIN §4.2, "Export of personal data").

    role: a value of `accounts.Role`. A committee worker has no right of his own, a station head has one for his site,
    a town's is always two-person.
    """
    if people == 0:
        return False
    return role != STATION_HEAD or people > ROWS_ALONE


def link_ends(made_at: datetime) -> datetime:
    """When a file that was made then can no longer be fetched."""
    return made_at + LINK_LIFE
