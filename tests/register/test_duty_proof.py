"""The proof of completeness: every planted gap and overlap is found, and nothing else is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import cast
import pytest
from figures import note_figures
from register import duty_town
from register.duty_town import Built

from linli.access.api import Principal
from linli.accounts.api import Post, Role
from linli.kernel.errors import Forbidden
from linli.register.duty.api import (
    MOST,
    Cause,
    Chain,
    ChainLevel,
    Charge,
    Fault,
    Leave,
    Seat,
    diagram,
    faults,
    overloads,
    proof,
)
from linli.register.people.api import Person
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
Acting = Callable[[str], Principal]
Found = tuple[int, Cause]
DAY = date(2026, 3, 2)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
SEED = 41
READER = Principal(1, 1, Role.DISTRICT, 1, "310115", None, "reader")


def everything(town: Built, **given: object) -> list[Fault]:
    return faults(READER, town.chain, town.area.path, DAY, limit=MOST, **given)  # type: ignore[arg-type]


def found(town: Built, **given: object) -> set[tuple[int, int, Cause]]:
    return {(one.door_id, one.depth, one.cause) for one in everything(town, **given)}  # type: ignore[arg-type]


def plant_none_laid(town: Built, door: Place) -> Found:
    town.charge(door).delete()
    return door.id, Cause.GAP


def plant_over(town: Built, door: Place) -> Found:
    Charge.objects.filter(id=town.charge(door).id).update(ends_on=DAY)
    return door.id, Cause.GAP


def plant_not_begun(town: Built, door: Place) -> Found:
    Charge.objects.filter(id=town.charge(door).id).update(starts_on=AFTER)
    return door.id, Cause.GAP


def plant_deputy_alone(town: Built, door: Place) -> Found:
    Charge.objects.filter(id=town.charge(door).id).update(seat=Seat.DEPUTY)
    return door.id, Cause.GAP


def plant_wrong_level(town: Built, door: Place) -> Found:
    Charge.objects.filter(id=town.charge(door).id).update(level=town.level(4))
    return door.id, Cause.GAP


def plant_left(town: Built, door: Place) -> Found:
    charge = town.charge(door)
    if charge.post_id:
        Post.objects.filter(id=charge.post_id).update(ends_on=BEFORE)
    else:
        Person.objects.filter(id=charge.person_id).update(left_on=DAY)
    return door.id, Cause.LEFT


def plant_locked_out(town: Built, door: Place) -> Found:
    """The account is closed, or the record was merged into another."""
    charge = town.charge(door)
    if charge.post_id:
        type(charge.post.user).objects.filter(id=charge.post.user_id).update(is_active=False)  # type: ignore[union-attr]
    else:
        other = Person.objects.create(area=town.area, name="又一位", source="door", checked_on=DAY)
        Person.objects.filter(id=charge.person_id).update(merged_into=other)
    return door.id, Cause.LEFT


def plant_away(town: Built, door: Place) -> Found:
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=DAY)
    return door.id, Cause.AWAY


def plant_stand_in_over(town: Built, door: Place) -> Found:
    """Whoever was to stand in has no charge any more."""
    over = town.lay(door, 3, spare(town), seat=Seat.DEPUTY, ends_on=BEFORE)
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=BEFORE, ends_on=AFTER, stand_in=over)
    return door.id, Cause.AWAY


def plant_stand_in_away(town: Built, door: Place) -> Found:
    deputy = town.lay(door, 3, spare(town), seat=Seat.DEPUTY)
    Leave.objects.create(area=town.area, charge=deputy, starts_on=BEFORE)
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=DAY, stand_in=deputy)
    return door.id, Cause.AWAY


def fresh(town: Built, door: Place, compound: Place) -> tuple[Place, Place]:
    """A building with one entrance of its own, charged at level 3."""
    key = f"{door.id}.{Place.objects.count()}"
    building = Place.objects.create(
        code=f"fresh{key}", kind="building", area=town.area, name="新楼", parent=compound, compound=compound
    )
    entrance = Place.objects.create(
        code=f"fresh{key}e", kind="entrance", area=town.area, name="新门", parent=building, compound=compound
    )
    town.lay(entrance, 3, spare(town))
    return building, entrance


def plant_building_too(town: Built, door: Place) -> Found:
    building, entrance = fresh(town, door, Place.objects.get(id=door.compound_id))
    town.lay(building, 3, spare(town))
    return entrance.id, Cause.OVERLAP


def plant_compound_too(town: Built, door: Place) -> Found:
    compound = Place.objects.create(code=f"own{door.id}", kind="compound", area=town.area, name="新村")
    town.lay(compound, 2, town.posts[0])
    _building, entrance = fresh(town, door, compound)
    town.lay(compound, 3, spare(town))
    return entrance.id, Cause.OVERLAP


PLANTS = [
    plant_none_laid, plant_over, plant_not_begun, plant_deputy_alone, plant_wrong_level, plant_left, plant_locked_out,
    plant_away, plant_stand_in_over, plant_stand_in_away, plant_building_too, plant_compound_too,
]  # fmt: skip


def decoy_second_head(town: Built, door: Place) -> None:
    town.lay(door, 3, spare(town), seat=Seat.CO_HEAD)


def decoy_deputy(town: Built, door: Place) -> None:
    town.lay(door, 3, spare(town), seat=Seat.DEPUTY)


def decoy_stand_in(town: Built, door: Place) -> None:
    deputy = town.lay(door, 3, spare(town), seat=Seat.DEPUTY)
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=DAY, stand_in=deputy)


def decoy_stand_in_post(town: Built, door: Place) -> None:
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=DAY, stand_in_post=spare(town))


def decoy_back(town: Built, door: Place) -> None:
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=BEFORE, ends_on=DAY)
    Leave.objects.create(area=town.area, charge=town.charge(door), starts_on=AFTER)


def decoy_handed_over(town: Built, door: Place) -> None:
    old = town.charge(door)
    Charge.objects.filter(id=old.id).update(ends_on=DAY)
    new = town.lay(door, 3, spare(town), starts_on=DAY)
    Charge.objects.filter(id=old.id).update(handed_over_to=new)


def decoy_never_held(town: Built, door: Place) -> None:
    town.lay(door, 3, spare(town), starts_on=DAY, ends_on=DAY)


def decoy_other_chain(town: Built, door: Place) -> None:
    chain = Chain.objects.get_or_create(code="other", name="另一条", area=town.area)[0]
    level = ChainLevel.objects.get_or_create(chain=chain, depth=1, defaults={"name": "x", "laid_on": ["entrance"]})[0]
    Charge.objects.create(level=level, area=town.area, place=door, post=spare(town), starts_on=cast.SINCE)


def decoy_gone_beside(town: Built, door: Place) -> None:
    """One who has left stands beside one who is there, on the building of an entrance of its own: no overlap."""
    building, _entrance = fresh(town, door, Place.objects.get(id=door.compound_id))
    gone = town.lay(building, 3, spare(town))
    Post.objects.filter(id=gone.post_id).update(ends_on=BEFORE)


DECOYS = [
    decoy_second_head, decoy_deputy, decoy_stand_in, decoy_stand_in_post, decoy_back, decoy_handed_over,
    decoy_never_held, decoy_other_chain, decoy_gone_beside,
]  # fmt: skip


def spare(town: Built) -> Post:
    """Somebody who has nothing else to answer for."""
    user = type(town.posts[0].user).objects.create(username=f"spare{Post.objects.count()}", name="候补", password="!")
    return Post.objects.create(user=user, role="building_head", area=town.area, starts_on=cast.SINCE)


@pytest.fixture
def town(as_owner: None) -> Built:
    return duty_town.build()


def test_the_unharmed_tree_is_proven_complete(town: Built, acting: Acting) -> None:
    for who in ("worker", "head", "dispatcher", "district", "auditor"):
        acting(who)
        shown = proof(READER, town.chain, town.area.path, DAY)
        assert shown.doors == len(town.doors) > 6, who
        assert shown.complete
        assert [(level.depth, level.in_order, level.faults) for level in shown.levels] == [
            (depth, len(town.doors), {}) for depth in (1, 2, 3)
        ]
        assert found(town) == set()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_every_kind_of_fault_is_found_alone(town: Built, plant: Callable[[Built, Place], Found]) -> None:
    for door in (town.doors[0], town.doors[1], town.doors[-1], town.doors[-2]):
        where, cause = plant(town, door)
        assert (where, 3, cause) in found(town)
    assert len(found(town)) == 4
    assert not proof(READER, town.chain, town.area.path, DAY).complete


@pytest.mark.parametrize("decoy", DECOYS, ids=lambda decoy: decoy.__name__)
def test_what_only_looks_like_a_fault_is_none(town: Built, decoy: Callable[[Built, Place], None]) -> None:
    for door in (town.doors[0], town.doors[1], town.doors[-1]):
        decoy(town, door)
    assert found(town) == set()
    assert proof(READER, town.chain, town.area.path, DAY).complete


def test_two_hundred_planted_faults_are_found_and_nothing_else(as_owner: None, acting: Acting) -> None:
    town = duty_town.build(compounds=13, buildings=5, entrances=5)
    rng = random.Random(SEED)
    doors = rng.sample(town.doors, len(town.doors))
    assert len(doors) > 245
    planted, kinds = set(), Counter[str]()
    for nth, door in enumerate(doors[:200]):
        plant = PLANTS[nth % len(PLANTS)]
        where, cause = plant(town, door)
        planted.add((where, 3, cause))
        kinds[plant.__name__] += 1
    for nth, door in enumerate(doors[200:245]):
        DECOYS[nth % len(DECOYS)](town, door)
    assert len(planted) == 200
    assert len(kinds) == 12
    for who in ("dispatcher", "worker", "district"):
        acting(who)
        seen = found(town)
        assert seen - planted == set(), who
        assert planted - seen == set(), who
        shown = proof(READER, town.chain, town.area.path, DAY)
        assert shown.levels[2].wrong == 200
        assert shown.levels[0].faults == shown.levels[1].faults == {}
        assert {cause: shown.of(cause) for cause in Cause} == Counter(cause for _d, _l, cause in planted)
    note_figures("duty proof", planted=200, found=len(seen & planted), false=len(seen - planted), kinds=len(kinds))


def test_a_fault_of_an_upper_level_shows_at_every_door_below_it(town: Built) -> None:
    compound = town.compounds[1]
    below = {door.id for door in town.doors if door.compound_id == compound.id}
    Charge.objects.filter(place=compound).delete()
    assert found(town) == {(door, 2, Cause.GAP) for door in below}
    building = next(one for one in town.buildings if one.compound_id == compound.id)
    town.lay(building, 2, town.posts[1])
    mended = {door.id for door in town.doors if building.id in (door.id, door.parent_id)}
    assert found(town) == {(door, 2, Cause.GAP) for door in below - mended}
    town.lay(compound, 2, town.posts[2])
    assert found(town) == {(door, 2, Cause.OVERLAP) for door in mended}


def test_the_head_of_all_beside_the_head_of_one_committee_is_an_overlap(town: Built) -> None:
    station = town.area.parent
    Charge.objects.create(
        level=town.level(1), area=station, post=town.posts[3], starts_on=cast.SINCE
    )  # fmt: skip
    assert found(town) == {(door.id, 1, Cause.OVERLAP) for door in town.doors}


def test_a_level_that_need_not_cover_is_never_missing(town: Built) -> None:
    assert {level.depth for level in proof(READER, town.chain, town.area.path, DAY).levels} == {1, 2, 3}
    ChainLevel.objects.filter(id=town.level(4).id).update(must_cover=True)
    town.chain.refresh_from_db()
    chain = Chain.objects.prefetch_related("levels").get(id=town.chain.id)
    assert proof(READER, chain, town.area.path, DAY).levels[3].faults == {Cause.GAP: len(town.doors)}


def test_nothing_to_cover_proves_nothing(town: Built) -> None:
    elsewhere = proof(READER, town.chain, "310115.004", DAY)
    assert (elsewhere.doors, elsewhere.complete) == (0, False)
    assert faults(READER, town.chain, "310115.004", DAY) == []


def test_a_fault_tells_what_it_is_about(town: Built) -> None:
    door = town.doors[-1]
    where, _cause = plant_compound_too(town, door)
    (one,) = faults(READER, town.chain, town.area.path, DAY)
    laid = Charge.objects.filter(place__name__in=["新村", "新门"], level=town.level(3))
    assert (one.door_id, one.address, one.area, one.level, one.held) == (where, "新门", town.area.name, "楼组", 2)
    assert set(one.spots) == {"新村", "新门"}
    assert set(one.charges) == set(laid.values_list("id", flat=True))


def test_pages_follow_one_another_without_gap_or_repeat(town: Built) -> None:
    Charge.objects.filter(level__in=[town.level(3), town.level(2)]).delete()
    whole = everything(town)
    assert len(whole) == 2 * len(town.doors)
    paged: list[Fault] = []
    while page := faults(READER, town.chain, town.area.path, DAY, after=paged[-1].cursor if paged else "", limit=5):
        assert len(page) <= 5
        paged += page
    assert paged == whole
    assert [(one.door_id, one.depth) for one in paged] == sorted((one.door_id, one.depth) for one in paged)


def test_the_list_is_narrowed_by_cause_and_by_level(town: Built) -> None:
    plant_none_laid(town, town.doors[0])
    plant_away(town, town.doors[1])
    Charge.objects.filter(place=town.compounds[0]).delete()
    houses = sum(door.compound_id == town.compounds[0].id for door in town.doors)
    assert found(town, causes=[Cause.AWAY]) == {(town.doors[1].id, 3, Cause.AWAY)}
    assert len(found(town, level_id=town.level(2).id)) == houses
    assert found(town, causes=[Cause.GAP], level_id=town.level(3).id) == {(town.doors[0].id, 3, Cause.GAP)}


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.x", "-1.0", "9.9.9", "1.1; drop table register_charge"])
def test_a_cursor_that_is_none_begins_at_the_beginning(town: Built, cursor: str) -> None:
    plant_none_laid(town, town.doors[0])
    assert len(faults(READER, town.chain, town.area.path, DAY, after=cursor)) == 1


@pytest.mark.parametrize("who", ["worker_cousin", "head_other", "dispatcher_other", "responder", "building_head"])
def test_who_does_not_see_the_doors_is_refused(town: Built, acting: Acting, who: str) -> None:
    """He would see the buildings, which are open, and take each for one without entrances."""
    me = acting(who)
    for ask in (proof, faults, overloads):
        with pytest.raises(Forbidden):
            ask(me, town.chain, town.area.path, DAY)
    with pytest.raises(Forbidden):
        diagram(me, town.chain, town.area, DAY)


def bound(town: Built, **given: int | None) -> Chain:
    ChainLevel.objects.filter(id=town.level(3).id).update(**given)
    return Chain.objects.prefetch_related("levels").get(id=town.chain.id)


def test_who_has_more_than_the_bound_is_named(town: Built) -> None:
    busy = spare(town)
    compound = town.compounds[1]
    below = [door for door in town.doors if door.compound_id == compound.id]
    Charge.objects.filter(level=town.level(3), place__in=below).delete()
    town.lay(compound, 3, busy)
    town.lay(below[0], 3, busy, seat=Seat.DEPUTY)
    homes = Place.objects.filter(kind="home", compound_id=compound.id).count()
    assert homes == len(below) == 3
    for most_doors, most_homes, over in ((2, None, True), (3, None, False), (None, 2, True), (None, 3, False)):
        told = overloads(READER, bound(town, most_doors=most_doors, most_homes=most_homes), town.area.path, DAY)
        assert [(one.post_id, one.doors) for one in told] == ([(busy.id, 3)] if over else [])
        if most_homes == 2:
            assert [one.homes for one in told] == [3]
    assert overloads(READER, bound(town, most_doors=None, most_homes=None), town.area.path, DAY) == []


def test_a_door_counts_once_for_one_who_has_it_twice(town: Built) -> None:
    busy = spare(town)
    door = next(one for one in town.doors if one.kind == "entrance")
    town.lay(Place.objects.get(id=door.parent_id), 3, busy)
    town.lay(Place.objects.get(id=door.compound_id), 3, busy)
    told = overloads(READER, bound(town, most_doors=1), town.area.path, DAY)
    doors = [one for one in town.doors if one.compound_id == door.compound_id]
    assert [(one.post_id, one.doors) for one in told] == [(busy.id, len(doors))]


def test_whole_committees_count_their_doors(town: Built) -> None:
    ChainLevel.objects.filter(id=town.level(1).id).update(most_doors=1)
    told = overloads(READER, bound(town), town.area.path, DAY)
    assert [(one.level, one.doors) for one in told] == [("居民区", len(town.doors))]
