"""The invented town: size, layout, addresses, and that nothing in it is real."""

from __future__ import annotations

import csv
import math
import os
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from demo.town_facts import corner_town, counts, whole_town

from linli.accounts.rules import Role
from linli.catalogue.kinds import UnitKind
from linli.catalogue.shipped import items, outside_topics
from linli.kernel.identifiers import parse_mobile
from linli.project.demo.book import pairs
from linli.project.demo.layout import Disc, Plane, Spot, spread, to_plane, turned
from linli.project.demo.places import Building, Entrance
from linli.project.demo.seeds import read_areas, read_stations
from linli.project.demo.town import Town, build_town
from linli.register.places.api import CompoundKind

SHARED = Path(os.environ.get("LINLI_SHARED", Path(__file__).parents[3] / "shared"))
ESTATES = SHARED / "data" / "household_places" / "pudong_xiaoqu_coords_dev.csv"


@pytest.fixture(scope="module")
def town() -> Town:
    return whole_town()


@pytest.fixture(scope="module")
def corner() -> Town:
    return corner_town()


def corners(building: Building) -> list[Plane]:
    """The corners of the ground plan in metres, counter-clockwise."""
    centre = to_plane(*building.spot)
    found = []
    for across, up in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        offset = turned(across * building.width / 2, up * building.depth / 2, building.bearing)
        found.append(Plane(centre.x + offset.x, centre.y + offset.y))
    return found


def test_about_the_sizes_that_were_ordered(town: Town) -> None:
    there = counts(town)
    for what, aim in {"compounds": 120, "buildings": 1_500, "entrances": 2_500, "homes": 40_000}.items():
        assert abs(there[what] - aim) <= aim * 0.05, (what, there[what])


def test_the_same_seed_gives_the_same_town(town: Town) -> None:
    assert build_town() == town
    assert build_town(seed=7) != town


def test_every_committee_has_two_to_four_estates(town: Town) -> None:
    per_leaf = Counter(compound.area_code for compound in town.compounds)
    committees = {leaf.code for leaf in town.leaves if leaf.kind == "committee"}
    assert set(per_leaf) == committees
    assert all(2 <= count <= 4 for count in per_leaf.values())
    assert {compound.kind for compound in town.compounds} == set(CompoundKind) - {CompoundKind.UPSCALE}


def test_every_village_has_groups_with_houses(town: Town) -> None:
    per_leaf = Counter(group.area_code for group in town.groups)
    assert set(per_leaf) == {leaf.code for leaf in town.leaves if leaf.kind == "village"}
    assert all(len(group.houses) >= 20 for group in town.groups)


def test_codes_are_unique_and_short(town: Town) -> None:
    codes = [compound.code for compound in town.compounds]
    codes += [building.code for _, building in town.buildings()]
    codes += [door.code for _, _, door in town.entrances()]
    codes += [home.code for _, _, door in town.entrances() for home in door.homes()]
    codes += [group.code for group in town.groups] + [house.code for _, house in town.houses()]
    codes += [thing.code for compound in town.compounds for thing in compound.facilities]
    codes += [thing.code for thing in town.facilities] + [venue.code for venue in town.venues]
    assert len(codes) == len(set(codes))
    assert max(map(len, codes)) <= 40


def test_addresses_are_unique_and_of_the_shanghai_form(town: Town) -> None:
    homes = [home for _, _, door in town.entrances() for home in door.homes()]
    assert len({home.address for home in homes}) == len(homes)
    form = re.compile(r"浦东新区周浦镇\w{2}路\d+弄\d+号\d{3,4}(-\d{3,4})?室")
    assert all(form.fullmatch(home.address) for home in homes)
    rural = re.compile(r"浦东新区周浦镇\w+村\d组\w家宅\d+号")
    assert all(rural.fullmatch(house.address) for _, house in town.houses())
    lanes = [compound.lane for compound in town.compounds]
    assert len(set(lanes)) == len(lanes)


def test_doors_are_numbered_through_an_estate(town: Town) -> None:
    for compound in town.compounds:
        numbers = [door.number for building in compound.buildings for door in building.entrances]
        assert numbers == [f"{n}号" for n in range(1, len(numbers) + 1)]


def test_missing_and_merged_homes_are_drawn_as_they_lie() -> None:
    door = Entrance(
        "E", "3号", "路1弄3号", Spot(121.5, 31.1), 3, 2, True, frozenset({"102"}), frozenset({("201", "202")})
    )
    assert [(home.label, home.floor, home.position, home.span) for home in door.homes()] == [
        ("3号101室", 1, 1, 1),
        ("3号201-202室", 2, 1, 2),
        ("3号301室", 3, 1, 1),
        ("3号302室", 3, 2, 1),
    ]


def test_some_homes_are_missing_and_some_merged(town: Town) -> None:
    doors = [door for _, _, door in town.entrances()]
    assert any(door.missing for door in doors)
    assert any(door.merged for door in doors)
    assert all(door.lift == (door.floors >= 7) for door in doors)


def test_buildings_of_different_estates_do_not_overlap(town: Town) -> None:
    reach = []
    for compound in town.compounds:
        middle = to_plane(*compound.spot)
        radius = max(math.hypot(x - middle.x, y - middle.y) for each in compound.buildings for x, y in corners(each))
        reach.append(Disc(middle.x, middle.y, radius))
    for a, b in combinations(reach, 2):
        assert math.hypot(a.x - b.x, a.y - b.y) > a.radius + b.radius


def test_spread_notices_when_there_is_no_room() -> None:
    with pytest.raises(ValueError, match="rest"):
        spread([Disc(0, 0, 10), Disc(1, 0, 10), Disc(2, 0, 10)], gap=1, rounds=1)
    two = spread([Disc(0, 0, 10), Disc(0, 0, 10)], gap=5)
    assert math.hypot(two[0].x - two[1].x, two[0].y - two[1].y) >= 25


def test_estates_stay_near_their_committee(town: Town) -> None:
    centres = {leaf.code: to_plane(leaf.lng or 0, leaf.lat or 0) for leaf in town.leaves}
    for compound in town.compounds:
        assert math.dist(to_plane(*compound.spot), centres[compound.area_code]) < 450


def test_units_cover_every_owner_of_the_catalogue(town: Town) -> None:
    kinds = Counter(unit.kind for unit in town.units)
    assert set(kinds) <= {kind.value for kind in UnitKind}
    owners = {item.owner_kind for item in items()} | {kind for item in items() for kind in item.owner_alternates}
    owners |= {topic.owner_kind for topic in outside_topics()}
    assert owners <= {UnitKind(kind) for kind in kinds}
    assert (kinds["station"], kinds["committee"], kinds["village_committee"]) == (19, 47, 10)
    assert (kinds["property_firm"], kinds["mall_management"]) == (15, 2)
    assert not owners <= {UnitKind(kind) for kind in kinds if kind != "police"}, "the check can fail"


def test_units_stand_in_known_areas(town: Town) -> None:
    known = {area.code for area in read_areas()} | {station.code for station in read_stations()}
    assert {unit.area_code for unit in town.units} <= known
    assert len({unit.code for unit in town.units}) == len(town.units)
    assert len({unit.name for unit in town.units}) == len(town.units)


def test_each_estate_has_one_firm_that_works_there(town: Town, corner: Town) -> None:
    for each in (town, corner):
        firms = {unit.code: unit for unit in each.units if unit.kind == "property_firm"}
        station_of = {member: station.code for station in each.stations for member in station.members}
        for compound in each.compounds:
            firm = firms[compound.property_unit]
            assert firm.code == "property-15" or firm.area_code == station_of[compound.area_code]
    assert {compound.property_unit for compound in town.compounds} == {f"property-{n:02d}" for n in range(1, 16)}


def test_people_have_valid_posts_and_unique_names_to_sign_in(town: Town) -> None:
    units = {unit.code for unit in town.units}
    assert len({person.username for person in town.people}) == len(town.people)
    for person in town.people:
        assert re.fullmatch(r"[a-z]+\d*", person.username)
        assert 2 <= len(person.name) <= 3
        assert person.posts
        for post in person.posts:
            assert Role(post.role)
            assert post.unit_code in units or (post.unit_code == "" and post.role != "responder")


def test_every_unit_and_leaf_is_staffed(town: Town, corner: Town) -> None:
    for each in (town, corner):
        posts = [post for person in each.people for post in person.posts]
        doing = {post.unit_code for post in posts if post.role == "responder"}
        assert doing == {unit.code for unit in each.units} - {"town-centre"}
        assert {post.area_code for post in posts if post.role == "worker"} == {leaf.code for leaf in each.leaves}
        heads = Counter(post.area_code for post in posts if post.role == "station_head" and not post.deputy)
        assert heads == {station.code: 1 for station in each.stations}
        assert {post.role for post in posts} >= {"dispatcher", "district", "auditor", "system_admin", "security_admin"}


def test_numbers_are_allotted_to_nobody(town: Town) -> None:
    phones = [unit.phone for unit in town.units] + [person.phone for person in town.people]
    assert len(set(phones)) == len(phones)
    for phone in phones:
        assert parse_mobile(phone) == phone
        assert phone.startswith("160")


def test_no_names_repeat_and_roads_belong_to_nobody(town: Town) -> None:
    names = [compound.name for compound in town.compounds]
    assert len(set(names)) == len(names)
    assert len({zh for zh, _ in pairs("road_heads")}) == len(pairs("road_heads")) == 24


@pytest.mark.skipif(not ESTATES.is_file(), reason="the shared data folder is absent (set LINLI_SHARED)")
def test_no_estate_bears_the_name_of_a_real_one(town: Town, corner: Town) -> None:
    with ESTATES.open(encoding="utf-8") as file:
        real = {re.sub(r"\(.*", "", row[0]) for row in csv.reader(file)}
    assert "印象春城" in real
    assert not real & {compound.name for each in (town, corner) for compound in each.compounds}


def test_the_small_scale_is_small(corner: Town) -> None:
    there = counts(corner)
    assert 8 <= there["compounds"] <= 16
    assert 500 < there["homes"] < 6_000
    assert corner.venues
    assert {thing.kind for thing in corner.facilities} >= {
        "clinic",
        "party_service",
        "reception",
        "culture",
        "joint_duty",
    }
