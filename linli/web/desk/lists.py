"""The desk's list: reports and cases in one, by named views, one SQL statement for each page of fifty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, IntegerField, Q, QuerySet, TextField, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from linli.access.api import Principal
from linli.casework.cases.api import DOING, ENDED, CaseState, cases, first_cases
from linli.casework.intake.api import OPEN_STATES, ReportState, first_reports, reports
from linli.casework.timeline.api import ClockKind
from linli.web.desk import filters, words
from linli.web.desk.filters import Filter

PAGE = 50
Condition = Callable[[Principal, datetime], Q]
QUIET_CLOCKS = (ClockKind.RATE, ClockKind.REVIEW)
"""Nobody at the desk is late when these end: the reporter's days to rate, the weekly look at a suspended matter."""


def _report(**wanted: object) -> Condition:
    return lambda actor, now: Q(**wanted)


_case = _report
_OPEN_REPORT: Condition = _report(state__in=sorted(OPEN_STATES))


def _open_case(actor: Principal, now: datetime) -> Q:
    return ~Q(state__in=sorted(ENDED))


def _pressing(actor: Principal, now: datetime) -> Q:
    return _open_case(actor, now) & ~Q(next_clock__in=QUIET_CLOCKS)


@dataclass(frozen=True, slots=True)
class View:
    """A named view of the list: what it takes from the reports and from the cases; None takes nothing."""

    slug: str
    group: str
    icon: str
    label: Promise
    empty: Promise
    of_reports: Condition | None = None
    of_cases: Condition | None = None
    act: str = "case.read"
    newest_first: bool = False
    counted: bool = True
    tone: str = ""
    own_unit: bool = False


S, R = CaseState, ReportState
DECIDE, RUNNING, CLOCKS, ALL = "decide", "running", "clocks", "all"
GROUPS: Mapping[str, Promise] = {
    DECIDE: _l("To decide"),
    CLOCKS: _l("Clocks"),
    RUNNING: _l("Under way"),
    ALL: _l("Everything"),
}

VIEWS: Mapping[str, View] = {
    view.slug: view
    for view in (
        View(
            "triage", DECIDE, "inbox", _l("To be filed"), _l("Every report has been looked at."),
            _report(state=R.RECEIVED),
        ),
        View(
            "routed", DECIDE, "route", _l("Routed to us"), _l("Nothing was routed to your unit."),
            lambda actor, now: Q(state=R.ROUTED, unit_id=actor.unit_id), own_unit=True,
        ),
        View(
            "refusals", DECIDE, "reject", _l("Refusals to review"), _l("Nobody proposes to refuse a report."),
            _report(state=R.REFUSAL_ASKED),
        ),
        View(
            "dispatch", DECIDE, "send", _l("To be dispatched"), _l("Every filed matter has been sent to a unit."),
            of_cases=_case(state=S.FILED),
        ),
        View(
            "verify", DECIDE, "verify", _l("To be verified"), _l("No result waits for other eyes."),
            of_cases=_case(state=S.FED_BACK),
        ),
        View(
            "returns", DECIDE, "return", _l("Returns to rule on"), _l("No unit asks to return a matter."),
            of_cases=_case(state=S.RETURN_ASKED),
        ),
        View(
            "extensions", DECIDE, "extend", _l("More time asked"), _l("No unit asks for more time."),
            of_cases=_case(state=S.HANDLING, extension_asked=True),
        ),
        View(
            "overdue", CLOCKS, "over", _l("Out of time"), _l("Nothing is out of time."),
            lambda actor, now: _OPEN_REPORT(actor, now) & Q(due_at__lte=now),
            lambda actor, now: _pressing(actor, now) & Q(due_at__lte=now), tone="danger",
        ),
        View(
            "warned", CLOCKS, "near", _l("Near the limit"), _l("Nothing is near its limit."),
            lambda actor, now: _OPEN_REPORT(actor, now) & Q(warn_at__lte=now, due_at__gt=now),
            lambda actor, now: _pressing(actor, now) & Q(warn_at__lte=now, due_at__gt=now), tone="attention",
        ),
        View(
            "units", RUNNING, "tool", _l("With units"), _l("No unit is at work."),
            of_cases=_case(state__in=sorted(DOING)),
        ),
        View(
            "outside", RUNNING, "layers", _l("With legal owners"), _l("No report lies with a legal owner."),
            _report(state=R.ROUTED),
        ),
        View(
            "suspended", RUNNING, "pause", _l("Suspended"), _l("Nothing is suspended."),
            of_cases=_case(state=S.SUSPENDED),
        ),
        View(
            "rating", RUNNING, "rate", _l("Waiting for a rating"), _l("Nothing waits for the reporter's word."),
            of_cases=_case(state=S.VERIFIED),
        ),
        View(
            "mine", ALL, "person", _l("With my unit"), _l("Nothing lies with your unit."),
            lambda actor, now: _OPEN_REPORT(actor, now) & Q(unit_id=actor.unit_id),
            lambda actor, now: _open_case(actor, now) & Q(unit_id=actor.unit_id), own_unit=True,
        ),
        View("open", ALL, "list", _l("All open"), _l("No open matter."), _OPEN_REPORT, _open_case),
        View(
            "closed", ALL, "done", _l("Closed"), _l("Nothing has been closed yet."),
            _report(state__in=[R.REFUSED, R.WITHDRAWN]), _case(state__in=sorted(ENDED)), newest_first=True,
            counted=False,
        ),
    )
}  # fmt: skip

FOUND = View(
    "found", ALL, "search", _l("Found by number"), _l("No matter has this number in your area."),
    lambda actor, now: ~Q(state=R.ACCEPTED), lambda actor, now: Q(), newest_first=True, counted=False,
)  # fmt: skip


def views_for(actor: Principal) -> list[View]:
    """The views that mean something to this person."""
    return [view for view in VIEWS.values() if not view.own_unit or actor.unit_id is not None]


def view_of(chosen: Filter, actor: Principal) -> View:
    """The view of a filter; a number is looked up everywhere; the first decision waiting is where the day begins."""
    if chosen.number:
        return FOUND
    known = {view.slug: view for view in views_for(actor)}
    return known.get(chosen.view) or known["triage" if actor.can("report.triage") else "open"]


@dataclass(frozen=True, slots=True)
class Row:
    """A report or a case as a line of the list. kind: report or case."""

    kind: str
    id: UUID
    number: str
    state: str
    title: str
    item: str
    topic: str
    area: str
    unit: str
    channel: str
    level: int
    place: str
    reports: int
    began_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    next_clock: str
    waiting_for: str
    extension_asked: bool

    @property
    def key(self) -> str:
        """The name under which live updates call it."""
        return f"{self.kind}:{self.id}"

    @property
    def what(self) -> str:
        """Item or topic in words."""
        return words.item_title(self.item) or words.topic_name(self.topic)

    @property
    def can_accept(self) -> bool:
        """Whether it can be chosen for filing together with others."""
        return self.kind == "report" and self.state == ReportState.RECEIVED

    @property
    def cursor(self) -> str:
        """Where the next page begins when this is the last row of one."""
        return f"{self.began_at.isoformat()}~{self.due_at.isoformat() if self.due_at else ''}~{self.id}"


def _nothing() -> Value:
    return Value("", output_field=TextField())


_SAME = ("id", "number", "state", "title", "item_code", "topic", "channel", "level", "place_text", "due_at", "warn_at")
_NAMES = {
    "area_zh": F("area__name"), "area_en": F("area__name_en"),
    "unit_zh": F("unit__name"), "unit_en": F("unit__name_en"),
}  # fmt: skip


def _case_rows(found: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    return found.values(
        *_SAME, **_NAMES, kind=Value("case", output_field=CharField()), began_at=F("opened_at"), many=F("reports"),
        clock=F("next_clock"), waiting=F("waiting_for"), asked=F("extension_asked"),
    )  # fmt: skip


def _report_rows(found: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    return found.values(
        *_SAME, **_NAMES, kind=Value("report", output_field=CharField()), began_at=F("received_at"),
        many=Value(1, output_field=IntegerField()), clock=_nothing(), waiting=_nothing(), asked=Value(False),
    )  # fmt: skip


def _row(raw: Mapping[str, Any]) -> Row:
    return Row(
        kind=raw["kind"], id=raw["id"], number=raw["number"], state=raw["state"], title=raw["title"],
        item=raw["item_code"], topic=raw["topic"], area=words.named(raw["area_zh"], raw["area_en"]),
        unit=words.named(raw["unit_zh"], raw["unit_en"]), channel=words.say(words.CHANNELS, raw["channel"]),
        level=raw["level"], place=raw["place_text"], reports=raw["many"], began_at=raw["began_at"],
        due_at=raw["due_at"], warn_at=raw["warn_at"], next_clock=raw["clock"], waiting_for=raw["waiting"],
        extension_asked=raw["asked"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `more` is the cursor of the next one, empty at the end."""

    rows: list[Row]
    more: str


def page(actor: Principal, chosen: Filter, *, now: datetime, after: str = "", size: int = PAGE) -> Page:
    """The rows of a filter in the order of the clocks (newest first where nothing runs): one statement, no offset."""
    view = view_of(chosen, actor)
    order = _order(view, "began_at")
    branches = _branches(actor, view, chosen, now, after, size + 1)
    found = branches[0] if len(branches) == 1 else branches[0].union(branches[1], all=True).order_by(*order)
    rows = [_row(raw) for raw in found[: size + 1]]
    return Page(rows[:size], rows[size - 1].cursor if len(rows) > size else "")


def _branches(
    actor: Principal, view: View, chosen: Filter, now: datetime, after: str, limit: int
) -> list[QuerySet[Any, dict[str, Any]]]:
    parts = []
    if view.of_reports is not None:
        wanted = view.of_reports(actor, now) & filters.for_reports(chosen) & _beyond(after, view, "received_at")
        order = _order(view, "received_at")
        parts.append(_report_rows(first_reports(actor, wanted, order=order, limit=limit)))
    if view.of_cases is not None:
        wanted = view.of_cases(actor, now) & filters.for_cases(chosen) & _beyond(after, view, "opened_at")
        order = _order(view, "opened_at")
        parts.append(_case_rows(first_cases(actor, wanted, order=order, limit=limit)))
    return parts


def _order(view: View, began: str) -> tuple[str, str]:
    return (f"-{began}", "-id") if view.newest_first else ("due_at", "id")


def _beyond(after: str, view: View, began: str) -> Q:
    """What comes after the cursor: keys, not an offset, so that page 100 costs what page 1 costs."""
    cursor = _read_cursor(after)
    if cursor is None:
        return Q()
    begun, due, last = cursor
    if view.newest_first:
        return Q(**{f"{began}__lt": begun}) | Q(**{began: begun}, id__lt=last)
    if due is None:
        return Q(due_at__isnull=True, id__gt=last)
    return Q(due_at__gt=due) | Q(due_at=due, id__gt=last) | Q(due_at__isnull=True)


def _read_cursor(text: str) -> tuple[datetime, datetime | None, UUID] | None:
    try:
        begun, due, last = text.split("~")
        return datetime.fromisoformat(begun), datetime.fromisoformat(due) if due else None, UUID(last)
    except ValueError:
        return None


def row_of(actor: Principal, matter_id: UUID) -> Row | None:
    """One matter as a row: the case when there is one, else the report. None when it is not this person's to see."""
    raw = _case_rows(cases(actor).filter(id=matter_id)).first()
    raw = raw or _report_rows(reports(actor).filter(id=matter_id)).first()
    return _row(raw) if raw else None
