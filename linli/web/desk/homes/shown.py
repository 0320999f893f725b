"""People, needs and days as the reader may see them: names whole for who works on site, masked for everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.access.api import Principal
from linli.kernel.clock import SHANGHAI
from linli.kernel.errors import NotFound
from linli.kernel.identifiers import mask_name
from linli.register.households.api import Family, Relation, Resident, Tenure
from linli.register.people.api import Person, Sex, Source, Tag, TagKind
from linli.territory.api import LEAF_KINDS, Area, areas_under
from linli.web.desk import words
from linli.web.ui import times


def day(on: date | None) -> str:
    """A day in words; empty for none."""
    return times.day(datetime.combine(on, time(), SHANGHAI)) if on is not None else ""


def on_site(actor: Principal) -> bool:
    """Whether he works among these people: then he reads whole names on their own pages (DOMAIN §4.2)."""
    return actor.can("person.edit")


def name_for(actor: Principal, person: Person) -> str:
    """The name on the page of a home or a person."""
    return person.name if on_site(actor) else mask_name(person.name)


def years(born_on: date | None, today: date) -> str:
    """The age in years; empty where the birthday is not known."""
    if born_on is None:
        return ""
    n = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    return ngettext("%(n)s year old", "%(n)s years old", n) % {"n": n}


@dataclass(frozen=True, slots=True)
class Noted:
    """A need or a role. `stale`: it has to be looked at again; `why`: purpose and legal basis."""

    tag: Tag
    name: str
    stale: bool
    fresh: str
    why: str
    source: str


def noted(tag: Tag, today: date) -> Noted:
    """A need or a role with its freshness."""
    stale = tag.stale_on <= today
    told = _("to be looked at since %(day)s") if stale else _("fresh until %(day)s")
    return Noted(
        tag, str(tag.kind), stale, told % {"day": day(tag.stale_on)}, why_kept(tag.kind), _(Source(tag.source).label)
    )


def why_kept(kind: TagKind) -> str:
    """What a kind is kept for and by which law, in the reader's language."""
    purpose, basis = words.named(kind.purpose, kind.purpose_en), words.named(kind.basis, kind.basis_en)
    return f"{purpose} · {basis}"


@dataclass(frozen=True, slots=True)
class Line:
    """A member of a household on the page of the home. `person_id` None: he lives where one does not reach."""

    member_id: int
    person_id: UUID | None
    name: str
    relation: str
    lives_here: bool
    age: str
    since: str
    needs: Sequence[Noted]


@dataclass(frozen=True, slots=True)
class House:
    """A household as the page of the home tells it."""

    id: UUID
    tenure: str
    since: str
    lines: Sequence[Line]


def house(actor: Principal, family: Family, today: date) -> House:
    """A household in words."""
    held = family.household
    lines = [line(actor, one, today) for one in family.residents]
    return House(held.id, _(Tenure(held.tenure).label), day(held.moved_in), lines)


def line(actor: Principal, resident: Resident, today: date) -> Line:
    """A member in words."""
    member, person = resident.member, resident.person
    return Line(
        member.id,
        person.id if person else None,
        name_for(actor, person) if person else _("Somebody who lives in another committee"),
        _(Relation(member.relation).label),
        member.lives_here,
        years(person.born_on, today) if person else "",
        day(member.since),
        [noted(tag, today) for tag in resident.tags],
    )


def sex_word(sex: str) -> str:
    """Male, female, or empty where nobody said."""
    return _(Sex(sex).label) if sex != Sex.UNKNOWN else ""


def masked(people: Iterable[Person]) -> str:
    """The names of several people in one line, masked."""
    return words.listed(mask_name(one.name) for one in people)


@dataclass(frozen=True, slots=True)
class Found:
    """A person in a list: nobody's whole name stands in a list."""

    id: UUID
    name: str
    about: str
    home_id: int | None
    left: bool


def listed(people: Iterable[Person], today: date) -> list[Found]:
    """People as a list shows them: masked, with age and address."""
    return [
        Found(
            one.id,
            mask_name(one.name),
            " · ".join(part for part in (years(one.born_on, today), str(one.home) if one.home else "") if part),
            one.home_id,
            one.left_on is not None,
        )
        for one in people
    ]


def committees(actor: Principal) -> list[Area]:
    """The committees of one's area, in tree order."""
    return [area for area in areas_under(actor.area_path) if area.kind in LEAF_KINDS]


def committee(actor: Principal, code: str) -> tuple[Area, list[Area]]:
    """The committee asked for by its code, the first one where none is, and all to choose from.

    Raises NotFound for one that is not one's own.
    """
    own = committees(actor)
    found = next((area for area in own if area.code == code), None) if code else next(iter(own), None)
    if found is None:
        raise NotFound(_("There is no such committee in your area."), code="area_unknown")
    return found, own
