"""Outlines: what is refused, which way rings run, and what they hold, against two algorithms written out by hand."""

from __future__ import annotations

import itertools
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from plane import holds_by_crossings, holds_by_winding, signed_area

from linli.kernel import polygons
from linli.kernel.errors import InvalidInput
from linli.kernel.geo import Box, Datum, Point, bbox, from_wgs84, haversine
from linli.kernel.polygons import ShapeIndex, distance, from_geojson, thinned

SQUARE = [[121.0, 31.0], [121.1, 31.0], [121.1, 31.1], [121.0, 31.1], [121.0, 31.0]]
HOLE = [[121.04, 31.04], [121.06, 31.04], [121.06, 31.06], [121.04, 31.06], [121.04, 31.04]]
ISLAND = [[121.3, 31.0], [121.4, 31.0], [121.4, 31.1], [121.3, 31.0]]


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def refused(geometry: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        from_geojson(geometry)
    return caught.value.code


def star(corners: int, seed: int) -> list[list[float]]:
    """A ring that never crosses itself: corners in the order of their angle, at different distances."""
    dice = random.Random(seed)
    ring = []
    for turn in sorted(dice.random() * 2 * math.pi for _ in range(corners)):
        far = dice.uniform(0.01, 0.1)
        ring.append([121.5 + far * math.cos(turn), 31.2 + far * math.sin(turn)])
    return [*ring, ring[0]]


@pytest.mark.parametrize(("geometry", "code"), [
    (None, "not_a_polygon"), ("POLYGON((0 0))", "not_a_polygon"), ({}, "not_a_polygon"), ([SQUARE], "not_a_polygon"),
    ({"type": "Point", "coordinates": [121.0, 31.0]}, "not_a_polygon"),
    ({"type": "GeometryCollection", "geometries": []}, "not_a_polygon"),
    ({"type": "Polygon"}, "not_a_polygon"), ({"type": "Polygon", "coordinates": []}, "not_a_polygon"),
    ({"type": "Polygon", "coordinates": None}, "not_a_polygon"),
    ({"type": "Polygon", "coordinates": {"0": SQUARE}}, "not_a_polygon"),
    ({"type": "MultiPolygon", "coordinates": []}, "not_a_polygon"),
    ({"type": "MultiPolygon", "coordinates": [[]]}, "not_a_polygon"), (polygon([]), "not_a_polygon"),
    ({"type": "MultiPolygon", "coordinates": [SQUARE]}, "bad_point"),
    (polygon(SQUARE[:-1]), "ring_open"), (polygon(SQUARE, HOLE[:-1]), "ring_open"),
    (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), "ring_short"), (polygon([SQUARE[0]]), "ring_short"),
    (polygon([*SQUARE[:2], [float("nan"), 31.0], SQUARE[0]]), "bad_point"),
    (polygon([*SQUARE[:2], [121.0, float("inf")], SQUARE[0]]), "bad_point"),
    (polygon([*SQUARE[:2], [10**400, 31.0], SQUARE[0]]), "bad_point"),
    (polygon([*SQUARE[:2], ["121.1", "31.1"], SQUARE[0]]), "bad_point"),
    (polygon([*SQUARE[:2], [True, False], SQUARE[0]]), "bad_point"),
    (polygon([*SQUARE[:2], [121.1], SQUARE[0]]), "bad_point"), (polygon([*SQUARE[:2], None, SQUARE[0]]), "bad_point"),
    (polygon([*SQUARE[:2], [31.1, 121.1], SQUARE[0]]), "bad_point"),
    (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "geometry_crosses"),
    (polygon(SQUARE, ISLAND), "geometry_crosses"),
    (polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[1], SQUARE[0]]), "geometry_crosses"),
    ({"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}, "geometry_crosses"),
])  # fmt: skip
def test_what_is_no_outline_is_refused_with_its_reason(geometry: object, code: str) -> None:
    assert refused(geometry) == code


def test_control_each_refused_outline_is_one_slip_away_from_a_good_one() -> None:
    for good in (polygon(SQUARE), polygon(SQUARE, HOLE), polygon(ISLAND)):
        assert from_geojson(good).geojson()["type"] == "Polygon"
    both = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]}
    assert from_geojson(both).box == Box(121.0, 31.0, 121.4, 31.1)


def test_a_crossing_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_geojson(polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]))
    assert caught.value.detail is not None
    assert "121.05 31.05" in str(caught.value.detail["where"])


def test_an_outline_has_a_limit_of_corners_over_all_its_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygons, "MOST_POSITIONS", len(SQUARE) + len(HOLE))
    assert from_geojson(polygon(SQUARE, HOLE))
    monkeypatch.setattr(polygons, "MOST_POSITIONS", len(SQUARE) + len(HOLE) - 1)
    assert refused(polygon(SQUARE, HOLE)) == "geometry_large"


@given(backwards=st.booleans(), hole_backwards=st.booleans(), several=st.booleans())
def test_rings_come_out_right_handed_whichever_way_they_came_in(
    backwards: bool, hole_backwards: bool, several: bool
) -> None:
    outer, hole = (SQUARE[::-1] if backwards else SQUARE), (HOLE[::-1] if hole_backwards else HOLE)
    given_in: dict[str, Any] = polygon(outer, hole)
    if several:
        given_in = {"type": "MultiPolygon", "coordinates": [[outer, hole], [ISLAND[::-1]]]}
    out = from_geojson(given_in).geojson()
    assert out["type"] == given_in["type"]
    for rings in [out["coordinates"]] if out["type"] == "Polygon" else out["coordinates"]:
        assert signed_area(rings[0]) > 0
        assert all(signed_area(ring) < 0 for ring in rings[1:])
    assert json.loads(json.dumps(out)) == out
    again = from_geojson(out)
    assert again.geojson() == out
    assert again.box == from_geojson(given_in).box


def test_a_height_is_dropped_and_degrees_are_kept_to_a_centimetre() -> None:
    out = from_geojson(polygon([[*corner, 4.5] for corner in SQUARE])).geojson()
    assert all(len(position) == 2 for position in out["coordinates"][0])
    fine = [[121.123456789, 31.0], [121.2, 31.0], [121.2, 31.1], [121.123456789, 31.0]]
    assert [121.1234568, 31.0] in from_geojson(polygon(fine)).geojson()["coordinates"][0]


def test_the_edge_belongs_to_the_shape_and_a_hole_does_not() -> None:
    shape = from_geojson(polygon(SQUARE, HOLE))
    inside, corner, edge = Point(121.01, 31.01), Point(121.0, 31.0), Point(121.05, 31.0)
    in_the_hole, on_its_edge, outside = Point(121.05, 31.05), Point(121.04, 31.05), Point(121.11, 31.05)
    assert [shape.holds(p) for p in (inside, corner, edge, on_its_edge)] == [True] * 4
    assert [shape.holds(p) for p in (in_the_hole, outside)] == [False] * 2


@given(corners=st.integers(4, 60), seed=st.integers(0, 10_000), hole=st.booleans())
def test_what_a_shape_holds_is_what_two_other_algorithms_say(corners: int, seed: int, hole: bool) -> None:
    dice = random.Random(seed)
    ring = star(corners, seed)
    around = [[121.3, 31.0], [121.7, 31.0], [121.7, 31.4], [121.3, 31.4], [121.3, 31.0]]
    geometry = polygon(around, ring) if hole else polygon(ring)
    try:
        shape = from_geojson(geometry)
    except InvalidInput as error:  # a star that misses its centre may run along itself once rounded
        assert error.code == "geometry_crosses"
        return
    drawn = shape.geojson()
    assert shape.box == bbox([Point(*corner) for corner in drawn["coordinates"][0]])
    for _ in range(50):
        p = Point(dice.uniform(121.35, 121.65), dice.uniform(31.05, 31.35))
        verdicts = {shape.holds(p), holds_by_winding(drawn, *p), holds_by_crossings(drawn, *p)}
        assert len(verdicts) == 1, (p, drawn)
        if shape.holds(p):
            assert shape.box.holds(p)


def test_control_the_second_opinion_notices_a_wrong_answer() -> None:
    shape = from_geojson(polygon(SQUARE, HOLE))
    in_the_hole = Point(121.05, 31.05)
    assert not shape.holds(in_the_hole)
    without_hole = polygon(SQUARE)
    assert holds_by_winding(without_hole, *in_the_hole)
    assert holds_by_crossings(without_hole, *in_the_hole)


@pytest.mark.parametrize("datum", list(Datum))
def test_an_outline_in_any_datum_comes_to_lie_where_its_area_is(datum: Datum) -> None:
    moved = [list(from_wgs84(Point(*corner), datum)) for corner in SQUARE]
    out = from_geojson(polygon(moved), datum=datum).geojson()["coordinates"][0]
    placed = sorted(tuple(corner) for corner in out[:-1])
    for was, now in zip(sorted(tuple(corner) for corner in SQUARE[:-1]), placed, strict=True):
        assert haversine(Point(*was), Point(*now)) < 0.05


def test_control_an_outline_taken_in_the_wrong_datum_is_off_by_hundreds_of_metres() -> None:
    moved = [list(from_wgs84(Point(*corner), Datum.GCJ02)) for corner in SQUARE]
    box = from_geojson(polygon(moved)).box
    assert haversine(Point(box.west, box.south), Point(121.0, 31.0)) > 300


def test_distance_is_nothing_inside_and_metres_outside() -> None:
    shape = from_geojson(polygon(SQUARE, HOLE))
    assert distance(shape, Point(121.02, 31.02)) == 0
    assert distance(shape, Point(121.0, 31.0)) == 0
    hole_to_edge = distance(shape, Point(121.05, 31.05))
    assert hole_to_edge == pytest.approx(haversine(Point(121.05, 31.05), Point(121.04, 31.05)), rel=0.01)


@given(lon=st.floats(120.6, 121.6), lat=st.floats(30.6, 31.6))
def test_distance_agrees_with_the_sphere_along_a_finely_walked_edge(lon: float, lat: float) -> None:
    here, shape = Point(lon, lat), from_geojson(polygon(SQUARE))
    if shape.holds(here):
        assert distance(shape, here) == 0
        return
    walked = []
    for (x0, y0), (x1, y1) in itertools.pairwise(SQUARE):
        walked += [Point(x0 + (x1 - x0) * n / 400, y0 + (y1 - y0) * n / 400) for n in range(401)]
    nearest = min(haversine(here, p) for p in walked)
    assert distance(shape, here) == pytest.approx(nearest, rel=0.01, abs=15)


def test_shapes_meet_by_an_edge_or_a_corner_and_not_across_a_gap() -> None:
    square, island = from_geojson(polygon(SQUARE)), from_geojson(polygon(ISLAND))
    beside = from_geojson(polygon([[x + 0.1, y] for x, y in SQUARE]))
    assert square.meets(beside) and beside.meets(square)
    assert not square.meets(island)


def test_an_index_says_for_each_point_which_shapes_hold_it() -> None:
    shapes = [from_geojson(polygon(SQUARE)), from_geojson(polygon(HOLE)), from_geojson(polygon(ISLAND))]
    points = [Point(121.05, 31.05), Point(121.01, 31.01), Point(121.39, 31.05), Point(0.0, 0.0), Point(121.0, 31.0)]
    found = ShapeIndex(shapes).holding(points)
    assert found == [[0, 1], [0], [2], [], [0]]
    assert found == [[n for n, shape in enumerate(shapes) if shape.holds(p)] for p in points]
    assert ShapeIndex(shapes).holding([]) == []
    assert ShapeIndex([]).holding(points) == [[]] * len(points)


def test_the_real_outlines_can_be_taken_but_for_the_one_that_touches_itself(shared: Path) -> None:
    folder, crossing = shared / "data" / "geo", []
    for name, datum in (
        ("pudong_4towns_osm_admin_wgs84", Datum.WGS84), ("pudong_310115_outline_gcj02", Datum.GCJ02),
        ("shanghai_districts_310000_gcj02", Datum.GCJ02), ("pudong_market_sectors_wgs84", Datum.WGS84),
    ):  # fmt: skip
        for feature in json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))["features"]:
            try:
                drawn = from_geojson(feature["geometry"], datum=datum).geojson()
            except InvalidInput as error:
                crossing.append((feature["properties"]["name"], error.code))
                continue
            assert from_geojson(drawn).geojson() == drawn, feature["properties"]["name"]
    assert crossing == [("杨思", "geometry_crosses")]


def corners(geometry: dict[str, Any]) -> int:
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return sum(len(ring) for part in parts for ring in part)


@given(st.integers(30, 300), st.integers(0, 10_000), st.sampled_from([1e-5, 1e-4, 1e-3, 1e-2, 1.0]))
def test_a_thinned_outline_has_fewer_corners_and_lies_as_close_as_was_asked(many: int, seed: int, far: float) -> None:
    whole = from_geojson(polygon(star(many, seed))).geojson()
    thin = thinned(whole, far)
    assert 4 <= corners(thin) <= corners(whole)
    assert from_geojson(thin)  # still a checked shape
    kept = {tuple(corner) for corner in thin["coordinates"][0]}
    assert kept <= {tuple(corner) for corner in whole["coordinates"][0]}
    apart = shapely.geometry.shape(thin).exterior
    gaps = [apart.distance(shapely.Point(corner)) for corner in whole["coordinates"][0]]
    assert max(gaps) <= far * 1.000001 or corners(thin) <= 5


def test_thinning_keeps_holes_islands_and_straight_corners() -> None:
    both = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]}
    thin = thinned(both, 10.0)["coordinates"]
    assert [[len(ring) for ring in part] for part in thin] == [[5, 4], [4]]
    wavy = [[121.0 + n / 1000, 31.0 + (n % 2) / 1e6] for n in range(200)]
    ring = [*wavy, [121.199, 31.2], [121.0, 31.2], wavy[0]]
    assert corners(thinned(polygon(ring), 1e-4)) == 5
    assert corners(thinned(polygon(ring), 1e-9)) == len(ring)
