"""Help for triage: what it may be, and what a choice would lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from linli.access.api import Principal
from linli.calendar.api import current_calendar
from linli.casework.cases.api import Case
from linli.casework.dispatch.api import Proposal, propose
from linli.casework.intake.api import Near, Report, near
from linli.catalogue.api import ItemSpec, Limit, is_active, likeliest, limit_shown, spec_for
from linli.kernel.clock import now
from linli.kernel.geo import point
from linli.web.desk import words
from linli.web.desk.place import Beside, beside

TOP = 3


@dataclass(frozen=True, slots=True)
class Suggested:
    """A kind that a report may be, with the words that speak for it; `by_reporter` when he chose it himself.

    weak: there is little to go on; it is shown to be looked through, never chosen beforehand.
    """

    code: str
    title: str
    reasons: Sequence[str] = ()
    percent: int = 0
    by_reporter: bool = False
    weak: bool = False


def suggested(report: Report) -> list[Suggested]:
    """Three items: the reporter's own choice first, then what the machine stored, then what it says now."""
    found: dict[str, Suggested] = {}
    if report.item_code and is_active(report.item_code):
        found[report.item_code] = Suggested(report.item_code, words.item_title(report.item_code), by_reporter=True)
    stored = [
        (s["code"], float(s["score"]), tuple(s["reasons"]), bool(s.get("weak")))
        for s in report.suggestions
        if is_active(s["code"])
    ]
    fresh = [(s.code, s.score, s.reasons, s.weak) for s in likeliest(f"{report.title} {report.words}", top=TOP)]
    for code, score, reasons, weak in (*stored, *fresh):
        found.setdefault(code, Suggested(code, words.item_title(code), reasons, round(score * 100), weak=weak))
    return list(found.values())[:TOP]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What filing a report under an item means: limits with their first dates, evidence, unit, near matters."""

    spec: ItemSpec
    title: str
    contact: str
    contact_by: datetime | None
    whole: str
    whole_by: datetime | None
    others: Sequence[str]
    proposal: Proposal
    why: Sequence[str]
    near: Sequence[Near]
    beside: Sequence[Beside]


def consequence(actor: Principal, report: Report, code: str) -> Consequence:
    """What would follow. Raises NotFound for a code that is not on the list."""
    spec = spec_for(code, report.area.path)
    proposal = propose(as_case(report, spec), at=now())
    return Consequence(
        spec=spec,
        title=words.item_title(code),
        contact=_shown(spec.first_contact),
        contact_by=_date(spec.first_contact),
        whole=_shown(spec.promise),
        whole_by=_date(spec.promise),
        others=[
            _shown(limit) for limit in (*spec.respond, *spec.resolve) if limit not in (spec.first_contact, spec.promise)
        ],
        proposal=proposal,
        why=words.why_words(proposal.why),
        near=_near(actor, report, spec),
        beside=beside(actor, report, code, limit=3),
    )


def as_case(report: Report, spec: ItemSpec) -> Case:
    """The case a report would become, not saved: for the question who would answer."""
    return Case(
        id=report.id, area=report.area, place=report.place, item_code=spec.code, cls=spec.cls, title=report.title
    )  # fmt: skip


def _near(actor: Principal, report: Report, spec: ItemSpec) -> Sequence[Near]:
    if report.lat is None or report.lng is None or not actor.can("report.triage"):
        return ()
    return near(
        at=point(report.lng, report.lat), item_code=spec.code, radius_m=spec.duplicate_radius_m,
        days=spec.duplicate_days, now=now(),
    )  # fmt: skip


def _shown(limit: Limit) -> str:
    return limit_shown(limit, english=words.english())


def _date(limit: Limit) -> datetime | None:
    return current_calendar().deadline(now(), limit.amount, limit.unit)
