from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, within
from linli.kernel.errors import NotFound
from linli.register.households.models import HomeCheck, Household, Member
from linli.register.households.rules import Relation
from linli.register.people.api import Person, Tag, people, tags_of
from linli.register.places.api import Place, home_by_id, line_of


def households(actor: Principal) -> QuerySet[Household]:
    """The households this person may see; none for a role that sees no person."""
    return within(Household.objects.all(), actor) if actor.can("person.read") else Household.objects.none()


def members(actor: Principal) -> QuerySet[Member]:
    """The memberships this person may see; none for a role that sees no person."""
    return within(Member.objects.all(), actor) if actor.can("person.read") else Member.objects.none()


def checks(actor: Principal) -> QuerySet[HomeCheck]:
    """The checks of homes this person may see; none for a role that sees no person."""
    return within(HomeCheck.objects.all(), actor) if actor.can("person.read") else HomeCheck.objects.none()


@dataclass(frozen=True, slots=True)
class Resident:
    """A member with his person and what holds of him; `person` None: he lives where one does not reach."""

    member: Member
    person: Person | None
    tags: Sequence[Tag] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A household with its members of now, the head first."""

    household: Household
    residents: list[Resident] = field(default_factory=list)

    @property
    def living(self) -> int:
        """How many of them live here."""
        return sum(one.member.lives_here for one in self.residents)


@dataclass(frozen=True, slots=True)
class HomeStory:
    """A home with all that is known of it. `line`: what it stands in, outermost first, itself last.

    `past`: households that have moved out, the last first. `sees_people`: whether the reader may see people at all.
    """

    home: Place
    line: list[Place]
    sees_people: bool
    families: list[Family] = field(default_factory=list)
    past: list[Household] = field(default_factory=list)
    check: HomeCheck | None = None

    @property
    def living(self) -> int:
        """How many people live here."""
        return sum(family.living for family in self.families)


MOST_PAST = 10


def home_story(actor: Principal, home_id: int) -> HomeStory:
    """Everything about a home that its page shows, in six statements. Raises NotFound.

    People are there for roles that see people, needs for those who work on site (DOMAIN §4.2).
    """
    home = home_by_id(actor, home_id)
    if not actor.can("person.read"):
        return HomeStory(home, line_of(home), sees_people=False)
    found = list(households(actor).filter(home_id=home_id).order_by("-moved_out", "moved_in", "id"))
    now = [one for one in found if one.moved_out is None]
    past = [one for one in found if one.moved_out is not None]
    here = _residents(actor, [one.id for one in now])
    return HomeStory(
        home,
        line_of(home),
        sees_people=True,
        families=[Family(one, here.get(one.id, [])) for one in now],
        past=past[:MOST_PAST],
        check=checks(actor).filter(home_id=home_id, done_at__isnull=True).first(),
    )


def _residents(actor: Principal, household_ids: list[UUID]) -> Mapping[UUID, list[Resident]]:
    found = list(members(actor).filter(household_id__in=household_ids, until__isnull=True))
    by_id = {person.id: person for person in people(actor).filter(id__in=[one.person_id for one in found])}
    noted = tags_of(actor, by_id)
    rows: dict[UUID, list[Resident]] = defaultdict(list)
    for member in sorted(found, key=lambda one: (ORDER.index(one.relation), not one.lives_here, one.id)):
        person = by_id.get(member.person_id)
        rows[member.household_id].append(Resident(member, person, noted.get(member.person_id, [])))
    return rows


ORDER = [relation.value for relation in Relation]


def memberships_of(actor: Principal, person_id: UUID) -> list[Member]:
    """Every household a person is or was of, the present ones first, with their homes."""
    found = members(actor).filter(person_id=person_id).select_related("household__home")
    return sorted(found, key=lambda one: (one.until is not None, -(one.since or date.min).toordinal(), -one.id))


def home_of_member(actor: Principal, member_id: int) -> int:
    """The home a membership is about. Raises NotFound."""
    found = members(actor).filter(id=member_id).values_list("home_id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such member in your area."), code="member_unknown")
    return found


def home_of_household(actor: Principal, household_id: UUID) -> int:
    """The home a household lives or lived in. Raises NotFound."""
    found = households(actor).filter(id=household_id).values_list("home_id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such household in your area."), code="household_unknown")
    return found


def open_checks(actor: Principal, *, area_id: int, limit: int = 200) -> list[HomeCheck]:
    """The homes of one committee that have to be looked at, the most urgent first, with their addresses."""
    found = checks(actor).filter(area_id=area_id, done_at__isnull=True).select_related("home")
    return list(found.order_by("due_on", "id")[:limit])


def living_in(actor: Principal, home_ids: Sequence[int]) -> Mapping[int, list[Person]]:
    """Who lives in each of these homes."""
    found: dict[int, list[Person]] = defaultdict(list)
    for person in people(actor).filter(home_id__in=list(home_ids), merged_into__isnull=True).order_by("id"):
        if person.home_id is not None:
            found[person.home_id].append(person)
    return found
