from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, Reporter, require
from linli.accounts.api import Role
from linli.casework.cases.api import Case, Result, advance, case_for, case_of_report
from linli.casework.timeline.api import Act, ClockKind, need_words, step_limit
from linli.casework.verification.events import CaseRated, WorkSentBack, WorkVerified
from linli.casework.verification.models import Check, Rating
from linli.casework.verification.rules import Method, Satisfaction
from linli.casework.works.api import hands_of
from linli.files.api import attach
from linli.kernel.clock import now
from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.kernel.ids import hash_secret
from linli.kernel.text import normalise
from linli.outbox.api import publish

LEADS = frozenset({Role.STATION_HEAD, Role.DISPATCHER, Role.DISTRICT})


def verify(
    *, actor: Principal, case_id: UUID, passed: bool, method: Method, words: str = "", photos: Sequence[UUID] = ()
) -> None:
    """Check a result: good, or back to work with a reason. Nobody verifies his own work.

    “Cannot be solved” is confirmed by a station head or above only: an honest refusal is a reviewed one.
    Raises Forbidden, InvalidInput, WrongState.
    """
    with transaction.atomic():
        case = case_for(actor=actor, act="case.verify", case_id=case_id)
        if actor.user_id in hands_of(case.id):
            raise Forbidden(_("You worked on this matter; somebody else must verify it."), code="own_work")
        if passed and case.result == Result.UNSOLVABLE and actor.role not in LEADS:
            raise Forbidden(_("Only a station head can confirm that it cannot be solved."), code="needs_lead")
        if not passed:
            need_words(words)
        Check.objects.create(
            case=case, area_id=case.area_id, checked_by=actor.user_id, at=now(), method=method, passed=passed,
            words=normalise(words, max_length=400),
        )  # fmt: skip
        attach(photos, area_id=case.area_id)
        if passed:
            limits = [step_limit(ClockKind.RATE)]
            advance(actor=actor, case=case, act=Act.VERIFY, words=words, photos=photos, limits=limits)
            publish(WorkVerified(case.id, case.area_id))
        else:
            _back(case)
            advance(actor=actor, case=case, act=Act.REWORK, words=words, photos=photos)
            publish(WorkSentBack(case.id, case.area_id, case.unit_id, by_reporter=False))


def rate(*, actor: Reporter, satisfaction: Satisfaction, words: str = "") -> None:
    """The reporter rates a verified matter as solved; it is closed. Raises NotFound, WrongState."""
    with transaction.atomic():
        case = _own_case(actor, "case.rate")
        _keep(actor, case, satisfaction, solved=True, words=words)
        data = {"satisfaction": satisfaction}
        advance(actor=actor, case=case, act=Act.RATE, words=normalise(words, max_length=400), data=data)
        publish(CaseRated(case.id, case.area_id, satisfaction))


def dispute(*, actor: Reporter, words: str, photos: Sequence[UUID] = ()) -> None:
    """The reporter says it is not solved: the matter goes back to work, and the next level hears of it.

    Raises InvalidInput when nothing is said, WrongState once the days for it are over.
    """
    with transaction.atomic():
        case = _own_case(actor, "case.dispute")
        if not words.strip():
            raise InvalidInput(_("Say what is still wrong."), code="words_missing")
        _keep(actor, case, Satisfaction.DISSATISFIED, solved=False, words=words)
        attach(photos, area_id=case.area_id, link_key=hash_secret(actor.link))
        _back(case)
        advance(actor=actor, case=case, act=Act.DISPUTE, words=normalise(words, max_length=400), photos=photos)
        publish(WorkSentBack(case.id, case.area_id, case.unit_id, by_reporter=True))


def close_unrated(*, actor: Principal, case_id: UUID) -> bool:
    """Close a verified matter that nobody rated in time. Returns False when it has moved on meanwhile."""
    with transaction.atomic():
        case = case_for(actor=actor, act="case.close", case_id=case_id)
        try:
            advance(actor=actor, case=case, act=Act.CLOSE)
        except WrongState:
            return False
    return True


def _own_case(actor: Reporter, act: str) -> Case:
    require(actor, act)
    joined = case_of_report(actor)
    if joined is None:
        raise NotFound(_("Nobody has taken this up yet."), code="case_unknown")
    return case_for(actor=actor, act=act, case_id=joined.id)


def _keep(actor: Reporter, case: Case, satisfaction: Satisfaction, *, solved: bool, words: str) -> None:
    if Rating.objects.filter(report_id=actor.report_id, round=case.reworks).exists():
        raise WrongState(_("You have rated this already. Thank you."), code="rated_already")
    Rating.objects.create(
        case=case, area_id=case.area_id, report_id=actor.report_id, round=case.reworks, satisfaction=satisfaction,
        solved=solved, words=normalise(words, max_length=400), at=now(),
    )  # fmt: skip


def _back(case: Case) -> None:
    case.reworks += 1
    case.result = ""
