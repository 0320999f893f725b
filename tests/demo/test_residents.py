"""Who lives in the invented town: the same for the same seed, plausible in shares, nobody without a reason."""

from __future__ import annotations

from collections import Counter

import pytest

from linli.project.demo.dice import Dice
from linli.project.demo.residents import TODAY, Family, Lived, Resident, lived
from linli.register.households.api import Relation, Tenure
from linli.register.people.api import Sex
from linli.register.places.api import UseState

DRAWN = [lived(Dice("test", n)) for n in range(4000)]


def families() -> list[Family]:
    return [family for home in DRAWN for family in home.families]


def residents() -> list[Resident]:
    return [member for family in families() for member in family.members]


def age(who: Resident) -> int:
    return (TODAY - who.born_on).days // 365


def test_the_same_seed_gives_the_same_home() -> None:
    assert [lived(Dice("test", n)) for n in range(50)] == DRAWN[:50]
    assert [lived(Dice("other", n)) for n in range(50)] != DRAWN[:50]


def test_every_use_occurs_and_only_homes_in_use_hold_people() -> None:
    uses = Counter(home.use for home in DRAWN)
    assert set(uses) == set(UseState)
    assert uses[UseState.OWNED] > len(DRAWN) / 2
    for home in DRAWN:
        assert bool(home.families) == (home.use in {UseState.OWNED, UseState.LET, UseState.SHARED})


def test_an_owned_home_is_owned_and_a_let_one_rented() -> None:
    tenures = {(home.use, family.tenure) for home in DRAWN for family in home.families}
    assert tenures == {
        (UseState.OWNED, Tenure.OWN), (UseState.LET, Tenure.RENT), (UseState.SHARED, Tenure.RENT),
    }  # fmt: skip


def test_each_household_has_one_head_who_is_of_age() -> None:
    for family in families():
        heads = [member for member in family.members if member.relation is Relation.HEAD]
        assert len(heads) == 1
        assert age(heads[0]) >= 18


def test_nobody_is_born_tomorrow_or_older_than_a_hundred() -> None:
    for who in residents():
        assert who.born_on <= TODAY
        assert age(who) <= 102


def test_families_move_in_before_today() -> None:
    assert all(family.moved_in < TODAY for family in families())


def test_the_mean_home_holds_between_two_and_four() -> None:
    held = [sum(len(family.members) for family in home.families) for home in DRAWN if home.families]
    assert 2 < sum(held) / len(held) < 4


@pytest.mark.parametrize(("tag", "least", "most"), [
    ("living_alone", 65, 102), ("aged", 79, 102), ("pregnant", 21, 41), ("child_in_need", 0, 16),
    ("party_member", 23, 102), ("volunteer", 17, 76),
])  # fmt: skip
def test_a_tag_fits_the_age(tag: str, least: int, most: int) -> None:
    found = [who for who in residents() if tag in who.tags]
    assert found
    assert all(least <= age(who) <= most for who in found)


def test_only_women_expect() -> None:
    assert {who.sex for who in residents() if "pregnant" in who.tags} == {Sex.FEMALE}


def test_living_alone_means_alone() -> None:
    alone = [family for family in families() if any("living_alone" in m.tags for m in family.members)]
    assert alone
    assert all(len(family.members) == 1 for family in alone)


def test_an_empty_home_is_a_home() -> None:
    assert Lived(UseState.EMPTY).families == ()
