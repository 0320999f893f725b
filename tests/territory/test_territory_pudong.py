"""The tree of Pudong: complete, well-formed, equal to the official lists, and safe to load again."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import cast
import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from linli.territory.api import LEAF_KINDS, Area, AreaKind, ancestors, area_by_code, areas_under, ids_under, names
from linli.territory.queries import forget

pytestmark = pytest.mark.django_db
TOWNS, DATA = 36, Path(__file__).resolve().parents[2] / "linli" / "territory" / "data"


def official(name: str) -> list[dict[str, str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def tree() -> list[Area]:
    return list(Area.objects.select_related("parent").order_by("path"))


def test_pudong_has_one_district_and_thirty_six_towns() -> None:
    towns = Area.objects.filter(kind=AreaKind.TOWN, official=True)
    assert Area.objects.filter(kind=AreaKind.DISTRICT).get().name == "浦东新区"
    assert towns.filter(name__endswith="街道").count() == 12
    assert towns.filter(name__endswith="镇").count() == 24
    zones = towns.exclude(name__endswith="街道").exclude(name__endswith="镇")
    assert towns.count() - zones.count() == TOWNS
    assert zones.count() == 6, "development zones that count as towns"


def test_every_row_of_the_shipped_list_stands_in_the_tree() -> None:
    shipped = {row["code"]: row["name"] for row in official("pudong_310115.csv")}
    shipped |= {row["code"]: row["name"] for row in official("zhoupu_stations.csv")}
    assert {area.code: area.name for area in tree()} == shipped
    assert len(shipped) > 1500


def test_codes_have_the_length_of_their_level_and_begin_with_their_town() -> None:
    length = {AreaKind.DISTRICT: 6, AreaKind.TOWN: 9}
    for area in tree():
        pattern = r"310115(\d{3}(S\d\d|\d{3})?)?"
        assert re.fullmatch(pattern, area.code), area.code
        assert len(area.code) == length.get(AreaKind(area.kind), 12), area.code
        if area.parent is not None and area.parent.kind != AreaKind.STATION:
            assert area.code.startswith(area.parent.code), area.code


def test_each_kind_stands_below_the_kinds_it_may_stand_below() -> None:
    below: dict[AreaKind, set[AreaKind | None]] = {
        AreaKind.DISTRICT: {None}, AreaKind.TOWN: {AreaKind.DISTRICT}, AreaKind.STATION: {AreaKind.TOWN},
        **{kind: {AreaKind.TOWN, AreaKind.STATION} for kind in LEAF_KINDS},
    }  # fmt: skip
    for area in tree():
        parent = AreaKind(area.parent.kind) if area.parent else None
        assert parent in below[AreaKind(area.kind)], area.code


def test_nothing_hangs_below_a_leaf_and_every_branch_ends_in_leaves() -> None:
    areas = tree()
    parents = {area.parent_id for area in areas}
    for area in areas:
        assert area.is_leaf is (AreaKind(area.kind) in LEAF_KINDS)
        if area.is_leaf:
            assert area.id not in parents, area.code
    stations = [area for area in areas if area.kind == AreaKind.STATION]
    assert all(station.id in parents for station in stations)


def test_paths_sort_as_the_tree_is_walked_and_their_steps_are_of_one_width() -> None:
    areas = tree()
    paths = [area.path for area in areas]
    assert paths == sorted(paths)
    assert len(set(paths)) == len(paths)
    for area in areas:
        first, *steps = area.path.split(".")
        assert first == "310115"
        assert all(len(step) == 3 for step in steps), area.path


def test_a_prefix_of_a_path_is_an_ancestor_and_never_a_neighbour() -> None:
    """Row scope compares paths from the left; two areas where one begins like the other must be parent and child."""
    by_path = {area.path: area for area in tree()}
    for path in by_path:
        for end in range(7, len(path)):
            if path[:end] in by_path:
                assert path[end] == ".", (path[:end], path)


def test_what_lies_above_and_what_lies_below_agree() -> None:
    some = [cast.DISTRICT, cast.TOWN, cast.STATION, cast.HOME_AREA, cast.FOREIGN_AREA]
    for upper in some:
        for lower in some:
            above = {area.code for area in ancestors(area_by_code(lower).path)} | {lower}
            below = {area.code for area in areas_under(area_by_code(upper).path)}
            assert (upper in above) is (lower in below), (upper, lower)


def test_every_committee_of_zhoupu_belongs_to_one_station_of_the_right_kind() -> None:
    leaves = [area for area in tree() if area.code.startswith(cast.TOWN) and area.is_leaf]
    listed = Counter(code for row in official("zhoupu_stations.csv") for code in row["members"].split())
    assert set(listed.values()) == {1}
    in_station = {area.code for area in leaves if area.parent and area.parent.kind == AreaKind.STATION}
    assert in_station == set(listed)
    for area in leaves:
        if area.kind == AreaKind.VILLAGE and area.parent and area.parent.kind == AreaKind.STATION:
            assert area.parent.station_kind == "village", area.code


def test_a_station_has_a_kind_and_nothing_else_has_one() -> None:
    for area in tree():
        assert bool(area.station_kind) is (area.kind == AreaKind.STATION), area.code


@pytest.mark.parametrize(("language", "code", "name"), [
    ("zh-hans", cast.DISTRICT, "浦东新区"), ("en", cast.DISTRICT, "Pudong New Area"),
    ("zh-hans", cast.OTHER_TOWN, "潍坊新村街道"), ("en", cast.OTHER_TOWN, "Weifang Xincun Sub-district"),
    ("zh-hans", cast.STATION, "澧溪社区联勤联动站"), ("en", cast.STATION, "Lixi Community Joint-duty Station"),
    ("en-gb", cast.DISTRICT, "Pudong New Area"), ("ja", cast.DISTRICT, "浦东新区"),
])  # fmt: skip
def test_an_area_is_called_by_its_name_in_the_readers_language(language: str, code: str, name: str) -> None:
    area = area_by_code(code)
    with translation.override(language):
        assert str(area) == name
        assert names([area.id]) == {area.id: name}


def test_district_towns_and_stations_have_an_english_name_and_the_others_fall_back_to_chinese() -> None:
    with translation.override("en"):
        for area in tree():
            if area.is_leaf:
                assert str(area) == (area.name_en or area.name)
            elif area.official:
                assert re.search("[A-Za-z]{3}", area.name_en), area.code


def test_the_centres_lie_in_pudong() -> None:
    known = [area for area in tree() if area.lat is not None]
    assert len(known) > 100
    for area in known:
        assert 30.8 < (area.lat or 0) < 31.45, area.code
        assert 121.4 < (area.lng or 0) < 122.1, area.code


@pytest.mark.usefixtures("as_owner")
class TestChanged:
    """What may happen to a tree, as its owner."""

    @pytest.mark.parametrize("wrong", [
        {"code": cast.HOME_AREA, "path": "x"}, {"code": "x", "path": "310115"}, {"code": "x", "path": ""},
        {"code": "x", "path": "y", "kind": "station"},
    ])  # fmt: skip
    def test_a_second_code_a_second_path_none_or_a_station_without_kind_is_refused(self, wrong: dict[str, str]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Area.objects.create(**{"kind": "committee", "name": "新", **wrong})
        Area.objects.create(kind="committee", name="新", code="310115999999", path="310115.999")

    def test_a_renamed_committee_keeps_its_place(self) -> None:
        home = area_by_code(cast.HOME_AREA)
        Area.objects.filter(id=home.id).update(name="新名字居委会")
        assert (area_by_code(cast.HOME_AREA).name, area_by_code(cast.HOME_AREA).path) == ("新名字居委会", home.path)

    def test_a_committee_that_moves_to_another_station_is_seen_there_and_not_here(self) -> None:
        home, new = area_by_code(cast.HOME_AREA), area_by_code(cast.OTHER_STATION)
        assert home.id in ids_under(area_by_code(cast.STATION).path)
        Area.objects.filter(id=home.id).update(parent=new, path=f"{new.path}.001")
        forget()
        assert home.id in ids_under(new.path)
        assert home.id not in ids_under(area_by_code(cast.STATION).path)
        assert ancestors(f"{new.path}.001")[0].code == cast.OTHER_STATION
        forget()

    def test_an_area_with_something_below_it_is_not_deleted(self) -> None:
        with pytest.raises(Exception, match="protected"):
            area_by_code(cast.STATION).delete()


def test_towns_and_committees_are_those_of_the_official_lists(shared: Path) -> None:
    folder = shared / "data" / "household_places"
    for file, codes in (
        ("pudong_streets_310115.csv", {area.code: area.name for area in tree() if len(area.code) == 9}),
        ("pudong_villages_310115.csv", {area.code: area.name for area in tree() if area.is_leaf}),
    ):
        rows = list(csv.DictReader((folder / file).read_text(encoding="utf-8-sig").splitlines()))
        theirs = {row["code"]: row["name"] for row in rows}
        assert len(theirs) > 35
        both = theirs.keys() & codes.keys()
        assert len(both) > 0.97 * len(theirs), sorted(theirs.keys() - codes.keys())[:20]
        assert [code for code in both if codes[code] != theirs[code]] == []
