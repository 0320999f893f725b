"""Reads grades of buildings, and the facts the rule judges them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.kernel.errors import NotFound
from linli.register.charts.grading import Facts, GradingState, Verdict, judge
from linli.register.charts.legends import limits_at
from linli.register.charts.models import Grading
from linli.register.charts.queries import chart_of_compound
from linli.register.charts.rules import Layer
from linli.register.people.api import Tag
from linli.register.places.api import Place, PlaceKind


@dataclass(frozen=True, slots=True)
class Judged:
    """A building, what the rule says of it now, the grade in force and the proposal that waits, if any."""

    building: Place
    facts: Facts
    verdict: Verdict
    in_force: Grading | None
    waiting: Grading | None

    @property
    def differs(self) -> bool:
        """Whether the rule would propose something else than what is in force."""
        return self.in_force is None or self.in_force.grade != self.verdict.grade


def gradings(actor: Principal) -> QuerySet[Grading]:
    """The grades this person may see, newest first, with their buildings."""
    return within(Grading.objects.all(), actor).select_related("building", "building__area").order_by("-id")


def grading_by_id(actor: Principal, grading_id: int) -> Grading:
    """One grade. Raises NotFound, also out of scope."""
    found = gradings(actor).filter(id=grading_id).first()
    if found is None:
        raise NotFound(_("There is no such grade."), code="grading_unknown")
    return found


def grade_history(actor: Principal, building: Place) -> list[Grading]:
    """Every grade a building had or was proposed, newest first."""
    return list(gradings(actor).filter(building_id=building.id))


def judge_compound(actor: Principal, compound: Place, matters: Mapping[int, int]) -> list[Judged]:
    """What the rule says of every building of a compound now. It reads and stores nothing.

    matters: how many matters are in hand, by building: the register does not know of them. Only for posts that see
    needs (Forbidden otherwise).
    """
    layers = (Layer.USE, Layer.CHECKS, Layer.NEEDS, Layer.ROLES)
    chart = chart_of_compound(actor, compound, layers)
    buildings = Place.objects.filter(compound_id=compound.id, kind=PlaceKind.BUILDING).select_related("area")
    limits, helped = limits_at(compound.area.path), _helped(actor, compound)
    rows = gradings(actor).filter(building__compound_id=compound.id)
    now = {(row.building_id, row.state): row for row in rows.filter(state__in=("proposed", "approved"))}
    found = []
    homes_of = {block.place_id: block for block in chart.blocks}
    for building in within(buildings, actor):
        block = homes_of.get(building.id)
        cells = [cell for stack in block.stacks for cell in stack.cells] if block else []
        facts = Facts(
            homes=len(cells),
            stale=sum(cell.values[Layer.CHECKS] == "overdue" for cell in cells),
            empty=sum(cell.values[Layer.USE] == "empty" for cell in cells),
            shared=sum(cell.values[Layer.USE] == "shared" for cell in cells),
            matters=matters.get(building.id, 0),
            helped=sum(helped.get(cell.home_id, 0) for cell in cells),
            helpers=sum(cell.values[Layer.ROLES] != "none" for cell in cells),
        )
        in_force, waiting = (now.get((building.id, state)) for state in (GradingState.APPROVED, GradingState.PROPOSED))
        found.append(Judged(building, facts, judge(facts, limits), in_force, waiting))
    order = {block.place_id: at for at, block in enumerate(chart.blocks)}
    return sorted(found, key=lambda one: order.get(one.building.id, len(order)))


def _helped(actor: Principal, compound: Place) -> dict[int, int]:
    """How many people behind a door need help."""
    tags = Tag.objects.filter(home__compound_id=compound.id, ended_on=None, kind__asks_help=True)
    rows = within(tags, actor).values_list("home_id").annotate(n=Count("person_id", distinct=True)).order_by()
    return dict(rows)
