"""Filing several reports at once: first what each would become, then each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from linli.access.api import AccessRule, Principal, StaffRequest, enter, staff, tagged, token_of
from linli.casework.cases.api import open_case
from linli.casework.dispatch.api import dispatch_case
from linli.casework.intake.api import Report, ReportState, reports
from linli.catalogue.api import list_specs
from linli.kernel.errors import Forbidden, InvalidInput, LinliError
from linli.web.desk import words
from linli.web.desk.pages import answer, part
from linli.web.desk.triage import Consequence, consequence, suggested

MOST = 50
ACT = "report.triage"


@dataclass(frozen=True, slots=True)
class Line:
    """A chosen report and what it would become. `become` None: nobody can say yet, choose an item."""

    report: Report
    typed: str
    become: Consequence | None


def picked(values: Sequence[str]) -> list[UUID]:
    """The ids that were chosen. Raises InvalidInput for more than fifty or for what is no id."""
    try:
        found = list(dict.fromkeys(UUID(value) for value in values))
    except ValueError as error:
        raise InvalidInput(
            _("These reports cannot be read. Please choose them again."), code="bulk_unreadable"
        ) from error
    if len(found) > MOST:
        raise InvalidInput(_("At most fifty at once."), code="bulk_too_many", detail={"limit": MOST})
    return found


def code_of(typed: str) -> str:
    """`C03 消防车道占用` → C03; empty when no item is meant."""
    head = typed.strip().split(" ")[0].upper()
    return head if head in {spec.code for spec in list_specs()} else ""


@staff(ACT)
def preview(request: StaffRequest) -> HttpResponseBase:
    """What each of the chosen reports would become; nothing is done yet."""
    ids = picked(request.POST.getlist("pick"))
    if request.method != "POST" or not ids:
        return redirect("desk:inbox")
    found = reports(request.actor).filter(id__in=ids, state=ReportState.RECEIVED).order_by("due_at", "id")
    lines = [_line(request.actor, report) for report in found]
    context = {
        "lines": lines,
        "options": item_options(),
        "gone": len(ids) - len(lines),
        "may_dispatch": request.actor.can("case.dispatch"),
        "query": request.POST.get("query", ""),
    }
    return answer(request, "desk/bulk.html", context)


def item_options() -> list[str]:
    """Every active item as people type it."""
    return [f"{spec.code} {words.item_name(spec)}" for spec in list_specs()]


def _line(actor: Principal, report: Report, typed: str | None = None) -> Line:
    likely = suggested(report)
    text = typed if typed is not None else (likely[0].title if likely and not likely[0].weak else "")
    code = code_of(text)
    return Line(report, text, consequence(actor, report, code) if code else None)


@staff(ACT)
def line(request: StaffRequest, report_id: UUID) -> HttpResponseBase:
    """One line anew, after its item was changed."""
    report = reports(request.actor).filter(id=report_id).first()
    if report is None:
        return redirect("desk:inbox")
    found = _line(request.actor, report, request.GET.get(f"item_{report_id}", ""))
    return part(request, "desk/_bulk_become.html", {"line": found})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one report."""

    number: str
    title: str
    done: bool
    words: str


def _run(request: HttpRequest) -> HttpResponseBase:
    """File each chosen report in its own transaction: what fails leaves the others done, and says why."""
    if request.method != "POST":
        return redirect("desk:inbox")
    token, at_once = token_of(request), "at_once" in request.POST
    outcomes = [
        _one(token, one, request.POST.get(f"item_{one}", ""), at_once) for one in picked(request.POST.getlist("pick"))
    ]
    with transaction.atomic():
        acting = StaffRequest.__new__(StaffRequest)
        acting.__dict__ = request.__dict__
        acting.actor = enter(token, read_only=True, what="bulk")
        context = {
            "outcomes": outcomes,
            "failed": sum(not one.done for one in outcomes),
            "query": request.POST.get("query", ""),
        }
        return answer(acting, "desk/bulk_done.html", context)


run = tagged(_run, AccessRule("staff", ACT))
"""Not under the usual gate, which would put all of them into one transaction; each enters as the same person."""


def _one(token: str, report_id: UUID, typed: str, at_once: bool) -> Outcome:
    number, title = "", ""
    try:
        with transaction.atomic():
            actor = enter(token, what=f"bulk {report_id}")
            if not actor.can(ACT):
                raise Forbidden(_("This role may not file reports."), code="not_permitted")
            report = reports(actor).filter(id=report_id).first()
            number, title = (report.number, report.title) if report else ("", "")
            return Outcome(number, title, True, _file(actor, report_id, typed, at_once))
    except LinliError as error:
        return Outcome(number, title, False, _(str(error)))


def _file(actor: Principal, report_id: UUID, typed: str, at_once: bool) -> str:
    code = code_of(typed)
    if not code:
        raise InvalidInput(_("No item was chosen."), code="item_missing")
    case = open_case(actor=actor, report_id=report_id, item_code=code)
    if not (at_once and actor.can("case.dispatch")):
        return _("Filed as %(item)s") % {"item": words.item_title(code)}
    assignment = dispatch_case(actor=actor, case_id=case.id)
    return _("Filed as %(item)s and sent to %(unit)s") % {"item": words.item_title(code), "unit": assignment.unit}
