from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.kernel.errors import NotFound
from linli.register.people.models import Person, Tag, TagKind, Verdict
from linli.register.people.numbers import ID, PHONE, index_of
from linli.register.people.rules import Likeness, similar


def people(actor: Principal) -> QuerySet[Person]:
    """The people this person may see, with their area; none for a role that sees no person."""
    found = within(Person.objects.all(), actor) if actor.can("person.read") else Person.objects.none()
    return found.select_related("area")


def tags(actor: Principal) -> QuerySet[Tag]:
    """The needs and roles this person may see, with their kinds; none for a role that sees no need."""
    found = within(Tag.objects.all(), actor) if actor.can("need.read") else Tag.objects.none()
    return found.select_related("kind")


def verdicts(actor: Principal) -> QuerySet[Verdict]:
    """What was decided about records of people this person may see, and holds; none for a role that sees no person."""
    found = Verdict.objects.filter(undone_at__isnull=True)
    return within(found, actor) if actor.can("person.read") else found.none()


def person_by_id(actor: Principal, person_id: UUID) -> Person:
    """A person, with area and home. Raises NotFound, also when he lies outside the actor's scope."""
    found = people(actor).select_related("home").filter(id=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person in your area."), code="person_unknown")
    return found


def people_of_home(actor: Principal, home_id: int) -> list[Person]:
    """Who lives in a home now, the oldest first."""
    found = people(actor).filter(home_id=home_id, merged_into__isnull=True)
    return list(found.order_by(F("born_on").asc(nulls_last=True), "id"))


def tags_of(actor: Principal, person_ids: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """The needs and roles that hold, by person, in the order of the list."""
    found: dict[UUID, list[Tag]] = defaultdict(list)
    wanted = tags(actor).filter(person_id__in=list(person_ids), ended_on__isnull=True)
    for tag in wanted.order_by("kind__position", "id"):
        found[tag.person_id].append(tag)
    return found


def stale_tags(actor: Principal, *, area_id: int, today: date, limit: int = 200) -> list[Tag]:
    """Needs and roles of one committee that have to be looked at again, the longest stale first, with their people."""
    wanted = tags(actor).filter(area_id=area_id, ended_on__isnull=True, stale_on__lte=today)
    return list(wanted.select_related("person", "home").order_by("stale_on", "id")[:limit])


def person_of_tag(actor: Principal, tag_id: int) -> Person:
    """Whose need or role this is. Raises NotFound."""
    found = tags(actor).filter(id=tag_id).values_list("person_id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such note in your area."), code="tag_unknown")
    return person_by_id(actor, found)


def tag_kinds() -> list[TagKind]:
    """The kinds in use, in the order of lists."""
    return list(TagKind.objects.filter(is_active=True).order_by("position"))


def find_people(actor: Principal, *, area_id: int, words: str, limit: int = 50) -> list[Person]:
    """People of one committee whose name contains the words, blanks aside; who lives here comes first."""
    plain = "".join(words.split())
    if not plain or "\0" in plain:
        return []
    found = people(actor).filter(area_id=area_id, name__icontains=plain, merged_into__isnull=True)
    return list(found.select_related("home").order_by(F("left_on").asc(nulls_first=True), "name", "id")[:limit])


def find_by_number(actor: Principal, *, column: str, text: str) -> list[Person]:
    """Who has exactly this ID number or phone (`numbers.ID`, `numbers.PHONE`), in the whole of one's scope.

    A record that was merged stands for the one it went into. Raises InvalidInput for what is no such number.
    """
    index = index_of(column, text)
    of_column = {ID: "id_index", PHONE: "phone_index"}[column]
    found = list(people(actor).filter(**{of_column: index}).order_by("id")[:20])
    return list({person.id: person for person in (standing(actor, one) for one in found)}.values())


def standing(actor: Principal, person: Person) -> Person:
    """The record that stands for this one: itself, or the last one it was merged into."""
    seen = {person.id}
    while person.merged_into_id is not None and person.merged_into_id not in seen:
        seen.add(person.merged_into_id)
        person = person_by_id(actor, person.merged_into_id)
    return person


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person, and why; `one` has the smaller id."""

    one: Person
    other: Person
    why: list[Likeness] = field(default_factory=list)


def likely_duplicates(actor: Principal, *, area_id: int, limit: int = 100) -> list[Pair]:
    """Records of one committee that may be one person and about which nobody has decided, the likeliest first."""
    here = people(actor).filter(area_id=area_id, merged_into__isnull=True, left_on__isnull=True)
    pairs: dict[tuple[UUID, UUID], Pair] = {}
    for likeness, columns in ALIKE.items():
        for one, other in _alike(here, columns):
            if likeness is Likeness.SAME_PHONE and not similar(one.name, other.name):
                continue
            key = (one.id, other.id)
            pairs.setdefault(key, Pair(one, other)).why.append(likeness)
    apart = verdicts(actor).filter(area_id=area_id, same=False)
    decided = set(apart.values_list("keep_id", "drop_id"))
    found = [pair for key, pair in pairs.items() if key not in decided]
    return sorted(found, key=lambda pair: (-len(pair.why), ORDER.index(pair.why[0]), pair.one.name))[:limit]


ALIKE: dict[Likeness, tuple[str, ...]] = {
    Likeness.SAME_ID: ("id_index",),
    Likeness.SAME_PHONE: ("phone_index",),
    Likeness.SAME_BIRTH: ("name", "born_on"),
}
ORDER = list(ALIKE)
MOST_ALIKE = 20
"""A phone of a shop noted for fifty people says nothing about any two of them."""


def _alike(here: QuerySet[Person], columns: tuple[str, ...]) -> Iterator[tuple[Person, Person]]:
    """Pairs with equal values in these columns, in the order of their ids: two statements."""
    filled = here.filter(**{f"{column}__isnull": False for column in columns})
    groups = filled.order_by().values(*columns).annotate(n=Count("id")).filter(n__gt=1, n__lte=MOST_ALIKE)
    keys = {tuple(_hashable(row[column]) for column in columns) for row in groups}
    if not keys:
        return
    first = columns[0]
    wanted = filled.filter(**{f"{first}__in": [key[0] for key in keys]}).select_related("home").order_by("id")
    members: dict[tuple[object, ...], list[Person]] = defaultdict(list)
    for person in wanted:
        key = tuple(_hashable(getattr(person, column)) for column in columns)
        if key in keys:
            members[key].append(person)
    for same in members.values():
        yield from combinations(same, 2)


def _hashable(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def verdicts_of(actor: Principal, person_id: UUID) -> list[Verdict]:
    """The merges into a record that hold, the latest first: the first of them can be undone."""
    found = verdicts(actor).filter(keep_id=person_id, same=True)
    return list(found.select_related("drop").order_by("-id"))
