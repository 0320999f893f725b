"""The shipped area data against the official figures (DOMAIN rows 1, 122; statistical codes of 2023-06-30)."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from linli.kernel.geo import Point, haversine
from linli.project.demo.seeds import DISTRICT, TOWN, AreaSeed, Scale, leaves, read_areas, read_stations, stations

SHARED = Path(os.environ.get("LINLI_SHARED", Path(__file__).parents[3] / "shared"))
PLACES = SHARED / "data" / "household_places"


def official() -> list[AreaSeed]:
    return [area for area in read_areas() if area.official]


def by_code() -> dict[str, AreaSeed]:
    return {area.code: area for area in read_areas()}


def test_the_official_figures() -> None:
    lengths = Counter(len(area.code) for area in official())
    assert lengths == {6: 1, 9: 42, 12: 1526}
    assert Counter(area.kind for area in official()) == {
        "district": 1, "town": 42, "committee": 1165, "village": 355, "other": 6,
    }  # fmt: skip


def test_codes_are_unique_and_hang_in_one_tree() -> None:
    areas = read_areas()
    assert len({area.code for area in areas}) == len(areas)
    assert areas[0].code == DISTRICT
    assert areas[0].parent_code == ""
    seen: set[str] = set()
    for area in areas:
        assert area.parent_code in seen or area.code == DISTRICT, "parents come first"
        assert area.code.startswith(area.parent_code)
        seen.add(area.code)


def test_kinds_follow_the_ranges_of_the_statistical_codes() -> None:
    ranges = {"committee": range(1, 200), "village": range(200, 400), "other": range(400, 600)}
    for area in official():
        if len(area.code) == 12:
            assert int(area.code[9:]) in ranges[area.kind], area


def test_every_area_has_an_english_name_in_latin_letters() -> None:
    for area in read_areas():
        assert re.fullmatch(r"[A-Za-zü0-9'.()\- ]+", area.name_en), area
        assert "  " not in area.name_en
    assert by_code()["310115132001"].name_en == "Xiangyang Residents' Committee"
    assert by_code()["310115132201"].name_en == "Yaoqiao Villagers' Committee"
    assert by_code()["310115121"].name_en == "Gaohang Town"


def test_english_names_are_unique_inside_a_town() -> None:
    pairs = Counter((area.parent_code, area.name_en) for area in read_areas())
    names = Counter((area.parent_code, area.name) for area in read_areas())
    doubled = {key for key, count in pairs.items() if count > 1}
    same_sound = {(area.parent_code, area.name) for area in read_areas() if (area.parent_code, area.name_en) in doubled}
    assert len(doubled) <= 12, doubled
    assert all(count == 1 or parent != TOWN for (parent, _), count in names.items())
    assert not {parent for parent, _ in same_sound} & {TOWN}


def test_centres_lie_in_their_town() -> None:
    towns = by_code()
    for area in read_areas():
        assert (area.lng is None) == (area.lat is None)
        if area.lng is None or area.lat is None:
            continue
        assert 121.4 < area.lng < 122.0
        assert 30.8 < area.lat < 31.4
        town = towns[area.code[:9]] if len(area.code) > 6 else towns[DISTRICT]
        assert town.lng is not None
        assert town.lat is not None
        assert haversine(Point(area.lng, area.lat), Point(town.lng, town.lat)) < 12_000, area


def test_all_of_zhoupu_has_a_centre_and_no_two_coincide() -> None:
    mine = leaves(Scale.TOWN)
    assert Counter(leaf.kind for leaf in mine) == {"committee": 47, "village": 10, "special": 2}
    spots = [Point(leaf.lng or 0, leaf.lat or 0) for leaf in mine]
    assert all(spot.lon for spot in spots)
    gaps = [haversine(a, b) for n, a in enumerate(spots) for b in spots[:n]]
    assert min(gaps) > 100


def test_the_special_areas_are_marked_as_ours() -> None:
    ours = [area for area in read_areas() if not area.official]
    assert [(area.code, area.name) for area in ours] == [
        (f"{TOWN}901", "万达广场"), (f"{TOWN}902", "小上海步行街"),
    ]  # fmt: skip
    assert all(area.kind == "special" for area in ours)


def test_nineteen_stations_of_three_kinds() -> None:
    kinds = Counter(station.kind for station in read_stations())
    assert kinds == {"community": 7, "village": 10, "special_area": 2}
    assert [station.code for station in read_stations()] == [f"{TOWN}S{n:02d}" for n in range(1, 20)]


def test_every_leaf_belongs_to_exactly_one_station_of_its_kind() -> None:
    members = [member for station in read_stations() for member in station.members]
    assert sorted(members) == sorted(leaf.code for leaf in leaves(Scale.TOWN))
    kinds = {leaf.code: leaf.kind for leaf in leaves(Scale.TOWN)}
    wanted = {"community": "committee", "village": "village", "special_area": "special"}
    for station in read_stations():
        assert {kinds[member] for member in station.members} == {wanted[station.kind]}
        if station.kind != "community":
            assert len(station.members) == 1


def test_the_small_scale_is_a_corner_with_every_kind() -> None:
    kinds = Counter(leaf.kind for leaf in leaves(Scale.SMALL))
    assert kinds == {"committee": 4, "village": 2, "special": 1}
    assert len(stations(Scale.SMALL)) == 7


@pytest.mark.skipif(not PLACES.is_dir(), reason="the shared data folder is absent (set LINLI_SHARED)")
def test_codes_and_names_equal_the_official_lists() -> None:
    with (PLACES / "pudong_streets_310115.csv").open(encoding="utf-8") as file:
        listed = {row["code"]: row["name"] for row in csv.DictReader(file)}
    with (PLACES / "pudong_villages_310115.csv").open(encoding="utf-8") as file:
        listed |= {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert {area.code: area.name for area in official() if area.code != DISTRICT} == listed
