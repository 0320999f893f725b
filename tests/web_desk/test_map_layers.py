"""The layers of the one map: who is given which, what each tells, and that counts are the truth."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import cast
import map_stock
import pytest
from casework.stage import Stage, unit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_desk.desk import Desk

from linli.calendar.api import today
from linli.kernel.geo import Datum, Point, from_wgs84
from linli.register.places import queries as place_queries
from linli.register.places.api import OPEN_KINDS
from linli.territory.api import area_by_code
from linli.web.desk.atlas import grid
from linli.web.desk.atlas.layers import LAYERS
from linli.web.desk.atlas.sight import NEAR

pytestmark = pytest.mark.django_db

TOWN = "121.45,31,121.75,31.25"
ALL = ("areas", "buildings", "compounds", "facilities", "venues", "duty", "stations", "matters")
OF_UNITS = tuple(slug for slug in ALL if slug != "duty")


@pytest.fixture(autouse=True)
def fresh_kinds() -> None:
    """What this process holds of the kinds must not outlive the rows a test rolled back."""
    place_queries._subkinds.clear()


def answer(desk: Desk, who: str, slug: str, query: str = "", *, bbox: str = TOWN, zoom: int = 20) -> Any:
    got = desk.get(who, f"map/{slug}.geojson?bbox={bbox}&zoom={zoom}&{query}")
    assert got.status == 200, (who, slug, got.raw[:200])
    assert got.headers["Cache-Control"] == "no-store, private"
    return json.loads(got.raw)


def told(desk: Desk, who: str, slug: str, query: str = "", **more: Any) -> list[dict[str, Any]]:
    return [one["properties"] for one in answer(desk, who, slug, query, **more)["features"]]


def lay(stage: Stage, kind: str, name: str, **columns: Any) -> int:
    """One place of the home area, beside its compound."""
    home = area_by_code(cast.HOME_AREA)
    values = {
        "code": f"t.{name}", "kind": kind, "area_id": home.id, "name": name, "address": "", "lat": home.lat,
        "lng": home.lng, **columns,
    }  # fmt: skip
    names = ", ".join(values)
    stage.own(f"insert into register_place ({names}) values ({', '.join(['%s'] * len(values))})", *values.values())
    (row,) = stage.ask("select id from register_place where code = %s", values["code"])
    return int(row["id"])


# --- who is given what


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "auditor", "responder"])
def test_the_layers_of_a_role_are_those_of_the_permission_table(stage: Stage, desk: Desk, who: str) -> None:
    mine = OF_UNITS if who == "responder" else ALL
    page = desk.get(who, "map")
    assert {one.attrs["data-layer"] for one in page.below if "data-layer" in one.attrs} == set(mine)
    for slug in ALL:
        got = desk.get(who, f"map/{slug}.geojson?bbox={TOWN}&zoom=12")
        assert got.status == (200 if slug in mine else 403), slug


def test_a_layer_that_is_not_there_is_not_found(stage: Stage, desk: Desk) -> None:
    assert set(LAYERS) == set(ALL)
    for slug in ("homes", "people", "map", "entrances"):
        assert desk.get("district", f"map/{slug}.geojson?bbox={TOWN}&zoom=12").status == 404


def test_no_home_and_no_entrance_is_ever_on_the_map(stage: Stage, desk: Desk) -> None:
    lay(stage, "home", "401室")
    lay(stage, "entrance", "3号门")
    lay(stage, "facility", "消火栓一")
    for who in ("worker", "dispatcher", "district", "responder"):
        seen = " ".join(json.dumps(answer(desk, who, slug), ensure_ascii=False) for slug in OF_UNITS)
        assert "消火栓一" in seen, who
        assert not any(word in seen for word in ("401室", "501室", "3号门", "王阿婆", "李大军")), who


def test_open_places_are_the_same_for_everybody_and_people_of_a_unit_learn_no_inspection_and_get_no_list(
    stage: Stage, desk: Desk
) -> None:
    lay(stage, "venue", "小店", subkind="shop", inspected_on=today() - timedelta(days=200), inspect_days=180)
    (of_desk,), (of_unit,) = told(desk, "worker", "venues"), told(desk, "responder", "venues")
    assert (of_desk["state"], of_desk["facts"]) == ("due", ["店铺", "逾期未检"])
    assert (of_unit["state"], of_unit["facts"]) == ("plain", ["店铺"])
    assert "url" in of_desk and "url" not in of_unit
    (far,) = told(desk, "responder", "venues", zoom=5)
    assert far["state"] == "plain"
    assert [one["title"] for one in told(desk, "worker_cousin", "compounds")] == ["瑞和苑"] * len(cast.LEAVES)


# --- what a window is


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "bad_zoom"), ("zoom=12", "bad_box"), ("bbox=1,2,3,4", "bad_zoom"),
        ("bbox=1,2,3,4&zoom=x", "bad_zoom"), ("bbox=1,2,3,4&zoom=-1", "bad_zoom"), ("bbox=1,2,3,4&zoom=25", "bad_zoom"),
        ("bbox=1,2,3,4&zoom=１２", "bad_zoom"), ("bbox=1,2,3&zoom=12", "bad_box"),
        ("bbox=1,2,3,4,5&zoom=12", "bad_box"),
        ("bbox=a,b,c,d&zoom=12", "bad_box"), ("bbox=nan,2,3,4&zoom=12", "bad_box"),
        ("bbox=1,2,inf,4&zoom=12", "bad_box"),
        ("bbox=3,2,1,4&zoom=12", "bad_box"), ("bbox=1,4,3,2&zoom=12", "bad_box"), ("bbox=1,2,1,4&zoom=12", "bad_box"),
        ("bbox=1,2,181,4&zoom=12", "bad_box"), ("bbox=1,-91,3,4&zoom=12", "bad_box"),
    ],
)  # fmt: skip
def test_a_window_that_cannot_be_read_is_refused_in_words(stage: Stage, desk: Desk, query: str, code: str) -> None:
    for lang, word in (("zh-hans", "地图"), ("en", "map")):
        got = desk.get("worker", f"map/compounds.geojson?{query}", lang=lang)
        problem = json.loads(got.raw)
        assert (got.status, problem["status"], problem["code"]) == (422, 422, code)
        assert got.headers["Content-Type"] == "application/problem+json"
        assert word in problem["title"]


def test_what_lies_outside_the_window_is_not_told(stage: Stage, desk: Desk) -> None:
    area = area_by_code(cast.FOREIGN_AREA)
    lat, lng = area.lat or 0.0, area.lng or 0.0
    window = f"{lng - 0.001},{lat - 0.001},{lng + 0.001},{lat + 0.001}"
    assert len(told(desk, "dispatcher", "compounds", bbox=window)) == 1
    assert len(told(desk, "dispatcher", "compounds")) == len(cast.LEAVES)
    beside = f"{lng + 0.01},{lat - 0.001},{lng + 0.012},{lat + 0.001}"
    assert told(desk, "dispatcher", "compounds", bbox=beside) == []


# --- what each layer tells


def test_a_compound_tells_its_kind_and_leads_to_its_matters(stage: Stage, desk: Desk) -> None:
    lay(stage, "compound", "老小区", subkind="old")
    lay(stage, "village_group", "陈家宅")
    found = {one["title"]: one for one in told(desk, "worker", "compounds")}
    assert (found["老小区"]["state"], found["老小区"]["facts"]) == ("plain", ["老旧小区"])
    assert (found["陈家宅"]["state"], found["陈家宅"]["facts"]) == ("group", ["村民小组"])
    (place,) = stage.ask("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}")
    here = stage.receive(place_id=place["id"])
    stage.receive(area_id=area_by_code(cast.HOME_AREA).id)
    (of_home,) = [one for one in told(desk, "worker", "compounds") if one["id"] == f"compounds:{place['id']}"]
    assert of_home["url"] == f"/desk/?view=open&place={place['id']}"
    page = desk.get("worker", of_home["url"].removeprefix("/desk/"))
    assert [one.attrs["data-live"] for one in page.below if one.attrs.get("class") == "d-row"] == [f"report:{here.id}"]


def test_buildings_are_told_only_when_near(stage: Stage, desk: Desk) -> None:
    assert told(desk, "worker", "buildings", zoom=14) == []
    assert sum(one.get("n", 1) for one in told(desk, "worker", "buildings", zoom=15)) == len(cast.LEAVES)
    assert {one["title"] for one in told(desk, "worker", "buildings")} == {"3号楼"}


def test_a_facility_tells_whether_it_works_and_one_that_is_gone_is_not_there(stage: Stage, desk: Desk) -> None:
    for state in ("working", "faulty", "closed", "gone"):
        lay(stage, "facility", state, subkind="hydrant", state=state)
    found = {one["title"]: (one["state"], one["facts"]) for one in told(desk, "worker", "facilities")}
    assert found == {
        "working": ("plain", ["消火栓"]), "faulty": ("faulty", ["消火栓", "故障"]),
        "closed": ("closed", ["消火栓", "停用"]),
    }  # fmt: skip
    (many,) = told(desk, "worker", "facilities", zoom=12)
    assert (many["n"], many["over"]) == (3, 1)


def test_a_kind_that_nobody_named_is_shown_as_it_is_kept(stage: Stage, desk: Desk) -> None:
    lay(stage, "facility", "奇怪的东西", subkind="lightning_rod")
    lay(stage, "facility", "无类别")
    found = {one["title"]: one["facts"] for one in told(desk, "worker", "facilities")}
    assert found == {"奇怪的东西": ["lightning_rod"], "无类别": ["设施"]}


INSPECTIONS = [
    (None, None, False), (400, None, False), (None, 180, True), (181, 180, True), (180, 180, False), (0, 1, False),
]  # fmt: skip


def test_an_inspection_is_overdue_from_the_day_after_its_last(stage: Stage, desk: Desk) -> None:
    for number, (ago, every, _over) in enumerate(INSPECTIONS):
        looked = today() - timedelta(days=ago) if ago is not None else None
        lay(stage, "venue", f"店{number}", inspected_on=looked, inspect_days=every)
    found = {one["title"]: one["state"] == "due" for one in told(desk, "worker", "venues")}
    assert found == {f"店{number}": over for number, (_ago, _every, over) in enumerate(INSPECTIONS)}
    (many,) = told(desk, "worker", "venues", zoom=12)
    assert (many["n"], many["over"]) == (len(INSPECTIONS), sum(over for _ago, _every, over in INSPECTIONS))
    (plain,) = told(desk, "responder", "venues", zoom=12)
    assert plain["over"] == 0


def test_a_compound_says_which_firm_answers_and_nobody_where_none_is_laid(stage: Stage, desk: Desk) -> None:
    found = told(desk, "worker", "duty")
    assert sorted((one["title"], one["state"]) for one in found) == [
        *[("无人包干", "nobody")] * (len(cast.LEAVES) - 1), ("瑞和物业", "plain"),
    ]  # fmt: skip
    assert all(one["facts"] == ["瑞和苑"] for one in found)
    assert (
        sum(one["over"] if "n" in one else one["state"] == "nobody" for one in told(desk, "worker", "duty", zoom=11))
        == 4
    )
    stage.own("update accounts_unit set is_active = false where id = %s", unit("property").id)
    assert {one["state"] for one in told(desk, "worker", "duty")} == {"nobody"}
    stage.own("update accounts_unit set is_active = true where id = %s", unit("property").id)
    stage.own("update register_duty set ends_on = current_date")
    assert {one["state"] for one in told(desk, "worker", "duty")} == {"nobody"}


def test_stations_lead_to_their_matters_as_far_as_one_reaches(stage: Stage, desk: Desk) -> None:
    found = {one["title"]: one for one in told(desk, "head", "stations", bbox="121.3,30.9,122,31.4")}
    own, other = area_by_code(cast.STATION), area_by_code(cast.OTHER_STATION)
    assert found[own.name]["url"] == f"/desk/?view=open&area={own.path}"
    assert "url" not in found[other.name]
    assert found[own.name]["facts"] == ["社区中心站"]
    for who in ("district", "responder"):
        assert all("url" in one for one in told(desk, who, "stations", bbox="121.3,30.9,122,31.4")), who


SQUARE = [[121.5, 31.1], [121.6, 31.1], [121.6, 31.2], [121.5, 31.2], [121.5, 31.1]]


def draw(stage: Stage, code: str, ring: list[list[float]]) -> None:
    west, south, east, north = (f(axis) for f in (min, max) for axis in zip(*ring, strict=True))
    stage.own(
        "insert into territory_areashape (area_id, geometry, west, south, east, north, source, datum)"
        " values (%s, %s, %s, %s, %s, %s, 'test', 'wgs84')",
        area_by_code(code).id, json.dumps({"type": "Polygon", "coordinates": [ring]}), west, south, east, north,
    )  # fmt: skip


def test_outlines_come_from_the_widest_to_the_narrowest_as_one_goes_nearer(stage: Stage, desk: Desk) -> None:
    assert told(desk, "worker", "areas") == []
    for code in (cast.DISTRICT, cast.TOWN, cast.STATION, cast.HOME_AREA):
        draw(stage, code, SQUARE)
    names = {zoom: [one["title"] for one in told(desk, "worker", "areas", zoom=zoom)] for zoom in (9, 11, 13)}
    assert [len(names[zoom]) for zoom in (9, 11, 13)] == [2, 3, 4]
    assert names[13][-1] == area_by_code(cast.HOME_AREA).name
    assert told(desk, "worker", "areas", bbox="121.7,31.1,121.74,31.2") == []


def test_an_outline_is_as_fine_as_can_be_seen(stage: Stage, desk: Desk) -> None:
    steps = [[121.5 + n / 10_000, 31.1 + (n % 2) / 1_000_000] for n in range(1000)]
    draw(stage, cast.TOWN, [*steps, [121.5999, 31.2], [121.5, 31.2], [121.5, 31.1]])
    corners = {}
    for zoom in (9, 20):
        (feature,) = answer(desk, "worker", "areas", zoom=zoom)["features"]
        corners[zoom] = len(feature["geometry"]["coordinates"][0])
    assert corners[9] < 10 < 900 < corners[20]


# --- kinds


def test_chosen_kinds_narrow_their_own_layer_only(stage: Stage, desk: Desk) -> None:
    for kind, subkind in (("facility", "hydrant"), ("facility", "street_lamp"), ("venue", "shop"), ("compound", "old")):
        lay(stage, kind, subkind, subkind=subkind)
    query = "kind=facilities.hydrant&kind=venues.kiosk"
    assert [one["title"] for one in told(desk, "worker", "facilities", query)] == ["hydrant"]
    assert told(desk, "worker", "venues", query) == []
    assert len(told(desk, "worker", "compounds", query)) == len(cast.LEAVES) + 1
    both = "kind=facilities.hydrant,facilities.street_lamp"
    assert len(told(desk, "worker", "facilities", both)) == 2
    page = desk.get("worker", "map?kind=facilities.hydrant", lang="en")
    boxes = {one.attrs["value"]: "checked" in one.attrs for one in page.all("input", name="kind")}
    assert boxes == {
        "facilities.hydrant": True, "facilities.street_lamp": False, "venues.shop": False, "compounds.old": False,
    }  # fmt: skip


# --- counts


@pytest.fixture
def stock(stage: Stage) -> dict[str, int]:
    areas = [area_by_code(code).id for code in cast.LEAVES]
    return map_stock.lay(stage.own, areas, compounds=60, points=600)


ZOOMS = st.integers(0, NEAR + 1)
EDGES = st.tuples(
    st.floats(map_stock.WEST - 0.1, map_stock.EAST), st.floats(map_stock.SOUTH - 0.1, map_stock.NORTH),
    st.floats(0.001, 0.4), st.floats(0.001, 0.4),
)  # fmt: skip
FLAGS = {
    "facilities": "state = 'faulty'",
    "venues": "inspected_on + inspect_days < %s",
    "duty": "not exists (select from register_duty d where d.place_id = p.id and d.ends_on is null)",
    "compounds": "false",
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES, zoom=ZOOMS, slug=st.sampled_from(sorted(FLAGS)))
def test_counts_add_up_to_a_plain_count(
    stage: Stage, desk: Desk, stock: dict[str, int], edges: tuple[float, ...], zoom: int, slug: str
) -> None:
    west, south, wide, tall = edges
    got = answer(desk, "worker", slug, bbox=f"{west},{south},{west + wide},{south + tall}", zoom=zoom)
    features, box = got["features"], got["bbox"]
    assert box[0] <= west and box[1] <= south and box[2] >= west + wide and box[3] >= south + tall
    today_given = [today()] if "%s" in FLAGS[slug] else []
    (truth,) = stage.ask(
        f"select count(*) n, count(*) filter (where {FLAGS[slug]}) o from register_place p where kind = any(%s)"
        " and state <> 'gone' and lng between %s and %s and lat between %s and %s",
        *today_given, list(LAYERS[slug].kinds), box[0], box[2], box[1], box[3],
    )  # fmt: skip
    marked = {"facilities": "faulty", "venues": "due", "duty": "nobody"}.get(slug)
    inside = [one["properties"] for one in features]
    assert sum(one.get("n", 1) for one in inside) == got["total"] == truth["n"]
    assert sum(one.get("over", one.get("state") == marked) for one in inside) == truth["o"]
    assert not got["cut"]
    for feature in features:
        lng, lat = feature["geometry"]["coordinates"]
        assert box[0] <= lng <= box[2] and box[1] <= lat <= box[3]
        if "n" in feature["properties"]:
            assert feature["properties"]["n"] > 1
            around = feature["properties"]["box"]
            assert around[0] <= lng <= around[2] and around[1] <= lat <= around[3]


def test_a_count_does_not_change_when_the_window_moves(stage: Stage, desk: Desk, stock: dict[str, int]) -> None:
    def middle(west: float) -> dict[str, int]:
        found = told(desk, "worker", "facilities", bbox=f"{west},31.02,{west + 0.16},31.2", zoom=11)
        return {
            one["id"]: one["n"] for one in found if "n" in one and one["box"][0] > 121.57 and one["box"][2] < 121.63
        }

    assert middle(121.5) == middle(121.51) == middle(121.5037) != {}


def test_more_than_an_answer_holds_is_cut_and_said(
    stage: Stage, desk: Desk, stock: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answer(desk, "worker", "facilities")
    assert (len(whole["features"]), whole["cut"]) == (300, False)
    monkeypatch.setattr(grid, "MOST", 300)
    assert not answer(desk, "worker", "facilities")["cut"]
    monkeypatch.setattr(grid, "MOST", 299)
    cut = answer(desk, "worker", "facilities")
    assert (len(cut["features"]), cut["total"], cut["cut"]) == (299, 299, True)
    monkeypatch.setattr(grid, "MOST", 7)
    far = answer(desk, "worker", "facilities", zoom=15)
    assert (len(far["features"]), far["cut"]) == (7, True)
    monkeypatch.undo()
    assert not answer(desk, "worker", "facilities", zoom=15)["cut"]


def test_a_layer_costs_as_many_statements_for_many_as_for_few(
    stage: Stage, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    areas = [area_by_code(code).id for code in cast.LEAVES]
    map_stock.lay(stage.own, areas, compounds=40, points=400)
    for slug in ALL:
        for zoom in (12, 20):
            desk.client("worker")
            with django_assert_max_num_queries(18):
                answer(desk, "worker", slug, zoom=zoom)


# --- the base map's degrees


def test_a_base_map_in_gcj02_is_asked_and_answered_in_its_own_degrees(stage: Stage, desk: Desk, settings: Any) -> None:
    lay(stage, "facility", "消火栓")
    (plain,) = answer(desk, "worker", "facilities")["features"]
    settings.LINLI_BASEMAP_URL = "https://tiles.example.org/{z}/{x}/{y}.png"
    settings.LINLI_BASEMAP_ATTRIBUTION, settings.LINLI_BASEMAP_DATUM = "© example", "gcj02"
    lng, lat = plain["geometry"]["coordinates"]
    there = from_wgs84(Point(lng, lat), Datum.GCJ02)
    assert abs(there.lon - lng) > 0.003
    window = f"{there.lon - 0.0004},{there.lat - 0.0004},{there.lon + 0.0004},{there.lat + 0.0004}"
    (moved,) = answer(desk, "worker", "facilities", bbox=window)["features"]
    assert moved["geometry"]["coordinates"] == pytest.approx([there.lon, there.lat], abs=1e-7)
    assert moved["properties"] == plain["properties"]
    beside = f"{lng - 0.0004},{lat - 0.0004},{lng + 0.0004},{lat + 0.0004}"
    assert answer(desk, "worker", "facilities", bbox=beside)["features"] == []


def test_the_kinds_of_the_layers_are_open_kinds() -> None:
    kinds = {kind for layer in LAYERS.values() for kind in layer.kinds}
    assert kinds == set(OPEN_KINDS)
