"""The ground the town stands on: metres and degrees, discs pushed apart, estates, villages, special areas, places."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, pairwise

import pytest
from demo.town_facts import corner_town, whole_town
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel.geo import Point, haversine
from linli.project.demo.countryside import GROUP_RADIUS, group_count
from linli.project.demo.dice import Dice
from linli.project.demo.estates import HOME_FRONT, heads, styles
from linli.project.demo.layout import ORIGIN_LAT, ORIGIN_LNG, Disc, Spot, spread, to_plane, to_spot, turned
from linli.project.demo.places import FacilityKind, VenueKind
from linli.project.demo.seeds import AreaSeed, Scale, leaves
from linli.project.demo.town import GAP, SEED, build_town, roads
from linli.project.demo.whereabouts import Whereabouts
from linli.register.places.api import CompoundKind

metres = st.floats(-8_000, 8_000)
VILLAGES = [leaf for leaf in leaves(Scale.TOWN) if leaf.kind == "village"]


def apart(a: Spot, b: Spot) -> float:
    """Metres on the globe, by the kernel's own reckoning."""
    return haversine(Point(a.lng, a.lat), Point(b.lng, b.lat))


@settings(max_examples=100, deadline=None)
@given(metres, metres)
def test_metres_become_degrees_and_come_back(x: float, y: float) -> None:
    back = to_plane(*to_spot(x, y))
    assert math.dist(back, (x, y)) < 0.15, "rounded to a decimetre"


@settings(max_examples=100, deadline=None)
@given(metres, metres, metres, metres)
def test_the_plane_measures_like_the_globe(x: float, y: float, a: float, b: float) -> None:
    flat = math.hypot(x - a, y - b)
    assert apart(to_spot(x, y), to_spot(a, b)) == pytest.approx(flat, rel=0.006, abs=0.4)


@settings(max_examples=100, deadline=None)
@given(metres, metres, st.floats(-180, 180))
def test_turning_keeps_lengths_and_turning_back_undoes_it(x: float, y: float, bearing: float) -> None:
    there = turned(x, y, bearing)
    assert math.hypot(*there) == pytest.approx(math.hypot(x, y), abs=1e-6)
    assert turned(*there, -bearing) == pytest.approx((x, y), abs=1e-6)


def test_turning_runs_against_the_clock() -> None:
    assert turned(10, 0, 90) == pytest.approx((0, 10))
    assert to_plane(ORIGIN_LNG, ORIGIN_LAT) == (0, 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200), st.floats(5, 60)), min_size=1, max_size=12))
def test_discs_come_to_rest_with_their_gap_and_keep_their_size(wished: list[tuple[float, float, float]]) -> None:
    discs = [Disc(*each) for each in wished]
    moved = spread(discs, gap=10, rounds=4_000)
    assert [disc.radius for disc in moved] == [disc.radius for disc in discs]
    for a, b in combinations(moved, 2):
        assert math.hypot(a.x - b.x, a.y - b.y) >= a.radius + b.radius + 10 - 1e-6
    assert spread(discs, gap=10, rounds=4_000) == moved, "repeatable"


def test_discs_that_have_room_stay_where_they_are() -> None:
    discs = [Disc(0, 0, 10), Disc(100, 0, 10)]
    assert spread(discs, gap=5) == discs


def test_everything_stands_in_zhoupu() -> None:
    town = whole_town()
    spots = [compound.spot for compound in town.compounds] + [building.spot for _, building in town.buildings()]
    spots += [house.spot for _, house in town.houses()] + [venue.spot for venue in town.venues]
    spots += [thing.spot for thing in town.facilities]
    assert len(spots) > 3_500
    for spot in spots:
        assert apart(spot, Spot(ORIGIN_LNG, ORIGIN_LAT)) < 6_500
        assert (round(spot.lng, 6), round(spot.lat, 6)) == spot


def test_buildings_of_an_estate_stand_in_rows_that_do_not_touch() -> None:
    for compound in whole_town().compounds:
        for a, b in combinations(compound.buildings, 2):
            here, other = to_plane(*a.spot), to_plane(*b.spot)
            there = turned(here.x - other.x, here.y - other.y, -a.bearing)
            across, up = abs(there.x), abs(there.y)
            assert across >= (a.width + b.width) / 2 or up >= (a.depth + b.depth) / 2, (a.code, b.code)


def test_high_houses_leave_each_other_the_sun() -> None:
    """The gap between rows grows with the height (日照间距)."""
    for compound in whole_town().compounds:
        highest = max(building.floors for building in compound.buildings)
        rows = sorted({round(turned(*to_plane(*b.spot), -b.bearing).y) for b in compound.buildings})
        steps = [b - a for a, b in pairwise(rows) if b - a > 2]
        depth = compound.buildings[0].depth
        assert all(step - depth >= min(34, 10 + 1.2 * highest) - 3 for step in steps), compound.code


@pytest.mark.parametrize("kind", sorted(set(CompoundKind) - {CompoundKind.UPSCALE}))
def test_estates_of_every_kind_look_as_their_style_says(kind: CompoundKind) -> None:
    style = styles()[kind]
    mine = [compound for compound in whole_town().compounds if compound.kind is kind]
    assert mine
    for compound in mine:
        assert style.buildings[0] <= len(compound.buildings) <= style.buildings[1]
        assert compound.name.endswith(style.suffixes)
        for building in compound.buildings:
            assert building.floors in style.storeys
            assert len(building.entrances) in style.doors
            homes = {door.homes_per_floor for door in building.entrances}
            assert len(homes) == 1
            assert homes <= set(style.homes_per_floor)
            assert building.width == max(12.0, len(building.entrances) * homes.pop() * HOME_FRONT)


def test_homes_of_a_door_are_plausible_in_number() -> None:
    per_door = [len(list(door.homes())) for _, _, door in whole_town().entrances()]
    assert min(per_door) >= 2
    assert max(per_door) <= 54
    per_estate = Counter(compound.code for compound, _, door in whole_town().entrances() for _ in door.homes())
    assert min(per_estate.values()) >= 30
    assert max(per_estate.values()) <= 1_200


def test_doors_stand_at_the_back_of_their_house() -> None:
    for _, building, door in list(whole_town().entrances())[::23]:
        assert apart(door.spot, building.spot) <= math.hypot(building.width, building.depth) / 2 + 0.3


def test_a_door_counts_its_homes_from_the_ground_upwards() -> None:
    for _, _, door in list(whole_town().entrances())[::41]:
        homes = list(door.homes())
        assert [home.floor for home in homes] == sorted(home.floor for home in homes)
        assert len({home.code for home in homes}) == len(homes)
        assert {home.floor for home in homes} == set(range(1, door.floors + 1))
        assert all(home.address.startswith(door.address) for home in homes)
        assert not {home.room for home in homes} & door.missing
        assert sum(home.span for home in homes) == door.floors * door.homes_per_floor - len(door.missing)


@pytest.mark.parametrize("leaf", VILLAGES, ids=lambda leaf: leaf.code[-3:])
def test_every_village_has_its_groups_and_four_stations_and_one_clinic(leaf: AreaSeed) -> None:
    town = whole_town()
    groups = [group for group in town.groups if group.area_code == leaf.code]
    assert len(groups) == group_count(leaf, SEED)
    assert 6 <= len(groups) <= 9
    for group in groups:
        assert 22 <= len(group.houses) <= 40
        assert all(apart(house.spot, group.spot) < GROUP_RADIUS + 5 for house in group.houses)
        assert {house.floors for house in group.houses} <= {2, 3}
    kinds = Counter(thing.kind for thing in town.facilities if thing.area_code == leaf.code)
    five = (FacilityKind.PARTY_SERVICE, FacilityKind.RECEPTION, FacilityKind.CULTURE, FacilityKind.JOINT_DUTY,
            FacilityKind.CLINIC)  # fmt: skip
    assert [kinds[kind] for kind in five] == [1] * 5, "四站一室"
    assert kinds[FacilityKind.RIVER_SECTION] == 2


def test_special_areas_have_doors_kerbs_and_shops_around_their_square() -> None:
    town = whole_town()
    for leaf in leaves(Scale.TOWN):
        if leaf.kind == "special":
            things = [thing for thing in town.facilities if thing.area_code == leaf.code]
            kinds = Counter(thing.kind for thing in things)
            assert (kinds[FacilityKind.EXIT], kinds[FacilityKind.ROADSIDE], kinds[FacilityKind.PLAZA]) == (6, 4, 1)
            (square,) = [thing.spot for thing in things if thing.kind is FacilityKind.PLAZA]
            shops = [venue for venue in town.venues if venue.area_code == leaf.code]
            assert len(shops) >= 14
            assert all(apart(shop.spot, square) == pytest.approx(70, abs=1) for shop in shops)
            assert {shop.kind for shop in shops} >= {VenueKind.RESTAURANT, VenueKind.SHOP, VenueKind.KIOSK}
            assert all(leaf.name in shop.address for shop in shops)


def test_estates_villages_and_special_areas_keep_their_distance() -> None:
    town = whole_town()
    for compound in town.compounds:
        for group in town.groups:
            assert apart(compound.spot, group.spot) > GROUP_RADIUS + GAP


def test_roads_belong_to_one_station_each() -> None:
    dealt = [road for station in whole_town().stations if station.kind == "community" for road in roads(station)]
    assert len(set(dealt)) == len(dealt) == 21
    for compound in whole_town().compounds:
        assert compound.lane.split("路")[0] in dealt


def test_names_of_estates_are_dealt_anew_for_every_seed() -> None:
    assert sorted(heads(1)) == sorted(heads(2))
    assert heads(1) == heads(1) != heads(2)
    other = build_town(Scale.SMALL, seed=5)
    assert {each.name for each in other.compounds} != {each.name for each in corner_town().compounds}
    assert {each.area_code for each in other.compounds} == {each.area_code for each in corner_town().compounds}


@pytest.mark.parametrize("kind", ["compound", "building", "entrance", "home", "lift"])
def test_places_of_estates_are_found_inside_the_committee(kind: str) -> None:
    town, where, dice = whole_town(), Whereabouts(whole_town()), Dice(kind)
    doors = {door.code: door for _, _, door in town.entrances()}
    seen = set()
    for leaf in town.leaves:
        found = where.pick(leaf.code, (kind,), dice)
        if leaf.kind != "committee":
            assert found is None, "villages and malls have no estates"
            continue
        if found is None:
            assert kind == "lift", "low estates have none"
            continue
        seen.add(found.code)
        assert found.area_code == leaf.code
        assert found.code.startswith(leaf.code)
        assert found.kind == ("entrance" if kind == "lift" else kind)
        assert kind != "lift" or doors[found.code].lift
        assert any(found.label.startswith(compound.name) for compound in town.compounds)
    assert len(seen) > 20


def test_the_first_kind_that_a_place_has_is_taken_and_none_is_none() -> None:
    where = Whereabouts(whole_town())
    village = VILLAGES[0].code
    for seed in range(12):
        found = where.pick(village, ("home", "house", "facility:cinema"), Dice(seed))
        assert found is not None
        assert found.kind == "house", "the only kind of the three that is there"
    assert where.pick(village, ("home", "venue"), Dice(1)) is None
    assert where.pick("310115132999", ("house",), Dice(1)) is None
    kinds = {where.pick(village, ("house", "group"), Dice(seed)) for seed in range(20)}
    assert {each.kind for each in kinds if each is not None} == {"house", "village_group"}


@pytest.mark.parametrize("kind", list(FacilityKind))
def test_every_kind_of_fixed_thing_can_be_picked_and_says_what_it_is(kind: FacilityKind) -> None:
    town, where = whole_town(), Whereabouts(whole_town())
    found = [where.pick(leaf.code, (f"facility:{kind}",), Dice(kind, leaf.code)) for leaf in town.leaves]
    there = [place for place in found if place is not None]
    assert there
    for place in there:
        assert (place.kind, place.detail) == ("facility", kind)
        assert place.label
