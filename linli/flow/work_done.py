"""A unit fed back: the desk has it verified by other eyes. Sent back: the unit goes on."""

from __future__ import annotations

from linli.access.api import as_system
from linli.accounts.api import heads_of
from linli.calendar.api import today
from linli.casework.cases.api import case_by_id
from linli.casework.cases.events import CaseEnded, CaseOpened, CaseReopened, ExtensionAsked, ReportMerged
from linli.casework.verification.events import CaseRated, WorkSentBack, WorkVerified
from linli.casework.works.events import SelfHandled, WorkDone
from linli.notices.api import send
from linli.outbox.api import nobody_listens, on


@on(WorkDone)
def tell_desk(event: WorkDone) -> None:
    """The desk that keeps the case hears that it can be verified."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        send(
            area_id=case.area_id, template="fed_back", unit_id=case.desk_id, matter_id=case.id,
            params={"number": case.number, "title": case.title},
        )  # fmt: skip


@on(WorkSentBack)
def tell_unit(event: WorkSentBack) -> None:
    """The unit hears it; when the reporter said so, the level above hears it too."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        params = {"number": case.number, "title": case.title}
        send(area_id=case.area_id, template="reworked", unit_id=event.unit_id, matter_id=case.id, params=params)
        for post in heads_of(case.area, case.level, today()) if event.by_reporter else []:
            send(area_id=case.area_id, template="disputed", post_id=post.id, matter_id=case.id, params=params)


@on(ExtensionAsked)
def tell_decider(event: ExtensionAsked) -> None:
    """The desk decides on more time."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        send(
            area_id=case.area_id, template="extension_asked", unit_id=case.desk_id, matter_id=case.id,
            params={"number": case.number, "title": case.title},
        )  # fmt: skip


@on(CaseReopened)
def tell_unit_again(event: CaseReopened) -> None:
    """A closed matter is work again."""
    with as_system() as system:
        case = case_by_id(system, event.case_id)
        params = {"number": case.number, "title": case.title}
        send(area_id=case.area_id, template="reworked", unit_id=case.unit_id, matter_id=case.id, params=params)


nobody_listens(CaseOpened, "the desk that opened it has it on the screen")
nobody_listens(ReportMerged, "both reporters read the story on their own pages")
nobody_listens(CaseEnded, "the story says it; nothing follows")
nobody_listens(WorkVerified, "the reporter is asked on his own page")
nobody_listens(CaseRated, "counted by appraisal when there is one")
nobody_listens(SelfHandled, "nothing is left to do")
