"""Grades of buildings: what the rule says and why, what somebody proposed, what was decided, what was before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.access.api import Principal, StaffRequest, require, staff
from linli.accounts.api import User
from linli.kernel.errors import LinliError, NotFound
from linli.register.charts.api import (
    LIMIT_LABELS,
    REASONS,
    Grade,
    Grading,
    GradingState,
    Judged,
    Limits,
    approve_grade,
    compounds_in_sight,
    grade_history,
    grading_by_id,
    gradings,
    judge_compound,
    limits_at,
    place_in_sight,
    propose_grade,
    reject_grade,
    set_grade_limits,
)
from linli.register.places.api import Place, PlaceKind, find_places
from linli.web.desk.charts.matters import in_hand
from linli.web.desk.pages import answer

TOPS = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP)
GRADES = [(grade.value, grade.label) for grade in Grade]


@dataclass(frozen=True, slots=True)
class Line:
    """A grade as a page tells it."""

    id: int
    grade: str
    proposed: str
    state: str
    why: tuple[str, ...]
    by_rule: bool
    by: str
    at: datetime
    words: str
    decided_by: str
    decided_at: datetime | None
    decision: str
    waits: bool


def lines(found: Iterable[Grading]) -> list[Line]:
    """Grades in words, with the names of who proposed and decided."""
    found = list(found)
    ids = {one.proposed_by for one in found} | {one.decided_by for one in found if one.decided_by}
    names = {user.id: user.name for user in User.objects.filter(id__in=ids)}
    return [
        Line(
            one.id, _(Grade(one.grade).label), _(Grade(one.proposed).label), _(GradingState(one.state).label),
            reasons_said(one.reasons), one.by_rule, names.get(one.proposed_by, ""), one.proposed_at, one.words,
            names.get(one.decided_by or 0, ""), one.decided_at, one.decision, one.state == GradingState.PROPOSED,
        )
        for one in found
    ]  # fmt: skip


def reasons_said(reasons: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The reasons of a grade as sentences."""
    return tuple(_(REASONS[str(one["code"])]) % one for one in reasons if one["code"] in REASONS)


@staff("grade.read")
def index(request: StaffRequest) -> HttpResponseBase:
    """What waits for a decision, which compounds there are, and from where on the rule speaks."""
    actor = request.actor
    words = request.GET.get("q", "").strip()[:80]
    waiting = gradings(actor).filter(state=GradingState.PROPOSED)[:50]
    context = {
        "waiting": [(one.building, line) for one, line in zip(waiting, lines(waiting), strict=True)],
        "compounds": compounds_in_sight(actor, find_places(words, limit=40) if words else None),
        "words": words,
        **_limits(actor, limits_at(actor.area_path)),
    }
    return answer(request, "desk/charts/grades.html", context, tab="register")


def _limits(actor: Principal, held: Limits) -> dict[str, object]:
    return {
        "limits": [(name, _(label), getattr(held, name)) for name, label in LIMIT_LABELS.items()],
        "may_limits": actor.can("grade.limits"),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One building of the page of a compound."""

    building: Place
    verdict: str
    why: tuple[str, ...]
    tasks: tuple[str, ...]
    in_force: Line | None
    waiting: Line | None
    differs: bool


def _row(one: Judged) -> Row:
    held, waiting = (lines([found])[0] if found else None for found in (one.in_force, one.waiting))
    reasons = [{"code": why.code, "value": why.value, "limit": why.limit} for why in one.verdict.reasons]
    tasks = Grade(one.in_force.grade).tasks if one.in_force else ()
    return Row(
        one.building, _(one.verdict.grade.label), reasons_said(reasons), tuple(_(task) for task in tasks),
        held, waiting, one.differs,
    )  # fmt: skip


@staff("grade.read")
def compound(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """Every building of a compound: grade in force, what the rule says now, what waits. A POST proposes all of it."""
    place = place_in_sight(request.actor, place_id)
    if request.method != "POST":
        return _compound(request, place)
    require(request.actor, "grade.propose", area_path=place.area.path)
    found = judge_compound(request.actor, place, in_hand(request.actor, place.id).by_building)
    wanted = [one for one in found if to_propose(one)]
    for one in wanted:
        propose_grade(actor=request.actor, building=one.building, verdict=one.verdict)
    messages.success(
        request, ngettext("%(n)s building proposed.", "%(n)s buildings proposed.", len(wanted)) % {"n": len(wanted)}
    )
    return redirect("desk:grades_of", place.id)


def to_propose(one: Judged) -> bool:
    """Whether the rule says something else than what holds, and nobody has proposed anything yet."""
    return one.differs and one.waiting is None


def _compound(request: StaffRequest, place: Place, status: int = HTTPStatus.OK) -> HttpResponseBase:
    actor = request.actor
    if place.kind not in TOPS:
        raise NotFound(_("There is no chart of this place."), code="chart_unknown")
    judges = actor.can("grade.propose")
    found = judge_compound(actor, place, in_hand(actor, place.id).by_building) if judges else []
    held = gradings(actor).filter(building__compound_id=place.id, state=GradingState.APPROVED)
    context = {
        "place": place,
        "rows": [_row(one) for one in found],
        "held": [] if judges else [(one.building, line) for one, line in zip(held, lines(held), strict=True)],
        "judges": judges,
        "differing": sum(to_propose(one) for one in found),
        "grades": [(value, _(label)) for value, label in GRADES],
        "may_approve": actor.can("grade.approve"),
        "limits": [(_(label), getattr(limits_at(place.area.path), name)) for name, label in LIMIT_LABELS.items()],
    }
    return answer(request, "desk/charts/grades_of.html", context, tab="register", status=status)


def _building(request: StaffRequest, place_id: int) -> Place:
    place = place_in_sight(request.actor, place_id)
    if place.kind != PlaceKind.BUILDING:
        raise NotFound(_("There is no such building."), code="building_unknown")
    return place


@staff("grade.read")
def history(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """Every grade a building had or was proposed."""
    building = _building(request, place_id)
    context = {"building": building, "lines": lines(grade_history(request.actor, building))}
    return answer(request, "desk/charts/grade_history.html", context, tab="register")


def _grade(said: str) -> Grade | None:
    return next((grade for grade in Grade if grade.value == said), None)


@staff("grade.propose")
def propose(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """Propose what the rule says for a building, or something else with a reason."""
    building = _building(request, place_id)
    top = place_in_sight(request.actor, building.compound_id or building.id)
    if request.method == "POST":
        judged = judge_compound(request.actor, top, in_hand(request.actor, top.id).by_building)
        verdict = next(one.verdict for one in judged if one.building.id == building.id)
        given = {"grade": _grade(request.POST.get("grade", "")), "words": request.POST.get("words", "")}
        try:
            propose_grade(actor=request.actor, building=building, verdict=verdict, **given)  # type: ignore[arg-type]
        except LinliError as error:
            messages.error(request, str(error))
            return _compound(request, top, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("Proposed. It holds once the station head has approved it."))
    return redirect("desk:grades_of", top.id)


@staff("grade.approve")
def decide(request: StaffRequest, grading_id: int) -> HttpResponseBase:
    """Approve a proposal, change it with a reason, or turn it down."""
    found = grading_by_id(request.actor, grading_id)
    top = place_in_sight(request.actor, found.building.compound_id or found.building_id)
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            if request.POST.get("do") == "reject":
                reject_grade(actor=request.actor, grading_id=found.id, reason=reason)
            else:
                grade = _grade(request.POST.get("grade", ""))
                approve_grade(actor=request.actor, grading_id=found.id, grade=grade, reason=reason)
        except LinliError as error:
            messages.error(request, str(error))
            return _compound(request, top, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("Decided."))
    return redirect("desk:grades_of", top.id)


@staff("grade.limits")
def limits(request: StaffRequest) -> HttpResponseBase:
    """Set from where on the rule proposes what, for the town."""
    if request.method == "POST":
        held = limits_at(request.actor.area_path)
        given = {name: _number(request.POST.get(name, ""), getattr(held, name)) for name in LIMIT_LABELS}
        try:
            set_grade_limits(actor=request.actor, limits=Limits(**given))
        except LinliError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Kept. The rule proposes by these limits from now on; grades in force stay."))
    return redirect("desk:grades")


def _number(said: str, otherwise: int) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else otherwise
