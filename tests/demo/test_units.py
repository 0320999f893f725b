"""The bodies and the people of the invented town: every committee staffed, every owner there, nobody real."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from demo.town_facts import corner_town, planned, whole_town
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.accounts.rules import UNIT_ROLES, WIDE_ROLES, Role
from linli.catalogue.kinds import UnitKind
from linli.catalogue.shipped import items, outside_topics
from linli.kernel.identifiers import mask_phone, parse_mobile, synthetic_phone
from linli.project.demo.book import pairs
from linli.project.demo.dice import Dice
from linli.project.demo.history import REPORTER_PHONES
from linli.project.demo.names import People
from linli.project.demo.seeds import DISTRICT, TOWN, AreaSeed, Scale, StationSeed, leaves, read_stations, stations
from linli.project.demo.town import Town, build_town
from linli.project.demo.units import CENTRE, STAFF_PHONES, PersonSeed, PostSeed, UnitSeed, firm_codes

TOWNS = [pytest.param(whole_town, id="town"), pytest.param(corner_town, id="corner")]


def posts_of(town: Town) -> list[tuple[PersonSeed, PostSeed]]:
    return [(person, post) for person in town.people for post in person.posts]


def units_of(town: Town) -> dict[str, UnitSeed]:
    return {unit.code: unit for unit in town.units}


@pytest.mark.parametrize("leaf", leaves(Scale.TOWN), ids=lambda leaf: leaf.code[-3:])
def test_every_leaf_has_its_body_and_people_at_work(leaf: AreaSeed) -> None:
    town = whole_town()
    kinds = {"committee": "committee", "village": "village_committee", "special": "mall_management"}
    (body,) = [unit for unit in town.units if unit.area_code == leaf.code and unit.kind == kinds[leaf.kind]]
    if leaf.kind != "special":
        assert (body.name, body.name_en) == (leaf.name, leaf.name_en)
    workers = [person for person, post in posts_of(town) if post.role == "worker" and post.area_code == leaf.code]
    assert len(workers) == (2 if leaf.kind == "special" else 3)
    if leaf.kind != "special":
        assert len({person.title for person in workers}) >= 2
        doing = [person for person, post in posts_of(town) if post.role == "responder" and post.unit_code == body.code]
        assert 1 <= len(doing) < len(workers), "somebody stays at the desk"


@pytest.mark.parametrize("station", read_stations(), ids=lambda station: station.code[-3:])
def test_every_station_has_a_head_a_deputy_and_somebody_to_send(station: StationSeed) -> None:
    mine = [(person.title, post) for person, post in posts_of(whole_town()) if post.area_code == station.code]
    of_station = [(title, post) for title, post in mine if post.unit_code.startswith("station-")]
    assert sorted((title, post.role, post.deputy) for title, post in of_station) == [
        ("副站长", "station_head", True), ("第一站长", "station_head", False), ("联勤队员", "responder", False),
    ]  # fmt: skip


def test_stations_are_seven_ten_and_two() -> None:
    kinds = Counter(station.kind for station in stations(Scale.TOWN))
    assert kinds == {"community": 7, "village": 10, "special_area": 2}
    assert sum(unit.kind == "station" for unit in whole_town().units) == 19


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_every_role_of_linli_is_held_by_somebody(town: Callable[[], Town], role: Role) -> None:
    assert [person for person, post in posts_of(town()) if post.role == role]


def test_roles_stand_where_they_belong() -> None:
    lengths = {"worker": {12}, "station_head": {12}, "dispatcher": {9}, "responder": {6, 9, 12}, "building_head": {12}}
    for person, post in posts_of(whole_town()):
        assert len(post.area_code) in lengths.get(post.role, {6}), (person.title, post)
        if Role(post.role) in WIDE_ROLES:
            assert post.area_code == DISTRICT
        if Role(post.role) in UNIT_ROLES:
            assert post.unit_code
            assert post.area_code == units_of(whole_town())[post.unit_code].area_code


def test_nobody_keeps_watch_over_himself() -> None:
    """Who administers or audits does nothing else, and nobody both dispatches and handles."""
    for person in whole_town().people:
        roles = {post.role for post in person.posts}
        if roles & {"auditor", "system_admin", "security_admin", "district"}:
            assert len(roles) == 1
        assert not {"dispatcher", "responder"} <= roles
        assert not {"station_head", "worker"} <= roles


def test_every_owner_the_catalogue_names_is_there_and_staffed() -> None:
    town = whole_town()
    staffed = {units_of(town)[post.unit_code].kind for _, post in posts_of(town) if post.role == "responder"}
    for item in items():
        assert item.owner_kind in staffed, item.code
        assert set(item.owner_alternates) <= staffed, item.code
    for topic in outside_topics():
        assert topic.owner_kind in staffed, topic.code
    assert staffed <= set(UnitKind)


def test_units_a_story_sends_to_are_there() -> None:
    kinds = {unit.kind for unit in whole_town().units}
    sent = {
        step.detail["to"] for matter in planned() for step in matter.steps if step.act == "dispatch" and step.detail
    }
    assert sent
    assert sent <= kinds


def test_each_community_station_has_two_firms_of_its_own_and_one_works_everywhere() -> None:
    communities = [station for station in read_stations() if station.kind == "community"]
    codes = [code for station in communities for code in firm_codes(station)]
    assert codes == [f"property-{n:02d}" for n in range(1, 15)]
    firms = {unit.code: unit for unit in whole_town().units if unit.kind == "property_firm"}
    for station in communities:
        assert {firms[code].area_code for code in firm_codes(station)} == {station.code}
    assert firms["property-15"].area_code == TOWN
    shares = Counter(compound.property_unit for compound in whole_town().compounds)
    assert 0 < shares["property-15"] < 0.2 * sum(shares.values())


def test_the_centre_has_dispatchers_and_nobody_else() -> None:
    assert {post.role for _, post in posts_of(whole_town()) if post.unit_code == CENTRE} == {"dispatcher"}
    assert sum(post.role == "dispatcher" for _, post in posts_of(whole_town())) == 4


def test_staff_phones_unit_phones_and_reporters_phones_are_kept_apart_and_allotted_to_nobody() -> None:
    town = whole_town()
    people = {person.phone for person in town.people}
    units = {unit.phone for unit in town.units}
    reporters = {matter.reporter.phone for matter in planned() if matter.reporter.phone}
    assert len(people) + len(units) + len(reporters) == len(people | units | reporters)
    for phone in people | units | reporters:
        assert parse_mobile(phone) == phone
        assert phone.startswith("160"), "no operator has this range"
        assert phone not in mask_phone(phone)
    assert min(people) >= synthetic_phone(STAFF_PHONES)
    assert min(reporters) >= synthetic_phone(REPORTER_PHONES) > max(people | units)


@settings(max_examples=60, deadline=None)
@given(st.integers())
def test_names_are_two_or_three_characters_of_the_lists_with_their_sound(seed: int) -> None:
    surnames = dict(pairs("surnames"))
    name, sound = People(Dice(seed), start=0).name()
    assert 2 <= len(name) <= 3
    assert sound.startswith(surnames[name[0]])
    assert re.fullmatch(r"[a-z]+", sound)


def test_names_repeat_as_in_life_and_user_names_never() -> None:
    people = People(Dice("many"), start=0)
    names = [people.name() for _ in range(3_000)]
    assert len({name for name, _ in names}) < len(names)
    usernames = [people.username(sound) for _, sound in names]
    assert len(set(usernames)) == len(usernames)
    assert usernames[0] == names[0][1], "the first of a name bears no number"


def test_phones_count_up_from_where_they_start() -> None:
    people = People(Dice(1), start=7)
    assert [people.phone() for _ in range(3)] == [synthetic_phone(n) for n in (7, 8, 9)]


def test_another_seed_gives_other_people_in_the_same_posts() -> None:
    one, other = corner_town(), build_town(Scale.SMALL, seed=8)
    assert [person.posts for person in one.people] == [person.posts for person in other.people]
    same = sum(a.name == b.name for a, b in zip(one.people, other.people, strict=True))
    assert same < len(one.people) * 0.1
    assert [unit.code for unit in one.units] == [unit.code for unit in other.units]


def test_the_corner_has_no_body_of_a_place_it_does_not_hold() -> None:
    town = corner_town()
    known = {leaf.code for leaf in town.leaves} | {station.code for station in town.stations} | {TOWN, DISTRICT}
    assert {unit.area_code for unit in town.units} <= known
    assert {post.area_code for _, post in posts_of(town)} <= known
    assert "mall-901" in units_of(town)
    assert "mall-902" not in units_of(town)
    assert "mall-902" in units_of(whole_town())
