"""Outlines of areas: who may draw them, what is refused, and which areas a point lies in."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import cast
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.test.utils import CaptureQueriesContext
from plane import holds_by_crossings, holds_by_winding

from linli.access.api import Anyone, Principal
from linli.audit.models import Record
from linli.kernel import geo
from linli.kernel.errors import Forbidden, InvalidInput
from linli.kernel.geo import Box, Datum, Point, from_wgs84, haversine, to_wgs84
from linli.kernel.polygons import from_geojson
from linli.register.places.api import draw_area
from linli.territory import queries
from linli.territory.api import (
    Area,
    AreaShape,
    DatumName,
    area_by_code,
    area_of_points,
    areas_at,
    areas_under,
    box_of,
    centres_within,
    draw_shape,
    load_shapes,
    shape_of,
    shapes_within,
)
from linli.territory.queries import forget

pytestmark = pytest.mark.django_db
HOME, TOWNS_FILE = Point(121.57, 31.11), "pudong_4towns_osm_admin_wgs84.geojson"


@pytest.fixture(autouse=True)
def fresh_ground() -> Iterator[None]:
    """What the process keeps of outlines must not outlive the rows a test rolled back."""
    forget()
    yield
    forget()


def square(centre: Point = HOME, half: float = 0.01) -> dict[str, Any]:
    west, south, east, north = centre.lon - half, centre.lat - half, centre.lon + half, centre.lat + half
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def draw(actor: Principal, code: str, geometry: object = None, **other: str) -> AreaShape:
    given = {"datum": "wgs84", "source": "a sheet of paper"} | other
    shape = draw_area(actor=actor, area=area_by_code(code), geometry=geometry or square(), **given)
    forget()
    return shape


def nested() -> None:
    """Four outlines, each inside the next."""
    for code, half in ((cast.DISTRICT, 0.2), (cast.TOWN, 0.05), (cast.STATION, 0.02), (cast.HOME_AREA, 0.005)):
        area = area_by_code(code)
        draw_shape(actor=None, area=area, geometry=square(half=half), datum="wgs84", source="test")
    forget()


def codes(areas: list[Area]) -> list[str]:
    return [area.code for area in areas]


class TestRight:
    @pytest.mark.parametrize(("who", "code", "may"), [
        ("dispatcher", cast.TOWN, True), ("dispatcher", cast.HOME_AREA, True), ("dispatcher", cast.STATION, True),
        ("dispatcher", cast.OTHER_TOWN, False), ("dispatcher", cast.DISTRICT, False),
        ("dispatcher_other", cast.FOREIGN_AREA, True), ("dispatcher_other", cast.HOME_AREA, False),
        ("district", cast.DISTRICT, True), ("district", cast.FOREIGN_AREA, True), ("head", cast.HOME_AREA, False),
        ("worker", cast.HOME_AREA, False), ("responder", cast.HOME_AREA, False), ("auditor", cast.HOME_AREA, False),
    ])  # fmt: skip
    def test_a_dispatcher_draws_the_own_town_and_the_district_everything(
        self, acting: Callable[[str], Principal], who: str, code: str, may: bool
    ) -> None:
        actor = acting(who)
        if may:
            assert draw(actor, code).area_id == area_by_code(code).id
        else:
            with pytest.raises(Forbidden):
                draw(actor, code)
        assert AreaShape.objects.filter(area__code=code).exists() is may

    def test_what_was_drawn_stands_in_the_trail_with_its_author(self, acting: Callable[[str], Principal]) -> None:
        actor = acting("dispatcher")
        draw(actor, cast.TOWN, source="  street plan\n2025 ")
        entry = Record.objects.filter(act="territory.draw").latest("id")
        assert (entry.actor_id, entry.post_id, entry.subject_id) == (actor.user_id, actor.post_id, cast.TOWN)
        assert entry.detail["source"] == "street plan 2025"
        assert entry.area_id == area_by_code(cast.TOWN).id

    def test_the_database_too_lets_staff_draw_and_everybody_else_only_look(
        self, acting: Callable[[str], Principal], anyone: Callable[[], Anyone]
    ) -> None:
        draw(acting("dispatcher"), cast.TOWN)
        anyone()
        assert codes(areas_at(HOME)) == [cast.TOWN]
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AreaShape.objects.update(source="mine")
        acting("dispatcher")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AreaShape.objects.all().delete()


@pytest.mark.usefixtures("as_owner")
class TestDrawing:
    def test_the_outline_is_kept_in_wgs84_with_its_box_and_where_it_came_from(self) -> None:
        corners = [list(from_wgs84(Point(*corner), Datum.BD09)) for corner in square()["coordinates"][0]]
        area = area_by_code(cast.HOME_AREA)
        shape = draw_shape(
            actor=None, area=area, geometry={"type": "Polygon", "coordinates": [corners]}, datum="bd09", source="Baidu"
        )
        shape.refresh_from_db()
        assert (shape.datum, shape.source, shape.area_id) == ("bd09", "Baidu", area.id)
        assert (shape.west, shape.south, shape.east, shape.north) == pytest.approx((121.56, 31.1, 121.58, 31.12))
        assert from_geojson(shape.geometry).holds(HOME)
        assert shape.geometry == from_geojson(shape.geometry).geojson()
        assert shape_of(area) == shape
        assert str(shape) == str(area)

    def test_drawing_again_replaces_the_outline_and_there_is_never_a_second(self) -> None:
        area = area_by_code(cast.HOME_AREA)
        for half in (0.01, 0.02):
            draw_shape(actor=None, area=area, geometry=square(half=half), datum="wgs84", source=f"{half}")
        kept = AreaShape.objects.get(area_id=area.id)
        assert (kept.source, round(kept.east - kept.west, 6)) == ("0.02", 0.04)
        with pytest.raises(IntegrityError), transaction.atomic():
            AreaShape.objects.create(
                area_id=area.id, geometry={}, west=0, south=0, east=1, north=1, source="x", datum="wgs84"
            )

    @pytest.mark.parametrize(("change", "code"), [
        ({"datum": "mars"}, "bad_datum"), ({"datum": ""}, "bad_datum"), ({"source": " \n"}, "source_missing"),
        ({"source": "\x00"}, "source_missing"), ({"geometry": {"type": "Point"}}, "not_a_polygon"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[121, 31], [122, 31], [122, 32]]]}}, "ring_short"),
    ])  # fmt: skip
    def test_what_cannot_be_kept_is_refused_and_leaves_the_former_outline(
        self, change: dict[str, Any], code: str
    ) -> None:
        area = area_by_code(cast.HOME_AREA)
        good: dict[str, Any] = {"geometry": square(), "datum": "wgs84", "source": "first"}
        draw_shape(actor=None, area=area, **good)
        entries = Record.objects.count()
        with pytest.raises(InvalidInput) as caught:
            draw_shape(actor=None, area=area, **(good | {"source": "second"} | change))
        assert caught.value.code == code
        assert AreaShape.objects.get(area_id=area.id).source == "first"
        assert Record.objects.count() == entries

    def test_an_outline_wholly_outside_what_the_area_lies_in_is_refused(self) -> None:
        town, leaf = area_by_code(cast.TOWN), area_by_code(cast.HOME_AREA)
        far = Point(HOME.lon + 0.3, HOME.lat)
        given: dict[str, Any] = {"actor": None, "datum": "wgs84", "source": "test"}
        draw_shape(area=leaf, geometry=square(far), **given)  # nothing above is drawn yet
        draw_shape(area=town, geometry=square(half=0.05), **given)
        with pytest.raises(InvalidInput) as caught:
            draw_shape(area=leaf, geometry=square(far), **given)
        assert (caught.value.code, caught.value.detail) == ("outside_parent", {"area": cast.TOWN})
        across_the_border = Point(HOME.lon + 0.055, HOME.lat)
        draw_shape(area=leaf, geometry=square(across_the_border), **given)
        assert codes(areas_at(across_the_border)) == [cast.HOME_AREA]

    def test_the_nearest_drawn_area_above_is_the_one_that_counts(self) -> None:
        nested()
        leaf = area_by_code(cast.HOME_AREA)
        in_the_town_only = Point(HOME.lon + 0.04, HOME.lat)
        with pytest.raises(InvalidInput) as caught:
            draw_shape(actor=None, area=leaf, geometry=square(in_the_town_only, 0.005), datum="wgs84", source="test")
        assert caught.value.detail == {"area": cast.STATION}

    @pytest.mark.parametrize("fault", [{"west": 2.0}, {"south": 2.0}, {"source": ""}])
    def test_the_table_refuses_a_box_inside_out_and_an_outline_of_unknown_origin(self, fault: dict[str, Any]) -> None:
        row = {"west": 0.0, "south": 0.0, "east": 1.0, "north": 1.0, "source": "x", "datum": "wgs84", "geometry": {}}
        with pytest.raises(IntegrityError), transaction.atomic():
            AreaShape.objects.create(area=area_by_code(cast.HOME_AREA), **(row | fault))

    def test_every_datum_of_the_kernel_can_be_chosen(self) -> None:
        assert set(DatumName.values) == {str(datum) for datum in Datum}


@pytest.mark.usefixtures("as_owner")
class TestAsking:
    def test_areas_come_innermost_first_as_far_as_they_are_drawn(self) -> None:
        assert areas_at(HOME) == []
        forget()
        nested()
        whole = [cast.HOME_AREA, cast.STATION, cast.TOWN, cast.DISTRICT]
        for step, expected in ((0.0, whole), (0.01, whole[1:]), (0.04, whole[2:]), (0.1, whole[3:]), (0.3, [])):
            assert codes(areas_at(Point(HOME.lon + step, HOME.lat))) == expected, step
        AreaShape.objects.filter(area__code=cast.STATION).delete()
        forget()
        assert codes(areas_at(HOME)) == [cast.HOME_AREA, cast.TOWN, cast.DISTRICT]

    def test_a_point_on_a_common_border_lies_in_both_the_lower_code_first(self) -> None:
        border = Point(121.58, 31.11)
        for code, west in ((cast.COUSIN_AREA, 121.57), (cast.SIBLING_AREA, 121.59)):
            draw_shape(
                actor=None, area=area_by_code(code), geometry=square(Point(west, 31.11)), datum="wgs84", source="x"
            )
        forget()
        assert codes(areas_at(border)) == [cast.SIBLING_AREA, cast.COUSIN_AREA]

    def test_many_points_are_answered_as_each_alone(self) -> None:
        nested()
        points = [Point(HOME.lon + n * 0.004, HOME.lat) for n in range(-60, 61)]
        alone = [next(iter(areas_at(p)), None) for p in points]
        assert area_of_points(points) == alone
        assert {area.code if area else None for area in alone} == {
            cast.HOME_AREA, cast.STATION, cast.TOWN, cast.DISTRICT, None,
        }  # fmt: skip
        assert area_of_points([]) == []

    def test_the_outlines_are_read_once_and_again_when_somebody_drew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        nested()
        areas_at(HOME)
        with CaptureQueriesContext(connections["default"]) as asked:
            areas_at(HOME)
            area_of_points([HOME] * 50)
        assert len(asked) == 0
        monkeypatch.setattr(queries, "_FRESH_SECONDS", -1.0)
        with CaptureQueriesContext(connections["default"]) as asked:
            areas_at(Point(0.0, 0.0))
        assert len(asked) == 1, "only whether anything changed"
        AreaShape.objects.filter(area__code=cast.HOME_AREA).delete()
        assert codes(areas_at(HOME)) == [cast.STATION, cast.TOWN, cast.DISTRICT]

    def test_what_is_drawn_here_is_known_here_at_once(self, django_capture_on_commit_callbacks: Any) -> None:
        assert areas_at(HOME) == []
        with django_capture_on_commit_callbacks(execute=True):
            draw_shape(actor=None, area=area_by_code(cast.TOWN), geometry=square(), datum="wgs84", source="test")
        assert codes(areas_at(HOME)) == [cast.TOWN]


def collection(*features: tuple[object, object], key: str = "code") -> dict[str, Any]:
    listed = [{"type": "Feature", "properties": {key: value}, "geometry": given} for value, given in features]
    return {"type": "FeatureCollection", "features": listed}


def load(given: object, **other: Any) -> Any:
    options: dict[str, Any] = {"key": "code", "datum": "wgs84", "source": "a file"} | other
    loaded = load_shapes(actor=None, collection=given, **options)
    forget()
    return loaded


@pytest.mark.usefixtures("as_owner")
class TestLoading:
    @pytest.mark.parametrize("called", [cast.DISTRICT, int(cast.DISTRICT), "浦东新区", "Pudong New Area", " 浦东新区 "])
    def test_a_feature_is_matched_by_code_or_by_name(self, called: object) -> None:
        assert load(collection((called, square()))).drawn == [cast.DISTRICT]

    @pytest.mark.parametrize("called", ["", None, "浦东", "31011", "310115%", "黄浦区", ["310115"], {"a": 1}])
    def test_a_feature_that_names_no_area_is_told_and_left_out(self, called: object) -> None:
        loaded = load(collection((called, square()), (cast.TOWN, square())))
        assert (loaded.drawn, [number for number, _ in loaded.unmatched]) == ([cast.TOWN], [1])

    def test_namesakes_are_never_guessed(self) -> None:
        twice = Counter(Area.objects.values_list("name", flat=True)).most_common(1)[0]
        assert twice[1] > 1
        loaded = load(collection((twice[0], square())))
        assert (loaded.drawn, loaded.unmatched) == ([], [(1, twice[0])])

    def test_upper_areas_are_drawn_first_whatever_the_order_of_the_file(self) -> None:
        far = square(Point(HOME.lon + 0.3, HOME.lat))
        loaded = load(collection((cast.HOME_AREA, far), (cast.TOWN, square())))
        assert loaded.drawn == [cast.TOWN]
        assert [(number, name) for number, name, _ in loaded.refused] == [(1, str(area_by_code(cast.HOME_AREA)))]

    def test_a_bad_outline_is_told_and_the_others_come_in(self) -> None:
        bow = {"type": "Polygon", "coordinates": [[[121, 31], [121.1, 31.1], [121.1, 31], [121, 31.1], [121, 31]]]}
        loaded = load(
            collection((cast.TOWN, bow), (cast.DISTRICT, square()), (cast.DISTRICT, square()), (cast.OTHER_TOWN, None))
        )
        assert loaded.drawn == [cast.DISTRICT]
        assert sorted(number for number, _, _ in loaded.refused) == [1, 3, 4]
        assert set(AreaShape.objects.values_list("area__code", flat=True)) == {cast.DISTRICT}

    def test_a_dry_run_finds_the_same_and_keeps_nothing(self) -> None:
        given = collection((cast.TOWN, square()), ("nowhere", square()))
        dry, entries = load(given, write=False), Record.objects.count()
        assert not AreaShape.objects.exists()
        assert load(given) == dry
        assert AreaShape.objects.count() == 1
        assert Record.objects.count() == entries + 1
        assert load(given) == dry, "loading again changes nothing"

    @pytest.mark.parametrize(("given", "change", "code"), [
        ([], {}, "not_features"), ({"type": "Polygon"}, {}, "not_features"), ({"features": [1]}, {}, "not_features"),
        (None, {}, "not_features"), (collection(), {"datum": "x"}, "bad_datum"),
        (collection(), {"source": ""}, "source_missing"),
    ])  # fmt: skip
    def test_a_file_that_is_none_is_refused_as_a_whole(self, given: object, change: dict[str, str], code: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            load(given, **change)
        assert caught.value.code == code


def run(*args: object) -> str:
    out = StringIO()
    call_command("areas", "load", *map(str, args), stdout=out)
    forget()
    return out.getvalue()


@pytest.mark.usefixtures("as_owner")
class TestCommand:
    def file(self, folder: Path, given: object, *, bom: bool = False) -> Path:
        path = folder / "outlines.geojson"
        path.write_text(json.dumps(given), encoding="utf-8-sig" if bom else "utf-8")
        return path

    @pytest.mark.parametrize("bom", [False, True])
    def test_the_command_draws_and_says_how_many(self, tmp_path: Path, bom: bool) -> None:
        path = self.file(tmp_path, collection((cast.TOWN, square())), bom=bom)
        assert "1" in run(path, "--datum", "gcj02")
        shape = AreaShape.objects.get(area__code=cast.TOWN)
        assert (shape.datum, shape.source) == ("gcj02", "outlines.geojson")
        assert haversine(Point(shape.west, shape.south), Point(121.56, 31.1)) > 300, "converted"

    def test_what_was_left_out_is_listed_and_the_status_says_so(self, tmp_path: Path) -> None:
        bow = {"type": "Polygon", "coordinates": [[[121, 31], [121.1, 31.1], [121.1, 31], [121, 31.1], [121, 31]]]}
        path = self.file(tmp_path, collection(("周浦镇", square()), ("无名镇", square()), ("310115", bow), key="name"))
        out = StringIO()
        with pytest.raises(CommandError) as caught:
            call_command(
                "areas", "load", str(path), "--datum", "wgs84", "--key", "name", "--source", "plan", stdout=out
            )
        assert caught.value.returncode == 2
        assert "无名镇" in out.getvalue() and "3" in out.getvalue()
        assert AreaShape.objects.get().source == "plan"

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        run(self.file(tmp_path, collection((cast.TOWN, square()))), "--datum", "wgs84", "--dry-run")
        assert not AreaShape.objects.exists()

    @pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[1, 2]", b"[" * 100_000])
    def test_a_file_that_cannot_be_read_is_told_in_a_sentence(self, tmp_path: Path, text: bytes) -> None:
        path = tmp_path / "x.geojson"
        path.write_bytes(text)
        with pytest.raises(CommandError):
            run(path, "--datum", "wgs84")
        with pytest.raises(CommandError, match="absent"):
            run(tmp_path / "absent.geojson", "--datum", "wgs84")

    def test_not_a_number_in_the_file_is_refused_with_its_feature(self, tmp_path: Path) -> None:
        hollow = square()
        hollow["coordinates"][0][1] = [float("nan"), 31.1]
        path = self.file(tmp_path, collection((cast.TOWN, hollow)))
        assert "NaN" in path.read_text()
        with pytest.raises(CommandError) as caught:
            run(path, "--datum", "wgs84")
        assert caught.value.returncode == 2


def compounds(shared: Path) -> list[dict[str, Any]]:
    path = shared / "data" / "household_places" / "pudong_xiaoqu_coords_dev.csv"
    with path.open(encoding="utf-8-sig", newline="") as rows:
        read = [
            {
                "name": row["小区"],
                Datum.BD09: Point(float(row["lon_bd09_as_published"]), float(row["lat_bd09_as_published"])),
                Datum.GCJ02: Point(float(row["lon_gcj02"]), float(row["lat_gcj02"])),
                Datum.WGS84: Point(float(row["lon_wgs84"]), float(row["lat_wgs84"])),
            }
            for row in csv.DictReader(rows)
        ]
    assert len(read) == 2_034
    return read


def features(shared: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "data" / "geo" / name).read_text(encoding="utf-8"))["features"]
    return found


@pytest.mark.usefixtures("as_owner")
class TestRealGround:
    def test_every_compound_inside_a_drawn_town_is_placed_in_that_town_and_no_other(self, shared: Path) -> None:
        geo_folder = shared / "data" / "geo"
        run(geo_folder / TOWNS_FILE, "--datum", "wgs84", "--key", "referenceAdminName")
        run(geo_folder / "pudong_310115_outline_gcj02.geojson", "--datum", "gcj02", "--key", "adcode")
        towns = {each["properties"]["referenceAdminName"]: each["geometry"] for each in features(shared, TOWNS_FILE)}
        assert sorted(towns) == ["三林镇", "北蔡镇", "张江镇", "金桥镇"]
        known = compounds(shared)
        placed = area_of_points([each[Datum.WGS84] for each in known])
        counted: Counter[str | None] = Counter()
        for each, area in zip(known, placed, strict=True):
            here = each[Datum.WGS84]
            by_winding = [name for name, shape in towns.items() if holds_by_winding(shape, *here)]
            assert by_winding == [name for name, shape in towns.items() if holds_by_crossings(shape, *here)]
            in_town = area.name if area is not None and area.kind == "town" else None
            assert ([in_town] if in_town else []) == by_winding, each["name"]
            counted[area.name if area is not None else None] += 1
        assert counted == {"张江镇": 78, "金桥镇": 53, "三林镇": 115, "北蔡镇": 121, "浦东新区": 1_667}

    def test_control_a_datum_forgotten_puts_compounds_into_the_wrong_town(self, shared: Path) -> None:
        run(shared / "data" / "geo" / TOWNS_FILE, "--datum", "wgs84", "--key", "referenceAdminName")
        known = compounds(shared)
        right = area_of_points([each[Datum.WGS84] for each in known])
        wrong = area_of_points([each[Datum.BD09] for each in known])
        assert sum(a != b for a, b in zip(right, wrong, strict=True)) > 50

    def test_the_files_own_columns_agree_and_every_round_trip_returns(self, shared: Path) -> None:
        columns = published = 0.0
        for each in compounds(shared):
            for source in (Datum.BD09, Datum.GCJ02, Datum.WGS84):
                for target in (Datum.BD09, Datum.GCJ02, Datum.WGS84):
                    there = from_wgs84(to_wgs84(each[source], source), target)
                    columns = max(columns, haversine(there, each[target]))
                    back = from_wgs84(to_wgs84(there, target), source)
                    published = max(published, haversine(back, each[source]))
        assert columns < 1.0
        assert published < 0.01
        assert geo.CHINA_BOX.holds(HOME)


@pytest.mark.usefixtures("as_owner")
class TestWindow:
    def test_outlines_that_reach_into_a_window_come_widest_first(self) -> None:
        nested()
        kinds = ["district", "town", "station", "committee"]
        around = Box(HOME.lon - 0.001, HOME.lat - 0.001, HOME.lon + 0.001, HOME.lat + 0.001)
        assert [shape.area.code for shape in shapes_within(around, kinds)] == [
            cast.DISTRICT, cast.TOWN, cast.STATION, cast.HOME_AREA,
        ]  # fmt: skip
        assert [shape.area.code for shape in shapes_within(around, ["town"])] == [cast.TOWN]
        assert shapes_within(around, []) == []
        beside = Box(HOME.lon + 0.03, HOME.lat, HOME.lon + 0.04, HOME.lat + 0.001)
        assert [shape.area.code for shape in shapes_within(beside, kinds)] == [cast.DISTRICT, cast.TOWN]

    def test_centres_in_a_window_are_those_of_the_kind_asked_for(self) -> None:
        home = area_by_code(cast.HOME_AREA)
        lng, lat = home.lng or 0.0, home.lat or 0.0
        here = Box(lng, lat, lng, lat)
        assert home in centres_within(here, ["committee"])
        assert centres_within(here, ["town"]) == []
        assert home not in centres_within(Box(lng + 0.0001, lat, lng + 1, lat + 1), ["committee"])

    def test_the_box_of_an_area_is_its_outline_else_the_centres_below_it(self) -> None:
        town = area_by_code(cast.TOWN)
        below = [area for area in areas_under(town.path) if area.lat is not None]
        lngs, lats = [area.lng or 0.0 for area in below], [area.lat or 0.0 for area in below]
        assert box_of(town.path) == Box(min(lngs), min(lats), max(lngs), max(lats))
        nested()
        assert box_of(town.path) == Box(*(pytest.approx(edge) for edge in from_geojson(square(half=0.05)).box))
        assert box_of("no.such.path") is None
