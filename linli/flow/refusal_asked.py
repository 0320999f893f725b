"""Somebody proposes to refuse a report: another person reviews it."""

from __future__ import annotations

from linli.access.api import as_system
from linli.accounts.api import heads_of
from linli.calendar.api import today
from linli.casework.intake.api import report_by_id
from linli.casework.intake.events import RefusalAsked, ReportClosed, ReportRouted
from linli.notices.api import send
from linli.outbox.api import nobody_listens, on


@on(RefusalAsked)
def tell_reviewer(event: RefusalAsked) -> None:
    """To the station head of the area."""
    with as_system() as system:
        report = report_by_id(system, event.report_id)
        for post in heads_of(report.area, report.level, today()):
            send(
                area_id=report.area_id, template="refusal_asked", post_id=post.id, matter_id=report.id,
                params={"number": report.number, "title": report.title},
            )  # fmt: skip


@on(ReportRouted)
def tell_legal_owner(event: ReportRouted) -> None:
    """To the people of the legal owner."""
    with as_system() as system:
        report = report_by_id(system, event.report_id)
        send(
            area_id=report.area_id, template="routed", unit_id=event.unit_id, matter_id=report.id,
            params={"number": report.number, "title": report.title},
        )  # fmt: skip


nobody_listens(ReportClosed, "the reporter reads the reason on his own page; nothing else follows")
