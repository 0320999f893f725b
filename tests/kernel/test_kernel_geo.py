"""Datums: forth and back within a metre, and never an offset outside China."""

import csv
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.kernel import geo
from linli.kernel.errors import InvalidInput
from linli.kernel.geo import Box, Datum, Point

SHARED = Path(os.environ.get("LINLI_SHARED") or Path(__file__).resolve().parents[3] / "shared")
COORDS = SHARED / "data/household_places/pudong_xiaoqu_coords_dev.csv"
in_china = st.builds(Point, lon=st.floats(73.5, 135), lat=st.floats(4, 53))
anywhere = st.builds(Point, lon=st.floats(-180, 180), lat=st.floats(-85, 85))
outside = anywhere.filter(lambda p: not geo.CHINA_BOX.holds(p))


@pytest.fixture(scope="module")
def compounds() -> list[dict[str, Point]]:
    if not COORDS.exists():
        pytest.skip(f"the compound coordinates are not here: {COORDS}")
    with COORDS.open(encoding="utf-8-sig", newline="") as rows:
        return [
            {
                "bd09": Point(float(row["lon_bd09_as_published"]), float(row["lat_bd09_as_published"])),
                "gcj02": Point(float(row["lon_gcj02"]), float(row["lat_gcj02"])),
                "wgs84": Point(float(row["lon_wgs84"]), float(row["lat_wgs84"])),
            }
            for row in csv.DictReader(rows)
        ]


def test_every_compound_of_pudong_converts_as_published_and_returns(compounds):
    worst = {"gcj02": 0.0, "wgs84": 0.0, "round trip": 0.0}
    for known in compounds:
        wgs84 = geo.bd09_to_wgs84(known["bd09"])
        worst["gcj02"] = max(worst["gcj02"], geo.haversine(geo.bd09_to_gcj02(known["bd09"]), known["gcj02"]))
        worst["wgs84"] = max(worst["wgs84"], geo.haversine(wgs84, known["wgs84"]))
        worst["round trip"] = max(worst["round trip"], geo.haversine(geo.wgs84_to_bd09(wgs84), known["bd09"]))
    assert len(compounds) == 2_034
    assert worst["gcj02"] < 1
    assert worst["wgs84"] < 1
    assert worst["round trip"] < 0.01


def test_control_forgetting_a_datum_is_off_by_hundreds_of_metres(compounds):
    nearest = min(geo.haversine(known["bd09"], known["wgs84"]) for known in compounds)
    assert nearest > 500


def test_a_known_point_in_pudong():
    there = geo.wgs84_to_gcj02(Point(121.5447, 31.2216))
    assert there == pytest.approx((121.54898, 31.21945), abs=2e-5)


@given(in_china, st.sampled_from(list(Datum)))
def test_forth_and_back_returns_within_a_centimetre(p, datum):
    assert geo.haversine(geo.to_wgs84(geo.from_wgs84(p, datum), datum), p) < 0.01


@given(in_china)
def test_the_offset_of_chinese_maps_is_below_a_kilometre_and_never_nothing(p):
    assert 10 < geo.haversine(p, geo.wgs84_to_gcj02(p)) < 1_100


@given(outside, st.sampled_from(list(Datum)))
def test_nothing_moves_outside_china(p, datum):
    assert geo.from_wgs84(p, datum) == p
    assert geo.to_wgs84(p, datum) == p


def test_the_legal_datum_is_wgs84_for_our_use():
    p = Point(121.5, 31.2)
    assert geo.to_wgs84(p, Datum.CGCS2000) == p


def test_distances():
    assert geo.haversine(Point(0, 0), Point(0, 1)) == pytest.approx(111_195, abs=1)
    assert geo.haversine(Point(121.5, 31.2), Point(121.5, 31.2)) == 0
    assert geo.haversine(Point(0, 0), Point(180, 0)) == pytest.approx(math.pi * 6_371_008.8)


@given(anywhere, anywhere)
def test_distance_is_the_same_both_ways(a, b):
    assert geo.haversine(a, b) == pytest.approx(geo.haversine(b, a))


@given(st.lists(in_china, min_size=1))
def test_a_bounding_box_holds_all_its_points(points):
    box = geo.bbox(points)
    assert box is not None
    assert all(box.holds(p) for p in points)


def test_no_points_have_no_box():
    assert geo.bbox([]) is None
    assert not Box(1, 1, 2, 2).holds(Point(0.5, 1.5))


@given(in_china, st.floats(1, 20_000), st.floats(0, 2 * math.pi), st.floats(0, 0.999))
def test_the_box_around_a_point_misses_nobody(centre, metres, bearing, part):
    lat = centre.lat + math.degrees(part * metres * math.cos(bearing) / 6_371_008.8)
    lon = centre.lon + math.degrees(part * metres * math.sin(bearing) / 6_371_008.8 / math.cos(math.radians(lat)))
    near = Point(lon, lat)
    if geo.haversine(centre, near) <= metres:
        assert geo.box_around(centre, metres).holds(near)


@pytest.mark.parametrize("bad", [(math.nan, 1), (181, 0), (0, 91), (math.inf, 0)])
def test_a_point_off_the_globe_is_refused(bad):
    with pytest.raises(InvalidInput) as caught:
        geo.point(*bad)
    assert caught.value.code == "bad_point"


def test_a_point_on_the_globe_is_taken():
    assert geo.point(121, 31) == Point(121.0, 31.0)
