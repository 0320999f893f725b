"""Open places in a window: what is found, what an inspection means, and that a district is not read from end to end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import cast
import map_stock
import pytest
from casework.stage import Stage
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel.geo import Box
from linli.register.duty.api import is_laid, laid_on
from linli.register.places import queries
from linli.register.places.api import (
    OPEN_KINDS,
    Place,
    PlaceKind,
    inspection_over,
    inspections_over,
    places_within,
    subkinds,
)
from linli.territory.api import area_by_code

EVERYWHERE = Box(121.0, 30.5, 122.3, 31.6)
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def fresh_kinds() -> None:
    queries._subkinds.clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("as_owner")
class TestWindow:
    def test_homes_and_entrances_are_never_found_even_when_asked_for(self) -> None:
        Place.objects.filter(kind=PlaceKind.HOME).update(lat=31.1, lng=121.5)
        assert Place.objects.filter(kind=PlaceKind.HOME, lng=121.5).exists()
        found = places_within(EVERYWHERE, [kind.value for kind in PlaceKind])
        assert {place.kind for place in found} == {"compound", "building"} <= set(OPEN_KINDS)
        assert not places_within(EVERYWHERE, [PlaceKind.HOME, PlaceKind.ENTRANCE]).exists()

    def test_the_edges_belong_to_the_window_and_a_place_without_a_point_is_nowhere(self) -> None:
        home = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
        lng, lat = home.lng or 0.0, home.lat or 0.0
        for box in (Box(lng, lat, lng + 1e-6, lat + 1e-6), Box(lng - 1e-6, lat - 1e-6, lng, lat)):
            assert [place.id for place in places_within(box, [PlaceKind.COMPOUND])] == [home.id]
        assert not places_within(Box(lng + 1e-6, lat, lng + 1, lat + 1e-6), [PlaceKind.COMPOUND]).exists()
        Place.objects.filter(id=home.id).update(lat=None, lng=None)
        assert home not in places_within(EVERYWHERE, [PlaceKind.COMPOUND])

    def test_the_subkinds_are_those_of_the_open_places_there_are(self) -> None:
        area = area_by_code(cast.HOME_AREA)
        for kind, sub, lng in (("facility", "hydrant", 121.5), ("facility", "hydrant", 121.6), ("venue", "shop", 121.5),
                               ("facility", "nowhere", None), ("compound", "", 121.5)):  # fmt: skip
            Place.objects.create(
                code=f"{kind}{sub}{lng}", kind=kind, area=area, name="x", subkind=sub, lng=lng, lat=lng
            )
        assert subkinds([PlaceKind.VENUE, PlaceKind.FACILITY, PlaceKind.HOME]) == [
            ("facility", "hydrant"),
            ("venue", "shop"),
        ]
        assert subkinds([PlaceKind.HOME]) == []
        Place.objects.filter(subkind="shop").delete()
        assert subkinds([PlaceKind.FACILITY, PlaceKind.VENUE])[-1] == ("venue", "shop"), "kept for ten minutes"
        queries._subkinds.clear()
        assert subkinds([PlaceKind.FACILITY, PlaceKind.VENUE]) == [("facility", "hydrant")]

    def test_whose_duty_is_laid_on_the_very_place(self) -> None:
        compounds = list(Place.objects.filter(kind="compound").order_by("code"))
        found = laid_on([place.id for place in compounds], "property_firm")
        laid = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
        assert {place: unit.name for place, unit in found.items()} == {laid.id: "瑞和物业"}
        assert list(Place.objects.filter(is_laid("property_firm"))) == [laid]
        assert laid_on([laid.id], "urban_management") == {}
        assert not Place.objects.filter(is_laid("urban_management")).exists()


@given(
    ago=st.none() | st.integers(-3, 500), every=st.none() | st.integers(1, 400),
)  # fmt: skip
def test_an_inspection_is_over_the_day_after_its_days_have_passed(ago: int | None, every: int | None) -> None:
    looked = TODAY - timedelta(days=ago) if ago is not None else None
    expected = every is not None and (ago is None or ago > every)
    assert inspection_over(looked, every, TODAY) is expected


@pytest.mark.django_db
@pytest.mark.usefixtures("as_owner")
def test_the_database_judges_an_inspection_as_the_rule_does() -> None:
    area = area_by_code(cast.HOME_AREA)
    pairs = [(ago, every) for ago in (None, 0, 1, 29, 30, 31, 400) for every in (None, 1, 30, 365)]
    for ago, every in pairs:
        looked = TODAY - timedelta(days=ago) if ago is not None else None
        Place.objects.create(
            code=f"v.{ago}.{every}", kind="venue", area=area, name="店", inspected_on=looked, inspect_days=every
        )
    venues = Place.objects.filter(kind="venue")
    found = set(venues.filter(inspections_over(TODAY)).values_list("code", flat=True))
    by_rule = {one.code for one in venues if inspection_over(one.inspected_on, one.inspect_days, TODAY)}
    assert found == by_rule
    assert 0 < len(found) < len(pairs)


def plan(who: str, acting: Any, box: Box, kinds: list[str]) -> str:
    acting(who)
    with connection.cursor() as cursor:
        rows, values = places_within(box, kinds).query.sql_with_params()
        cursor.execute(f"explain {rows}", values)
        return "\n".join(row[0] for row in cursor.fetchall())


NEAR = Box(121.55, 31.1, 121.56, 31.11)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_window_among_a_hundred_thousand_places_is_read_by_the_index_under_row_scope(
    stage: Stage, acting: Any
) -> None:
    map_stock.lay(stage.own, [area_by_code(code).id for code in cast.LEAVES])
    stage.own("analyze register_place")
    kinds = [PlaceKind.COMPOUND, PlaceKind.FACILITY]
    for who in ("worker", "dispatcher", "district", "auditor", "responder"):
        told = plan(who, acting, NEAR, kinds)
        assert "place_on_map" in told and "Seq Scan" not in told, (who, told)
        assert "lng >=" in told.split("Index Cond")[1].split("\n")[0], (who, told)
    stage.own("drop index place_on_map")
    without = plan("worker", acting, NEAR, kinds)
    assert "Seq Scan on register_place" in without or "Filter: ((lng" in without, without
