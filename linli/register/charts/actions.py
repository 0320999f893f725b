"""Writes: versions of legends, grades of buildings, the limits of their rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.kernel.clock import now
from linli.kernel.errors import Conflict, InvalidInput, NotFound, WrongState
from linli.kernel.text import normalise
from linli.register.charts.grades import grading_by_id
from linli.register.charts.grading import (
    Grade,
    GradingAct,
    GradingState,
    Limits,
    Reason,
    Verdict,
    after,
    limits_to,
    wrong_limits,
)
from linli.register.charts.legends import legend_history
from linli.register.charts.models import GradeLimit, Grading, Legend
from linli.register.charts.rules import Layer
from linli.register.charts.signs import Sign, faults_of, read_signs, write_signs
from linli.register.places.api import Place, PlaceKind

MAX_WORDS = 300


@transaction.atomic
def save_legend(*, actor: Principal, layer: Layer, signs: Sequence[Sign], note: str = "") -> Legend:
    """Keep a legend as the newest version at the actor's own area; it holds there and below from now on.

    Raises Forbidden (`legend.edit`), InvalidInput with the first fault of `signs.faults_of` as its code.
    """
    require(actor, "legend.edit", area_path=actor.area_path)
    clean = [_clean(sign) for sign in signs]
    if faults := faults_of(layer, clean):
        first = faults[0]
        raise InvalidInput(_(first.message) % first.params, code=first.code, detail={"values": list(first.values)})
    last = _versions(actor, layer)
    with _first_come():
        made = Legend.objects.create(
            area_id=actor.area_id, layer=layer, version=last + 1, rows=write_signs(clean),
            note=normalise(note, max_length=200, multiline=False), made_by=actor.user_id,
        )  # fmt: skip
    _note(actor, "legend.save", made)
    return made


@transaction.atomic
def retire_legend(*, actor: Principal, legend_id: int) -> Legend:
    """Take one of the own area's versions out of use; the one before it, or what is shipped, holds again.

    Raises Forbidden, NotFound (also for a shipped one), WrongState when it is retired already.
    """
    require(actor, "legend.edit", area_path=actor.area_path)
    found = Legend.objects.select_for_update().filter(id=legend_id, area_id=actor.area_id).first()
    if found is None:
        raise NotFound(_("There is no such legend here."), code="legend_unknown")
    if found.retired_at is not None:
        raise WrongState(_("This version is retired already."), code="legend_retired")
    found.retired_at = now()
    found.save(update_fields=["retired_at"])
    _note(actor, "legend.retire", found)
    return found


@transaction.atomic
def restore_legend(*, actor: Principal, legend_id: int) -> Legend:
    """Make an earlier version, or the shipped one, hold again: its signs become the newest version at the own area.

    Raises Forbidden, NotFound.
    """
    require(actor, "legend.edit", area_path=actor.area_path)
    old = next((one for layer in Layer for one in legend_history(actor, layer).filter(id=legend_id)), None)
    if old is None:
        raise NotFound(_("There is no such legend here."), code="legend_unknown")
    note = _("as version %(version)s") % {"version": old.version} if old.area_id else _("as shipped")
    return save_legend(actor=actor, layer=Layer(old.layer), signs=read_signs(old.rows), note=note)


@contextmanager
def _first_come() -> Iterator[None]:
    """Two who write the very first row at once find nothing to lock: the index says who was first."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(_("Somebody else was faster. Please look again."), code="changed_meanwhile") from error


def _versions(actor: Principal, layer: Layer) -> int:
    """The highest version at the own area, with the versions locked so that two who save at once get two numbers."""
    mine = Legend.objects.filter(area_id=actor.area_id, layer=layer)
    list(mine.select_for_update().order_by("id").values_list("id", flat=True))
    return mine.aggregate(last=Max("version"))["last"] or 0


def _clean(sign: Sign) -> Sign:
    texts = {name: normalise(value, max_length=60, multiline=False) for name, value in asdict(sign).items()}
    return Sign(**texts | {"colour": texts["colour"].lower()})


def _note(actor: Principal, act: str, legend: Legend) -> None:
    record(
        actor=actor, act=act, subject_kind="legend", subject_id=legend.layer, area_id=actor.area_id,
        detail={"version": legend.version},
    )  # fmt: skip


@transaction.atomic
def propose_grade(
    *, actor: Principal, building: Place, verdict: Verdict, grade: Grade | None = None, words: str = ""
) -> Grading:
    """Propose a grade for a building; a proposal that waits is replaced. Nothing follows before it is approved.

    verdict: what the rule says (charts/grades.py judge_compound). grade: what the proposer holds instead, with a reason
    in `words`. Raises Forbidden (`grade.propose`), InvalidInput, Conflict when this grade is in force already.
    """
    require(actor, "grade.propose", area_path=building.area.path)
    if building.kind != PlaceKind.BUILDING:
        raise InvalidInput(_("Only a building has a grade."), code="not_a_building")
    wanted, said = grade or verdict.grade, _said(words)
    by_rule = wanted == verdict.grade
    if not by_rule and not said:
        raise InvalidInput(_("Please say why it is another grade than the rule proposes."), code="reason_missing")
    standing = _locked(building)
    in_force = standing.get(GradingState.APPROVED)
    if in_force is not None and in_force.grade == wanted:
        raise Conflict(_("The building has this grade already."), code="grade_in_force")
    if (waiting := standing.get(GradingState.PROPOSED)) is not None:
        _step(waiting, GradingAct.REPLACE)
    with _first_come():
        made = _proposal(actor, building, wanted, verdict.reasons if by_rule else (Reason("by_hand", 0, 0),), said)
    _trail(actor, "grade.propose", made)
    return made


def _proposal(actor: Principal, building: Place, grade: Grade, reasons: Sequence[Reason], said: str) -> Grading:
    return Grading.objects.create(
        area_id=building.area_id, building=building, proposed=grade, grade=grade, state=GradingState.PROPOSED,
        reasons=[asdict(one) for one in reasons], by_rule=reasons[0].code != "by_hand", proposed_by=actor.user_id,
        proposed_at=now(), words=said,
    )  # fmt: skip


@transaction.atomic
def approve_grade(*, actor: Principal, grading_id: int, grade: Grade | None = None, reason: str = "") -> Grading:
    """Let a proposal hold, or another grade in its place with a reason; the grade before it is kept as replaced.

    Raises Forbidden (`grade.approve`), NotFound, WrongState, InvalidInput (`reason_missing`).
    """
    found = _to_decide(actor, grading_id)
    said, wanted = _said(reason), grade or Grade(found.proposed)
    if wanted != found.proposed and not said:
        raise InvalidInput(_("Please say why it is another grade than proposed."), code="reason_missing")
    standing = _locked(found.building)
    _may(found, GradingAct.APPROVE)
    if (before := standing.get(GradingState.APPROVED)) is not None:
        _step(before, GradingAct.REPLACE)
    return _decide(actor, found, GradingAct.APPROVE, wanted, said)


@transaction.atomic
def reject_grade(*, actor: Principal, grading_id: int, reason: str) -> Grading:
    """Turn a proposal down; the grade in force stays. Raises as `approve_grade`; a reason is always asked."""
    found = _to_decide(actor, grading_id)
    if not (said := _said(reason)):
        raise InvalidInput(_("Please say why the proposal is turned down."), code="reason_missing")
    _locked(found.building)
    return _decide(actor, found, GradingAct.REJECT, Grade(found.grade), said)


def _to_decide(actor: Principal, grading_id: int) -> Grading:
    require(actor, "grade.approve")
    found = grading_by_id(actor, grading_id)
    require(actor, "grade.approve", area_path=found.building.area.path)
    return found


def _decide(actor: Principal, found: Grading, act: GradingAct, grade: Grade, said: str) -> Grading:
    found.refresh_from_db(fields=["state"])
    _step(found, act, grade=grade, decided_by=actor.user_id, decided_at=now(), decision=said)
    _trail(actor, f"grade.{act}", found)
    return found


def _may(found: Grading, act: GradingAct) -> GradingState:
    found.refresh_from_db(fields=["state"])
    reached = after(GradingState(found.state), act)
    if reached is None:
        raise WrongState(_("This proposal has been decided already."), code="grading_decided")
    return reached


def _step(found: Grading, act: GradingAct, **more: object) -> None:
    found.state = _may(found, act)
    for name, value in more.items():
        setattr(found, name, value)
    found.save(update_fields=["state", *more])


def _locked(building: Place) -> dict[str, Grading]:
    """The proposal that waits and the grade in force, locked: two who decide at once do it one after the other."""
    states = (GradingState.PROPOSED, GradingState.APPROVED)
    rows = Grading.objects.select_for_update().filter(building_id=building.id, state__in=states).order_by("id")
    return {row.state: row for row in rows}


def _said(words: str) -> str:
    return normalise(words, max_length=MAX_WORDS)


def _trail(actor: Principal, act: str, grading: Grading) -> None:
    record(
        actor=actor, act=act, subject_kind="place", subject_id=str(grading.building_id), area_id=grading.area_id,
        detail={"grading": grading.id, "grade": grading.grade, "by_rule": grading.by_rule},
    )  # fmt: skip


@transaction.atomic
def set_grade_limits(*, actor: Principal, limits: Limits) -> GradeLimit:
    """Set from where on the rule proposes what, at the actor's own area and below. Raises Forbidden, InvalidInput."""
    require(actor, "grade.limits", area_path=actor.area_path)
    if wrong := wrong_limits(limits):
        raise InvalidInput(
            _("Each limit is from 1 to 1000, and a key building is never found before one to watch."),
            code="limits_wrong",
            detail={"limits": wrong},
        )
    made = GradeLimit.objects.create(area_id=actor.area_id, values=limits_to(limits), set_by=actor.user_id)
    record(
        actor=actor, act="grade.limits", subject_kind="area", subject_id=str(actor.area_id), area_id=actor.area_id,
        detail=limits_to(limits),
    )  # fmt: skip
    return made
