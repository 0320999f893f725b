"""Households are founded, joined and left; where people live, their needs, and the homes to look at follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import cast
import pytest
from casework.stage import Stage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from register import dwelling

from linli.kernel.errors import Forbidden, InvalidInput, NotFound, WrongState
from linli.kernel.ids import uuid7
from linli.register.households.api import (
    Household,
    Member,
    Newcomer,
    Relation,
    Tenure,
    found_household,
    home_story,
    household_moves_out,
    join,
    living_in,
    member_leaves,
    memberships_of,
    move_in,
    set_relation,
)
from linli.register.households.rules import last_day, looked_before, may_be_head
from linli.register.people.api import Person, person_by_id

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def member_of(stage: Stage, person: UUID) -> int:
    return int(stage.one("select id from register_member where person_id = %s and until is null", person))


def lives_at(stage: Stage, person: UUID) -> int | None:
    row: int | None = stage.one("select home_id from register_person where id = %s", person)
    return row


def test_a_household_is_founded_without_anybody(stage: Stage) -> None:
    home = dwelling.another_home(stage)
    made = stage.do("worker", found_household, home_id=home.id, tenure="rent", moved_in=date(2026, 3, 1))
    row = Household.objects.get(id=made.id)
    assert (row.home_id, row.area_id, row.tenure, row.moved_out) == (home.id, dwelling.area().id, "rent", None)
    assert [line["detail"]["tenure"] for line in dwelling.trail(stage, "household.found")] == ["rent"]


@pytest.mark.parametrize(("given", "code"), [
    ({"tenure": "squat"}, "tenure_unknown"), ({"tenure": "own", "moved_in": date(2026, 3, 3)}, "day_to_come"),
])  # fmt: skip
def test_what_no_household_can_be(stage: Stage, given: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", found_household, home_id=dwelling.home_id(stage), **given)
    assert caught.value.code == code


def test_only_a_home_has_households(stage: Stage) -> None:
    building = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3")
    with pytest.raises(NotFound):
        stage.do("worker", found_household, home_id=building, tenure="own")


def test_one_step_at_the_door(stage: Stage) -> None:
    home = dwelling.another_home(stage)
    member = stage.do(
        "worker", move_in, home_id=home.id, person=Newcomer("赵一", "door", sex="1", born_on=date(1980, 1, 1)),
        relation="head", tenure="rent", since=date(2026, 2, 1),
    )  # fmt: skip
    person = Person.objects.get(id=member.person_id)
    assert (person.home_id, person.sex, member.since) == (home.id, "1", date(2026, 2, 1))
    assert Household.objects.get(id=member.household_id).moved_in == date(2026, 2, 1)
    assert dwelling.open_checks_of(stage, home.id) == ["people"]


def test_nothing_is_kept_of_a_step_that_fails_at_its_end(stage: Stage) -> None:
    home = dwelling.another_home(stage)
    before = dwelling.everything(stage)
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", move_in, home_id=home.id, person=Newcomer("赵一", "door"), relation="king", tenure="own")
    assert caught.value.code == "relation_unknown"
    assert dwelling.everything(stage) == before


def test_who_lives_elsewhere_moves_with_his_needs(stage: Stage) -> None:
    old, home = dwelling.home_id(stage), dwelling.another_home(stage)
    person = dwelling.aged(stage)
    dwelling.close_checks(stage)
    household = stage.do("worker", found_household, home_id=home.id, tenure="own").id
    dwelling.joined(stage, household, person, relation="head", since=date(2026, 3, 1))
    rows = stage.ask("select * from register_member where person_id = %s order by id", person)
    assert [(row["home_id"], row["until"]) for row in rows] == [(old, "2026-03-01"), (home.id, None)]
    assert lives_at(stage, person) == home.id
    assert stage.one("select home_id from register_tag where person_id = %s", person) == home.id
    assert dwelling.open_checks_of(stage, old) == ["people"] == dwelling.open_checks_of(stage, home.id)
    rows = stage.ask("select payload from outbox_event where name like '%%PeopleOfHomeChanged'")
    told = [row["payload"]["home_id"] for row in rows]
    assert sorted(told) == sorted([old, home.id])
    assert stage.deliver_all() >= 2


def test_the_household_stays_while_somebody_is_registered_there(stage: Stage) -> None:
    household, son = dwelling.household_of(stage, dwelling.home_id(stage)), dwelling.son(stage)
    stage.do("worker", member_leaves, member_id=member_of(stage, dwelling.aged(stage)))
    assert Household.objects.get(id=household).moved_out is None
    stage.do("worker", member_leaves, member_id=member_of(stage, son))
    assert Household.objects.get(id=household).moved_out == TODAY


def test_who_is_registered_comes_to_live_here_and_goes_again(stage: Stage) -> None:
    household, person = dwelling.household_of(stage, dwelling.home_id(stage)), dwelling.son(stage)
    dwelling.joined(stage, household, person, relation="child")
    rows = stage.ask("select lives_here, until from register_member where person_id = %s order by id", person)
    assert rows == [{"lives_here": False, "until": "2026-03-02"}, {"lives_here": True, "until": None}]
    assert lives_at(stage, person) == dwelling.home_id(stage)
    dwelling.joined(stage, household, person, relation="child", lives_here=False)
    assert lives_at(stage, person) is None
    assert stage.one("select moved_out from register_household where id = %s", household) is None


def test_a_registration_elsewhere_moves_nobody(stage: Stage) -> None:
    person, home = dwelling.aged(stage), dwelling.another_home(stage)
    household = stage.do("worker", found_household, home_id=home.id, tenure="own").id
    dwelling.joined(stage, household, person, relation="head", lives_here=False)
    assert lives_at(stage, person) == dwelling.home_id(stage)
    kept = [(one.home_id, one.until) for one in memberships_of(stage._acting("worker"), person)]
    assert sorted(kept) == sorted([(dwelling.home_id(stage), None), (home.id, None)])


@pytest.mark.parametrize(("given", "code"), [
    ({"relation": "king"}, "relation_unknown"), ({"relation": "head"}, "second_head"),
    ({"since": date(2026, 3, 3)}, "day_to_come"),
])  # fmt: skip
def test_what_no_member_can_be(stage: Stage, given: dict[str, Any], code: str) -> None:
    household, person = dwelling.household_of(stage, dwelling.home_id(stage)), dwelling.noted(stage, "赵一")
    before = dwelling.everything(stage)
    with pytest.raises(InvalidInput) as caught:
        dwelling.joined(stage, household, person.id, **given)
    assert caught.value.code == code
    assert dwelling.everything(stage) == before


def test_nobody_joins_twice_nor_what_has_moved_out(stage: Stage) -> None:
    home = dwelling.home_id(stage)
    household = dwelling.household_of(stage, home)
    with pytest.raises(InvalidInput) as caught:
        dwelling.joined(stage, household, dwelling.aged(stage), relation="head")
    assert caught.value.code == "member_already"
    stage.do("worker", household_moves_out, household_id=household)
    late: list[Callable[[], object]] = [
        lambda: dwelling.joined(stage, household, dwelling.noted(stage, "赵一").id),
        lambda: stage.do("worker", household_moves_out, household_id=household),
    ]
    for act in late:
        with pytest.raises(WrongState) as wrong:
            act()
        assert wrong.value.code == "household_gone"


def test_all_of_a_household_move_out_on_one_day(stage: Stage) -> None:
    home, person = dwelling.home_id(stage), dwelling.aged(stage)
    household = dwelling.household_of(stage, home)
    dwelling.close_checks(stage)
    stage.do("worker", household_moves_out, household_id=household, on=date(2026, 2, 20))
    assert {
        row["until"] for row in stage.ask("select until from register_member where household_id = %s", household)
    } == {"2026-02-20"}
    assert stage.one("select moved_out from register_household where id = %s", household) == "2026-02-20"
    assert (
        lives_at(stage, person) is None
        and stage.one("select home_id from register_tag where person_id = %s", person) is None
    )
    assert stage.one("select left_on from register_person where id = %s", person) is None
    assert dwelling.open_checks_of(stage, home) == ["people"]


def test_who_leaves_altogether_is_no_longer_of_the_neighbourhood(stage: Stage) -> None:
    person = dwelling.aged(stage)
    stage.do("worker", member_leaves, member_id=member_of(stage, person), gone=True)
    assert stage.one("select left_on from register_person where id = %s", person) == "2026-03-02"
    assert stage.one("select ended_on from register_tag where person_id = %s", person) == "2026-03-02"
    household = stage.do("worker", found_household, home_id=dwelling.home_id(stage), tenure="own").id
    dwelling.joined(stage, household, person, relation="head")
    assert stage.one("select left_on from register_person where id = %s", person) is None


def test_a_member_leaves_once(stage: Stage) -> None:
    member = member_of(stage, dwelling.aged(stage))
    stage.do("worker", member_leaves, member_id=member)
    for act in (member_leaves, set_relation):
        more = {"relation": "spouse"} if act is set_relation else {}
        with pytest.raises(WrongState) as caught:
            stage.do("worker", act, member_id=member, **more)
        assert caught.value.code == "member_left"


def test_there_is_one_head_at_a_time(stage: Stage) -> None:
    home = dwelling.home_id(stage)
    household = dwelling.household_of(stage, home)
    child = dwelling.joined(stage, household, dwelling.noted(stage, "赵一").id, relation="child")
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", set_relation, member_id=child.id, relation="head")
    assert caught.value.code == "second_head"
    stage.do("worker", set_relation, member_id=member_of(stage, dwelling.aged(stage)), relation="parent")
    stage.do("worker", set_relation, member_id=child.id, relation="head")
    found = Member.objects.filter(household_id=household, until__isnull=True).values_list("relation", flat=True)
    assert sorted(found) == ["child", "head", "parent"]


def test_a_registration_of_somebody_out_of_sight_can_be_ended(stage: Stage) -> None:
    """The son has been noted by another committee: his record went there, his registration is still ours."""
    person = dwelling.son(stage)
    member = member_of(stage, person)
    stage.own("update register_person set area_id = %s where id = %s", dwelling.area(cast.SIBLING_AREA).id, person)
    story = stage.see("worker", home_story, dwelling.home_id(stage))
    assert [(one.member.id, one.person) for one in story.families[0].residents][1] == (member, None)
    stage.do("worker", member_leaves, member_id=member)
    assert stage.one("select until from register_member where id = %s", member) == "2026-03-02"


Act = Callable[[Stage, str], object]
ACTS: Mapping[str, Act] = {
    "found": lambda stage, who: stage.do(who, found_household, home_id=dwelling.home_id(stage), tenure="own"),
    "join": lambda stage, who: stage.do(
        who, join, household_id=dwelling.household_of(stage, dwelling.home_id(stage)), person_id=dwelling.son(stage),
        relation="child",
    ),
    "move_in": lambda stage, who: stage.do(
        who, move_in, home_id=dwelling.home_id(stage), person=Newcomer("赵一", "door"), relation="head", tenure="rent"
    ),
    "leave": lambda stage, who: stage.do(who, member_leaves, member_id=member_of(stage, dwelling.aged(stage))),
    "move_out": lambda stage, who: stage.do(
        who, household_moves_out, household_id=dwelling.household_of(stage, dwelling.home_id(stage))
    ),
    "relation": lambda stage, who: stage.do(
        who, set_relation, member_id=member_of(stage, dwelling.aged(stage)), relation="other"
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", [
    "dispatcher", "dispatcher_other", "district", "auditor", "responder", "worker_sibling", "worker_cousin",
    "head_other",
])  # fmt: skip
@pytest.mark.parametrize("act", sorted(ACTS))
def test_nobody_else_may(stage: Stage, who: str, act: str) -> None:
    before = dwelling.everything(stage)
    with pytest.raises((Forbidden, NotFound)):
        ACTS[act](stage, who)
    assert dwelling.everything(stage) == before


@pytest.mark.parametrize("who", ["worker", "head"])
@pytest.mark.parametrize("act", sorted(ACTS))
def test_who_works_on_site_may(stage: Stage, who: str, act: str) -> None:
    before = dwelling.everything(stage)
    ACTS[act](stage, who)
    assert dwelling.everything(stage) != before


@pytest.mark.parametrize("act", [member_leaves, set_relation, household_moves_out, join])
def test_what_does_not_exist_is_not_found(stage: Stage, act: Callable[..., object]) -> None:
    given: dict[str, Any] = {
        member_leaves: {"member_id": 10**9}, set_relation: {"member_id": 10**9, "relation": "head"},
        household_moves_out: {"household_id": uuid7()},
        join: {"household_id": uuid7(), "person_id": dwelling.aged(stage), "relation": "head"},
    }[act]  # fmt: skip
    with pytest.raises(NotFound):
        stage.do("worker", act, **given)


def test_the_story_of_a_home_is_told_in_few_statements(stage: Stage) -> None:
    home = dwelling.home_id(stage)
    actor = stage._acting("worker")
    with CaptureQueriesContext(
        connection,
    ) as told:
        story = home_story(actor, home)
    assert len(told) <= 7, [one["sql"][:80] for one in told.captured_queries]
    assert [one.name for one in story.line] == ["瑞和苑", "3号楼", "501室"]
    (family,) = story.families
    assert [(one.person.name if one.person else "", one.member.lives_here) for one in family.residents] == [
        ("王阿婆", True), ("李大军", False),
    ]  # fmt: skip
    assert [tag.kind_id for tag in family.residents[0].tags] == ["living_alone"]
    assert (story.living, story.past, story.sees_people) == (1, [], True)
    assert story.check is not None and story.check.cause == "stale"


def test_past_households_are_told_the_last_first(stage: Stage) -> None:
    home = dwelling.another_home(stage)
    for name, day in (("赵一", date(2026, 1, 5)), ("钱二", date(2026, 2, 5))):
        dwelling.settled(stage, home.id, name, since=date(2026, 1, 1))
        stage.do("worker", household_moves_out, household_id=dwelling.household_of(stage, home.id), on=day)
    story = stage.see("worker", home_story, home.id)
    assert (story.families, story.living) == ([], 0)
    assert [one.moved_out for one in story.past] == [date(2026, 2, 5), date(2026, 1, 5)]


@pytest.mark.parametrize(("who", "people", "needs"), [
    ("worker", 2, 1), ("head", 2, 1), ("dispatcher", 2, 0), ("district", 0, 0), ("auditor", 0, 0),
])  # fmt: skip
def test_how_much_of_a_home_each_role_is_told(stage: Stage, who: str, people: int, needs: int) -> None:
    story = stage.see(who, home_story, dwelling.home_id(stage))
    residents = [one for family in story.families for one in family.residents]
    assert (len(residents), sum(len(one.tags) for one in residents)) == (people, needs)
    assert story.sees_people is (people > 0)


@pytest.mark.parametrize("who", ["worker_cousin", "dispatcher_other", "responder"])
def test_a_home_elsewhere_is_not_there(stage: Stage, who: str) -> None:
    with pytest.raises(NotFound):
        stage.see(who, home_story, dwelling.home_id(stage))


def test_who_lives_in_several_homes_at_once(stage: Stage) -> None:
    home, other = dwelling.home_id(stage), dwelling.another_home(stage)
    person = dwelling.settled(stage, other.id, "赵一")
    found = living_in(stage._acting("worker"), [home, other.id])
    assert {at: [one.name for one in there] for at, there in found.items()} == {home: ["王阿婆"], other.id: ["赵一"]}
    assert person_by_id(stage._acting("worker"), person.id).home_id == other.id
    assert living_in(stage._acting("district"), [home]) == {}


def test_small_rules() -> None:
    assert may_be_head("head", ["child", "spouse"]) and not may_be_head("head", ["head"])
    assert may_be_head("child", ["head"])
    assert last_day(None, TODAY) == TODAY
    assert last_day(date(2026, 3, 5), TODAY) == date(2026, 3, 5)
    assert looked_before(TODAY, 180) == date(2025, 9, 3)


@pytest.mark.parametrize("tenure", list(Tenure))
def test_every_right_has_words_and_is_taken(stage: Stage, tenure: Tenure) -> None:
    home = dwelling.another_home(stage)
    made = stage.do("worker", found_household, home_id=home.id, tenure=tenure.value)
    assert made.tenure == tenure and tenure.label


@pytest.mark.parametrize("relation", list(Relation))
def test_every_relation_has_words_and_is_taken(stage: Stage, relation: Relation) -> None:
    home = dwelling.another_home(stage)
    member = stage.do(
        "worker", move_in, home_id=home.id, person=Newcomer("赵一", "door"), relation=relation.value, tenure="own"
    )
    assert member.relation == relation and relation.label
