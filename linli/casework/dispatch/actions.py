from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.accounts.api import AREA_ROLES, Role, Unit, unit_by_id, units_near
from linli.casework.cases.api import MAX_RETURNS, Case, advance, case_for
from linli.casework.dispatch.events import CaseDispatched, ReturnAsked, ReturnRuled
from linli.casework.dispatch.models import Assignment
from linli.casework.dispatch.queries import Proposal, current, propose
from linli.casework.dispatch.rules import RETURN_REASONS, AssignmentState
from linli.casework.timeline.api import Act, ClockKind, Visibility, keyed, need_words, said_before, step_limit
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, WrongState
from linli.kernel.text import normalise
from linli.outbox.api import publish

OWN_HANDS = frozenset({"station", "committee", "village_committee", "operation_centre"})
"""Units whose work the desk's own people do."""


def dispatch_case(*, actor: Principal, case_id: UUID, unit_id: int | None = None, words: str = "") -> Assignment:
    """Send a case to a unit: the proposed one, or another that answers near the place, then with a reason.

    Raises Forbidden, WrongState, InvalidInput when the unit does not answer here or the choice has no reason.
    """
    with transaction.atomic():
        case = case_for(actor=actor, act="case.dispatch", case_id=case_id)
        proposal = propose(case, at=now())
        assignment = _assign(actor, case, _chosen(case, proposal, unit_id, words), proposal)
        _send(actor, case, assignment, Act.DISPATCH, words)
    return assignment


def transfer(*, actor: Principal, case_id: UUID, unit_id: int, words: str) -> Assignment:
    """Take a case from one unit and send it to another, with the reason. The promise to the reporter stays."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.transfer", case_id=case_id)
        need_words(words)
        if unit_id == case.unit_id:
            raise InvalidInput(_("It is with this unit already."), code="same_unit")
        proposal = propose(case, at=now())
        unit = _chosen(case, proposal, unit_id, words)
        _end(case, AssignmentState.ENDED)
        case.extension_asked = False
        assignment = _assign(actor, case, unit, proposal)
        _send(actor, case, assignment, Act.TRANSFER, words)
    return assignment


def accept_assignment(*, actor: Principal, case_id: UUID, key: str = "") -> None:
    """The unit takes the case on, under one key once. Raises Forbidden for people of other units, WrongState."""
    with transaction.atomic():
        case = case_for_hands(actor=actor, act="case.accept", case_id=case_id)
        if said_before(actor.user_id, case.id, key):
            return
        Assignment.objects.filter(case=case, ended_at__isnull=True).update(
            state=AssignmentState.ACCEPTED, accepted_by=actor.user_id, accepted_at=now()
        )
        advance(actor=actor, case=case, act=Act.ACCEPT, data=keyed(key))


def ask_return(*, actor: Principal, case_id: UUID, reason: str, words: str) -> None:
    """Say that a case is not this unit's (退单): at most once, with a legal reason; the next level rules.

    Raises InvalidInput for a reason that is not on the list, WrongState the second time.
    """
    with transaction.atomic():
        case = case_for_hands(actor=actor, act="case.return.ask", case_id=case_id)
        if reason not in RETURN_REASONS:
            raise InvalidInput(_("Choose a reason from the list."), code="return_reason")
        need_words(words)
        if case.returns >= MAX_RETURNS:
            raise WrongState(_("This matter was returned once; it stays with you now."), code="return_used")
        case.returns += 1
        Assignment.objects.filter(case=case, ended_at__isnull=True).update(
            state=AssignmentState.RETURN_ASKED,
            return_reason=reason,
            return_words=normalise(words, max_length=400),
            return_asked_by=actor.user_id,
        )
        advance(
            actor=actor, case=case, act=Act.RETURN_ASK, words=words, data={"reason": reason},
            limits=[step_limit(ClockKind.RULING)], visibility=Visibility.STAFF,
        )  # fmt: skip
        publish(ReturnAsked(case.id, case.area_id, case.unit_id))


def rule_return(*, actor: Principal, case_id: UUID, grant: bool, words: str) -> None:
    """Rule on a return: granted, the desk dispatches anew; denied, the unit must take it.

    Raises Forbidden, WrongState.
    """
    with transaction.atomic():
        case = case_for(actor=actor, act="case.return.rule", case_id=case_id)
        need_words(words)
        running = current(case)
        if running is not None and running.assigned_by == actor.user_id:
            raise Forbidden(_("The next level must rule, not the one who dispatched."), code="own_dispatch")
        if running is not None and running.return_asked_by == actor.user_id:
            raise Forbidden(_("The next level must rule, not the one who asked."), code="own_return")
        unit_id = case.unit_id
        if grant:
            _end(case, AssignmentState.RETURNED)
            case.unit = case.desk
        else:
            Assignment.objects.filter(case=case, ended_at__isnull=True).update(state=AssignmentState.OFFERED)
        limit = step_limit(ClockKind.DISPATCH) if grant else step_limit(ClockKind.ACCEPT, case=case.cls)
        advance(
            actor=actor, case=case, act=Act.RETURN_GRANT if grant else Act.RETURN_DENY, words=words, limits=[limit],
            visibility=Visibility.STAFF,
        )  # fmt: skip
        publish(ReturnRuled(case.id, case.area_id, unit_id, grant))


def take_routed(*, actor: Principal, case: Case) -> None:
    """A legal owner who opened a routed case has it at once: dispatched to and accepted by himself."""
    with transaction.atomic():
        locked = case_for(actor=actor, act="report.triage", case_id=case.id, of_unit=True)
        proposal = Proposal(unit_by_id(locked.unit_id), (("legal_owner", locked.topic),), None)
        assignment = _assign(actor, locked, proposal.unit, proposal)
        _send(actor, locked, assignment, Act.DISPATCH, "")
        accept_assignment(actor=actor, case_id=case.id)


def case_for_hands(*, actor: Principal, act: str, case_id: UUID) -> Case:
    """The case, locked, for the people who do its work. Raises Forbidden, NotFound."""
    case = case_for(actor=actor, act=act, case_id=case_id, of_unit=True)
    require_hands(actor, act, case)
    return case


def require_hands(actor: Principal, act: str, case: Case) -> None:
    """Only the people of the responsible unit: its own posts, or the desk's people for a station or committee.

    Raises Forbidden.
    """
    require(actor, act, area_path=case.area.path, unit_id=case.unit_id)
    own = actor.unit_id == case.unit_id
    desk = actor.role in AREA_ROLES and case.unit.kind in OWN_HANDS
    if not (own or desk or actor.role is Role.SYSTEM):
        raise Forbidden(_("This matter lies with another unit."), code="other_unit")


def _chosen(case: Case, proposal: Proposal, unit_id: int | None, words: str) -> Unit:
    if unit_id is None or unit_id == proposal.unit.id:
        return proposal.unit
    need_words(words)
    unit = next((unit for unit in units_near(case.area.path) if unit.id == unit_id), None)
    if unit is None:
        raise InvalidInput(_("This unit does not answer here."), code="unit_elsewhere")
    return unit


def _assign(actor: Principal, case: Case, unit: Unit, proposal: Proposal) -> Assignment:
    as_proposed = unit.id == proposal.unit.id
    why = proposal.why if as_proposed else (("chosen_by_hand", actor.name), ("instead_of", proposal.unit.name))
    return Assignment(
        case=case,
        area_id=case.area_id,
        unit=unit,
        state=AssignmentState.OFFERED,
        why=[list(step) for step in why],
        rule_id=proposal.rule_id if as_proposed else None,
        assigned_by=actor.user_id,
        assigned_at=now(),
    )


def _send(actor: Principal, case: Case, assignment: Assignment, act: Act, words: str) -> None:
    case.unit = assignment.unit
    advance(
        actor=actor, case=case, act=act, words=words,
        data={"unit": assignment.unit_id, "unit_name": assignment.unit.name, "unit_name_en": assignment.unit.name_en},
        limits=[step_limit(ClockKind.ACCEPT, case=case.cls)],
    )  # fmt: skip
    assignment.save(force_insert=True)
    publish(CaseDispatched(case.id, case.area_id, assignment.unit_id))


def _end(case: Case, state: AssignmentState) -> None:
    Assignment.objects.filter(case=case, ended_at__isnull=True).update(state=state, ended_at=now())
