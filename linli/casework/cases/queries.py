from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, within
from linli.casework.cases.models import Case, CaseReport
from linli.casework.cases.rules import ENDED
from linli.casework.intake.api import Report
from linli.kernel.errors import NotFound


def cases(actor: Principal) -> QuerySet[Case]:
    """The cases this person may see, with area, desk, unit and place."""
    return within(Case.objects.all(), actor, unit="unit_id").select_related("area", "desk", "unit", "place")


def open_cases(actor: Principal) -> QuerySet[Case]:
    """Cases that have not ended, by the clock that ends first."""
    return cases(actor).exclude(state__in=ENDED).order_by("due_at", "id")


def case_by_id(actor: Principal, case_id: UUID) -> Case:
    """One case. Raises NotFound, also when it lies outside the actor's scope."""
    found = cases(actor).filter(id=case_id).first()
    if found is None:
        raise NotFound(_("There is no such matter."), code="case_unknown")
    return found


def case_of_report(reporter: Reporter) -> Case | None:
    """The case a reporter's report became or was merged into, if any."""
    joined = CaseReport.objects.filter(report_id=reporter.report_id).select_related("case__area", "case__unit").first()
    return joined.case if joined else None


def reports_of(actor: Principal, case_id: UUID) -> list[Report]:
    """The reports of a case, the first one first."""
    joined = within(CaseReport.objects.filter(case_id=case_id), actor).select_related("report")
    return [one.report for one in joined.order_by("joined_at", "report_id")]


def similar(actor: Principal, *, item_code: str, area_id: int, limit: int = 5) -> list[Case]:
    """Open cases of the same kind in the same area: the desk sees them before it opens another one."""
    return list(open_cases(actor).filter(item_code=item_code, area_id=area_id)[:limit])
