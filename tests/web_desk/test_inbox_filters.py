"""The inbox shows what its view and its conditions say, each alone and all together, to each role within its scope."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from urllib.parse import quote, urlencode

import cast
import pytest
from casework.stage import Stage, unit
from web_desk.desk import Desk
from web_desk.inbox_stock import (
    FIRE_LANE,
    ROLES,
    Stock,
    Thing,
    count_on_rail,
    day_of,
    everything,
    in_view,
    own_unit,
    sees,
    shown_numbers,
)

from linli.catalogue.api import ItemClass, list_specs
from linli.kernel.numbers import format_number
from linli.territory.api import area_by_code
from linli.web.desk.lists import VIEWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(stage: Stage, desk: Desk) -> Stock:
    return Stock(stage, desk)


@pytest.mark.parametrize("some", [ROLES[:4], ROLES[4:]], ids=["area roles", "others"])
def test_every_view_shows_its_matters_in_order_and_no_others(stock: Stock, desk: Desk, some: tuple[str, ...]) -> None:
    for who in some:
        _views_hold(stock, desk, who)


def _views_hold(stock: Stock, desk: Desk, who: str) -> None:
    views = [slug for slug, view in VIEWS.items() if not view.own_unit or own_unit(who) is not None]
    wanted = {
        slug: stock.expected(who, in_view(slug, who, stock.now), newest=VIEWS[slug].newest_first) for slug in views
    }
    shown = {slug: everything(desk, who, f"view={slug}") for slug in views}
    assert shown == wanted, who
    filled = {slug for slug, numbers in wanted.items() if numbers}
    least = {"dispatcher": set(views) - {"routed", "mine"}, "dispatcher_other": {"triage", "open"}}
    assert filled >= least.get(who, {"open"} if who != "head_other" else set())


def test_the_counts_on_the_rail_are_the_lengths_of_the_lists(stock: Stock, desk: Desk) -> None:
    for who in ("worker", "dispatcher", "district"):
        page = desk.get(who, "?view=open")
        for slug, view in VIEWS.items():
            if view.counted and (not view.own_unit or own_unit(who) is not None):
                expected = len(stock.expected(who, in_view(slug, who, stock.now)))
                assert count_on_rail(page, str(view.label)) == expected, (who, slug)
        assert count_on_rail(page, str(VIEWS["closed"].label)) is None


def test_an_own_view_is_not_offered_to_people_without_a_unit(stock: Stock, desk: Desk) -> None:
    assert "在我单位" in desk.get("worker", "").one("nav", id="views").text
    assert "在我单位" not in desk.get("worker_sibling", "").one("nav", id="views").text


Keep = Callable[[Thing], bool]
Condition = tuple[str, str, Keep]


def _column(name: str, value: object) -> Keep:
    return lambda one: bool(one.row[name] == value)


def _below(path: str) -> Keep:
    return lambda one: f"{one.path}.".startswith(f"{path}.")


def _from(day: date) -> Keep:
    return lambda one: day_of(one.began) >= day


def _until(day: date) -> Keep:
    return lambda one: day_of(one.began) <= day


def _of_class(cls: str) -> Keep:
    classes = {spec.code: str(spec.cls) for spec in list_specs()}
    return lambda one: _class_of(one, classes) == cls


def _saying(text: str) -> Keep:
    return lambda one: _says(one, text)


def _all(keeps: Sequence[Keep]) -> Keep:
    return lambda one: all(keep(one) for keep in keeps)


def _open(one: Thing) -> bool:
    return one.open


def conditions(stock: Stock) -> list[Condition]:
    """Every condition with some of its values: its name, the value, and what it keeps, said anew."""
    found: list[Condition] = [("item", item, _column("item_code", item)) for item in ("C06", FIRE_LANE, "C01")]
    found += [("cls", str(cls), _of_class(str(cls))) for cls in ItemClass]
    for code in (cast.HOME_AREA, cast.SIBLING_AREA, cast.STATION, cast.OTHER_TOWN):
        path = area_by_code(code).path
        found.append(("area", path, _below(path)))
    found += [("unit", str(unit(key).id), _column("unit_id", unit(key).id)) for key in ("urban", "property", "station")]
    found += [("channel", one, _column("channel", one)) for one in ("resident", "patrol", "hotline", "device")]
    found += [("level", level, _column("level", int(level))) for level in ("1", "2", "3")]
    for back in (0, 1, 2):
        day = day_of(stock.now - timedelta(days=back))
        found += [("since", str(day), _from(day)), ("until", str(day), _until(day))]
    found += [("q", text, _saying(text)) for text in ("消防", "堆", "fire_LANE", "100%", "3号楼", "没有这个词")]
    return found


def _class_of(thing: Thing, classes: dict[str, str]) -> str:
    """A case carries its class; a report has that of the item it names."""
    return str(thing.row["cls"]) if thing.kind == "case" else classes.get(thing.row["item_code"], "")


def _says(thing: Thing, text: str) -> bool:
    said = [thing.row["title"], thing.row["place_text"], thing.row.get("words", "")]
    return any(text.casefold() in str(part).casefold() for part in said)


def test_each_condition_alone_keeps_what_it_says(stock: Stock, desk: Desk) -> None:
    for who in ("worker", "dispatcher", "responder_urban"):
        hits = dict[str, int]()
        for name, value, keep in conditions(stock):
            wanted = stock.expected(who, _all([_open, keep]))
            assert everything(desk, who, urlencode({"view": "open", name: value})) == wanted, (who, name, value)
            hits[name] = hits.get(name, 0) + len(wanted)
        assert set(hits) == {"item", "cls", "area", "unit", "channel", "level", "since", "until", "q"}
        assert all(hits.values()) or who != "dispatcher", hits


@pytest.mark.parametrize("seed", range(2))
def test_conditions_together_keep_what_all_of_them_say(stock: Stock, desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    known = conditions(stock)
    found = 0
    for _ in range(20):
        who = rng.choice(ROLES)
        slug = rng.choice([one for one in VIEWS if not VIEWS[one].own_unit])
        some = {name: (value, keep) for name, value, keep in rng.sample(known, rng.randint(2, 4))}
        keeps = [in_view(slug, who, stock.now), *(keep for _value, keep in some.values())]
        wanted = stock.expected(who, _all(keeps), newest=VIEWS[slug].newest_first)
        query = {"view": slug, **{name: value for name, (value, _keep) in some.items()}}
        assert everything(desk, who, urlencode(query)) == wanted, (who, query)
        found += len(wanted)
    assert found > 0


WRONG = ("cls=Z", "channel=fax", "level=9", "since=2026-13-45", "until=yesterday", "unit=x", "unit=-1", "unit=²")


def test_a_value_that_means_nothing_is_dropped_and_the_rest_holds(stock: Stock, desk: Desk) -> None:
    plain = everything(desk, "dispatcher", "view=triage&q=消防")
    assert plain == [stock.lane.number]
    assert everything(desk, "dispatcher", "view=all&q=消防") == plain
    for wrong in WRONG:
        assert everything(desk, "dispatcher", f"view=triage&q=消防&{wrong}") == plain, wrong
        assert desk.get("dispatcher", f"?view=triage&{wrong}").all("a", _class="l-chip") == [], wrong


def test_a_wildcard_is_a_letter_like_any_other(stock: Stock, desk: Desk) -> None:
    assert everything(desk, "dispatcher", "view=open&q=" + quote("100%")) == [stock.lane.number]
    assert everything(desk, "dispatcher", "view=open&q=" + quote("1%0")) == []
    assert everything(desk, "dispatcher", "view=open&q=" + quote("Fire_lane")) == [stock.lane.number]
    assert everything(desk, "dispatcher", "view=open&q=" + quote("Fire.lane")) == []
    assert everything(desk, "dispatcher", "view=open&q=" + quote("' or true --")) == []


def test_a_number_leads_to_its_matter_wherever_it_stands(stock: Stock, desk: Desk) -> None:
    closed = stock.cases[next(state for state in stock.cases if state == "closed")]
    plain = closed.number
    for typed in (plain, plain.lower(), plain.replace("-", " "), plain.replace("-", "")):
        got = desk.get("worker", f"?view=triage&q={quote(typed)}")
        assert (got.status, got.headers.get("Location")) == (302, f"/desk/{closed.number}"), typed


def test_a_number_of_an_accepted_report_leads_to_its_case_once(stock: Stock, desk: Desk) -> None:
    assert shown_numbers(desk.get("worker", f"?q={stock.firm.number}", part=True)) == [stock.firm.number]


def test_a_number_out_of_reach_is_not_told_from_one_that_does_not_exist(stock: Stock, desk: Desk) -> None:
    there = [thing for thing in stock.things() if sees("dispatcher", thing) and not sees("worker_cousin", thing)]
    assert there
    numbers = (there[0].number, format_number(yymm="2603", town="132", serial=999_999))
    pages = [desk.get("worker_cousin", f"?q={number}") for number in numbers]
    assert [page.status for page in pages] == [200, 200]
    assert [shown_numbers(page) for page in pages] == [[], []]
    far, none = (page.one("section", id="pane-list").text for page in pages)
    assert far.replace(numbers[0], "…") == none.replace(numbers[1], "…")
    assert "您的辖区内没有这个编号的事项。" in far


def test_a_search_is_no_way_to_find_out_whose_phone_it_is(stock: Stock, desk: Desk) -> None:
    assert stock.stage.one("select count(*) n from casework_report where phone_mask = '138****8000'") == 1
    for asked in ("13800138000", "138****8000", "8000", "王小明"):
        for who in ("worker", "dispatcher", "district"):
            assert everything(desk, who, "view=open&q=" + quote(asked)) == [], (who, asked)


def test_the_list_shows_no_phone_no_mask_and_no_name_of_a_reporter(stock: Stock, desk: Desk) -> None:
    for who in ("worker", "dispatcher", "district", "auditor"):
        page = desk.get(who, "?view=triage")
        assert "堆物" in page.text
        for kept in ("13800138000", "138****8000", "8000", "王"):
            assert kept not in page.one("section", id="pane-list").text


def test_the_matters_of_a_place_are_those_of_all_that_stands_in_it(stage: Stage, desk: Desk) -> None:
    places = {row["code"]: row["id"] for row in stage.ask("select id, code from register_place")}
    compound, building, home = (places[f"cast.{cast.HOME_AREA}{suffix}"] for suffix in ("", ".3", ".3.501"))
    made = [stage.receive(place_id=place) for place in (compound, building, building)]
    stage.own("update casework_report set place_id = %s where id = %s", home, made[2].id)
    here = [matter.number for matter in made]
    stage.receive(place_id=places[f"cast.{cast.SIBLING_AREA}"])
    stage.receive(area_id=area_by_code(cast.HOME_AREA).id)
    assert sorted(shown_numbers(desk.get("worker", f"?view=open&place={compound}"))) == sorted(here)
    assert shown_numbers(desk.get("worker", f"?view=open&place={building}")) == [here[1]]
    page = desk.get("worker", f"?view=open&place={compound}")
    assert "地点：瑞和苑" in page.text
    assert page.has("a", href=f"/desk/filters?view=open&place={compound}")
    form = desk.get("worker", f"filters?view=open&place={compound}").one("form", action="/desk/")
    assert form.values["place"] == [str(compound)]
    assert shown_numbers(desk.get("worker_cousin", f"?view=open&place={compound}")) == []
    for nonsense in ("x", "-1", "1" * 30):
        assert len(shown_numbers(desk.get("worker", f"?view=open&place={nonsense}"))) == 4


def test_a_kept_filter_names_its_place(stage: Stage, desk: Desk) -> None:
    (row,) = stage.ask("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}")
    desk.post("worker", "saved", {"name": "瑞和苑的事", "query": f"view=open&place={row['id']}&due=2026-03-09"})
    said = desk.get("worker", "saved").text
    assert "地点：瑞和苑" in said and "2026-03-09 前到期" in said
