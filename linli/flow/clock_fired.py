"""A clock warned or ran out: tell the owner, raise the matter, close what nobody rated, look again at what waits."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from linli.access.api import Principal, as_system
from linli.accounts.api import heads_of
from linli.calendar.api import today
from linli.casework.cases.api import ENDED, TOP_LEVEL, Case, CaseState, cases, escalate, escalate_report, remind
from linli.casework.intake.api import OPEN_STATES, Report, ReportState, lock_report, report_by_id
from linli.casework.timeline.api import ClockKind, LimitGiven, clocks_of, step_limit
from linli.casework.timeline.events import ClockOverdue, ClockWarned
from linli.casework.verification.api import close_unrated
from linli.notices.api import send
from linli.outbox.api import on

STEPS = frozenset({
    ClockKind.TRIAGE, ClockKind.REFUSAL, ClockKind.DISPATCH, ClockKind.ACCEPT, ClockKind.RULING, ClockKind.EXTENSION,
    ClockKind.VERIFY,
})  # fmt: skip
"""Clocks of one step: missed, the next level has the same time for it, up to the third."""

OF_THE_UNIT = frozenset({ClockKind.ACCEPT, ClockKind.RESPOND, ClockKind.WHOLE, ClockKind.MILESTONE})


@on(ClockWarned)
def warn_owner(event: ClockWarned) -> None:
    """At 80 %: whoever has the next step hears it, also for a matter that nobody has picked up."""
    with as_system() as system:
        matter = _matter(system, event.matter_id)
        if matter is None or event.kind in (ClockKind.RATE, ClockKind.REVIEW):
            return
        unit_id = matter.unit_id
        if isinstance(matter, Case) and event.kind not in OF_THE_UNIT:
            unit_id = matter.desk_id
        send(
            area_id=matter.area_id, template="warned", unit_id=unit_id, matter_id=matter.id,
            params={"number": matter.number, "title": matter.title, "clock": event.kind}, urgent=True,
        )  # fmt: skip


@on(ClockOverdue)
def raise_matter(event: ClockOverdue) -> None:
    """Out of time: the next level hears of it and has it from now on; history and promise stay as they are."""
    with as_system() as system:
        matter = _matter(system, event.matter_id)
        if matter is None:
            return
        if event.kind == ClockKind.RATE:
            close_unrated(actor=system, case_id=matter.id)
        elif event.kind == ClockKind.REVIEW and isinstance(matter, Case):
            if matter.state == CaseState.SUSPENDED:
                remind(actor=system, case_id=matter.id)
                _tell(matter, "review_suspended", matter.level)
        else:
            _raise(system, matter, event)


def _raise(system: Principal, matter: Case | Report, event: ClockOverdue) -> None:
    _tell(matter, "overdue", matter.level)
    data = {"clock": event.kind, "label": event.label}
    limits = _limits_above(matter, ClockKind(event.kind))
    if isinstance(matter, Case):
        escalate(actor=system, case_id=matter.id, data=data, limits=limits)
    else:
        escalate_report(actor=system, report=lock_report(matter.id), data=data, limits=limits)


def _limits_above(matter: Case | Report, kind: ClockKind) -> list[LimitGiven]:
    """A clock beside the one that ran out, which goes on telling how late the step is."""
    above = matter.level + 1
    if kind not in STEPS or above > TOP_LEVEL or _is_met(matter.id, kind):
        return []
    narrowed = matter.cls if isinstance(matter, Case) else matter.channel
    routed = isinstance(matter, Report) and matter.state == ReportState.ROUTED
    return [replace(step_limit(kind, case="routed" if routed else narrowed), label=f"L{above}")]


def _is_met(matter_id: UUID, kind: ClockKind) -> bool:
    return all(clock.met_at for clock in clocks_of(matter_id) if clock.kind == kind)


def _tell(matter: Case | Report, template: str, level: int) -> None:
    for post in heads_of(matter.area, level, today()):
        send(
            area_id=matter.area_id, template=template, post_id=post.id, matter_id=matter.id, urgent=True,
            params={"number": matter.number, "title": matter.title},
        )  # fmt: skip


def _matter(system: Principal, matter_id: UUID) -> Case | Report | None:
    """The case, or the report that is not one yet; None when it has ended meanwhile."""
    case = cases(system).filter(id=matter_id).first()
    if case is not None:
        return None if case.state in ENDED else case
    report = report_by_id(system, matter_id)
    return report if report.state in OPEN_STATES else None
