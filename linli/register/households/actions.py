from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.errors import Conflict, InvalidInput, NotFound, WrongState
from linli.outbox.api import publish
from linli.register.households.checking import raise_check
from linli.register.households.events import PeopleOfHomeChanged
from linli.register.households.models import Household, Member
from linli.register.households.queries import households, members
from linli.register.households.rules import CheckCause, Relation, Tenure, last_day, may_be_head
from linli.register.people.api import Person, Sex, live_at, mine, note_person, person_left
from linli.register.places.api import Place, home_by_id


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is not noted yet."""

    name: str
    source: str
    sex: str = Sex.UNKNOWN
    born_on: date | None = None
    id_number: str = ""
    phone: str = ""


def found_household(*, actor: Principal, home_id: int, tenure: str, moved_in: date | None = None) -> Household:
    """A household that is to live in a home, without anybody yet. Raises Forbidden, NotFound, InvalidInput."""
    require(actor, "person.edit")
    home = home_by_id(actor, home_id)
    require(actor, "person.edit", area_path=home.area.path)
    _must_have_come(moved_in)
    if tenure not in set(Tenure):
        raise InvalidInput(_("Say by which right they live there."), code="tenure_unknown")
    with transaction.atomic():
        household = Household.objects.create(area_id=home.area_id, home=home, tenure=tenure, moved_in=moved_in)
        _note(actor, "household.found", household, tenure=tenure)
    return household


def join(
    *,
    actor: Principal,
    household_id: UUID,
    person_id: UUID,
    relation: str,
    lives_here: bool = True,
    since: date | None = None,
) -> Member:
    """Somebody is of this household from now on. Who lives elsewhere moves: his membership there ends, and his needs
    and roles go with him. Both homes are looked at again.

    since: by default today. Raises Forbidden, NotFound, InvalidInput, WrongState for a household that moved out or a
    person who was merged, Conflict when he moved meanwhile.
    """
    day = since or today()
    _must_have_come(day)
    require(actor, "person.edit")
    with transaction.atomic():
        before = _living(person_id)
        household = _locked(actor, household_id, beside=[before.household_id] if before else [])
        person = mine(actor, person_id)
        there = _living(person_id)
        if (there and there.id) != (before and before.id):
            raise Conflict(_("He has moved meanwhile. Please look again."), code="person_moved")
        own = _open(household).filter(person=person).first()
        if own is not None and own.lives_here == lives_here:
            raise InvalidInput(_("He is of this household already."), code="member_already")
        _must_fit(household, relation, but=person.id)
        for old in {one.id: one for one in (own, there if lives_here else None) if one is not None}.values():
            _end(old, day)
        member = Member.objects.create(
            area_id=household.area_id, home_id=household.home_id, household=household, person=person,
            relation=relation, lives_here=lives_here, since=day,
        )  # fmt: skip
        _moved(actor, person, household, there if lives_here else None, lives_here=lives_here, day=day)
        _note(actor, "household.join", household, person=str(person.id), lives_here=lives_here)
    return member


def move_in(
    *,
    actor: Principal,
    home_id: int,
    person: UUID | Newcomer,
    relation: str,
    household_id: UUID | None = None,
    tenure: str = "",
    lives_here: bool = True,
    since: date | None = None,
) -> Member:
    """One step at the door: note somebody who is new, found the household where there is none (`tenure`), and join.

    Raises as `note_person`, `found_household` and `join`; then nothing of it is kept.
    """
    with transaction.atomic():
        if household_id is not None and not households(actor).filter(id=household_id, home_id=home_id).exists():
            raise _no_household()
        if household_id is None:
            household_id = found_household(actor=actor, home_id=home_id, tenure=tenure, moved_in=since or today()).id
        if isinstance(person, Newcomer):
            area = home_by_id(actor, home_id).area
            person = note_person(
                actor=actor, area=area, name=person.name, source=person.source, sex=person.sex, born_on=person.born_on,
                id_number=person.id_number, phone=person.phone,
            ).id  # fmt: skip
        return join(
            actor=actor,
            household_id=household_id,
            person_id=person,
            relation=relation,
            lives_here=lives_here,
            since=since,
        )


def member_leaves(*, actor: Principal, member_id: int, on: date | None = None, gone: bool = False) -> None:
    """Somebody is no longer of this household; the last one closes it. gone: he left the neighbourhood altogether.

    Raises Forbidden, NotFound, InvalidInput for a day to come, WrongState when he left already.
    """
    day = on or today()
    _must_have_come(day)
    require(actor, "person.edit")
    with transaction.atomic():
        found = _member(actor, member_id)
        household = _locked(actor, found.household_id)
        member = _open(household).filter(id=member_id).first()
        if member is None:
            raise WrongState(_("He left this household already."), code="member_left")
        _leave(actor, member, day, gone=gone)
        _close_if_empty(household, day)
        _look_again(household.home)
        _note(actor, "household.leave", household, person=str(member.person_id), gone=gone)


def household_moves_out(*, actor: Principal, household_id: UUID, on: date | None = None, gone: bool = False) -> None:
    """Everybody of a household leaves its home on one day. gone: they left the neighbourhood altogether.

    Raises Forbidden, NotFound, InvalidInput for a day to come, WrongState when it moved out already.
    """
    day = on or today()
    _must_have_come(day)
    require(actor, "person.edit")
    with transaction.atomic():
        household = _locked(actor, household_id)
        for member in _open(household).order_by("person_id"):
            _leave(actor, member, day, gone=gone)
        household.moved_out = last_day(household.moved_in, day)
        household.save(update_fields=["moved_out"])
        _look_again(household.home)
        _note(actor, "household.move_out", household, gone=gone)


def set_relation(*, actor: Principal, member_id: int, relation: str) -> None:
    """Say what a member is to the head of his household. Raises Forbidden, NotFound, InvalidInput, WrongState."""
    require(actor, "person.edit")
    with transaction.atomic():
        found = _member(actor, member_id)
        household = _locked(actor, found.household_id)
        _must_fit(household, relation, but=found.person_id)
        if not _open(household).filter(id=member_id).update(relation=relation):
            raise WrongState(_("He left this household already."), code="member_left")
        _note(actor, "household.relation", household, person=str(found.person_id), relation=relation)


def _member(actor: Principal, member_id: int) -> Member:
    found = members(actor).filter(id=member_id).first()
    if found is None:
        raise NotFound(_("There is no such member in your area."), code="member_unknown")
    return found


def _locked(actor: Principal, household_id: UUID, *, beside: Iterable[UUID] = ()) -> Household:
    """The household, if the actor may change it and it lives there still, locked with others in the order of ids."""
    found = households(actor).filter(id=household_id).select_related("home__area").first()
    if found is None:
        raise _no_household()
    require(actor, "person.edit", area_path=found.home.area.path)
    wanted = Household.objects.filter(id__in={household_id, *beside}).order_by("id")
    locked = {one.id: one for one in wanted.select_for_update(of=("self",)).select_related("home__area")}
    if locked[household_id].moved_out is not None:
        raise WrongState(_("This household has moved out."), code="household_gone")
    return locked[household_id]


def _no_household() -> NotFound:
    return NotFound(_("There is no such household in your area."), code="household_unknown")


def _open(household: Household) -> QuerySet[Member]:
    return Member.objects.filter(household=household, until__isnull=True)


def _living(person_id: UUID) -> Member | None:
    found = Member.objects.filter(person_id=person_id, lives_here=True, until__isnull=True)
    return found.select_related("household__home__area").first()


def _must_fit(household: Household, relation: str, *, but: UUID) -> None:
    if relation not in set(Relation):
        raise InvalidInput(_("Say what he is to the head of the household."), code="relation_unknown")
    others = _open(household).exclude(person_id=but).values_list("relation", flat=True)
    if not may_be_head(relation, others):
        raise InvalidInput(_("This household has a head. Change what he is first."), code="second_head")


def _must_have_come(day: date | None) -> None:
    if day is not None and day > today():
        raise InvalidInput(_("This day has not come yet."), code="day_to_come")


def _moved(
    actor: Principal, person: Person, household: Household, there: Member | None, *, lives_here: bool, day: date
) -> None:
    """What follows from a membership: where he lives, and which homes are looked at again."""
    if lives_here:
        live_at(actor=actor, person_id=person.id, home=household.home)
    elif person.home_id == household.home_id:
        live_at(actor=actor, person_id=person.id, home=None)
    if there is not None and there.household_id != household.id:
        _close_if_empty(there.household, day)
        _look_again(there.household.home)
    _look_again(household.home)


def _leave(actor: Principal, member: Member, day: date, *, gone: bool) -> None:
    """Who is only registered here may live in an area one does not reach: his own record stays as it is."""
    _end(member, day)
    if member.lives_here:
        live_at(actor=actor, person_id=member.person_id, home=None)
        if gone:
            person_left(actor=actor, person_id=member.person_id, on=day)


def _end(member: Member, day: date) -> None:
    member.until = last_day(member.since, day)
    member.save(update_fields=["until"])


def _close_if_empty(household: Household, day: date) -> None:
    if not _open(household).exists():
        household.moved_out = last_day(household.moved_in, day)
        household.save(update_fields=["moved_out"])


def _look_again(home: Place) -> None:
    raise_check(home, CheckCause.PEOPLE)
    publish(PeopleOfHomeChanged(home.id, home.area_id))


def _note(actor: Principal, act: str, household: Household, **detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="place", subject_id=str(household.home_id), area_id=household.area_id,
        detail={"household": str(household.id), **detail},
    )  # fmt: skip
