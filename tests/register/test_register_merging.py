"""Two records become one, and a merge that is undone leaves every row as it was: 200 random merges, chains included."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import cast
import pytest
from casework.stage import Stage
from register import dwelling

from linli.access.api import blind_index
from linli.kernel.errors import Conflict, Forbidden, InvalidInput, LinliError, NotFound, WrongState
from linli.kernel.identifiers import synthetic_phone
from linli.kernel.ids import uuid7
from linli.register.households.api import (
    Household,
    Newcomer,
    found_household,
    join,
    member_leaves,
    merge_people,
    move_in,
    undo_merge,
)
from linli.register.people.api import (
    PHONE,
    Likeness,
    Person,
    Tag,
    Verdict,
    correct_person,
    end_tag,
    find_by_number,
    keep_apart,
    likely_duplicates,
    note_person,
    note_tag,
    standing,
    verdicts_of,
)

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("LINLI_SEED", "20261128"))
KINDS = ("living_alone", "aged", "dialysis", "volunteer", "party_member")


def merged(stage: Stage, keep: UUID, drop: UUID, who: str = "worker") -> Verdict:
    made: Verdict = stage.do(who, merge_people, keep_id=keep, drop_id=drop)
    return made


def undone(stage: Stage, verdict: Verdict) -> None:
    stage.do("worker", undo_merge, verdict_id=verdict.id)


def open_members(stage: Stage, person: UUID) -> list[tuple[int, bool]]:
    rows = stage.ask("select * from register_member where person_id = %s and until is null order by id", person)
    return [(row["home_id"], row["lives_here"]) for row in rows]


def test_gaps_are_filled_and_what_is_known_stays(stage: Stage) -> None:
    keep = dwelling.noted(stage, "王桂芳", language="wuu")
    drop = dwelling.noted(stage, "王桂方", sex="2", born_on=date(1950, 1, 1), language="en")
    merged(stage, keep.id, drop.id)
    row = Person.objects.get(id=keep.id)
    assert (row.name, row.sex, row.born_on, row.language) == ("王桂芳", "2", date(1950, 1, 1), "wuu")
    gone = Person.objects.get(id=drop.id)
    assert (gone.merged_into_id, gone.home_id, gone.name) == (keep.id, None, "王桂方")


def test_memberships_and_needs_follow(stage: Stage) -> None:
    keep, drop = dwelling.noted(stage, "王桂芳"), dwelling.aged(stage)
    home = dwelling.home_id(stage)
    merged(stage, keep.id, drop)
    assert open_members(stage, keep.id) == [(home, True)] and open_members(stage, drop) == []
    assert Person.objects.get(id=keep.id).home_id == home
    assert [(tag.kind_id, tag.home_id) for tag in Tag.objects.filter(person=keep)] == [("living_alone", home)]


def test_of_the_same_need_the_fresher_day_counts(stage: Stage) -> None:
    keep, drop = dwelling.aged(stage), dwelling.noted(stage, "王桂芳")
    stage.do("worker", note_tag, person_id=drop.id, kind="living_alone", source="phone")
    merged(stage, keep, drop.id)
    (row,) = stage.ask("select * from register_tag where person_id = %s", keep)
    assert (row["stale_on"], row["source"], row["ended_on"]) == ("2026-04-01", "phone", None)
    (row,) = stage.ask("select * from register_tag where person_id = %s", drop.id)
    assert row["ended_on"] == "2026-03-02"


def test_who_was_noted_in_two_homes_lives_in_that_of_the_record_kept(stage: Stage) -> None:
    home, other = dwelling.home_id(stage), dwelling.another_home(stage)
    drop = dwelling.settled(stage, other.id, "王桂芳")
    dwelling.close_checks(stage)
    merged(stage, dwelling.aged(stage), drop.id)
    assert open_members(stage, dwelling.aged(stage)) == [(home, True)]
    assert dwelling.open_checks_of(stage, other.id) == ["people"]
    assert dwelling.open_checks_of(stage, home) == []
    assert stage.one("select moved_out from register_household where home_id = %s", other.id) == "2026-03-02"


def test_registered_by_one_record_and_living_there_by_the_other_he_lives_there(stage: Stage) -> None:
    household = dwelling.household_of(stage, dwelling.home_id(stage))
    drop = dwelling.noted(stage, "李大俊")
    dwelling.joined(stage, household, drop.id)
    merged(stage, dwelling.son(stage), drop.id)
    assert open_members(stage, dwelling.son(stage)) == [(dwelling.home_id(stage), True)]


def test_noted_twice_in_one_household_he_is_there_once(stage: Stage) -> None:
    household = dwelling.household_of(stage, dwelling.home_id(stage))
    drop = dwelling.noted(stage, "王桂芳")
    dwelling.joined(stage, household, drop.id)
    merged(stage, dwelling.aged(stage), drop.id)
    assert open_members(stage, dwelling.aged(stage)) == [(dwelling.home_id(stage), True)]
    assert open_members(stage, drop.id) == []


def test_who_had_left_is_here_when_the_other_record_lives_here(stage: Stage) -> None:
    keep = dwelling.noted(stage, "王桂芳")
    stage.own("update register_person set left_on = '2026-01-01' where id = %s", keep.id)
    verdict = merged(stage, keep.id, dwelling.aged(stage))
    assert Person.objects.get(id=keep.id).left_on is None
    undone(stage, verdict)
    assert Person.objects.get(id=keep.id).left_on == date(2026, 1, 1)


def test_a_merged_record_does_nothing_any_more_and_stands_for_the_other(stage: Stage) -> None:
    keep, middle, drop = (dwelling.noted(stage, name) for name in ("甲", "乙", "丙"))
    merged(stage, middle.id, drop.id)
    merged(stage, keep.id, middle.id)
    actor = stage._acting("worker")
    assert standing(actor, Person.objects.get(id=drop.id)).id == keep.id
    with pytest.raises(WrongState) as caught:
        stage.do("worker", note_tag, person_id=drop.id, kind="aged", source="door")
    assert caught.value.code == "person_merged"
    with pytest.raises(WrongState):
        merged(stage, keep.id, drop.id)


def test_a_number_of_the_record_that_went_finds_the_one_that_stands(stage: Stage) -> None:
    phone = synthetic_phone(4)
    keep = dwelling.noted(stage, "甲")
    drop = dwelling.noted(stage, "乙", phone=phone)
    merged(stage, keep.id, drop.id)
    assert [one.id for one in find_by_number(stage._acting("worker"), column=PHONE, text=phone)] == [keep.id]
    assert stage.one("select phone_mask from register_person where id = %s", keep.id) == ""


def test_what_cannot_be_merged(stage: Stage) -> None:
    person = dwelling.aged(stage)
    stranger = dwelling.aged(stage, cast.SIBLING_AREA)
    before = dwelling.everything(stage)
    for keep, drop, who, wrong, code in (
        (person, person, "worker", InvalidInput, "merge_itself"),
        (person, stranger, "head", InvalidInput, "merge_across"),
        (person, stranger, "worker", NotFound, "person_unknown"),
        (person, uuid7(), "worker", NotFound, "person_unknown"),
    ):  # fmt: skip
        with pytest.raises(wrong) as caught:
            merged(stage, keep, drop, who)
        assert isinstance(caught.value, LinliError) and caught.value.code == code
    assert dwelling.everything(stage) == before


@pytest.mark.parametrize("who", ["dispatcher", "district", "auditor", "responder", "worker_sibling", "head_other"])
def test_nobody_else_merges_or_takes_apart(stage: Stage, who: str) -> None:
    one, other = dwelling.aged(stage), dwelling.son(stage)
    with pytest.raises((Forbidden, NotFound)):
        merged(stage, one, other, who)
    with pytest.raises((Forbidden, NotFound)):
        stage.do(who, keep_apart, one_id=one, other_id=other)
    verdict = merged(stage, one, other)
    before = dwelling.everything(stage)
    with pytest.raises((Forbidden, NotFound)):
        stage.do(who, undo_merge, verdict_id=verdict.id)
    assert dwelling.everything(stage) == before


def test_the_trail_and_the_events_name_both_records_by_id(stage: Stage) -> None:
    keep, drop = dwelling.aged(stage), dwelling.son(stage)
    undone(stage, merged(stage, keep, drop))
    for act in ("person.merge", "person.unmerge"):
        (line,) = dwelling.trail(stage, act)
        assert (line["subject_id"], line["detail"]["other"]) == (str(keep), str(drop))
    told = stage.ask("select payload from outbox_event where name like '%%erge%%' order by created_at, id")
    assert {row["payload"]["drop_id"] for row in told} == {str(drop)} and len(told) == 2


def test_a_merge_is_undone_once_and_the_last_one_first(stage: Stage) -> None:
    keep, middle, drop = (dwelling.noted(stage, name) for name in ("甲", "乙", "丙"))
    first = merged(stage, middle.id, drop.id)
    second = merged(stage, keep.id, middle.id)
    assert [one.id for one in verdicts_of(stage._acting("worker"), keep.id)] == [second.id]
    with pytest.raises(WrongState) as caught:
        undone(stage, first)
    assert caught.value.code == "merge_not_last"
    undone(stage, second)
    undone(stage, first)
    with pytest.raises(WrongState) as caught:
        undone(stage, first)
    assert caught.value.code == "merge_undone"
    with pytest.raises(NotFound):
        stage.do("worker", undo_merge, verdict_id=10**9)


def test_what_was_changed_after_the_merge_is_not_overwritten(stage: Stage) -> None:
    keep, drop = dwelling.noted(stage, "王桂芳"), dwelling.aged(stage)
    verdict = merged(stage, keep.id, drop)
    stage.do("worker", end_tag, tag_id=stage.one("select id from register_tag where person_id = %s", keep.id))
    member = stage.one("select id from register_member where person_id = %s", keep.id)
    stage.do("worker", member_leaves, member_id=member)
    before = dwelling.everything(stage)
    with pytest.raises(Conflict) as caught:
        undone(stage, verdict)
    assert caught.value.code == "merge_overtaken"
    assert dwelling.everything(stage) == before


def test_a_look_that_was_had_meanwhile_stays(stage: Stage) -> None:
    other = dwelling.another_home(stage)
    drop = dwelling.settled(stage, other.id, "王桂芳")
    dwelling.close_checks(stage)
    verdict = merged(stage, dwelling.aged(stage), drop.id)
    dwelling.close_checks(stage)
    held = stage.one("select count(*) from register_homecheck")
    undone(stage, verdict)
    assert stage.one("select count(*) from register_homecheck") == held


class Town:
    """Random people in random homes, with needs; records merge and come apart at random."""

    def __init__(self, stage: Stage, rng: random.Random) -> None:
        self.stage, self.rng = stage, rng
        self.homes = [dwelling.home_id(stage)]
        self.homes += [dwelling.another_home(stage, f"6{n}室", floor=6, slot=n + 1).id for n in range(4)]
        self.people = [self._somebody(n) for n in range(14)]
        self.people += [dwelling.aged(stage), dwelling.son(stage)]
        dwelling.close_checks(stage)

    def _somebody(self, n: int) -> UUID:
        rng, stage = self.rng, self.stage
        born = date(1940, 1, 1) + timedelta(days=rng.randrange(25_000)) if rng.random() < 0.6 else None
        given = {"sex": rng.choice("012"), "born_on": born, "language": rng.choice(("", "en"))}
        person: UUID = stage.do("worker", note_person, area=dwelling.area(), name=f"某{n}", source="door", **given).id
        for _turn in range(rng.randrange(4)):
            self._moves(person)
        for kind in rng.sample(KINDS, rng.randrange(4)):
            tag = stage.do("worker", note_tag, person_id=person, kind=kind, source=rng.choice(("door", "phone")))
            stage.own("update register_tag set stale_on = %s where id = %s",
                      date(2026, 1, 1) + timedelta(days=rng.randrange(90)), tag.id)  # fmt: skip
            if rng.random() < 0.2:
                stage.do("worker", end_tag, tag_id=tag.id)
        return person

    def _moves(self, person: UUID) -> None:
        home = self.rng.choice(self.homes)
        self.stage._acting("worker")
        there = Household.objects.filter(home_id=home, moved_out__isnull=True).order_by("?").first()
        if there is None or self.rng.random() < 0.2:
            there = self.stage.do("worker", found_household, home_id=home, tenure="rent")
        lives = self.rng.random() < 0.7
        since = date(2025, 1, 1) + timedelta(days=self.rng.randrange(400))
        try:
            self.stage.do(
                "worker", join, household_id=there.id, person_id=person, relation="other", lives_here=lives, since=since
            )
        except InvalidInput as refused:
            assert refused.code == "member_already"

    def look(self) -> Mapping[str, object]:
        return dwelling.everything(self.stage)

    def merge(self) -> Verdict:
        self.stage._acting("worker")
        free = list(Person.objects.filter(id__in=self.people, merged_into__isnull=True).values_list("id", flat=True))
        keep, drop = self.rng.sample(sorted(free), 2)
        return merged(self.stage, keep, drop)

    def is_sound(self) -> bool:
        """What must hold of every town: nobody lives in two homes, needs are with their people, the gone are gone."""
        lost = self.stage.ask(
            "select p.id from register_person p where p.area_id = %s and p.home_id is distinct from (select m.home_id"
            " from register_member m where m.person_id = p.id and m.lives_here and m.until is null)", dwelling.area().id
        )  # fmt: skip
        strays = self.stage.ask(
            "select t.id from register_tag t join register_person p on p.id = t.person_id where t.ended_on is null"
            " and (p.merged_into_id is not null or t.home_id is distinct from p.home_id)"
        )
        ghosts = self.stage.ask(
            "select m.id from register_member m join register_person p on p.id = m.person_id"
            " where m.until is null and p.merged_into_id is not null"
        )
        return lost == strays == ghosts == []


def test_200_random_merges_and_their_undoing_leave_every_row_as_it_was(stage: Stage) -> None:
    rng = random.Random(SEED)
    done = chains = looks = 0
    while done < 200:
        town = Town(stage, rng)
        assert town.is_sound()
        for _round in range(9):
            stack: list[tuple[Mapping[str, object], Verdict]] = []
            for _depth in range(rng.choice((1, 1, 2, 3, 6))):
                before = town.look()
                stack.append((before, town.merge()))
                assert town.look() != before
                assert town.is_sound()
                looks += any(change["was"] is None for change in stack[-1][1].changes)
            done += len(stack)
            chains += len(stack) > 1
            for before, verdict in reversed(stack):
                undone(stage, verdict)
                assert town.look() == before, (SEED, done)
        stage.own("delete from register_verdict; delete from register_member; delete from register_tag")
        stage.own("delete from register_household; delete from register_person where name like '某%%'")
        stage.own("delete from register_homecheck; delete from register_place where name like '6%%室'")
        _settle_again(stage)
    assert done >= 200 and chains > 10 and looks > 10


def _settle_again(stage: Stage) -> None:
    """The cast's two people as they were, for the next town."""
    stage.own("update register_person set home_id = null")
    stage.do(
        "worker", move_in, home_id=dwelling.home_id(stage), person=dwelling.aged(stage), relation="head", tenure="own"
    )


def test_a_row_that_is_not_put_back_is_noticed(stage: Stage) -> None:
    """The comparison of everything sees a single day that differs."""
    before = dwelling.everything(stage)
    stage.own("update register_tag set stale_on = stale_on + 1 where person_id = %s", dwelling.aged(stage))
    assert dwelling.everything(stage) != before


def twins(stage: Stage) -> tuple[UUID, UUID]:
    """Two records with the same name and day of birth."""
    one, other = (dwelling.noted(stage, "钱多", born_on=date(1960, 6, 6)).id for _n in range(2))
    return one, other


def test_records_that_look_alike_are_proposed_with_the_reasons(stage: Stage) -> None:
    phone = synthetic_phone(9)
    one = dwelling.noted(stage, "孙丽华", phone=phone, born_on=date(1970, 1, 1))
    other = dwelling.noted(stage, "孙丽花", phone=phone)
    dwelling.noted(stage, "周大福", phone=phone)
    third = dwelling.noted(stage, "孙丽华", born_on=date(1970, 1, 1), phone=phone)
    found = likely_duplicates(stage._acting("worker"), area_id=dwelling.area().id)
    assert [({pair.one.id, pair.other.id}, pair.why) for pair in found] == [
        ({one.id, third.id}, [Likeness.SAME_PHONE, Likeness.SAME_BIRTH]),
        ({one.id, other.id}, [Likeness.SAME_PHONE]),
        ({other.id, third.id}, [Likeness.SAME_PHONE]),
    ]
    assert all(one.label for one in Likeness)


def test_the_same_id_number_comes_first(stage: Stage) -> None:
    twins(stage)
    index = blind_index("310115194105040029", column="person.id")
    for name in ("冯甲", "陈乙"):
        stage.own("update register_person set id_index = %s where id = %s", index, dwelling.noted(stage, name).id)
    found = likely_duplicates(stage._acting("worker"), area_id=dwelling.area().id)
    assert [pair.why for pair in found] == [[Likeness.SAME_ID], [Likeness.SAME_BIRTH]]


def test_a_phone_that_fifty_people_have_says_nothing(stage: Stage) -> None:
    index = blind_index(synthetic_phone(3), column=PHONE)
    for n in range(21):
        stage.own(
            "update register_person set phone_index = %s where id = %s", index, dwelling.noted(stage, f"吴{n:02}").id
        )
    assert likely_duplicates(stage._acting("worker"), area_id=dwelling.area().id) == []


def test_two_people_are_not_proposed_again_and_neither_is_who_was_merged_or_left(stage: Stage) -> None:
    area_id = dwelling.area().id
    one, other = twins(stage)
    assert len(likely_duplicates(stage._acting("worker"), area_id=area_id)) == 1
    verdict = stage.do("worker", keep_apart, one_id=other, other_id=one)
    assert (verdict.keep_id, verdict.drop_id, verdict.same) == (one, other, False)
    assert likely_duplicates(stage._acting("worker"), area_id=area_id) == []
    assert stage.do("worker", keep_apart, one_id=one, other_id=other).id == verdict.id
    third = dwelling.noted(stage, "钱多", born_on=date(1960, 6, 6)).id
    assert len(likely_duplicates(stage._acting("worker"), area_id=area_id)) == 2
    merged(stage, one, third)
    assert likely_duplicates(stage._acting("worker"), area_id=area_id) == []


def test_duplicates_are_told_to_who_sees_the_people(stage: Stage) -> None:
    twins(stage)
    area_id = dwelling.area().id
    assert len(likely_duplicates(stage._acting("dispatcher"), area_id=area_id)) == 1
    for who in ("worker_sibling", "district", "auditor"):
        assert likely_duplicates(stage._acting(who), area_id=area_id) == []


def test_a_correction_may_make_two_records_alike(stage: Stage) -> None:
    one = dwelling.noted(stage, "钱多", born_on=date(1960, 6, 6))
    stage.do("worker", correct_person, person_id=dwelling.aged(stage), source="door",
             changes={"name": one.name, "born_on": one.born_on})  # fmt: skip
    assert len(likely_duplicates(stage._acting("worker"), area_id=dwelling.area().id)) == 1
    assert Newcomer("甲", "door").phone == ""
