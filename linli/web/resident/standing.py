"""How a matter stands, in the words a resident would use, and until when somebody has promised what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.casework.cases.api import Case, CaseState
from linli.casework.intake.api import Report, ReportState
from linli.kernel.clock import now
from linli.web.ui import times

WAY: tuple[Promise, ...] = (
    gettext_lazy("Received"),
    gettext_lazy("Taken up"),
    gettext_lazy("Worked on"),
    gettext_lazy("Checked"),
    gettext_lazy("Rated"),
)
"""The way of a matter; `Standing.step` is the index of what is going on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`head` says it in one sentence, `line` until when or why, `step` how far it is (None: it left the way)."""

    icon: str
    tone: str
    head: str
    line: str = ""
    step: int | None = None


def standing(report: Report, case: Case | None) -> Standing:
    """How the report stands, or the case it became or was joined to."""
    return _of_case(case) if case is not None else _of_report(report)


def _of_report(report: Report) -> Standing:
    state = ReportState(report.state)
    due = _decided_by(report.due_at)
    if state is ReportState.ROUTED:
        head = _("Passed to %(unit)s, who answers by law") % {"unit": report.unit}
        return Standing("route", "accent", head, due, 0)
    if state is ReportState.REFUSED:
        return Standing("reject", "quiet", _("This was not taken on"), _("The reason stands below."))
    if state is ReportState.WITHDRAWN:
        return Standing("return", "quiet", _("You took this back"), _("Nothing more happens."))
    return Standing("report", "accent", _("We have it and are looking at it"), due, 0)


def _decided_by(due: datetime | None) -> str:
    if due is None:
        return ""
    when = {"time": times.promise(due)}
    if due < now():
        return _("It should have been decided by %(time)s. The next level has been told.") % when
    return _("By %(time)s somebody decides what is done.") % when


_HEADS: Mapping[CaseState, tuple[str, str, Promise, int | None]] = {
    CaseState.FILED: ("accept", "accent", gettext_lazy("Taken on; somebody is being sent"), 1),
    CaseState.DISPATCHED: ("route", "accent", gettext_lazy("Handed to %(unit)s"), 1),
    CaseState.RETURN_ASKED: ("route", "accent", gettext_lazy("It is being settled who is in charge"), 1),
    CaseState.HANDLING: ("tool", "accent", gettext_lazy("%(unit)s is working on it"), 2),
    CaseState.SUSPENDED: ("pause", "quiet", gettext_lazy("This has to wait"), 2),
    CaseState.FED_BACK: ("reply", "accent", gettext_lazy("Reported as done; somebody else is checking"), 3),
    CaseState.VERIFIED: ("verify", "good", gettext_lazy("Done and checked. What do you say?"), 4),
    CaseState.CLOSED: ("done", "good", gettext_lazy("Finished"), len(WAY)),
    CaseState.VOIDED: ("void", "quiet", gettext_lazy("This was set aside"), None),
}


def _of_case(case: Case) -> Standing:
    state = CaseState(case.state)
    icon, tone, head, step = _HEADS[state]
    shown = str(head) % {"unit": str(case.unit)} if "%(unit)s" in str(head) else str(head)
    return Standing(icon, tone, shown, _line(case, state), step)


def _line(case: Case, state: CaseState) -> str:
    if state is CaseState.SUSPENDED:
        return _("Waiting for: %(reason)s") % {"reason": case.waiting_for}
    if state is CaseState.VERIFIED:
        return _("Please tell us within seven days; after that it is closed.")
    if state in (CaseState.FED_BACK, CaseState.CLOSED, CaseState.VOIDED) or case.promised_at is None:
        return ""
    if case.promised_at < now():
        return _("Promised by %(time)s. That time has passed; the next level has been told.") % {
            "time": times.promise(case.promised_at)
        }
    return _("Promised by %(time)s.") % {"time": times.promise(case.promised_at)}
