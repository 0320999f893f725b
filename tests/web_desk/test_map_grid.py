"""The window and the grid of the map in plain numbers; the base map as a setting of the page."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from web_desk.desk import Desk

from linli.kernel.errors import InvalidInput
from linli.kernel.geo import Box, Datum, Point, from_wgs84
from linli.web.desk.atlas import chosen as switches
from linli.web.desk.atlas.basemap import Basemap
from linli.web.desk.atlas.grid import CLOSE, Cell, joined
from linli.web.desk.atlas.layers import LAYERS
from linli.web.desk.atlas.sight import FARTHEST, NEAR, Sight, cell, read_sight

ZOOMS = st.integers(0, FARTHEST)


def sight(zoom: int) -> Sight:
    return Sight(Box(121.0, 31.0, 122.0, 32.0), zoom, Datum.WGS84)


# --- the window

LNG, LAT = st.floats(121.0, 121.9), st.floats(30.7, 31.6)
SIZE = st.floats(0.0001, 0.4)


@given(zoom=ZOOMS, lng=LNG, lat=LAT, wide=SIZE, tall=SIZE)
def test_a_window_is_widened_to_whole_cells_and_by_less_than_one(
    zoom: int, lng: float, lat: float, wide: float, tall: float
) -> None:
    asked = Box(lng, lat, lng + wide, lat + tall)
    got = read_sight({"bbox": ",".join(map(str, asked)), "zoom": str(zoom)}, Datum.WGS84)
    width, height = got.cell
    for edge, size in zip(got.box, (width, height, width, height), strict=True):
        assert (Fraction(edge) / Fraction(size)).denominator == 1
    assert asked.west - width < got.box.west <= asked.west and asked.east <= got.box.east < asked.east + width
    assert asked.south - height < got.box.south <= asked.south and asked.north <= got.box.north < asked.north + height
    assert got.near is (zoom >= NEAR)


@given(zoom=st.integers(0, FARTHEST - 1))
def test_each_scale_halves_the_cells_exactly_and_they_are_square_near_shanghai(zoom: int) -> None:
    width, height = cell(zoom)
    assert cell(zoom + 1) == (width / 2, height / 2)
    tile = 360 / 2**zoom
    assert width == tile / 8
    assert height / width == pytest.approx(math.cos(math.radians(31.1)), rel=0.03)


@given(lng=LNG, lat=LAT, datum=st.sampled_from([Datum.GCJ02, Datum.WGS84, Datum.CGCS2000]))
def test_a_window_in_the_base_maps_degrees_holds_what_is_shown_in_it(lng: float, lat: float, datum: Datum) -> None:
    there = from_wgs84(Point(lng, lat), datum)
    around = f"{there.lon - 0.001},{there.lat - 0.001},{there.lon + 0.001},{there.lat + 0.001}"
    got = read_sight({"bbox": around, "zoom": "20"}, datum)
    assert got.box.holds(Point(lng, lat))
    shown = got.shown(lng, lat)
    assert shown == pytest.approx([there.lon, there.lat], abs=1e-6)
    west, south, east, north = got.shown_box(got.box)
    assert west <= shown[0] <= east and south <= shown[1] <= north


@given(text=st.text(max_size=20))
def test_no_text_makes_a_window_break(text: str) -> None:
    for asked in ({"bbox": text, "zoom": "3"}, {"bbox": "1,2,3,4", "zoom": text}):
        try:
            read_sight(asked, Datum.WGS84)
        except InvalidInput as error:
            assert error.code in ("bad_box", "bad_zoom")


# --- the grid

CELLS = st.lists(
    st.builds(
        lambda x, y, n, over, fx, fy: (x, y, n, min(over, n), fx, fy),
        st.integers(0, 6), st.integers(0, 6), st.integers(1, 50), st.integers(0, 50), st.floats(0, 1), st.floats(0, 1),
    ),
    max_size=40,
)  # fmt: skip


def made(zoom: int, x: int, y: int, n: int, over: int, fx: float, fy: float) -> Cell:
    width, height = cell(zoom)
    lng, lat = (x + fx) * width, (y + fy) * height
    return Cell(x, y, n, over, lng, lat, Box(lng, lat, lng, lat), f"{x}.{y}")


@given(raw=CELLS, zoom=st.integers(8, 17))
def test_joined_cells_keep_every_thing_and_do_not_lie_on_each_other(raw: list[tuple[Any, ...]], zoom: int) -> None:
    cells = [made(zoom, *one) for one in raw]
    kept = joined(cells, sight(zoom))
    assert sum(one.n for one in kept) == sum(one.n for one in cells)
    assert sum(one.over for one in kept) == sum(one.over for one in cells)
    assert len({(one.x, one.y) for one in kept}) == len(kept) <= len({(one.x, one.y) for one in cells})
    for one in kept:
        slack = 1e-9
        assert one.box.west - slack <= one.lng <= one.box.east + slack
        assert one.box.south - slack <= one.lat <= one.box.north + slack
    for one in cells:
        assert any(each.box.holds(Point(one.lng, one.lat)) for each in kept)


def test_two_middles_are_one_when_they_lie_closer_than_a_part_of_a_cell() -> None:
    near = [made(12, 3, 3, 5, 1, 0.95, 0.5), made(12, 4, 3, 2, 2, 0.05, 0.5)]
    (one,) = joined(near, sight(12))
    assert (one.n, one.over, one.x) == (7, 3, 3)
    for gap, left in ((CLOSE - 0.01, 1), (CLOSE + 0.01, 2)):
        pair = [made(12, 3, 3, 5, 1, 0.9, 0.5), made(12, 4, 3, 2, 2, gap - 0.1, 0.5)]
        assert len(joined(pair, sight(12))) == left, gap
    assert joined([], sight(12)) == []


# --- what is switched on


def read(text: str) -> switches.Chosen:
    return switches.read(QueryDict(text), list(LAYERS.values()))


@pytest.mark.parametrize(
    ("text", "layers", "kinds", "at"),
    [
        ("", None, (), ""),
        ("layers=", (), (), ""),
        ("layers=matters,areas", ("matters", "areas"), (), ""),
        ("layers=&layers=matters&layers=areas&layers=matters", ("matters", "areas"), (), ""),
        ("layers=homes,people", (), (), ""),
        (
            "kind=venues.shop&kind=venues.kiosk,facilities.gate",
            None,
            ("venues.shop", "venues.kiosk", "facilities.gate"),
            "",
        ),
        ("at=121.5,31.1,14.25", None, (), "121.5,31.1,14.25"),
        ("at=121.5,31.1", None, (), ""),
        ("at=a,b,c", None, (), ""),
        ("at=nan,31,14", None, (), ""),
        ("at=181,31,14", None, (), ""),
        ("at=121,31,25", None, (), ""),
    ],
)
def test_the_address_says_what_is_on(text: str, layers: Any, kinds: Any, at: str) -> None:
    found = read(text)
    assert (found.layers, found.kinds, found.at) == (layers, kinds, at)
    assert read(found.query) == found


def test_without_a_choice_everybody_begins_alike_and_a_choice_is_a_choice() -> None:
    begins = {slug for slug, layer in LAYERS.items() if read("").shows(layer)}
    assert begins == {"areas", "stations", "compounds", "matters"}
    assert not any(read("layers=").shows(layer) for layer in LAYERS.values())
    assert [slug for slug, layer in LAYERS.items() if read("layers=venues").shows(layer)] == ["venues"]


def test_every_mark_differs_from_the_others_of_its_layer_by_shape_not_by_colour_alone() -> None:
    for layer in LAYERS.values():
        assert len({mark.path for mark in layer.marks}) == len(layer.marks), layer.slug
        assert len({mark.state for mark in layer.marks}) == len(layer.marks), layer.slug
    singles = [layer.marks[0].path for layer in LAYERS.values()]
    assert len(set(singles)) == len(singles)


# --- the base map


@pytest.mark.parametrize(
    ("url", "form", "origin"),
    [
        ("https://t.example.org/{z}/{x}/{y}.png?key=1", "raster", "https://t.example.org"),
        ("http://10.0.0.8:8080/wmts?x={x}&y={y}&z={z}", "raster", "http://10.0.0.8:8080"),
        ("https://v.example.org:8443/styles/plain.json?k=2", "style", "https://v.example.org:8443"),
    ],
)
def test_a_base_map_has_one_origin(url: str, form: str, origin: str) -> None:
    base = Basemap(url, "© x", Datum.GCJ02)
    assert (base.form, base.origin) == (form, origin)


def policy(desk: Desk, path: str) -> dict[str, list[str]]:
    header = desk.get("worker", path).headers["Content-Security-Policy"]
    return {part.split()[0]: part.split()[1:] for part in header.split(";") if part.strip()}


@pytest.mark.django_db
def test_the_page_of_the_map_may_load_from_the_base_map_and_no_other_page_may(desk: Desk, settings: Any) -> None:
    plain = policy(desk, "map")
    assert plain["connect-src"] == ["'self'"] and plain["img-src"] == ["'self'", "data:", "blob:"]
    settings.LINLI_BASEMAP_URL = "https://t.example.org/{z}/{x}/{y}.png"
    settings.LINLI_BASEMAP_ATTRIBUTION = "© 例图 审图号 GS(2026)0001 <b>"
    settings.LINLI_BASEMAP_DATUM = "gcj02"
    allowed = policy(desk, "map")
    assert allowed["connect-src"] == ["'self'", "https://t.example.org"]
    assert allowed["img-src"] == ["'self'", "data:", "blob:", "https://t.example.org"]
    assert {name: value for name, value in allowed.items() if name not in ("connect-src", "img-src")} == {
        name: value for name, value in plain.items() if name not in ("connect-src", "img-src")
    }
    for other in ("", "items", "map/matters.geojson?bbox=121,31,122,32&zoom=9"):
        assert policy(desk, other) == plain, other


@pytest.mark.django_db
def test_the_page_says_whose_the_base_map_is_and_begins_in_its_degrees(desk: Desk, settings: Any) -> None:
    page = desk.get("worker", "map")
    plain = page.one("div", data_atlas="")
    assert "data-base-url" not in plain.attrs and not page.has("p", _class="d-atlas__whose")
    settings.LINLI_BASEMAP_URL = "https://t.example.org/{z}/{x}/{y}.png"
    settings.LINLI_BASEMAP_ATTRIBUTION = "© 例图 审图号 GS(2026)0001 <b>"
    settings.LINLI_BASEMAP_DATUM = "gcj02"
    page = desk.get("worker", "map")
    based = page.one("div", data_atlas="")
    assert (based.attrs["data-base-url"], based.attrs["data-base-form"]) == (settings.LINLI_BASEMAP_URL, "raster")
    assert page.one("p", _class="d-atlas__whose").text == "© 例图 审图号 GS(2026)0001 <b>"
    west, moved = (float(one.attrs["data-bounds"].split(",")[0]) for one in (plain, based))
    assert 0.003 < abs(moved - west) < 0.006
