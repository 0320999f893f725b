"""A report came in: suggest the three likeliest items, or send it to its legal owner when it is outside the list."""

from __future__ import annotations

from linli.access.api import as_system
from linli.accounts.api import Unit, unit_for
from linli.casework.intake.api import ReportState, report_by_id, route_report, suggest
from linli.casework.intake.events import ReportReceived
from linli.casework.timeline.api import announce
from linli.catalogue.api import OutsideMatch, likeliest, outside
from linli.outbox.api import on
from linli.territory.api import Area


@on(ReportReceived)
def sort_report(event: ReportReceived) -> None:
    """Give the desk a start. Only what a person said is read; a kind he chose himself is respected, and open pages
    hear of the report all the same.
    """
    with as_system() as system:
        report = report_by_id(system, event.report_id)
        if report.state != ReportState.RECEIVED:
            return
        if report.item_code:
            announce(area_path=report.area.path, kind="report", thing_id=str(report.id))
            return
        text = f"{report.title} {report.words}"
        # Stored before it goes: the legal owner may send it back, and triage then needs the three as well.
        suggest(
            actor=system,
            report_id=report.id,
            suggestions=[
                {"code": s.code, "score": round(s.score, 3), "reasons": list(s.reasons), "weak": s.weak}
                for s in likeliest(text, top=3)
            ],
        )
        match = outside(text)
        owner = legal_owner(match, report.area) if match is not None else None
        if match is not None and owner is not None:
            route_report(actor=system, report_id=report.id, topic=match.topic.code, unit=owner)


def legal_owner(match: OutsideMatch, area: Area) -> Unit | None:
    """The department that answers by law, else the town's operation centre; never a station."""
    return unit_for(match.owner_kind, area.path) or unit_for("operation_centre", area.path)
