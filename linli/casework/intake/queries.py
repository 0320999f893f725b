from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, first_within, within
from linli.casework.intake.models import Report
from linli.casework.intake.rules import OPEN_STATES
from linli.kernel.errors import NotFound
from linli.kernel.geo import Point


@dataclass(frozen=True, slots=True)
class Near:
    """An open matter of the same kind close by, without anything that names anybody."""

    state: str
    opened_at: datetime
    distance_m: int
    reports: int


def reports(actor: Principal) -> QuerySet[Report]:
    """The reports this person may see, with area, unit and place."""
    return within(Report.objects.all(), actor, unit="unit_id").select_related("area", "unit", "place")


def first_reports(actor: Principal, wanted: Q, *, order: tuple[str, str], limit: int) -> QuerySet[Report]:
    """The first reports in an order that are wanted and within the actor's scope, with area, unit and place."""
    found = first_within(Report.objects.filter(wanted), actor, order=order, limit=limit, unit="unit_id")
    return found.select_related("area", "unit", "place")


def triage_inbox(actor: Principal) -> QuerySet[Report]:
    """Reports that wait for a decision, the most urgent first."""
    return reports(actor).filter(state__in=OPEN_STATES).order_by("due_at", "id")


def report_by_id(actor: Principal, report_id: UUID) -> Report:
    """One report. Raises NotFound, also when it lies outside the actor's scope."""
    found = reports(actor).filter(id=report_id).first()
    if found is None:
        raise NotFound(_("There is no such report."), code="report_unknown")
    return found


def own_report(reporter: Reporter) -> Report:
    """The report of a secret link. Raises NotFound."""
    found = Report.objects.select_related("area", "unit", "place").filter(id=reporter.report_id).first()
    if found is None:
        raise NotFound(_("There is no such report."), code="report_unknown")
    return found


def near(*, at: Point, item_code: str, radius_m: int, days: int, now: datetime) -> Sequence[Near]:
    """Open matters of this kind within the radius and the days, nearest first: shown before a report is sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from casework_near(%s, %s, %s, %s, %s)",
            [at.lat, at.lon, item_code, float(radius_m), now - timedelta(days=days)],
        )
        return [Near(*row) for row in cursor.fetchall()]
