"""Reads what each layer says of the homes of a chart: one statement a layer, however many homes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q

from linli.access.api import Principal, help_homes, within
from linli.calendar.api import today
from linli.register.charts.grading import CONTROL_OF, GradingState
from linli.register.charts.models import Grading
from linli.register.charts.rules import ARRIVAL_DAYS, FRESH_DAYS, Layer, needs_of, role_of, stay_of
from linli.register.duty.api import Duty
from linli.register.households.api import HomeCheck, Member
from linli.register.people.api import Person, Tag, TagGroup

Values = Mapping[Layer, Mapping[int, str]]
"""Layer → home → value; a home that is not named has the ordinary value of the layer."""


@dataclass(frozen=True, slots=True)
class Range:
    """Which homes: those of a compound or of one entrance, narrowed to some ids for an update of a page."""

    compound_id: int
    parent_id: int | None = None
    only: tuple[int, ...] | None = None

    def of(self, prefix: str = "") -> Q:
        """The condition on a table that knows its home under this prefix (`home__`)."""
        wanted = Q(**{f"{prefix}compound_id": self.compound_id, f"{prefix}kind": "home"})
        if self.parent_id is not None:
            wanted = Q(**{f"{prefix}parent_id": self.parent_id, f"{prefix}kind": "home"})
        return wanted if self.only is None else wanted & Q(**{f"{prefix}id__in": self.only})


@dataclass(slots=True)
class Read:
    """What was found: `values` for the signs, `people` and `needs` for the cells' own words."""

    values: dict[Layer, dict[int, str]]
    people: Mapping[int, int] | None = None
    needs: Mapping[int, tuple[str, ...]] | None = None


def read_layers(actor: Principal, homes: Range, layers: Collection[Layer]) -> Read:
    """What the layers of people, needs and checks say; use, duty and grades come with the places themselves."""
    day, found = today(), Read({})
    if Layer.PEOPLE in layers:
        found.values[Layer.PEOPLE], found.people = _people(actor, homes, day)
    if Layer.STAY in layers:
        found.values[Layer.STAY] = _stay(actor, homes, day)
    overdue: set[int] = set()
    if {Layer.NEEDS, Layer.ROLES} & set(layers):
        tags = _tags(actor, homes, day)
        found.needs, overdue = tags.needs, tags.overdue
        found.values[Layer.NEEDS] = {home: needs_of(len(kinds)) for home, kinds in tags.needs.items()}
        found.values[Layer.ROLES] = {home: role_of(frozenset(kinds)) for home, kinds in tags.roles.items()}
    if Layer.HELP in layers:
        found.values[Layer.HELP] = dict.fromkeys(help_homes(), "yes")
    if Layer.CHECKS in layers:
        found.values[Layer.CHECKS] = _checks(actor, homes, day) | dict.fromkeys(overdue, "overdue")
    if Layer.NEEDS not in layers:
        found.needs = None
    return found


def _people(actor: Principal, homes: Range, day: date) -> tuple[dict[int, str], dict[int, int]]:
    living = within(Person.objects.filter(homes.of("home__"), left_on=None, merged_into=None), actor, home="home_id")
    rows = list(living.values_list("home_id").annotate(n=Count("id"), seen=Min("checked_on")).order_by())
    long_ago = day - timedelta(days=FRESH_DAYS)
    said = {home: "lived" if seen >= long_ago else "unchecked" for home, _n, seen in rows}
    return said, {home: n for home, n, _seen in rows}


def _stay(actor: Principal, homes: Range, day: date) -> dict[int, str]:
    members = within(Member.objects.filter(homes.of("home__"), until=None), actor)
    since = day - timedelta(days=ARRIVAL_DAYS)
    rows = members.values_list("home_id").annotate(
        arrived=Count("id", filter=Q(lives_here=True, since__gt=since)), away=Count("id", filter=Q(lives_here=False))
    )
    return {home: stay_of(arrived=bool(n), away=bool(away)) for home, n, away in rows.order_by()}


@dataclass(frozen=True, slots=True)
class _Tags:
    needs: dict[int, tuple[str, ...]]
    roles: dict[int, set[str]]
    overdue: set[int]


def _tags(actor: Principal, homes: Range, day: date) -> _Tags:
    rows = within(Tag.objects.filter(homes.of("home__"), ended_on=None), actor)
    needs: dict[int, list[str]] = defaultdict(list)
    roles: dict[int, set[str]] = defaultdict(set)
    overdue: set[int] = set()
    for home, kind, group, stale_on in rows.values_list("home_id", "kind_id", "kind__group", "stale_on"):
        if group == TagGroup.ROLE:
            roles[home].add(kind)
        else:
            needs[home].append(kind)
            if stale_on <= day:
                overdue.add(home)
    return _Tags({home: tuple(sorted(kinds)) for home, kinds in needs.items()}, roles, overdue)


def _checks(actor: Principal, homes: Range, day: date) -> dict[int, str]:
    rows = within(HomeCheck.objects.filter(homes.of("home__"), done_at=None), actor)
    return {home: "overdue" if due < day else "due" for home, due in rows.values_list("home_id", "due_on")}


def duties_on(places: Collection[int]) -> list[Duty]:
    """Open duties laid on these places."""
    running = Duty.objects.filter(place_id__in=places, ends_on__isnull=True, unit__is_active=True)
    return list(running.select_related("unit").order_by("place_id", "unit_kind"))


def grades_of(actor: Principal, buildings: Collection[int]) -> dict[int, str]:
    """The approved grades of these buildings."""
    rows = Grading.objects.filter(building_id__in=buildings, state=GradingState.APPROVED)
    return dict(within(rows, actor).values_list("building_id", "grade"))


def of_building(layer: Layer, grade: str) -> str:
    """What a layer that speaks of the building says for its grade ("" without one)."""
    return (grade or "ungraded") if layer is Layer.GRADE else CONTROL_OF.get(grade, "ordinary")
