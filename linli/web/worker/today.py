"""今天: one list, red first, then by deadline; each card with one big next act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from linli.access.api import Principal, StaffRequest, staff
from linli.accounts.api import UNIT_ROLES
from linli.casework.cases.api import DOING, Case, CaseState, open_cases
from linli.casework.works.api import WorkOrder
from linli.kernel.clock import now
from linli.web.worker.routed import routed_to
from linli.web.worker.shell import page
from linli.web.worker.words import clock_label

MOST = 200
TONES = ("danger", "attention", "good", "")
"""Over its limit, near it, within it, without one: the order of the list."""


@dataclass(frozen=True, slots=True)
class Card:
    """One matter on the list: `act` is the slug of the next act, `tone` its urgency."""

    case: Case
    act: str
    tone: str
    clock: str


@staff("case.handle")
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """The list of the day, and below it what waits for somebody else."""
    mine = own_cases(request.actor)
    cards = make_cards(mine.filter(state__in=DOING)[:MOST])
    waiting = list(mine.exclude(state__in=[*DOING, CaseState.FILED, CaseState.VERIFIED])[:MOST])
    context = {
        "cards": cards,
        "waiting": waiting,
        "red": sum(card.tone == "danger" for card in cards),
        "routed": routed_to(request.actor) if request.actor.role in UNIT_ROLES else [],
    }
    return page(request, "worker/today.html", "today", context)


def own_cases(actor: Principal) -> QuerySet[Case]:
    """Open matters in these hands: the unit's own, and for desk people those that lie with the desk itself."""
    cases = open_cases(actor)
    return cases if actor.role in UNIT_ROLES else cases.filter(Q(unit_id=actor.unit_id) | Q(unit_id=F("desk_id")))


def make_cards(cases: Iterable[Case]) -> list[Card]:
    """The cards in the order of the list."""
    rows = list(cases)
    there = arrived([case.id for case in rows])
    cards = [Card(case, next_act(case, case.id in there), tone(case), clock_label(case.next_clock)) for case in rows]
    return sorted(cards, key=lambda card: TONES.index(card.tone))


def next_act(case: Case, is_there: bool) -> str:
    """What to do next: accept, then be on site, then say what came of it."""
    if case.state == CaseState.DISPATCHED:
        return "accept"
    return "result" if is_there else "arrive"


def tone(case: Case) -> str:
    """How urgent: the clock that ends first decides."""
    at = now()
    if case.due_at is None:
        return ""
    if case.due_at <= at:
        return "danger"
    return "attention" if case.warn_at is not None and case.warn_at <= at else "good"


def arrived(case_ids: Sequence[UUID]) -> frozenset[UUID]:
    """The matters of these where somebody of the running round has been on site."""
    rows = WorkOrder.objects.filter(
        case_id__in=case_ids, unit_id=F("case__unit_id"), arrived_at__isnull=False, done_at__isnull=True
    )
    return frozenset(rows.values_list("case_id", flat=True))
