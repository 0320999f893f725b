from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal
from linli.casework.cases.api import Case, CaseState, Result, advance, case_for, reports_of, spec_of
from linli.casework.dispatch.api import case_for_hands, current
from linli.casework.timeline.api import Act, ClockKind, clocks_of, keyed, said_before, step_limit
from linli.casework.works.events import SelfHandled, WorkDone
from linli.casework.works.models import WorkOrder
from linli.catalogue.api import ItemClass, self_handle_allowed
from linli.files.api import attach  # after the entry: row scope shows a unit only photos that its own story shows
from linli.kernel.clock import now
from linli.kernel.errors import InvalidInput, WrongState
from linli.kernel.text import normalise
from linli.outbox.api import publish

MAX_WORDS = 4000


def arrive(*, actor: Principal, case_id: UUID, words: str = "", photos: Sequence[UUID] = (), key: str = "") -> None:
    """First contact or arrival on site, with the photo of what was found. Raises Forbidden, WrongState.

    key: what makes a repeat harmless, here and in the acts below; the phone of a worker makes one for each act.
    """
    with transaction.atomic():
        case = case_for_hands(actor=actor, act="case.handle", case_id=case_id)
        if said_before(actor.user_id, case.id, key):
            return
        order = _order(actor, case)
        order.arrived_at = order.arrived_at or now()
        order.before = [*order.before, *photos]
        order.save()
        advance(
            actor=actor,
            case=case,
            act=Act.ARRIVE,
            words=words,
            photos=photos,
            data={"evidence": "before"} | keyed(key),
        )
        attach(photos, area_id=case.area_id)


def add_step(*, actor: Principal, case_id: UUID, words: str, photos: Sequence[UUID] = (), key: str = "") -> None:
    """Say what was done so far. Stops no clock. Raises InvalidInput when nothing is said or shown."""
    with transaction.atomic():
        case = case_for_hands(actor=actor, act="case.handle", case_id=case_id)
        if said_before(actor.user_id, case.id, key):
            return
        if not words.strip() and not photos:
            raise InvalidInput(_("Say or show what was done."), code="step_empty")
        _order(actor, case).save()
        advance(actor=actor, case=case, act=Act.STEP, words=words, photos=photos, data=keyed(key))
        attach(photos, area_id=case.area_id)


def reach_milestone(
    *, actor: Principal, case_id: UUID, label: str, words: str = "", photos: Sequence[UUID] = (), key: str = ""
) -> None:
    """One of the item's milestones is done (stopped, fined, pulled down …); its own clock stops.

    Raises Forbidden, WrongState, InvalidInput when this matter has no such milestone.
    """
    with transaction.atomic():
        case = case_for_hands(actor=actor, act="case.handle", case_id=case_id)
        if said_before(actor.user_id, case.id, key):
            return
        order = _order(actor, case)
        if (ClockKind.MILESTONE, label) not in {(clock.kind, clock.label) for clock in clocks_of(case.id)}:
            raise InvalidInput(_("This matter has no such milestone."), code="milestone_unknown")
        order.save()
        advance(
            actor=actor, case=case, act=Act.MILESTONE, words=words, photos=photos, data={"label": label} | keyed(key)
        )
        attach(photos, area_id=case.area_id)


def feed_back(
    *, actor: Principal, case_id: UUID, result: Result, words: str, photos: Sequence[UUID] = (), key: str = ""
) -> None:
    """Say what came of it: solved, explained, or cannot be solved (实际解决 / 解释说明 / 无法解决).

    photos show the result. Raises InvalidInput when words are missing, or evidence the item asks for: what was typed is
    kept by the caller.
    """
    with transaction.atomic():
        case = case_for_hands(actor=actor, act="case.handle", case_id=case_id)
        if said_before(actor.user_id, case.id, key):
            return
        if not words.strip():
            raise InvalidInput(_("Say in a few words what came of it."), code="words_missing")
        order = _order(actor, case)
        # What was found is asked for on arrival: after the work nobody could show it any more, however honest.
        _evidence(case, found=True, result=bool(photos) or result is not Result.SOLVED)
        order.after, order.result = list(photos), result
        order.words, order.done_at = normalise(words, max_length=MAX_WORDS), now()
        order.save()
        case.result, case.extension_asked = result, False
        advance(
            actor=actor, case=case, act=Act.FEED_BACK, words=words, photos=photos,
            data={"result": result, "evidence": "after"} | keyed(key), limits=[step_limit(ClockKind.VERIFY)],
        )  # fmt: skip
        attach(photos, area_id=case.area_id)
        publish(WorkDone(case.id, case.area_id, case.unit_id, result))


def self_handle(
    *, actor: Principal, case_id: UUID, words: str, before: Sequence[UUID] = (), after: Sequence[UUID] = ()
) -> None:
    """Found and fixed at once (自处置): steps 1–6 in one form, for small matters of order or cleanliness.

    A picture of a reporter shows what was found as well as one's own. Raises InvalidInput when evidence that the item
    asks for is missing, WrongState when other eyes must see it (safety, or more than an hour: DOMAIN §3 rule 2).
    """
    with transaction.atomic():
        case = case_for(actor=actor, act="case.self_handle", case_id=case_id)
        if not case.cls or not self_handle_allowed(ItemClass(case.cls), now() - case.opened_at):
            raise WrongState(_("Somebody else must verify this kind of matter."), code="needs_other_eyes")
        shown = bool(before) or any(report.photos for report in reports_of(actor, case.id))
        _evidence(case, found=shown, result=bool(after))
        at = now()
        WorkOrder.objects.create(
            case=case, area_id=case.area_id, unit=case.unit, hands=[actor.user_id], started_at=at, arrived_at=at,
            before=list(before), after=list(after), result=Result.SOLVED, words=words, done_at=at,
        )  # fmt: skip
        attach([*before, *after], area_id=case.area_id)
        case.result = Result.SOLVED
        advance(
            actor=actor, case=case, act=Act.SELF_HANDLE, words=words, photos=[*before, *after],
            data={"result": Result.SOLVED, "before": len(before)}, limits=[step_limit(ClockKind.RATE)],
        )  # fmt: skip
        publish(SelfHandled(case.id, case.area_id))


def _order(actor: Principal, case: Case) -> WorkOrder:
    """The running work order of the responsible unit; a new one after a transfer or a rework."""
    if case.state != CaseState.HANDLING:
        raise WrongState(
            _("This matter has moved on; that step is not possible now."), code="case_wrong_state",
            detail={"state": case.state},
        )  # fmt: skip
    order = WorkOrder.objects.filter(case=case, unit=case.unit, done_at__isnull=True).order_by("-started_at").first()
    if order is None:
        order = WorkOrder(case=case, area_id=case.area_id, unit=case.unit, assignment=current(case), started_at=now())
    if actor.user_id not in order.hands:
        order.hands = [*order.hands, actor.user_id]
    return order


def _evidence(case: Case, *, found: bool, result: bool) -> None:
    spec = spec_of(case)
    gaps = spec.evidence.missing(found=found, result=result) if spec else ()
    if gaps:
        raise InvalidInput(_missing(gaps), code="evidence_missing", detail={"missing": list(gaps)})


def _missing(gaps: Sequence[str]) -> str:
    if len(gaps) > 1:
        return _("Photos of before and after are missing.")
    return _("A photo of what was found is missing.") if "before" in gaps else _("A photo of the result is missing.")
