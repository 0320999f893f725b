"""The map: what lies within one's scope and has a point, and nothing that names a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import cast
import pytest
from casework.stage import Matter, Stage, unit
from web_desk.desk import Desk, Shown
from web_desk.inbox_stock import Thing, in_view, sees

from linli.casework.cases.api import CaseState, open_case
from linli.territory.api import area_by_code
from linli.web.desk.atlas import grid
from linli.web.desk.atlas.views import ON_THE_MAP

pytestmark = pytest.mark.django_db

SECRETS = {"phone": "13800138000", "reporter_name": "王小明"}
SPREAD = 0.0007
WINDOW = "121,30.5,122.2,31.6"
"""All of the district, as near as can be: every matter by itself."""


def features(desk: Desk, who: str, query: str = "view=open") -> list[dict[str, Any]]:
    found = answer(desk, who, query)
    assert found["type"] == "FeatureCollection"
    return list(found["features"])


def answer(desk: Desk, who: str, query: str = "view=open", *, zoom: int = 20) -> Any:
    got = desk.get(who, f"map/matters.geojson?bbox={WINDOW}&zoom={zoom}&{query}")
    assert (got.status, got.headers["Content-Type"]) == (200, "application/json")
    return json.loads(got.raw)


def numbers(desk: Desk, who: str, query: str = "view=open") -> list[str]:
    return [one["properties"]["title"].split()[0] for one in features(desk, who, query)]


@pytest.fixture
def town(stage: Stage) -> list[Matter]:
    """A report with a point in every area, a case in some states, and one without any point."""
    made = []
    for count, code in enumerate(cast.LEAVES):
        area = area_by_code(code)
        lat, lng = (area.lat or 31.11) + count * SPREAD, (area.lng or 121.57) + count * SPREAD
        made.append(stage.receive(area_id=area.id, lat=lat, lng=lng, words="堆物", **SECRETS))
    states = (CaseState.FILED, CaseState.HANDLING, CaseState.SUSPENDED, CaseState.FED_BACK, CaseState.CLOSED)
    made += [stage.case_in(state) for state in states]
    home = area_by_code(cast.HOME_AREA)
    pointed = [matter.id for matter in made[len(cast.LEAVES) :]]
    stage.own("update casework_case set lat = %s, lng = %s where id = any(%s)", home.lat, home.lng, pointed)
    made.append(stage.receive(words="没有点"))
    return made


def wanted(stage: Stage, who: str, keep: Callable[[Thing], bool]) -> set[str]:
    """Numbers that must be on this person's map."""
    paths = {row["id"]: row["path"] for row in stage.ask("select id, path from territory_area")}
    things = [
        Thing(kind, row, paths[row["area_id"]])
        for kind in ("report", "case")
        for row in stage.ask(f"select * from casework_{kind}")
    ]
    return {one.number for one in things if sees(who, one) and one.row["lat"] is not None and keep(one)}


@pytest.mark.parametrize(
    "who",
    ["worker", "worker_cousin", "head", "dispatcher", "dispatcher_other", "district", "responder_urban", "auditor"],
)
def test_only_what_lies_within_scope_and_has_a_point(stage: Stage, desk: Desk, town: list[Matter], who: str) -> None:
    shown = numbers(desk, who)
    assert len(shown) == len(set(shown))
    assert set(shown) == wanted(stage, who, lambda one: one.open)
    assert shown or who in ("worker_cousin", "dispatcher_other") or shown == []
    assert town[-1].number not in shown


def test_each_role_sees_as_many_as_its_area_holds(stage: Stage, desk: Desk, town: list[Matter]) -> None:
    counts = {who: len(numbers(desk, who)) for who in ("worker", "worker_cousin", "dispatcher", "dispatcher_other")}
    assert counts == {"worker": 5, "worker_cousin": 1, "dispatcher": 8, "dispatcher_other": 1}
    assert len(numbers(desk, "district")) == 9
    assert numbers(desk, "responder_other") == []


@pytest.mark.parametrize("slug", ON_THE_MAP)
def test_the_map_follows_its_view(stage: Stage, desk: Desk, town: list[Matter], slug: str) -> None:
    stage.pass_time(days=3)
    keep = in_view(slug, "dispatcher", stage.clock.now())
    assert set(numbers(desk, "dispatcher", f"view={slug}")) == wanted(stage, "dispatcher", keep)


@pytest.mark.parametrize("slug", ["closed", "mine", "returns", "found", "nonsense", ""])
def test_a_view_that_is_not_on_the_map_shows_all_open(stage: Stage, desk: Desk, town: list[Matter], slug: str) -> None:
    assert numbers(desk, "dispatcher", f"view={slug}") == numbers(desk, "dispatcher")


def test_the_map_follows_its_conditions(stage: Stage, desk: Desk, town: list[Matter]) -> None:
    home, urban = area_by_code(cast.HOME_AREA), unit("urban").id
    conditions: dict[str, tuple[str, Callable[[Thing], bool]]] = {
        "area": (home.path, lambda one: one.path == home.path),
        "unit": (str(urban), lambda one: one.row["unit_id"] == urban),
        "item": ("C06", lambda one: one.row["item_code"] == "C06"),
        "cls": ("O", lambda one: one.kind == "case"),
        "q": ("堆", lambda one: "堆" in one.row["title"]),
        "level": ("2", lambda one: one.row["level"] == 2),
    }
    for name, (value, keep) in conditions.items():
        query = urlencode({"view": "open", name: value})
        found = wanted(stage, "dispatcher", lambda one, keep=keep: one.open and keep(one))
        assert set(numbers(desk, "dispatcher", query)) == found, name
        assert found or name == "level"


def test_a_point_tells_number_title_clock_and_address_and_nothing_more(
    stage: Stage, desk: Desk, town: list[Matter]
) -> None:
    for who in ("worker", "dispatcher", "district"):
        got = str(features(desk, who))
        assert "堆物" in got
        for kept in ("13800138000", "138****8000", "8000", "王", "phone", "reporter"):
            assert kept not in got, (who, kept)
    (one,) = features(desk, "worker_cousin")
    cousin = town[2]
    assert one == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [pytest.approx(point(stage, cousin)[0]), point(stage, cousin)[1]]},
        "properties": {
            "id": str(cousin.id), "title": f"{cousin.number} 堆物", "state": "left", "url": f"/desk/{cousin.number}",
            "preview": f"/desk/peek/{cousin.id}", "facts": ["待立案", "还剩 30 分"],
        },
    }  # fmt: skip


def point(stage: Stage, matter: Matter) -> tuple[float, float]:
    """Longitude before latitude, as GeoJSON has it."""
    row = stage.report(matter)
    return row["lng"], row["lat"]


def test_where_a_point_leads_opens_for_whom_it_is_shown(stage: Stage, desk: Desk, town: list[Matter]) -> None:
    for one in features(desk, "worker"):
        properties = one["properties"]
        assert desk.get("worker", properties["url"].removeprefix("/desk/")).status == 200
        assert desk.get("worker", properties["preview"].removeprefix("/desk/"), part=True).status == 200
        if properties["url"] != f"/desk/{town[2].number}":
            assert desk.get("worker_cousin", properties["url"].removeprefix("/desk/")).status == 404


def states(desk: Desk, who: str = "worker") -> dict[str, str]:
    return {one["properties"]["id"]: one["properties"]["state"] for one in features(desk, who)}


def test_the_colour_follows_the_clock(stage: Stage, desk: Desk) -> None:
    home = area_by_code(cast.HOME_AREA)
    matter = stage.receive(lat=home.lat, lng=home.lng)
    row = stage.report(matter)
    from_iso = type(stage.clock.now()).fromisoformat
    warn, due = from_iso(row["warn_at"]), from_iso(row["due_at"])
    for moment, said in (
        (warn - timedelta(seconds=1), "left"),
        (warn + timedelta(seconds=1), "near"),
        (due - timedelta(seconds=1), "near"),
        (due + timedelta(seconds=1), "over"),
    ):
        stage.clock.advance(moment - stage.clock.now())
        assert states(desk)[str(matter.id)] == said, moment


def test_what_is_suspended_is_shown_as_such_whatever_its_clock(stage: Stage, desk: Desk, town: list[Matter]) -> None:
    suspended = town[len(cast.LEAVES) + 2]
    for days in (0, 30):
        stage.pass_time(days=days)
        assert states(desk)[str(suspended.id)] == "paused"


def test_too_many_points_are_cut_to_the_most_urgent_and_the_page_says_so(
    stage: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = area_by_code(cast.HOME_AREA)
    made = []
    for _ in range(5):
        made.append(stage.receive(lat=home.lat, lng=home.lng))
        stage.pass_time(minutes=1)
    assert numbers(desk, "worker") == [matter.number for matter in made]
    assert not answer(desk, "worker")["cut"]
    monkeypatch.setattr(grid, "MOST", 3)
    assert numbers(desk, "worker") == [matter.number for matter in made[:3]]
    assert answer(desk, "worker")["cut"]
    for matter in made[:2]:
        stage.do("worker", open_case, report_id=matter.id, item_code="C18")
    assert len(numbers(desk, "worker")) == 3
    assert (len(numbers(desk, "worker", "view=dispatch")), answer(desk, "worker", "view=dispatch")["cut"]) == (2, False)
    assert answer(desk, "worker")["cut"]
    (plan,) = [one for one in desk.get("worker", "map").below if "data-atlas" in one.attrs]
    assert plan.attrs["data-word-cut"] == "{layer}：此处内容多于所示，请放大或少选几类。"


@pytest.mark.parametrize(
    ("lang", "views", "classes"),
    [
        ("zh-hans", ["全部在办", "待立案", "待派遣", "处置中", "待核查", "已超期", "临近时限", "挂起"], ["全部类别"]),
        (
            "en",
            ["All open", "To be filed", "To be dispatched", "With units", "To be verified", "Out of time",
             "Near the limit", "Suspended"],
            ["All classes", "safer", "more orderly", "cleaner"],
        ),
    ],
)  # fmt: skip
def test_the_page_offers_views_and_classes_and_marks_what_is_open(
    stage: Stage, desk: Desk, lang: str, views: list[str], classes: list[str]
) -> None:
    page = desk.get("worker", "map?view=overdue&cls=O", lang=lang)
    chips = page.all("a", _class="l-chip")
    assert [one.text for one in chips[:8]] == views
    assert [one.text for one in chips[8:]][: len(classes)] == classes
    marked = [one.attrs["href"] for one in chips if one.attrs.get("aria-current")]
    assert marked == ["?view=overdue&cls=O", "?view=overdue&cls=O"]
    assert kept(page) == {"view": ["overdue"], "cls": ["O"]}


def test_the_plan_keeps_every_condition_of_the_address(stage: Stage, desk: Desk) -> None:
    page = desk.get("worker", "map?view=open&q=堆物&level=2")
    assert kept(page) == {"view": ["open"], "q": ["堆物"], "level": ["2"]}
    page = desk.get(
        "worker", "map?since=2026-03-01&due=2026-03-05&place=7&layers=matters&kind=venues.shop&at=121.5,31.1,14"
    )
    assert kept(page) == {"place": ["7"]}
    form = page.one("form", data_atlas_form="")
    assert form.values["since"] == ["2026-03-01"] and form.values["due"] == ["2026-03-05"]
    assert form.values["layers"] == ["", "matters"]
    assert form.values["at"] == ["121.5,31.1,14"]


def kept(page: Shown) -> dict[str, list[str]]:
    """The conditions that the map's form carries along and its matters are fetched with."""
    own = ("layers", "kind", "at", "since", "due")
    return {name: value for name, value in page.one("form", data_atlas_form="").values.items() if name not in own}


def test_another_view_or_class_keeps_the_other_conditions_and_each_can_be_taken_off(stage: Stage, desk: Desk) -> None:
    page = desk.get("worker", "map?view=open&q=abc&level=2&cls=S")
    addresses = [one.attrs["href"] for one in page.all("a", _class="l-chip")]
    assert addresses[1] == "?view=triage&q=abc&cls=S&level=2"
    assert addresses[8:10] == ["?view=open&q=abc&level=2", "?view=open&q=abc&cls=S&level=2"]
    assert addresses[12:] == ["?view=open&cls=S&level=2", "?view=open&q=abc&cls=S"]


def test_the_list_leads_to_the_map_with_its_conditions(stage: Stage, desk: Desk) -> None:
    page = desk.get("worker", "?view=overdue&cls=S")
    assert page.has("a", href="/desk/map?view=overdue&cls=S")


def test_an_area_out_of_reach_is_told_on_the_map_too(stage: Stage, desk: Desk) -> None:
    far = area_by_code(cast.FOREIGN_AREA).path
    assert [one.text for one in desk.get("worker", f"map?area={far}").all("div", role="note")] == [
        "这个筛选里的区域已经不在，或不在您的范围内，因此不会有结果。"
    ]
    near = area_by_code(cast.HOME_AREA).path
    assert desk.get("worker", f"map?area={near}").all("div", role="note") == []


# --- far away, matters are counted


@pytest.mark.parametrize("who", ["worker", "worker_cousin", "dispatcher", "district", "responder_urban", "auditor"])
@pytest.mark.parametrize("days", [0, 3])
def test_counts_of_matters_add_up_to_the_matters_at_every_scale(
    stage: Stage, desk: Desk, town: list[Matter], who: str, days: int
) -> None:
    stage.pass_time(days=days)
    states_near = [one["properties"]["state"] for one in features(desk, who)]
    for zoom in range(0, 20, 2):
        told = answer(desk, who, zoom=zoom)
        inside = [one["properties"] for one in told["features"]]
        assert sum(one.get("n", 1) for one in inside) == told["total"] == len(states_near), zoom
        assert sum(one.get("over", one.get("state") == "over") for one in inside) == states_near.count("over"), zoom
    if who == "district":
        assert len(answer(desk, who, zoom=0)["features"]) == 1
        assert states_near.count("over") == (0 if days == 0 else len(states_near) - states_near.count("paused"))


def test_what_stands_alone_is_told_by_itself_from_afar_too(stage: Stage, desk: Desk, town: list[Matter]) -> None:
    (near,), (far,) = features(desk, "worker_cousin"), answer(desk, "worker_cousin", zoom=8)["features"]
    assert near == far


def test_since_and_due_are_whole_days_in_shanghai(stage: Stage, desk: Desk) -> None:
    home = area_by_code(cast.HOME_AREA)
    first = stage.receive(lat=home.lat, lng=home.lng)
    stage.pass_time(days=2)
    second = stage.receive(lat=home.lat, lng=home.lng)
    due = {matter.number: stage.report(matter)["due_at"][:10] for matter in (first, second)}
    assert numbers(desk, "worker", "since=2026-03-02") == [first.number, second.number]
    assert numbers(desk, "worker", "since=2026-03-03") == [second.number]
    assert numbers(desk, "worker", "since=2026-03-05") == []
    assert numbers(desk, "worker", f"due={due[first.number]}") == [first.number]
    assert numbers(desk, "worker", f"due={due[second.number]}") == [first.number, second.number]
    assert numbers(desk, "worker", "due=2026-03-01") == []
    assert numbers(desk, "worker", "due=yesterday") == [first.number, second.number]
