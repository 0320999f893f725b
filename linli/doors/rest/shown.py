"""Rows as the interface shows them. Lists carry no name and no number of a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from linli.access.api import Principal
from linli.accounts.api import Unit
from linli.casework.cases.api import Case, CaseState, acts_from, reports_of
from linli.casework.dispatch.api import assignments
from linli.casework.intake.api import Report
from linli.casework.timeline.api import Act, Entry, clocks_of, story

PERMISSION_OF: Mapping[Act, str] = {
    Act.DISPATCH: "case.dispatch",
    Act.TRANSFER: "case.transfer",
    Act.ACCEPT: "case.accept",
    Act.RETURN_ASK: "case.return.ask",
    Act.RETURN_GRANT: "case.return.rule",
    Act.RETURN_DENY: "case.return.rule",
    Act.ARRIVE: "case.handle",
    Act.STEP: "case.handle",
    Act.MILESTONE: "case.handle",
    Act.FEED_BACK: "case.handle",
    Act.SELF_HANDLE: "case.self_handle",
    Act.EXTEND_ASK: "case.extend.ask",
    Act.EXTEND_GRANT: "case.extend.decide",
    Act.EXTEND_DENY: "case.extend.decide",
    Act.SUSPEND: "case.suspend.decide",
    Act.RESUME: "case.resume",
    Act.VERIFY: "case.verify",
    Act.REWORK: "case.verify",
    Act.COMMENT: "case.comment",
    Act.REOPEN: "case.reopen",
    Act.VOID: "case.void",
}
"""The acts a person may do here, and the permission each asks for."""


def unit_out(unit: Unit) -> dict[str, object]:
    """A unit by id, kind and name."""
    return {"id": unit.id, "kind": unit.kind, "name": str(unit)}


def case_row(case: Case, at: datetime) -> dict[str, object]:
    """A case as a list shows it; overdue as of `at`."""
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "item_code": case.item_code,
        "cls": case.cls,
        "title": case.title,
        "channel": case.channel,
        "area_code": case.area.code,
        "area": str(case.area),
        "place": case.place_text,
        "lat": case.lat,
        "lng": case.lng,
        "desk": unit_out(case.desk),
        "unit": unit_out(case.unit),
        "level": case.level,
        "reports": case.reports,
        "result": case.result,
        "opened_at": case.opened_at,
        "promised_at": case.promised_at,
        "due_at": case.due_at,
        "next_clock": case.next_clock,
        "overdue": case.due_at is not None and case.due_at < at,
        "closed_at": case.closed_at,
    }


def case_out(actor: Principal, case: Case, at: datetime) -> dict[str, object]:
    """A case with its reports, assignments, clocks, story and the acts open to this role."""
    reports = [report.id for report in reports_of(actor, case.id)] or [case.id]
    return case_row(case, at) | {
        "report_ids": reports,
        "assignments": [
            {
                "unit": unit_out(one.unit),
                "state": one.state,
                "assigned_at": one.assigned_at,
                "accepted_at": one.accepted_at,
                "why": one.why,
            }
            for one in assignments(actor, case.id)
        ],
        "clocks": [
            {
                "kind": clock.kind,
                "label": clock.label,
                "amount": str(clock.amount),
                "unit": clock.unit,
                "started_at": clock.started_at,
                "due_at": clock.due_at,
                "met_at": clock.met_at,
                "paused": clock.paused_since is not None,
            }
            for clock in clocks_of(case.id)
        ],
        "story": [entry_out(entry, for_staff=True) for entry in story([case.id, *reports])],
        "acts": open_acts(actor, CaseState(case.state)),
    }


def open_acts(actor: Principal, state: CaseState) -> list[str]:
    """The acts the state allows and the role may do somewhere; the act itself still asks whether here."""
    return sorted(act for act in acts_from(state) if act in PERMISSION_OF and actor.can(PERMISSION_OF[act]))


def entry_out(entry: Entry, *, for_staff: bool) -> dict[str, object]:
    """One step of the story. A reporter reads which role acted, staff also who it was."""
    return {
        "at": entry.at,
        "act": entry.act,
        "by": entry.actor_name if for_staff else entry.actor_role,
        "words": entry.words,
        "photos": entry.photos,
        "public": entry.visibility == "public",
    }


def inbox_row(report: Report) -> dict[str, object]:
    """A waiting report as a list shows it."""
    return {
        "id": report.id,
        "number": report.number,
        "state": report.state,
        "channel": report.channel,
        "title": report.title,
        "item_code": report.item_code,
        "suggestions": [one["code"] for one in report.suggestions],
        "weak_suggestions": [one["code"] for one in report.suggestions if one.get("weak")],
        "area_code": report.area.code,
        "unit": unit_out(report.unit),
        "received_at": report.received_at,
        "due_at": report.due_at,
    }
