"""What the register has already of the places and people a file speaks of, as the importing person may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from linli.access.api import Principal, within
from linli.calendar.api import today
from linli.doors.sheets.checks import Terms
from linli.doors.sheets.chunks import CHUNK, chunks
from linli.doors.sheets.ground import COMPOUNDS, Ground, Row
from linli.doors.sheets.weighing import House, Known, Standing, Weighed
from linli.doors.sheets.wording import tag_readings
from linli.register.households.api import Household, Member, Relation
from linli.register.people.api import Person, TagKind, id_index
from linli.register.places.api import Place
from linli.territory.api import Area, areas_under


def ground_of(area: Area, names: Iterable[str]) -> Ground:
    """The compounds of an area; of those with one of these names, everything in them.

    Compounds of these names that lie elsewhere are noted with the name of their area.
    """
    leaves = [leaf.id for leaf in areas_under(area.path)]
    ground = Ground()
    tops = Place.objects.filter(kind__in=COMPOUNDS, parent__isnull=True)
    ground.load(_rows(tops.filter(area_id__in=leaves).order_by("name", "id")))
    wanted = {name for name in names if name}
    inside = [node.id for name in wanted for node in ground.compounds(name)]
    for kind in ("building", "entrance", "home"):
        ground.load(_rows(Place.objects.filter(compound_id__in=inside, kind=kind).order_by("id")))
    missing = [name for name in wanted if not ground.compounds(name)]
    ground.elsewhere = dict(tops.filter(name__in=missing).values_list("name", "area__name"))
    return ground


def _rows(places: QuerySet[Place]) -> Iterator[Row]:
    found = places.values_list(
        "id", "kind", "name", "area_id", "parent_id", "address", "subkind", "floor", "slot", "use"
    )
    return (Row(*values) for values in found.iterator(chunk_size=CHUNK))


def terms_for(actor: Principal, day: date | None = None) -> Terms:
    """By what rows are judged today. Needs are read only where the actor may note them."""
    if not actor.can("need.read"):
        return Terms(day or today(), None)
    kinds = list(TagKind.objects.filter(is_active=True).order_by("position"))
    return Terms(
        day or today(),
        tag_readings(kinds),
        {"words": "、".join(kind.name for kind in kinds), "words_en": ", ".join(kind.name_en for kind in kinds)},
    )


def indexes(found: Weighed) -> dict[str, str]:
    """Number of a document → its index in hexadecimal, for every person of a file."""
    numbers = {line.person.id_number for line in found.lines if line.person and line.person.id_number}
    return {number: id_index(number).hex() for number in numbers}


def standing_of(found: Weighed, index_of: dict[str, str], actor: Principal) -> Standing:
    """Who lives in the homes of these lines, and who has one of these documents."""
    homes = sorted({line.home.id for line in found.lines if line.home.id is not None})
    in_home: dict[int, list[Known]] = defaultdict(list)
    houses: dict[int, list[House]] = defaultdict(list)
    for chunk in chunks(homes):
        heads = _members(chunk, in_home)
        for household in Household.objects.filter(home_id__in=chunk, moved_out__isnull=True).order_by("id"):
            house = House(household.id, household.tenure, heads.get(household.id, ""))
            houses[household.home_id].append(house)
    return Standing(in_home, _by_document(index_of, actor), houses)


def _members(homes: Sequence[int], in_home: dict[int, list[Known]]) -> dict[UUID, str]:
    """Fill in the people of these homes, those who left too; returns the name of the head of each household."""
    heads: dict[UUID, str] = {}
    members = Member.objects.filter(home_id__in=homes, person__merged_into__isnull=True).select_related("person")
    for member in members.order_by("id"):
        person = member.person
        in_home[member.home_id].append(
            Known(person.id, member.home_id, person.name, person.born_on, person.id_mask, person.left_on)
        )
        if member.relation == Relation.HEAD and member.until is None:
            heads[member.household_id] = person.name
    return heads


def _by_document(index_of: dict[str, str], actor: Principal) -> dict[str, Known]:
    found: dict[str, Known] = {}
    people = within(Person.objects.filter(merged_into__isnull=True), actor).select_related("home")
    for chunk in chunks(sorted(index_of.values())):
        wanted = [bytes.fromhex(one) for one in chunk]
        for person in people.filter(id_index__in=wanted).order_by("-left_on", "id"):
            found[bytes(person.id_index or b"").hex()] = Known(
                person.id, person.home_id, person.name, person.born_on, person.id_mask, person.left_on,
                str(person.home) if person.home else "",
            )  # fmt: skip
    return found
