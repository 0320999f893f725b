"""The lists on the screen: what holds here, who may set what, and what a town changed for itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from casework.stage import Stage
from web_desk.desk import Desk, Shown

from linli import catalogue
from linli.catalogue.api import forget

pytestmark = pytest.mark.django_db

SHIPPED: dict[str, Any] = json.loads((Path(catalogue.__file__).parent / "data" / "items.json").read_text("utf-8"))
LISTS = {name: {row["code"]: row["zh"] for row in SHIPPED[name]} for name in ("community", "area", "village")}
OUTSIDE = json.loads((Path(catalogue.__file__).parent / "data" / "outside.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def fresh_list() -> Iterator[None]:
    """What the process keeps of the lists must not outlive the rows a test rolled back."""
    forget()
    yield
    forget()


def codes(page: Shown) -> list[str]:
    return [one.attrs["href"].rsplit("/", 1)[-1] for one in page.one("tbody").all("a")]


def facts(page: Shown) -> dict[str, str]:
    """What the item's page says, by heading."""
    (told,) = page.all("dl", _class="l-facts")
    return dict(zip((one.text for one in told.all("dt")), (one.text for one in told.all("dd")), strict=True))


def changed(page: Shown) -> list[tuple[str, ...]]:
    """The table of what is different here."""
    tables = page.all("table")
    return [tuple(cell.text for cell in row.all()) for row in tables[0].one("tbody").all("tr")] if tables else []


def test_every_shipped_item_stands_on_its_list(desk: Desk) -> None:
    for name, items in LISTS.items():
        page = desk.get("worker", f"items?list={name}")
        assert codes(page) == list(items)
        for code, zh in items.items():
            assert f"{code} {zh}" in page.text
    assert codes(desk.get("worker", "items")) == [code for items in LISTS.values() for code in items]


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "responder", "auditor"])
def test_every_role_reads_the_lists_and_only_the_district_admits(desk: Desk, who: str) -> None:
    page = desk.get(who, "items")
    assert len(codes(page)) == 61
    assert page.has("a", href="/desk/items/admit") is (who == "district")
    assert desk.get(who, "items/admit").status == (200 if who == "district" else 403)
    assert desk.get(who, "items/C03").has("form", action="/desk/items/C03/override") is (who == "dispatcher")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("C03", ["C03"]),
        ("c03", ["C03"]),
        ("消防车道", ["C03"]),
        (" 消防车道 ", ["C03"]),
        ("FIRE LANE", ["C03"]),
        ("没有这个", []),
        ("%", []),
        ("", None),
    ],
)
def test_an_item_is_found_by_code_or_name_in_either_language(desk: Desk, asked: str, found: list[str] | None) -> None:
    page = desk.get("worker", f"items?q={asked.replace('%', '%25')}")
    if found == []:
        assert not page.has("table")
        assert page.one("div", _class="l-empty").text == "没有这个代码或名称的事项。 显示全部事项"
    elif found is None:
        assert len(codes(page)) == 61
    else:
        assert set(found) <= set(codes(page)) and len(codes(page)) < 8


def test_a_search_stays_within_the_list_that_is_open(desk: Desk) -> None:
    page = desk.get("worker", "items?list=village&q=C03")
    assert not page.has("table")
    assert page.one("form", role="search").values == {"q": ["C03"], "list": ["village"]}
    assert codes(desk.get("worker", "items?list=community&q=C03")) == ["C03"]


def test_a_list_that_does_not_exist_is_all_of_them(desk: Desk) -> None:
    assert len(codes(desk.get("worker", "items?list=nonsense"))) == 61


@pytest.mark.parametrize(("lang", "name", "owner"), [("zh-hans", "zh", "owner"), ("en", "en", "owner_en")])
def test_what_stands_outside_is_told_with_its_legal_owner(desk: Desk, lang: str, name: str, owner: str) -> None:
    page = desk.get("worker", "items?list=outside", lang=lang)
    rows = [[cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")]
    assert rows == [[f"{one['code']} {one[name]}", one[owner]] for one in OUTSIDE]
    assert [one.attrs["href"] for one in page.one("nav", _class="l-tabs").all("a", aria_current="page")] == [
        "?list=outside"
    ]


def test_an_item_says_what_it_demands(desk: Desk) -> None:
    told = facts(desk.get("worker", "items/C03"))
    assert told["类别"] == "更安全" and told["责任单位"] == "物业"
    assert told["协办单位"] == "消防救援站、派出所、居委"
    assert told["清单"].endswith("第 1 版")
    assert "2" in told["办结时限"] and "3" in told["办结时限"]
    assert "标线照片" in told["处置前照片"]
    assert told["结案条件"] == "车道净宽净高恢复且无障碍物"
    assert "A1 " in told["关联要素"]


def test_an_item_is_told_in_english(desk: Desk) -> None:
    page = desk.get("worker", "items/C03", lang="en")
    told = facts(page)
    assert page.one("h1").text.startswith("C03 ") and page.one("h1").text.isascii()
    for name in ("Class", "Who answers", "Together with", "Channels", "Patrol", "First contact", "Whole matter"):
        assert told[name] and told[name].isascii(), (name, told[name])


@pytest.mark.parametrize("code", ["C99", "c03", "X01", "' or 1=1"])
def test_an_unknown_item_is_not_found(desk: Desk, code: str) -> None:
    assert desk.get("worker", f"items/{code}").status == 404


def override(desk: Desk, who: str = "dispatcher", code: str = "C03", **given: str) -> Shown:
    """What the form proposes, with a reason, and what is given in its place."""
    page = desk.get("dispatcher", f"items/{code}")
    proposed = page.one("form", action=f"/desk/items/{code}/override").values
    sent = {name: values[0] for name, values in proposed.items()} | {"reason": "本镇道路窄"} | given
    got = desk.post(who, f"items/{code}/override", sent)
    forget()
    return got


def test_a_town_sets_its_own_values_and_sees_what_is_different(stage: Stage, desk: Desk) -> None:
    assert changed(desk.get("dispatcher", "items/C03")) == []
    got = override(desk, resolve="e1", radius="80")
    assert (got.status, got.headers["Location"]) == (302, "/desk/items/C03")
    page = desk.get("dispatcher", "items/C03")
    assert "已保存。新事项立即适用，在办事项时限不变。" in page.text
    assert [row[0] for row in changed(page)] == ["办结时限", "同一事项距离(米)"]
    assert changed(page)[1][1:] == ("80", "50")
    assert page.one("form", action="/desk/items/C03/override").values["radius"] == ["80"]
    marked = [row for row in desk.get("dispatcher", "items").one("tbody").all("tr") if "本地时限" in row.text]
    assert [row.one("a").text for row in marked] == ["C03 消防车道占用"]


def test_a_towns_values_hold_below_it_and_nowhere_else(stage: Stage, desk: Desk) -> None:
    before = {who: facts(desk.get(who, "items/C03")) for who in ("worker", "district", "dispatcher_other")}
    override(desk, resolve="e1")
    for who in ("worker", "worker_cousin", "head", "dispatcher"):
        assert len(changed(desk.get(who, "items/C03"))) == 1, who
    for who in ("district", "dispatcher_other", "auditor"):
        assert changed(desk.get(who, "items/C03")) == [], who
    assert facts(desk.get("district", "items/C03")) == before["district"]
    assert facts(desk.get("worker", "items/C03"))["办结时限"] != before["worker"]["办结时限"]


def test_values_equal_to_the_districts_are_taken_back(stage: Stage, desk: Desk) -> None:
    override(desk, radius="80")
    assert len(changed(desk.get("dispatcher", "items/C03"))) == 1
    override(desk, radius="50")
    assert changed(desk.get("dispatcher", "items/C03")) == []
    rows = stage.ask("select version, fields, reason from catalogue_override order by version")
    assert [(row["version"], row["fields"]) for row in rows] == [(1, {"duplicate_radius_m": 80}), (2, {})]
    assert rows[0]["reason"] == "本镇道路窄"


@pytest.mark.parametrize(
    ("wrong", "value"),
    [("respond", "soon"), ("resolve", "很快"), ("radius", "0"), ("radius", "5001"), ("radius", "x"), ("days", "0"),
     ("days", "366"), ("reason", ""), ("reason", "x" * 301), ("resolve", "")],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_told_and_nothing_is_set(
    stage: Stage, desk: Desk, wrong: str, value: str
) -> None:
    got = override(desk, **{wrong: value, "days": "9" if wrong != "days" else value})
    assert got.status == 422
    assert len(got.errors) == 1 and not got.errors[0].isascii()
    assert got.one("form", action="/desk/items/C03/override").values[wrong] == [value]
    assert stage.one("select count(*) n from catalogue_override") == 0
    assert changed(desk.get("dispatcher", "items/C03")) == []


@pytest.mark.parametrize("who", ["worker", "head", "district", "responder", "auditor"])
def test_nobody_else_sets_values(stage: Stage, desk: Desk, who: str) -> None:
    assert override(desk, who, radius="80").status == 403
    assert stage.one("select count(*) n from catalogue_override") == 0


def test_an_override_is_on_the_trail_and_the_auditor_reads_it(stage: Stage, desk: Desk) -> None:
    override(desk, radius="80")
    page = desk.get("auditor", "trail/C03")
    assert page.status == 200
    (line,) = page.one("tbody").all("tr")
    assert "dispatcher" in line.text and "catalogue.override" in line.text and "duplicate_radius_m" in line.text


def test_an_address_alone_sets_nothing(stage: Stage, desk: Desk) -> None:
    got = desk.get("dispatcher", "items/C03/override")
    assert (got.status, got.headers["Location"]) == (302, "/desk/items/C03")
    assert stage.one("select count(*) n from catalogue_override") == 0
