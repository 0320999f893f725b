"""Matters in hand by the place they lie at: what casework adds to a chart of the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from linli.access.api import Principal
from linli.casework.cases.api import cases, open_cases
from linli.casework.intake.api import OPEN_STATES, reports
from linli.kernel.clock import now
from linli.register.charts.api import Layer
from linli.register.places.api import Place, PlaceKind

COLUMNS = ("place_id", "id", "number", "due_at", "place__kind", "place__parent_id", "place__parent__kind",
           "place__parent__parent_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hand:
    """One matter in hand."""

    id: UUID
    number: str
    late: bool


@dataclass(frozen=True, slots=True)
class InHand:
    """Matters in hand: by the place they lie at, and how many in each building with all that stands in it."""

    at: Mapping[int, tuple[Hand, ...]]
    by_building: Mapping[int, int]

    @property
    def values(self) -> Mapping[Layer, Mapping[int, str]]:
        """What the layer of matters says of each place that has some."""
        said = {place: "overdue" if any(one.late for one in found) else "open" for place, found in self.at.items()}
        return {Layer.MATTERS: said}

    def of(self, place_id: int) -> tuple[Hand, ...]:
        """The matters that lie at one place."""
        return self.at.get(place_id, ())


NOTHING = InHand({}, {})


def in_hand(actor: Principal, compound_id: int, *, only: Collection[int] | None = None) -> InHand:
    """The matters in hand at a compound and all that stands in it, within the person's own scope. Two statements."""
    if not actor.can("case.read"):
        return NOTHING
    places = Place.objects.filter(Q(id=compound_id) | Q(compound_id=compound_id)).values("id")
    wanted = Q(place_id__in=places) if only is None else Q(place_id__in=tuple(only)) & Q(place_id__in=places)
    moment = now()
    found: dict[int, list[Hand]] = defaultdict(list)
    buildings: dict[int, int] = defaultdict(int)
    waiting = reports(actor).filter(state__in=OPEN_STATES)
    for rows in (open_cases(actor), waiting):
        for place, pk, number, due, kind, parent, parent_kind, above in _rows(rows, wanted):
            found[place].append(Hand(pk, number, due is not None and due <= moment))
            building = _building(place, kind, parent, parent_kind, above)
            if building is not None:
                buildings[building] += 1
    return InHand({place: tuple(some) for place, some in found.items()}, buildings)


Found = tuple[int, UUID, str, datetime | None, str, int, str, int]


def _rows(rows: QuerySet[Any], wanted: Q) -> Iterable[Found]:
    found: Iterable[Found] = rows.filter(wanted).order_by().values_list(*COLUMNS)
    return found


def _building(place: int, kind: str, parent: int | None, parent_kind: str | None, above: int | None) -> int | None:
    """The building a place stands in, or None for what stands in the compound itself."""
    if kind == PlaceKind.BUILDING:
        return place
    if parent_kind == PlaceKind.BUILDING:
        return parent
    return above if parent_kind == PlaceKind.ENTRANCE else None


def places_of(actor: Principal, matters: Collection[UUID], compound_id: int) -> set[int]:
    """Where these matters lie in a compound, whatever their state: an open page asks after those it heard of."""
    if not matters or not actor.can("case.read"):
        return set()
    places = Place.objects.filter(Q(id=compound_id) | Q(compound_id=compound_id)).values("id")
    found: set[Any] = set()
    for rows in (cases(actor), reports(actor)):
        lying = rows.filter(id__in=tuple(matters), place_id__in=places).order_by()
        found |= set(lying.values_list("place_id", flat=True))
    return found
