"""Charts as a person in his post may see them. Set-based: a handful of statements, however many homes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, my_homes, within
from linli.accounts.api import HEAD_ROLES, UNIT_ROLES, WIDE_ROLES
from linli.kernel.errors import Forbidden, NotFound
from linli.register.charts.grid import Answering, Block, Cell, Chart, door_of, stack
from linli.register.charts.layers import Range, Values, duties_on, grades_of, of_building, read_layers
from linli.register.charts.rules import COUNTS_ONLY, OF_BUILDING, ORDINARY, Layer, layers_of
from linli.register.duty.api import Duty
from linli.register.places.api import Place, PlaceKind

TOPS = (PlaceKind.COMPOUND, PlaceKind.VILLAGE_GROUP)
MOST_LISTED = 60
_NUMBER = re.compile(r"\d+")


def compounds_in_sight(actor: Principal, words_found: Iterable[Place] | None = None) -> list[Place]:
    """Compounds and village groups this person may open a chart of, by name, some dozens.

    words_found: only those that these places (found by words) are or stand in. Wide posts have to look by words.
    """
    tops = Place.objects.filter(kind__in=TOPS).select_related("area")
    if words_found is not None:
        tops = tops.filter(id__in={place.compound_id or place.id for place in words_found})
    elif actor.role in WIDE_ROLES:
        return []
    return list(_seen(tops, actor).order_by("name", "id")[:MOST_LISTED])


def place_in_sight(actor: Principal, place_id: int) -> Place:
    """A place a chart can be drawn of, with its area. Raises NotFound, also for what lies out of sight."""
    drawn = (*TOPS, PlaceKind.BUILDING, PlaceKind.ENTRANCE)
    found = _seen(Place.objects.filter(id=place_id, kind__in=drawn).select_related("area"), actor).first()
    if found is None:
        raise NotFound(_("There is no chart of this place."), code="chart_unknown", detail={"place_id": place_id})
    return found


def _seen(places: QuerySet[Place], actor: Principal) -> QuerySet[Place]:
    """The code's own scope beside the database's: by area, or by the compounds the unit has an open duty on."""
    if not layers_of(actor.role):
        return places.none()
    if actor.role in UNIT_ROLES and actor.unit_id is not None:
        mine = Duty.objects.filter(unit_id=actor.unit_id, ends_on__isnull=True, place__kind__in=TOPS).values("place_id")
        return places.filter(Q(id__in=mine) | Q(compound_id__in=mine))
    if actor.role in HEAD_ROLES:
        # A home stands in an entrance, a building or a village group, and these in one another.
        homes = Place.objects.filter(id__in=my_homes())
        above = [homes.values("parent_id"), homes.values("parent__parent_id"), homes.values("compound_id")]
        return places.filter(Q(id__in=above[0]) | Q(id__in=above[1]) | Q(id__in=above[2]))
    return within(places, actor)


def chart_of_compound(
    actor: Principal,
    compound: Place,
    layers: Collection[Layer],
    *,
    given: Values | None = None,
    only: Collection[int] | None = None,
) -> Chart:
    """The buildings of a compound or village group with their homes and what these layers say of them.

    given: values of layers that rooms above know (matters in hand), by home. only: these homes alone, to bring an open
    page up to date. Posts that get counts only (rules.COUNTS_ONLY) get buildings with their grade and number of homes.
    Raises Forbidden (`layer_hidden`) for a layer the post may not see, NotFound for a compound out of sight.
    """
    wanted = _asked(actor, layers)
    place_in_sight(actor, compound.id)
    if actor.role in COUNTS_ONLY:
        return _counted(actor, compound, wanted)
    homes = Range(compound.id, only=None if only is None else tuple(only))
    standing = _standing(actor, Q(compound_id=compound.id) | Q(id=compound.id), homes)
    return _drawn(actor, compound, standing, homes, wanted, given or {})


def chart_of_entrance(
    actor: Principal,
    entrance: Place,
    layers: Collection[Layer],
    *,
    given: Values | None = None,
    only: Collection[int] | None = None,
) -> Chart:
    """The homes that stand in one entrance, or directly in a building or village group; else as `chart_of_compound`."""
    wanted = _asked(actor, layers)
    place_in_sight(actor, entrance.id)
    top = entrance.compound_id or entrance.id
    if actor.role in COUNTS_ONLY:
        return Chart(entrance.id, entrance.area_id, str(entrance), wanted, ())
    homes = Range(top, entrance.id, None if only is None else tuple(only))
    standing = _standing(actor, Q(id__in={entrance.id, entrance.parent_id or entrance.id, top}), homes)
    return _drawn(actor, entrance, standing, homes, wanted, given or {})


def _asked(actor: Principal, layers: Collection[Layer]) -> frozenset[Layer]:
    wanted = frozenset(layers)
    if hidden := wanted - layers_of(actor.role):
        raise Forbidden(
            _("Your post does not see this layer of the chart."),
            code="layer_hidden",
            detail={"layers": sorted(hidden)},
        )
    return wanted


@dataclass(slots=True)
class _Standing:
    """What was read of a chart's places. `parents`: id → (kind, parent, name) of all but homes."""

    parents: dict[int, tuple[str, int | None, str]] = field(default_factory=dict)
    homes: list[tuple[int, int, str, int | None, int | None, int, str]] = field(default_factory=list)

    def building_of(self, parent_id: int) -> int:
        """The building of what a home stands in: itself for a building, a house or a village group."""
        kind, above, _name = self.parents.get(parent_id, ("", None, ""))
        return above if kind == PlaceKind.ENTRANCE and above in self.parents else parent_id


def _standing(actor: Principal, frame: Q, homes: Range) -> _Standing:
    found = _Standing()
    above = Place.objects.filter(frame, kind__in=(*TOPS, PlaceKind.BUILDING, PlaceKind.ENTRANCE))
    found.parents = {pk: (kind, parent, name) for pk, kind, parent, name in above.values_list(
        "id", "kind", "parent_id", "name")}  # fmt: skip
    seen = Place.objects.filter(homes.of())
    if actor.role in HEAD_ROLES:
        seen = within(seen, actor, home="id")
    found.homes = list(seen.values_list("id", "parent_id", "name", "floor", "slot", "span", "use"))
    return found


def _drawn(
    actor: Principal, place: Place, standing: _Standing, homes: Range, layers: frozenset[Layer], given: Values
) -> Chart:
    read = read_layers(actor, homes, layers)
    values: dict[Layer, Mapping[int, str]] = {layer: read.values.get(layer, {}) for layer in layers - OF_BUILDING}
    values |= {layer: given[layer] for layer in layers & set(given)}
    duties = duties_on(list(standing.parents)) if Layer.DUTY in layers else []
    if Layer.DUTY in layers:
        values[Layer.DUTY] = _covered(standing, {duty.place_id for duty in duties}, homes.compound_id)
    buildings = {standing.building_of(parent) for parent in standing.parents}
    grades = grades_of(actor, buildings) if layers & OF_BUILDING else {}
    cells: dict[int, list[Cell]] = defaultdict(list)
    for home, parent, name, floor, slot, span, use in standing.homes:
        said = {layer: of_home.get(home, ORDINARY[layer]) for layer, of_home in values.items()}
        if Layer.USE in layers:
            said[Layer.USE] = use or ORDINARY[Layer.USE]
        for layer in layers & OF_BUILDING:
            said[layer] = of_building(layer, grades.get(standing.building_of(parent), ""))
        cells[parent].append(
            Cell(
                home, name, door_of(name), floor, slot, span, said,
                None if read.people is None else read.people.get(home, 0),
                None if read.needs is None else read.needs.get(home, ()),
            )
        )  # fmt: skip
    return Chart(
        place.id, place.area_id, str(place), layers, _blocks(standing, cells, grades),
        tuple(Answering(duty.place_id, str(duty.unit), duty.unit_kind) for duty in duties),
    )  # fmt: skip


def _covered(standing: _Standing, laid: set[int], compound_id: int) -> dict[int, str]:
    """Homes for which somebody answers: a duty on their entrance, their building or the whole compound."""
    return {
        home: "covered"
        for home, parent, *_rest in standing.homes
        if {parent, standing.building_of(parent), compound_id} & laid
    }


def _blocks(standing: _Standing, cells: Mapping[int, list[Cell]], grades: Mapping[int, str]) -> tuple[Block, ...]:
    by_building: dict[int, list[int]] = defaultdict(list)
    for parent in cells:
        by_building[standing.building_of(parent)].append(parent)
    names = {pk: name for pk, (_kind, _above, name) in standing.parents.items()}
    blocks = []
    for building, parents in by_building.items():
        parents.sort(key=lambda one: _natural(names.get(one, "")))
        stacks = tuple(stack(one, names.get(one, ""), cells[one]) for one in parents)
        homes = sum(len(cells[one]) for one in parents)
        blocks.append(Block(building, names.get(building, ""), homes, stacks, grades.get(building, "")))
    return tuple(sorted(blocks, key=lambda block: _natural(block.name)))


def _natural(name: str) -> tuple[list[int], str]:
    """3号楼 stands before 12号楼."""
    return [int(number) for number in _NUMBER.findall(name)], name


def _counted(actor: Principal, compound: Place, layers: frozenset[Layer]) -> Chart:
    """Buildings with the number of their homes and their grade: what a post above the town may know."""
    buildings = dict(Place.objects.filter(compound_id=compound.id, kind=PlaceKind.BUILDING).values_list("id", "name"))
    homes = Place.objects.filter(compound_id=compound.id, kind=PlaceKind.HOME)
    counted: dict[int, int] = defaultdict(int)
    for parent, above, n in homes.values_list("parent_id", "parent__parent_id").annotate(n=Count("id")).order_by():
        counted[parent if parent in buildings else above] += n
    grades = grades_of(actor, list(buildings)) if layers & OF_BUILDING else {}
    blocks = [Block(pk, name, counted.get(pk, 0), (), grades.get(pk, "")) for pk, name in buildings.items()]
    blocks.sort(key=lambda block: _natural(block.name))
    return Chart(compound.id, compound.area_id, str(compound), layers, tuple(blocks))
