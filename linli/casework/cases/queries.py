from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, Who, first_within, within
from linli.accounts.api import UNIT_ROLES
from linli.casework.cases.models import FROM_FIRST_REPORTER, Case, CaseReport
from linli.casework.cases.rules import ENDED
from linli.casework.intake.api import Report, reports
from linli.casework.timeline.api import SAID_BY_REPORTERS, Entry, story
from linli.catalogue.api import ItemSpec, spec_for
from linli.files.api import Photo, photo_for
from linli.kernel.errors import NotFound


def cases(actor: Principal) -> QuerySet[Case]:
    """The cases this person may see, with area, desk, unit and place."""
    return within(Case.objects.all(), actor, unit="unit_id").select_related("area", "desk", "unit", "place")


def first_cases(actor: Principal, wanted: Q, *, order: tuple[str, str], limit: int) -> QuerySet[Case]:
    """The first cases in an order that are wanted and within the actor's scope, with area, desk, unit and place."""
    found = first_within(Case.objects.filter(wanted), actor, order=order, limit=limit, unit="unit_id")
    return found.select_related("area", "desk", "unit", "place")


def open_cases(actor: Principal) -> QuerySet[Case]:
    """Cases that have not ended, by the clock that ends first."""
    return cases(actor).exclude(state__in=ENDED).order_by("due_at", "id")


def case_by_id(actor: Principal, case_id: UUID) -> Case:
    """One case. Raises NotFound, also when it lies outside the actor's scope."""
    found = cases(actor).filter(id=case_id).first()
    if found is None:
        raise NotFound(_("There is no such matter."), code="case_unknown")
    return found


def spec_of(case: Case) -> ItemSpec | None:
    """What its item demanded here when the case was opened; None for a case outside the list.

    A case keeps the demands it was opened under, whatever the town or a new version of the item says since.
    """
    return spec_for(case.item_code, case.area.path, at=case.opened_at) if case.item_code else None


def case_of_report(reporter: Reporter) -> Case | None:
    """The case a reporter's report became or was merged into, if any: without what its first reporter said."""
    joined = (
        CaseReport.objects.filter(report_id=reporter.report_id)
        .select_related("case__area", "case__unit")
        .defer(*(f"case__{column}" for column in FROM_FIRST_REPORTER))
        .first()
    )
    return joined.case if joined else None


def reports_of(actor: Principal, case_id: UUID) -> list[Report]:
    """The reports of a case that this person may see, the first one first: one from another area may be merged in."""
    joined = within(CaseReport.objects.filter(case_id=case_id), actor).select_related("report")
    joined = within(joined, actor, area="report__area")
    return [one.report for one in joined.order_by("joined_at", "report_id")]


def photo_in_sight(actor: Who, photo_id: UUID) -> Photo:
    """A photo that the story of a matter within this person's scope shows, or one that is not attached yet.

    Raises NotFound. The code's own scope beside the database's: each must hold without the other.
    """
    photo = photo_for(photo_id)
    if photo.area_id is None and photo.link_key is None:
        return photo
    showing = Entry.objects.filter(photos__contains=[photo_id])
    if isinstance(actor, Principal):
        seen = _in_sight(actor, showing)
    else:
        seen = isinstance(actor, Reporter) and any(photo_id in entry.photos for entry in own_story(actor))
    if not seen:
        raise NotFound(_("There is no such photo."), code="photo_unknown")
    return photo


def _in_sight(actor: Principal, showing: QuerySet[Entry]) -> bool:
    if actor.role not in UNIT_ROLES:
        return within(showing, actor).exists()
    matters = list(showing.values_list("matter_id", flat=True))
    return cases(actor).filter(id__in=matters).exists() or reports(actor).filter(id__in=matters).exists()


def own_story(reporter: Reporter) -> list[Entry]:
    """What a reporter may read of his report and of the case it became: not what other reporters said or showed."""
    case = case_of_report(reporter)
    ids = {reporter.report_id} | ({case.id} if case else set())
    return [entry for entry in story(ids, public_only=True) if _told_to(reporter, entry)]


def _told_to(reporter: Reporter, entry: Entry) -> bool:
    if entry.act not in SAID_BY_REPORTERS:
        return True
    speaker = entry.data.get("report_id")
    return speaker == str(reporter.report_id) if speaker else entry.matter_id == reporter.report_id


def similar(actor: Principal, *, item_code: str, area_id: int, limit: int = 5) -> list[Case]:
    """Open cases of the same kind in the same area: the desk sees them before it opens another one."""
    return list(open_cases(actor).filter(item_code=item_code, area_id=area_id)[:limit])
