"""Many rows at once: the same as one by one, under the same scope, and gone again without a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import cast
import pytest
from django.db import DatabaseError, IntegrityError, transaction

from linli.access.api import Principal
from linli.kernel.errors import Forbidden, WrongState
from linli.kernel.identifiers import synthetic_phone
from linli.kernel.ids import uuid7
from linli.register import bulk
from linli.register.households.api import (
    NewHousehold,
    NewMember,
    add_households,
    add_members,
    drop_households,
    drop_members,
    household_marks,
    member_marks,
)
from linli.register.households.models import Household, Member
from linli.register.people.api import (
    NewPerson,
    NewTag,
    add_people,
    add_tags,
    change_people,
    drop_people,
    drop_tags,
    person_marks,
    phone_index,
    restore_people,
    tag_marks,
)
from linli.register.people.models import Person, Tag
from linli.register.places.api import (
    NewPlace,
    add_places,
    drop_places,
    place_marks,
    set_uses,
    take_place_ids,
)
from linli.register.places.models import Place, PlaceName
from linli.territory.api import area_by_code

Acting = Callable[[str], Principal]
DAY = date(2024, 5, 1)


@pytest.fixture
def actor(acting: Acting) -> Principal:
    return acting("worker")


def standing(code: str = cast.HOME_AREA) -> Place:
    return Place.objects.get(code=f"cast.{code}.3")


def homes(count: int, area: str = cast.HOME_AREA) -> list[NewPlace]:
    block = standing(area)
    return [
        NewPlace(
            at, "home", block.area_id, block.id, block.compound_id or 0, f"{n}室", f"{block.address}{n}室", 1, n, "let"
        )
        for n, at in enumerate(take_place_ids(count), 601)
    ]


def person(area_id: int, home_id: int | None, n: int = 1, **how: Any) -> NewPerson:
    given = {
        "sex": "2",
        "born_on": DAY,
        "id_kind": "",
        "id_number": "",
        "phone": "",
        "source": "door",
        "checked_on": DAY,
    }
    return NewPerson(uuid7(), area_id, home_id, f"甲{n}", **{**given, **how})


def test_places_are_added_as_they_are_said_and_open_ones_get_their_name(actor: Principal) -> None:
    block = standing()
    (at,) = take_place_ids(1)
    top = block.compound_id or 0
    add_places(actor=actor, places=[NewPlace(at, "building", block.area_id, top, top, "77号楼", "瑞和苑77号楼")])
    made = Place.objects.get(id=at)
    assert (made.kind, made.name, made.state, made.span, made.datum, made.code) == (
        "building", "77号楼", "working", 1, "wgs84", f"building.{at}"
    )  # fmt: skip
    assert PlaceName.objects.filter(place=made).values_list("text", flat=True)[0] == "瑞和苑77号楼"
    add_places(actor=actor, places=homes(3))
    assert Place.objects.filter(parent=block, use="let", floor=1).count() == 3


def test_ids_taken_are_fresh(actor: Principal) -> None:
    first, second = take_place_ids(3), take_place_ids(3)
    assert len({*first, *second}) == 6
    assert not Place.objects.filter(id__in=[*first, *second]).exists()


@pytest.mark.parametrize("count", [0, 1, 7])
def test_more_rows_than_one_statement_takes(actor: Principal, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 3)
    seen: list[int] = []
    made = homes(count)
    add_places(actor=actor, places=made, progress=seen.append)
    assert Place.objects.filter(id__in=[one.id for one in made]).count() == sum(seen) == count
    assert len(place_marks([one.id for one in made])) == count
    assert drop_places(actor=actor, ids=[one.id for one in made]) == count


def test_one_row_that_cannot_be_spoils_all(actor: Principal) -> None:
    good = homes(2)
    area, home = good[0].area_id, None
    twice = person(area, home)
    with pytest.raises(IntegrityError), transaction.atomic():
        add_people(actor=actor, people=[person(area, home, 5), twice, twice])
    assert not Person.objects.filter(name="甲5").exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        add_people(actor=actor, people=[person(area, home, 6), person(area, home, 7, source="x" * 20)])
    assert not Person.objects.filter(name="甲6").exists()


def test_the_database_refuses_rows_of_another_committee(actor: Principal) -> None:
    foreign = area_by_code(cast.SIBLING_AREA).id
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        add_people(actor=actor, people=[person(foreign, None)])
    other = Place.objects.get(code=f"cast.{cast.SIBLING_AREA}.3")
    stolen = NewPlace(take_place_ids(1)[0], "home", foreign, other.id, other.compound_id or 0, "1室", "1室", 1, 1)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        add_places(actor=actor, places=[stolen])


def test_what_lies_elsewhere_is_neither_changed_nor_deleted(actor: Principal, acting: Acting) -> None:
    acting("worker_sibling")
    theirs = Place.objects.get(code=f"cast.{cast.SIBLING_AREA}.3.501")
    them = Person.objects.get(home=theirs)
    acting("worker")
    assert set_uses(actor=actor, uses={theirs.id: "empty"}) == {}
    assert change_people(actor=actor, changes={them.id: {"name": "x"}}) == {}
    assert drop_people(actor=actor, ids=[them.id]) == 0
    assert drop_places(actor=actor, ids=[theirs.id]) == 0
    assert (place_marks([theirs.id]), person_marks([them.id])) == ({}, {})
    acting("worker_sibling")
    assert Person.objects.get(id=them.id).name == them.name
    assert Place.objects.get(id=theirs.id).use == "owned"


@pytest.mark.parametrize("who", ["responder", "district", "auditor"])
def test_roles_without_the_right_do_none_of_it(acting: Acting, who: str) -> None:
    other = acting(who)
    acts: list[Callable[[], object]] = [
        lambda: add_people(actor=other, people=[]), lambda: change_people(actor=other, changes={}),
        lambda: restore_people(actor=other, before={}), lambda: drop_people(actor=other, ids=[]),
        lambda: add_households(actor=other, households=[]), lambda: add_members(actor=other, members=[]),
        lambda: drop_members(actor=other, ids=[]), lambda: drop_households(actor=other, ids=[]),
        lambda: add_tags(actor=other, tags=[]), lambda: drop_tags(actor=other, ids=[]),
        lambda: add_places(actor=other, places=[]), lambda: drop_places(actor=other, ids=[]),
        lambda: set_uses(actor=other, uses={}),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_a_town_notes_no_needs(acting: Acting) -> None:
    with pytest.raises(Forbidden):
        add_tags(actor=acting("dispatcher"), tags=[])


def test_an_open_place_does_not_go_this_way(actor: Principal) -> None:
    """A compound stays whoever asks: the policy for deleting names buildings, doors and homes alone."""
    lonely = Place.objects.create(code="t.lonely", kind="compound", area_id=actor.area_id, name="孤苑", address="孤苑")
    assert drop_places(actor=actor, ids=[lonely.id]) == 0
    assert Place.objects.filter(id=lonely.id).exists()


def test_a_place_that_something_hangs_on_stays(actor: Principal) -> None:
    home = Place.objects.get(code=f"cast.{cast.HOME_AREA}.3.501")
    with pytest.raises(WrongState) as held:
        drop_places(actor=actor, ids=[home.id])
    assert held.value.code == "place_in_use"
    assert Place.objects.filter(id=home.id).exists()


def test_a_household_with_its_people_and_their_needs(actor: Principal) -> None:
    (home,) = homes(1)
    add_places(actor=actor, places=[home])
    one = person(home.area_id, home.id, phone=synthetic_phone(77))
    add_people(actor=actor, people=[one])
    house = NewHousehold(uuid7(), home.area_id, home.id, "rent", DAY)
    add_households(actor=actor, households=[house])
    members = add_members(actor=actor, members=[NewMember(home.area_id, home.id, house.id, one.id, "head", since=DAY)])
    tags = add_tags(actor=actor, tags=[NewTag(home.area_id, home.id, one.id, "aged", "door", DAY)])
    person_row = Person.objects.get(id=one.id)
    assert bytes(person_row.phone_index or b"") == phone_index(synthetic_phone(77))
    assert person_row.phone_mask == "160****0077"
    member = Member.objects.get(id=members[0])
    assert (member.household_id, member.relation, member.since, member.lives_here) == (house.id, "head", DAY, True)
    assert Household.objects.get(id=house.id).moved_in == DAY
    assert Tag.objects.get(id=tags[0]).stale_on == date(2024, 10, 28), "180 days after it was learnt"
    assert drop_tags(actor=actor, ids=tags) == drop_members(actor=actor, ids=members) == 1
    assert drop_people(actor=actor, ids=[one.id]) == drop_households(actor=actor, ids=[house.id]) == 1
    assert drop_places(actor=actor, ids=[home.id]) == 1


def test_a_mark_changes_with_any_column_and_with_nothing_else(actor: Principal) -> None:
    (home,) = homes(1)
    add_places(actor=actor, places=[home])
    one = person(home.area_id, home.id)
    add_people(actor=actor, people=[one])
    first = person_marks([one.id])
    assert first == person_marks([one.id])
    changes: dict[str, Any] = {
        "name": "乙", "sex": "1", "born_on": None, "home": None, "id_mask": "x", "phone_mask": "y", "source": "phone",
        "checked_on": date(2025, 1, 1), "left_on": DAY, "language": "en", "id_index": b"x",
    }  # fmt: skip
    before = Person.objects.filter(id=one.id).values()[0]
    for column, value in changes.items():
        Person.objects.filter(id=one.id).update(**{column: value})
        assert person_marks([one.id]) != first, column
        Person.objects.filter(id=one.id).update(**{key: before[key] for key in before if key != "id"})
        assert person_marks([one.id]) == first, column
    assert person_marks([uuid7()]) == {}


def test_empty_and_missing_are_different_to_a_mark(actor: Principal) -> None:
    (home,) = homes(1)
    add_places(actor=actor, places=[home])
    first = place_marks([home.id])
    Place.objects.filter(id=home.id).update(floor=None, slot=1)
    second = place_marks([home.id])
    Place.objects.filter(id=home.id).update(floor=1, slot=None)
    assert len({str(first), str(second), str(place_marks([home.id]))}) == 3


def test_people_are_brought_up_to_date_and_get_back_what_they_had(actor: Principal) -> None:
    one = person(actor.area_id, None, phone=synthetic_phone(1))
    add_people(actor=actor, people=[one])
    first = person_marks([one.id])
    before = change_people(
        actor=actor,
        changes={one.id: {"name": "新名", "born_on": date(1950, 1, 1), "phone": synthetic_phone(2), "nonsense": 1}},
    )
    changed = Person.objects.get(id=one.id)
    assert (changed.name, changed.born_on, changed.phone_mask, changed.sex) == (
        "新名",
        date(1950, 1, 1),
        "160****0002",
        "2",
    )
    assert bytes(changed.phone_index or b"") == phone_index(synthetic_phone(2))
    assert before[str(one.id)]["name"] == "甲1"
    restore_people(actor=actor, before=before)
    assert person_marks([one.id]) == first


def test_uses_tell_what_they_were(actor: Principal) -> None:
    home = Place.objects.get(code=f"cast.{cast.HOME_AREA}.3.501")
    assert set_uses(actor=actor, uses={home.id: "empty"}) == {home.id: "owned"}
    assert set_uses(actor=actor, uses={home.id: "owned"}) == {home.id: "empty"}


def test_marks_of_every_kind_are_by_the_id_as_text(actor: Principal) -> None:
    home = Place.objects.get(code=f"cast.{cast.HOME_AREA}.3.501")
    member = Member.objects.filter(home=home)[0]
    tag = Tag.objects.filter(home=home)[0]
    assert set(place_marks([home.id])) == {str(home.id)}
    assert set(member_marks([member.id])) == {str(member.id)}
    assert set(household_marks([member.household_id])) == {str(member.household_id)}
    assert set(tag_marks([tag.id])) == {str(tag.id)}
