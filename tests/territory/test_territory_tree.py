"""The tree: what lies above, below and nearest."""

from __future__ import annotations

import cast
import pytest

from linli.kernel.errors import NotFound
from linli.territory.api import (
    LEAF_KINDS,
    Area,
    AreaKind,
    ancestors,
    area_by_code,
    area_by_id,
    areas_under,
    ids_under,
    names,
    nearest_leaf,
)

pytestmark = pytest.mark.django_db


def test_above_a_committee_stand_its_station_its_town_and_the_district() -> None:
    above = ancestors(area_by_code(cast.HOME_AREA).path)
    assert [area.code for area in above] == [cast.STATION, cast.TOWN, cast.DISTRICT]


def test_above_a_committee_of_a_town_without_stations_stand_town_and_district() -> None:
    above = ancestors(area_by_code(cast.FOREIGN_AREA).path)
    assert [area.kind for area in above] == [AreaKind.TOWN, AreaKind.DISTRICT]


def test_nothing_stands_above_the_district() -> None:
    assert ancestors(area_by_code(cast.DISTRICT).path) == []


def test_below_a_station_lie_its_own_committees_and_no_others() -> None:
    station = area_by_code(cast.STATION)
    codes = {area.code for area in areas_under(station.path)}
    assert {cast.STATION, cast.HOME_AREA, cast.SIBLING_AREA} <= codes
    assert not codes & {cast.COUSIN_AREA, cast.OTHER_STATION, cast.TOWN, cast.FOREIGN_AREA}


def test_every_area_lies_below_the_district_and_each_below_its_parent() -> None:
    everything = {area.id: area for area in Area.objects.all()}
    assert set(ids_under(area_by_code(cast.DISTRICT).path)) == set(everything)
    for area in everything.values():
        if area.parent_id is not None:
            parent = everything[area.parent_id]
            assert area.path == f"{parent.path}.{area.code[-3:]}"


def test_a_town_sees_as_many_areas_as_its_branches_together() -> None:
    town = area_by_code(cast.TOWN)
    children = Area.objects.filter(parent_id=town.id)
    assert len(ids_under(town.path)) == 1 + sum(len(ids_under(child.path)) for child in children)


def test_stations_are_of_three_kinds_seven_ten_and_two() -> None:
    kinds = list(Area.objects.filter(kind=AreaKind.STATION).values_list("station_kind", flat=True))
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"community": 7, "village": 10, "special_area": 2}


def test_data_hangs_on_committees_and_villages_only() -> None:
    assert area_by_code(cast.HOME_AREA).is_leaf and area_by_code(cast.VILLAGE_AREA).is_leaf
    assert not any(area_by_code(code).is_leaf for code in (cast.STATION, cast.TOWN, cast.DISTRICT))
    assert AreaKind.STATION not in LEAF_KINDS


def test_the_nearest_leaf_to_its_own_centre_is_the_area_itself() -> None:
    home = area_by_code(cast.HOME_AREA)
    assert home.lat is not None and home.lng is not None
    assert nearest_leaf(home.lat, home.lng) == home
    found = nearest_leaf(home.lat, home.lng, under=area_by_code(cast.OTHER_STATION).path)
    assert found is not None and found.path.startswith(area_by_code(cast.OTHER_STATION).path + ".")
    assert nearest_leaf(home.lat, home.lng, under="999") is None


def test_an_area_that_does_not_exist_is_said_to_be_unknown() -> None:
    with pytest.raises(NotFound):
        area_by_code("999999")
    with pytest.raises(NotFound):
        area_by_id(0)


def test_names_are_told_by_id() -> None:
    town = area_by_code(cast.TOWN)
    assert names([town.id, town.id, 0]) == {town.id: "周浦镇"}
