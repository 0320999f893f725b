from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.calendar.api import today
from linli.kernel.errors import InvalidInput, NotFound, WrongState
from linli.kernel.text import normalise
from linli.register.people.models import Person, Tag, TagKind
from linli.register.people.numbers import take_numbers
from linli.register.people.queries import people, tags
from linli.register.people.rules import EDITABLE, Sex, Source, is_real_birthday, stale_from
from linli.register.places.api import Place
from linli.territory.api import Area


def note_person(
    *,
    actor: Principal,
    area: Area,
    name: str,
    source: str,
    sex: str = Sex.UNKNOWN,
    born_on: date | None = None,
    language: str = "",
    id_number: str = "",
    phone: str = "",
) -> Person:
    """Note somebody of a committee; where he lives is said by `households.join`.

    An ID number tells birth and sex, which then need not be given; both numbers are sealed. Raises Forbidden,
    InvalidInput.
    """
    require(actor, "person.edit", area_path=area.path)
    if not area.is_leaf:
        raise InvalidInput(_("People live in a committee."), code="person_other_area")
    person = Person(area_id=area.id, source=_source(source), checked_on=today())
    _set(person, {"name": name, "sex": sex, "born_on": born_on, "language": language})
    with transaction.atomic():
        take_numbers(person, id_number=id_number, phone=phone)
        person.save(force_insert=True)
        _note(actor, "person.note", person, source=source)
    return person


def correct_person(
    *,
    actor: Principal,
    person_id: UUID,
    source: str,
    changes: Mapping[str, object],
    id_number: str = "",
    phone: str = "",
) -> Person:
    """Set what is noted of a person right; `changes` holds columns of `rules.EDITABLE`. The trail keeps which.

    Raises Forbidden, NotFound, InvalidInput, WrongState.
    """
    if set(changes) - EDITABLE:
        raise InvalidInput(_("This cannot be corrected."), code="person_fields")
    with transaction.atomic():
        person = mine(actor, person_id)
        person.source, person.checked_on = _source(source), today()
        _set(person, changes)
        numbers = take_numbers(person, id_number=id_number, phone=phone)
        person.save(update_fields=[*changes, *numbers, "source", "checked_on"])
        _note(actor, "person.correct", person, fields=sorted({*changes, *numbers}))
    return person


def live_at(*, actor: Principal, person_id: UUID, home: Place | None) -> Person:
    """He lives in this home now, or (None) in none that is known; his needs and roles go with him.

    For the room of households, inside an act of its own. Raises Forbidden, NotFound, WrongState.
    """
    with transaction.atomic():
        person = mine(actor, person_id)
        if home is not None:
            require(actor, "person.edit", area_path=home.area.path)
            person.area_id, person.left_on = home.area_id, None
        person.home = home
        person.save(update_fields=["area", "home", "left_on"])
        Tag.objects.filter(person=person).update(area_id=person.area_id, home_id=person.home_id)
        _note(actor, "person.live_at", person, home=person.home_id)
    return person


def person_left(*, actor: Principal, person_id: UUID, on: date | None = None) -> Person:
    """He is no longer of this neighbourhood: what he needs is nobody's business here any more, so his tags end.

    He moves out first: WrongState while he lives in a home. Raises Forbidden, NotFound, InvalidInput for a day to come.
    """
    day = on or today()
    with transaction.atomic():
        person = mine(actor, person_id)
        if person.home_id is not None:
            raise WrongState(_("He lives in a home here. Let him move out first."), code="person_at_home")
        if day > today():
            raise InvalidInput(_("This day has not come yet."), code="day_to_come")
        person.left_on = day
        person.save(update_fields=["left_on"])
        Tag.objects.filter(person=person, ended_on__isnull=True).update(ended_on=day)
        _note(actor, "person.left", person)
    return person


def seen_at(*, home_id: int, day: date) -> int:
    """Everybody who lives in a home was found there on this day; how many. For the room of households."""
    return Person.objects.filter(home_id=home_id, merged_into__isnull=True).update(checked_on=day)


def note_tag(*, actor: Principal, person_id: UUID, kind: str, source: str) -> Tag:
    """Note a need or a role of a person; purpose and basis are those of the kind. One that is noted becomes fresh.

    Raises Forbidden, NotFound, WrongState, InvalidInput for a kind that is unknown or not in use.
    """
    require(actor, "need.read")
    with transaction.atomic():
        person = mine(actor, person_id)
        found = TagKind.objects.filter(code=kind, is_active=True).first()
        if found is None:
            raise InvalidInput(_("Choose a need or a role from the list."), code="tag_kind_unknown")
        if person.left_on is not None:
            raise WrongState(_("He does not live here any more."), code="person_left")
        day = stale_from(today(), found.fresh_days)
        tag, made = Tag.objects.get_or_create(
            person=person, kind=found, ended_on=None,
            defaults={"area_id": person.area_id, "home_id": person.home_id, "source": _source(source), "stale_on": day},
        )  # fmt: skip
        if not made:
            tag.source, tag.stale_on = _source(source), day
            tag.save(update_fields=["source", "stale_on"])
        _note(actor, "tag.note", person, kind=kind, source=source)
    return tag


def still_true(*, actor: Principal, tag_id: int, source: str) -> Tag:
    """It still holds, as somebody learnt today. Raises Forbidden, NotFound, InvalidInput, WrongState when it ended."""
    with transaction.atomic():
        tag = _my_tag(actor, tag_id)
        tag.source, tag.stale_on = _source(source), stale_from(today(), tag.kind.fresh_days)
        tag.save(update_fields=["source", "stale_on"])
        _note(actor, "tag.still_true", tag.person, kind=tag.kind_id, source=source)
    return tag


def end_tag(*, actor: Principal, tag_id: int) -> Tag:
    """It does not hold any more. Raises Forbidden, NotFound, WrongState when it ended already."""
    with transaction.atomic():
        tag = _my_tag(actor, tag_id)
        tag.ended_on = today()
        tag.save(update_fields=["ended_on"])
        _note(actor, "tag.end", tag.person, kind=tag.kind_id)
    return tag


def mine(actor: Principal, person_id: UUID) -> Person:
    """The person, if the actor may edit him, locked. Raises Forbidden, NotFound, WrongState when he was merged."""
    require(actor, "person.edit")
    found = people(actor).filter(id=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person in your area."), code="person_unknown")
    require(actor, "person.edit", area_path=found.area.path)
    person = Person.objects.select_for_update(of=("self",)).select_related("area").get(id=person_id)
    if person.merged_into_id is not None:
        raise WrongState(_("This record was merged into another one."), code="person_merged")
    return person


def _my_tag(actor: Principal, tag_id: int) -> Tag:
    require(actor, "need.read")
    found = tags(actor).filter(id=tag_id).values_list("person_id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such note in your area."), code="tag_unknown")
    person = mine(actor, found)
    tag = Tag.objects.select_for_update(of=("self",)).select_related("kind").get(id=tag_id)
    if tag.ended_on is not None:
        raise WrongState(_("This has ended already."), code="tag_ended")
    tag.person = person
    return tag


def _set(person: Person, changes: Mapping[str, object]) -> None:
    for column, value in changes.items():
        setattr(person, column, value)
    person.name = normalise(person.name, max_length=60, multiline=False)
    person.language = normalise(person.language, max_length=10, multiline=False)
    if not person.name:
        raise InvalidInput(_("Give the name."), code="person_nameless")
    if person.sex not in set(Sex) or not is_real_birthday(person.born_on, today()):
        raise InvalidInput(_("Nobody can be born on this day."), code="person_birth")


def _source(source: str) -> Source:
    if source not in set(Source):
        raise InvalidInput(_("Say where it was learnt."), code="source_unknown")
    return Source(source)


def _note(actor: Principal, act: str, person: Person, **detail: object) -> None:
    record(
        actor=actor, act=act, subject_kind="person", subject_id=str(person.id), area_id=person.area_id, detail=detail
    )
