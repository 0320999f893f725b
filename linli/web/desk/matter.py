"""One matter as the desk sees it: the report, the case it became, and the reports merged into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.accounts.api import Unit
from linli.casework.cases.api import Case, CaseReport, CaseState, cases, reports_of, spec_of
from linli.casework.intake.api import Report, ReportState, reports
from linli.catalogue.api import ItemSpec, spec_for
from linli.kernel.errors import NotFound, WrongState
from linli.territory.api import Area
from linli.web.desk import words


@dataclass(eq=False)
class Matter:
    """A report that waits for a decision, or a case. `reports`: those this person may read, the first one first."""

    actor: Principal
    report: Report | None
    case: Case | None
    reports: Sequence[Report]

    @property
    def thing(self) -> Case | Report:
        """The case when there is one, else the report."""
        found = self.case or self.report
        if found is None:
            raise LookupError("a matter is a case or a report")
        return found

    def need_case(self) -> Case:
        """The case. Raises WrongState for a report that is not one: somebody sent an old form."""
        if self.case is None:
            raise _moved_on(self.state)
        return self.case

    def need_report(self) -> Report:
        """The report that waits. Raises WrongState when it has become a case meanwhile."""
        if self.report is None:
            raise _moved_on(self.state)
        return self.report

    @property
    def id(self) -> UUID:
        return self.thing.id

    @property
    def number(self) -> str:
        return self.thing.number

    @property
    def title(self) -> str:
        return self.thing.title

    @property
    def state(self) -> str:
        return self.thing.state

    @property
    def area(self) -> Area:
        return self.thing.area

    @property
    def unit(self) -> Unit:
        return self.thing.unit

    @property
    def key(self) -> str:
        """The name under which live updates call it."""
        return f"{'case' if self.case else 'report'}:{self.id}"

    @property
    def is_case(self) -> bool:
        return self.case is not None

    @cached_property
    def spec(self) -> ItemSpec | None:
        """What its item demands at its place, for a case as of its opening; None outside the list or without a kind."""
        code = self.thing.item_code
        try:
            if self.case:
                return spec_of(self.case)
            return spec_for(code, self.area.path) if code else None
        except NotFound:
            return None

    @property
    def what(self) -> str:
        """Item or topic in words."""
        return words.item_title(self.thing.item_code) or words.topic_name(self.thing.topic)

    @property
    def waiting_for(self) -> str:
        """Why its clocks stand still, in words."""
        return self.case.waiting_for if self.case and self.state == CaseState.SUSPENDED else ""

    @property
    def ids(self) -> list[UUID]:
        """The ids whose stories belong to it."""
        return list(dict.fromkeys([self.id, *(report.id for report in self.reports)]))

    @property
    def words(self) -> str:
        """What the first reporter said."""
        return self.reports[0].words if self.reports else ""


def _moved_on(state: str) -> WrongState:
    return WrongState(
        _("This matter has moved on; that step is not possible now."), code="case_wrong_state", detail={"state": state}
    )


def by_number(actor: Principal, number: str) -> Matter:
    """The matter with this number. Raises NotFound, also when it lies outside the person's area."""
    case = cases(actor).filter(number=number).first()
    report = None if case else reports(actor).filter(number=number).first()
    return _matter(actor, case, report)


def by_id(actor: Principal, matter_id: UUID) -> Matter:
    """The matter with this id. Raises NotFound, also when it lies outside the person's area."""
    case = cases(actor).filter(id=matter_id).first()
    report = None if case else reports(actor).filter(id=matter_id).first()
    return _matter(actor, case, report)


def _matter(actor: Principal, case: Case | None, report: Report | None) -> Matter:
    if case is None and report is None:
        raise NotFound(_("There is no such matter in your area."), code="matter_unknown")
    told = reports_of(actor, case.id) if case else []
    return Matter(actor, report, case, told or ([report] if report else []))


def merged_into(actor: Principal, report: Report) -> Case | None:
    """The case a report was merged into, when this person may see it."""
    if report.state != ReportState.MERGED:
        return None
    joined = within(CaseReport.objects.filter(report_id=report.id), actor, unit="case__unit_id")
    found = joined.select_related("case").first()
    return found.case if found else None
