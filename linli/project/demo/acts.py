"""How each step of staff is taken: which action of casework it is, and with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from linli.access.api import Principal
from linli.accounts.api import Unit, unit_for
from linli.casework.cases.api import (
    Result,
    ask_extension,
    case_by_id,
    comment,
    decide_extension,
    merge_report,
    open_case,
    resume,
    suspend,
    void,
)
from linli.casework.dispatch.api import accept_assignment, ask_return, dispatch_case, rule_return, take_routed
from linli.casework.intake.api import ReportState, ask_refusal, report_by_id, review_refusal, route_report
from linli.casework.verification.api import Method, verify
from linli.casework.works.api import add_step, arrive, feed_back, self_handle
from linli.catalogue.api import outside_topic
from linli.project.demo.book import remarks
from linli.project.demo.matters import By, PhotoPlan, PlannedMatter, Step


class Stage(Protocol):
    """What the replay holds ready for its steps."""

    reports: dict[str, UUID]

    def draw(self, plans: Sequence[PhotoPlan]) -> list[UUID]:
        """Photos of these plans."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """What one step of staff needs: who acts, on which matter, the step as planned."""

    replay: Stage
    actor: Principal
    case_id: UUID
    matter: PlannedMatter
    step: Step

    @property
    def words(self) -> str:
        return self.step.words

    @property
    def detail(self) -> dict[str, str]:
        return self.step.detail

    @property
    def photos(self) -> list[UUID]:
        return self.replay.draw(self.step.photos)

    def unit(self, kind: str) -> Unit:
        found = unit_for(kind, case_by_id(self.actor, self.case_id).area.path)
        if found is None:
            raise LookupError(f"no {kind} here")
        return found


def _open(s: Scene) -> None:
    case = open_case(actor=s.actor, report_id=s.case_id, item_code=s.matter.item_code)
    if s.step.by is By.LEGAL_OWNER:
        take_routed(actor=s.actor, case=case)


def _dispatch(s: Scene) -> None:
    if s.step.by is not By.LEGAL_OWNER:
        unit = s.unit(s.detail["to"]).id if "to" in s.detail else None
        dispatch_case(actor=s.actor, case_id=s.case_id, unit_id=unit, words=remarks("sent_as_told")[0] if unit else "")


def _accept(s: Scene) -> None:
    if s.step.by is not By.LEGAL_OWNER:
        accept_assignment(actor=s.actor, case_id=s.case_id)


def _route(s: Scene) -> None:
    report = report_by_id(s.actor, s.case_id)
    if report.state == ReportState.ROUTED:
        return  # the words alone have sent it there already
    topic = outside_topic(s.detail["to"])
    unit = unit_for(topic.owner_kind, report.area.path) or unit_for("operation_centre", report.area.path)
    if unit is None:
        raise LookupError("no legal owner")
    route_report(actor=s.actor, report_id=s.case_id, topic=topic.code, unit=unit, words=s.words)


ACTS: Final[dict[str, Callable[[Scene], object]]] = {
    "open": _open,
    "dispatch": _dispatch,
    "accept": _accept,
    "route": _route,
    "extend_grant": lambda s: decide_extension(
        actor=s.actor,
        case_id=s.case_id,
        grant=True,
        words=s.words,
        amount=Decimal(s.detail["amount"]),
        unit=s.detail["unit"],
    ),
    "self_handle": lambda s: self_handle(actor=s.actor, case_id=s.case_id, words=s.words, after=s.photos),
    "comment": lambda s: comment(actor=s.actor, case_id=s.case_id, words=s.words),
    "refuse_ask": lambda s: ask_refusal(actor=s.actor, report_id=s.case_id, reason=s.words),
    "refuse": lambda s: review_refusal(actor=s.actor, report_id=s.case_id, agree=True, words=s.words),
    "merge": lambda s: merge_report(actor=s.actor, report_id=s.case_id, into=s.replay.reports[s.detail["to"]]),
    "return_ask": lambda s: ask_return(actor=s.actor, case_id=s.case_id, reason=s.detail["reason"], words=s.words),
    "return_grant": lambda s: rule_return(actor=s.actor, case_id=s.case_id, grant=True, words=s.words),
    "arrive": lambda s: arrive(actor=s.actor, case_id=s.case_id, words=s.words, photos=s.photos),
    "step": lambda s: add_step(actor=s.actor, case_id=s.case_id, words=s.words, photos=s.photos),
    "extend_ask": lambda s: ask_extension(
        actor=s.actor, case_id=s.case_id, amount=Decimal(s.detail["amount"]), unit=s.detail["unit"], words=s.words
    ),
    "suspend": lambda s: suspend(actor=s.actor, case_id=s.case_id, reason=s.words),
    "resume": lambda s: resume(actor=s.actor, case_id=s.case_id, words=s.words),
    "feed_back": lambda s: feed_back(
        actor=s.actor, case_id=s.case_id, result=Result(s.detail["result"]), words=s.words, photos=s.photos
    ),
    "verify": lambda s: verify(
        actor=s.actor, case_id=s.case_id, passed=True, method=Method(s.detail["method"]), words=s.words
    ),
    "rework": lambda s: verify(actor=s.actor, case_id=s.case_id, passed=False, method=Method.ON_SITE, words=s.words),
    "void": lambda s: void(actor=s.actor, case_id=s.case_id, words=s.words),
}
