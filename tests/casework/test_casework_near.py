"""What counts as the same matter nearby: radius and days of each item, measured by another formula than ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import asin, atan2, cos, degrees, pi, radians, sin

import cast
import pytest
from casework.stage import CASE_MOVES, ITEM, Matter, Stage, unit

from linli.casework.cases.api import ENDED, CaseState, open_case, similar
from linli.casework.intake.api import Near, near, route_report
from linli.casework.timeline.api import Act
from linli.catalogue.api import spec_for
from linli.kernel.clock import now
from linli.kernel.geo import Point, point
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

EARTH_M = 6_371_008.8
HERE = (31.1200, 121.5600)
KINDS = {"C06": (30, 60), "C12": (50, 7), "C17": (300, 1), "S01": (30, 3), "V03": (100, 7)}
"""Items of the three lists with the metres and days that DOMAIN §3 gives them."""
NORTH, EAST, SOUTH_WEST = 0, 90, 225


def moved(metres: float, bearing: float) -> Point:
    """The point at this distance and bearing from HERE, on a sphere."""
    lat, lng, turn, way = radians(HERE[0]), radians(HERE[1]), bearing * pi / 180, metres / EARTH_M
    there = asin(sin(lat) * cos(way) + cos(lat) * sin(way) * cos(turn))
    east = lng + atan2(sin(turn) * sin(way) * cos(lat), cos(way) - sin(lat) * sin(there))
    return point(degrees(east), degrees(there))


def standing(stage: Stage, code: str = ITEM, at: Point | None = None, **said: object) -> Matter:
    spot = at or point(HERE[1], HERE[0])
    return stage.opened(code, area_id=area_by_code(cast.HOME_AREA).id, lat=spot.lat, lng=spot.lon, **said)


def found(code: str, at: Point, *, moment: datetime | None = None) -> list[Near]:
    spec = spec_for(code)
    radius, days = spec.duplicate_radius_m, spec.duplicate_days
    return list(near(at=at, item_code=code, radius_m=radius, days=days, now=moment or now()))


@pytest.mark.parametrize("code", KINDS)
def test_the_list_gives_each_kind_its_metres_and_days(code: str) -> None:
    spec = spec_for(code)
    assert (spec.duplicate_radius_m, spec.duplicate_days) == KINDS[code]


@pytest.mark.parametrize("bearing", [NORTH, EAST, SOUTH_WEST])
@pytest.mark.parametrize("code", KINDS)
def test_the_radius_is_a_circle_in_every_direction(stage: Stage, code: str, bearing: int) -> None:
    radius = KINDS[code][0]
    standing(stage, code)
    (inside,) = found(code, moved(radius - 1, bearing))
    assert abs(inside.distance_m - (radius - 1)) <= 1
    assert found(code, moved(radius + 1, bearing)) == []
    (same,) = found(code, moved(0, bearing))
    assert same.distance_m == 0


@pytest.mark.parametrize("code", KINDS)
def test_the_days_end_to_the_second(stage: Stage, code: str) -> None:
    days = timedelta(days=KINDS[code][1])
    standing(stage, code)
    opened = now()
    assert len(found(code, moved(5, EAST), moment=opened + days)) == 1
    assert found(code, moved(5, EAST), moment=opened + days + timedelta(seconds=1)) == []


def test_another_kind_at_the_same_place_is_another_matter(stage: Stage) -> None:
    standing(stage, "C06")
    assert found("C02", moved(0, NORTH)) == []
    assert len(found("C06", moved(0, NORTH))) == 1


@pytest.mark.parametrize("code", ["", "Q99"])
def test_of_an_unknown_kind_nothing_is_near_not_even_what_lies_outside_the_list(stage: Stage, code: str) -> None:
    matter = stage.receive(area_id=area_by_code(cast.HOME_AREA).id, lat=HERE[0], lng=HERE[1])
    stage.do("worker", route_report, report_id=matter.id, topic="X11", unit=unit("urban"))
    stage.do("responder_urban", open_case, report_id=matter.id)
    assert stage.case(matter)["item_code"] == ""
    assert list(near(at=moved(0, NORTH), item_code=code, radius_m=500, days=90, now=now())) == []


@pytest.mark.parametrize("state", list(CaseState), ids=str)
def test_only_what_has_not_ended_is_near(stage: Stage, state: CaseState) -> None:
    matter = stage.case_in(state)
    stage.own("update casework_case set lat = %s, lng = %s where id = %s", *HERE, matter.id)
    assert [one.state for one in found(ITEM, moved(3, EAST))] == ([] if state in ENDED else [state])


def test_the_nearest_comes_first_and_five_are_enough(stage: Stage) -> None:
    for metres in (20, 4, 28, 12, 8, 16):
        standing(stage, at=moved(metres, EAST))
    distances = [one.distance_m for one in found(ITEM, moved(0, NORTH))]
    assert distances == [4, 8, 12, 16, 20]


def test_how_many_reported_it_is_told_and_nothing_that_names_anybody(stage: Stage) -> None:
    matter = standing(stage, words="张三家在三楼搭了阳光房", reporter_name="李四", phone="13800138000")
    CASE_MOVES[Act.MERGE](stage, matter)
    (one,) = found(ITEM, moved(2, EAST))
    assert one == Near(CaseState.FILED, one.opened_at, 2, 2)
    assert set(Near.__slots__) == {"state", "opened_at", "distance_m", "reports"}


def test_a_case_without_a_point_is_near_nothing(stage: Stage) -> None:
    matter = stage.opened(ITEM)
    assert stage.case(matter)["lat"] is None
    assert found(ITEM, moved(0, NORTH)) == []


def test_a_visitor_without_account_sees_what_is_near(stage: Stage) -> None:
    standing(stage)
    stage._anyone()
    assert len(found(ITEM, moved(2, EAST))) == 1


class TestSimilar:
    """What the desk sees of the same kind in the same area before it opens another case."""

    def of(self, stage: Stage, who: str, code: str = ITEM, **more: int) -> list[str]:
        area = area_by_code(cast.HOME_AREA).id
        return [case.number for case in stage.see(who, similar, item_code=code, area_id=area, **more)]

    def test_open_ones_of_this_kind_and_area_by_deadline(self, stage: Stage) -> None:
        first = stage.opened(ITEM)
        stage.pass_time(hours=1)
        second = stage.opened(ITEM)
        stage.opened("C12")
        ended = stage.opened(ITEM)
        CASE_MOVES[Act.VOID](stage, ended)
        assert self.of(stage, "worker") == [first.number, second.number]
        assert self.of(stage, "worker", limit=1) == [first.number]

    def test_only_within_the_reach_of_the_one_who_asks(self, stage: Stage) -> None:
        matter = stage.opened(ITEM)
        assert self.of(stage, "dispatcher") == [matter.number]
        assert self.of(stage, "worker_cousin") == []
        assert self.of(stage, "responder_urban") == []
        CASE_MOVES[Act.DISPATCH](stage, matter)
        assert self.of(stage, "responder_urban") == [matter.number]
