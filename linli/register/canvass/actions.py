from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, NotFound, WrongState
from linli.kernel.text import normalise
from linli.register.canvass.models import Attempt, Canvass, Target
from linli.register.canvass.queries import Chosen, homes_for
from linli.register.canvass.rules import (
    CANVASS_TABLE,
    FORMS,
    TARGET_TABLE,
    CanvassAct,
    CanvassState,
    Channel,
    Outcome,
    TargetAct,
    TargetState,
    act_of,
    gaps,
    next_try,
    wrong_answers,
)
from linli.territory.api import Area

RUN = "canvass.run"
WALK = "canvass.walk"
MOST_HOMES = 20_000


def draw_up(
    *, actor: Principal, area: Area, title: str, purpose: str, form: str, due_on: date, chosen: Chosen
) -> Canvass:
    """Draw up a canvass with the homes that the filter finds now.

    Raises Forbidden, InvalidInput (no title, purpose or homes; a day that is past; more than MOST_HOMES homes).
    """
    require(actor, RUN, area_path=area.path)
    if chosen.tags:
        require(actor, "need.read", area_path=area.path)
    title, purpose = normalise(title, max_length=60, multiline=False), normalise(purpose, max_length=160)
    if not title or not purpose:
        raise InvalidInput(
            _("Say what is asked and what for: it is told to the household."), code="canvass_unexplained"
        )
    if form not in FORMS:
        raise InvalidInput(_("There is no such form."), code="form_unknown")
    if due_on < today():
        raise InvalidInput(_("The last day is already past."), code="canvass_due_past")
    with transaction.atomic():
        homes = list(homes_for(actor, area, chosen).values_list("id", "area_id")[: MOST_HOMES + 1])
        if not homes:
            raise InvalidInput(_("No home fits this choice. Nothing was drawn up."), code="canvass_empty")
        if len(homes) > MOST_HOMES:
            raise InvalidInput(_("More homes than one canvass can hold: choose a part."), code="canvass_too_large")
        canvass = Canvass.objects.create(
            area=area, title=title, purpose=purpose, form=form, due_on=due_on, chosen=asdict(chosen),
            made_by=actor.post_id,
        )  # fmt: skip
        Target.objects.bulk_create(
            [Target(canvass=canvass, home_id=home_id, area_id=area_id) for home_id, area_id in homes], batch_size=2000
        )
        _note(actor, canvass, "draw_up", homes=len(homes))
    return canvass


def change_canvass(*, actor: Principal, canvass_id: UUID, act: CanvassAct) -> Canvass:
    """Open, close or reopen a canvass. Raises Forbidden, NotFound, WrongState."""
    with transaction.atomic():
        require(actor, RUN)
        canvass = _locked(canvass_id)
        require(actor, RUN, area_path=canvass.area.path)
        after = CANVASS_TABLE.get((CanvassState(canvass.state), act))
        if after is None:
            raise WrongState(_("This cannot be done with the canvass now."), code="canvass_state")
        canvass.state = after
        canvass.save(update_fields=["state"])
        _note(actor, canvass, act)
    return canvass


def try_home(
    *,
    actor: Principal,
    target_id: int,
    channel: Channel,
    outcome: Outcome,
    words: str = "",
    answers: Mapping[str, str] | None = None,
    next_on: date | None = None,
    key: str | None = None,
) -> Target:
    """Note one try to reach a home; whoever was reached has answered the form.

    next_on: the day of the next try, where it is not the proposed one. key: makes a repeat do nothing.
    Raises Forbidden, NotFound, WrongState, InvalidInput (a question without an answer; nothing is lost, the page keeps
    what was given).
    """
    with transaction.atomic():
        target = _target(actor, target_id)
        if key is not None and Attempt.objects.filter(target=target, key=key).exists():
            return target
        given = dict(answers or {}) if outcome is Outcome.REACHED else {}
        wrong = wrong_answers(target.canvass.form, given) if outcome is Outcome.REACHED else []
        if wrong:
            raise InvalidInput(
                _("Every question needs an answer."), code="answers_missing", detail={"questions": wrong}
            )
        _move(target, act_of(outcome))
        proposed_channel, proposed_day = next_try(channel, outcome, today())
        left_over = target.state == TargetState.TRIED
        target.next_channel = proposed_channel if left_over else ""
        target.next_on = (next_on or proposed_day) if left_over else None
        target.tries += 1
        target.answers, target.gaps = given, len(gaps(target.canvass.form, given))
        target.done_at = now() if target.state == TargetState.DONE else None
        target.save()
        Attempt.objects.create(
            target=target, area_id=target.area_id, post_id=actor.post_id, channel=channel, outcome=outcome, key=key,
            words=normalise(words, max_length=200),
        )  # fmt: skip
        _note(actor, target.canvass, f"try.{outcome}", home=target.home_id)
    return target


def leave_out(*, actor: Principal, target_id: int, words: str) -> Target:
    """Take a home off the remaining list with a reason. Raises Forbidden, NotFound, WrongState, InvalidInput."""
    reason = normalise(words, max_length=200)
    if not reason:
        raise InvalidInput(_("Say why this home is left out."), code="reason_missing")
    return _without_try(actor, target_id, TargetAct.DROP, reason)


def take_back(*, actor: Principal, target_id: int) -> Target:
    """Put a home back on the remaining list: what was entered was a mistake. Raises Forbidden, NotFound, WrongState."""
    return _without_try(actor, target_id, TargetAct.TAKE_BACK, "")


def _without_try(actor: Principal, target_id: int, act: TargetAct, words: str) -> Target:
    with transaction.atomic():
        target = _target(actor, target_id)
        _move(target, act)
        target.answers, target.gaps, target.done_at = {}, 0, None
        target.next_on = today() if target.state == TargetState.TRIED else None
        target.next_channel = Channel.DOOR if target.state == TargetState.TRIED else ""
        target.save()
        _note(actor, target.canvass, act, home=target.home_id, **({"why": words} if words else {}))
    return target


def _locked(canvass_id: UUID) -> Canvass:
    found = Canvass.objects.select_for_update(of=("self",)).select_related("area").filter(id=canvass_id).first()
    if found is None:
        raise NotFound(_("There is no such canvass."), code="canvass_unknown")
    return found


def _target(actor: Principal, target_id: int) -> Target:
    require(actor, WALK)
    rows = Target.objects.select_for_update(of=("self",)).select_related("canvass", "area")
    target = rows.filter(id=target_id).first()
    if target is None:
        raise NotFound(_("This home is not on the list."), code="target_unknown")
    require(actor, WALK, area_path=target.area.path)
    if target.canvass.state != CanvassState.OPEN:
        raise WrongState(_("The canvass is not under way."), code="canvass_not_open")
    return target


def _move(target: Target, act: TargetAct) -> None:
    after = TARGET_TABLE.get((TargetState(target.state), act))
    if after is None:
        raise WrongState(_("This home is already settled."), code="target_state", detail={"state": target.state})
    target.state = after


def _note(actor: Principal, canvass: Canvass, act: str, **detail: object) -> None:
    record(
        actor=actor, act=f"canvass.{act}", subject_kind="canvass", subject_id=str(canvass.id), area_id=canvass.area_id,
        detail=detail,
    )  # fmt: skip
