"""Duty: the first page, the diagram of a committee, and who answers at a door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from linli.access.api import Principal, StaffRequest, staff
from linli.accounts.api import AREA_ROLES, HEAD_ROLES, WIDE_ROLES
from linli.calendar.api import today
from linli.kernel.errors import NotFound
from linli.register.duty.api import (
    Chain,
    Diagram,
    Proof,
    answers_for,
    chains_for,
    charges_of_post,
    diagram,
    leaves_of,
    own_card,
    proof,
)
from linli.register.places.api import place_by_id
from linli.territory.api import Area, areas_under
from linli.web.desk import words as field_words
from linli.web.desk.duty import words
from linli.web.desk.pages import answer


@dataclass(frozen=True, slots=True)
class Shown:
    """A chain as the first page lists it; `proof` None where counting is left to its own page."""

    chain: Chain
    proof: Proof | None
    may_edit: bool


@staff("register.read")
def index(request: StaffRequest) -> HttpResponseBase:
    """The chains that hold here, how complete they are, and what the reader himself answers for."""
    actor = request.actor
    mine = charges_of_post(actor.post_id, today())
    context = {
        "chains": [] if actor.role in HEAD_ROLES else [_shown(actor, chain) for chain in chains_for(actor.area_path)],
        "mine": mine,
        "away": {leave.charge_id: leave for leave in leaves_of([one.id for one in mine], today())},
        "card": own_card(actor) if mine else None,
        "is_head": actor.role in HEAD_ROLES,
        "may_edit": actor.can("duty.edit"),
        "may_cards": actor.can("card.edit") and actor.role in AREA_ROLES,
        "marks": words.MARKS,
    }
    return answer(request, "desk/duty/index.html", context, tab="register")


def _shown(actor: Principal, chain: Chain) -> Shown:
    counted = None if actor.role in WIDE_ROLES else proof(actor, chain, actor.area_path, today())
    return Shown(chain, counted, actor.can("duty.edit") and actor.covers(chain.area.path))


@staff("register.read")
def chart(request: StaffRequest) -> HttpResponseBase:
    """The diagram of one committee: its doors by the levels of a chain; printed, it reads in grey."""
    actor = request.actor
    areas = leaves_for(actor)
    area = _chosen(areas, request.GET.get("area", ""))
    chains = chains_for(area.path) if area else []
    chain = next((one for one in chains if str(one.id) == request.GET.get("chain")), chains[0] if chains else None)
    drawn = diagram(actor, chain, area, today()) if chain and area else None
    context = {
        "areas": areas, "area": area, "chains": chains, "chain": chain, "drawn": drawn, "marks": words.MARKS,
        "open_only": "open" in request.GET, "may_edit": actor.can("duty.edit"), "day": today(),
        "groups": _groups(drawn, open_only="open" in request.GET),
    }  # fmt: skip
    return answer(request, "desk/duty/chart.html", context, tab="register")


def _groups(drawn: Diagram | None, *, open_only: bool) -> list[tuple[str, list[object]]]:
    if drawn is None:
        return []
    groups = [(group.name, [row for row in group.rows if row.wrong or not open_only]) for group in drawn.groups]
    return [(name, list(rows)) for name, rows in groups if rows]


def leaves_for(actor: Principal) -> list[Area]:
    """The committees and villages a post reaches; for the district none is chosen beforehand."""
    return [area for area in areas_under(actor.area_path) if area.is_leaf and actor.covers(area.path)]


def _chosen(areas: Sequence[Area], asked: str) -> Area | None:
    found = next((area for area in areas if str(area.id) == asked), None)
    if asked and found is None:
        raise NotFound(_("No such area."), code="area_unknown")
    return found or (areas[0] if areas else None)


@staff("register.read")
def door(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """Who answers for this door, from the nearest level up."""
    place = place_by_id(place_id)
    found = answers_for(request.actor, place)
    told = [
        (one, words.SEATS[one.seat], field_words.kind_name(one.unit_kind) if one.unit_kind else "") for one in found
    ]
    return answer(request, "desk/duty/door.html", {"place": place, "told": told}, tab="register")
