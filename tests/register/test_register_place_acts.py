"""Places are added, corrected, named, used and inspected by those who may, where they may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import cast
import pytest
from casework.stage import Stage
from register import dwelling

from linli.kernel.errors import Forbidden, InvalidInput, LinliError, NotFound
from linli.kernel.geo import point
from linli.register.places.api import (
    Place,
    PlaceName,
    UseState,
    add_place,
    aliases_of,
    correct_place,
    drop_alias,
    find_homes,
    find_places,
    home_by_id,
    inspect,
    line_of,
    name_alias,
    overdue_inspections,
    set_state,
    set_use,
    watched,
)
from linli.register.places.rules import inspection_due, may_stand_in, overlaps

pytestmark = pytest.mark.django_db
KINDS = ("compound", "village_group", "building", "entrance", "home", "facility", "venue")
FITS = {
    ("compound", None), ("village_group", None), ("building", None), ("building", "compound"),
    ("building", "village_group"), ("entrance", "compound"), ("entrance", "village_group"), ("entrance", "building"),
    ("home", "compound"), ("home", "village_group"), ("home", "building"), ("home", "entrance"),
    *((kind, parent) for kind in ("facility", "venue")
      for parent in (None, "compound", "village_group", "building", "entrance")),
}  # fmt: skip
"""Every pair of kinds in which one may stand directly in the other, written out by hand."""


def of_cast(suffix: str = "", area: str = cast.HOME_AREA) -> Place:
    return Place.objects.select_related("area").get(code=f"cast.{area}{suffix}")


def facility(stage: Stage, who: str = "worker", **more: Any) -> Place:
    given = {
        "area": dwelling.area(),
        "kind": "facility",
        "name": "消防栓",
        "parent": of_cast(),
        "inspect_days": 30,
    } | more
    made: Place = stage.do(who, add_place, **given)
    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parent", [None, *KINDS])
def test_what_may_stand_in_what(kind: str, parent: str | None) -> None:
    assert may_stand_in(kind, parent) is ((kind, parent) in FITS)


def test_a_home_is_added_with_code_address_and_compound(stage: Stage) -> None:
    entrance = stage.do("worker", add_place, area=dwelling.area(), kind="entrance", name="1单元", parent=of_cast(".3"))
    home = stage.do(
        "worker", add_place, area=dwelling.area(), kind="home", name="101室", parent=entrance, cell=(1, 1, 2), use="let"
    )
    assert home.address == f"{of_cast('.3').address}1单元101室"
    assert (home.compound_id, home.floor, home.slot, home.span, home.use) == (of_cast().id, 1, 1, 2, "let")
    assert home.code.startswith(f"{cast.HOME_AREA}-") and len(home.code) == 22
    assert home.code != entrance.code
    (line,) = [row for row in dwelling.trail(stage, "place.add") if row["subject_id"] == str(home.id)]
    assert line["detail"] == {"kind": "home", "parent": entrance.id}


def test_a_compound_stands_in_no_compound_and_is_found_at_once(stage: Stage) -> None:
    made = stage.do(
        "worker",
        add_place,
        area=dwelling.area(),
        kind="compound",
        name="新湖明珠城",
        subkind="old",
        at=point(121.5, 31.1),
    )
    assert (made.compound_id, made.parent_id, made.address, made.lat) == (None, None, "新湖明珠城", 31.1)
    assert find_places("明珠城") == [made]


@pytest.mark.parametrize(("given", "code"), [
    ({"kind": "home", "parent": "compound", "name": " "}, "place_nameless"),
    ({"kind": "compound", "parent": "building"}, "place_misplaced"),
    ({"kind": "palace"}, "place_misplaced"),
    ({"kind": "home"}, "place_misplaced"),
    ({"kind": "building", "parent": "sibling"}, "place_other_area"),
    ({"kind": "compound", "subkind": "castle"}, "use_unknown"),
    ({"kind": "home", "parent": "building", "use": "haunted"}, "use_unknown"),
    ({"kind": "building", "parent": "compound", "use": "let"}, "use_unknown"),
    ({"kind": "home", "parent": "building", "cell": (5, 1, 1)}, "cell_taken"),
    ({"kind": "home", "parent": "building", "cell": (5, 0, 1)}, "cell_wrong"),
    ({"kind": "home", "parent": "building", "cell": (5, 2, 0)}, "cell_wrong"),
    ({"kind": "building", "parent": "compound", "cell": (1, 1, 1)}, "cell_wrong"),
])  # fmt: skip
def test_what_cannot_stand_there_is_refused(stage: Stage, given: dict[str, Any], code: str) -> None:
    parents = {"compound": of_cast(), "building": of_cast(".3"), "sibling": of_cast("", cast.SIBLING_AREA)}
    asked = {"area": dwelling.area(), "name": "新的"} | given | {"parent": parents.get(given.get("parent", ""))}
    before = stage.one("select count(*) from register_place")
    with pytest.raises(InvalidInput) as caught:
        stage.do("head", add_place, **asked)
    assert caught.value.code == code
    assert stage.one("select count(*) from register_place") == before


def test_cells_lie_beside_each_other_and_never_over_each_other() -> None:
    taken = [(5, 1, 2), (5, 4, 1)]
    assert [overlaps(5, slot, 1, taken) for slot in range(1, 6)] == [True, True, False, True, False]
    assert overlaps(5, 3, 2, taken) and not overlaps(6, 1, 9, taken)


def test_an_area_above_the_committees_holds_no_place(stage: Stage) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("dispatcher", add_place, area=dwelling.area(cast.TOWN), kind="compound", name="全镇小区")
    assert caught.value.code == "place_other_area"


def act_on(name: str) -> Callable[[Stage, str], object]:
    """Every act on a place by somebody, on what the cast has in the home area."""
    home, compound = of_cast(".3.501").id, of_cast().id
    acts: dict[str, Callable[[Stage, str], object]] = {
        "add": lambda stage, who: stage.do(who, add_place, area=dwelling.area(), kind="compound", name="新村"),
        "correct": lambda stage, who: stage.do(who, correct_place, place_id=compound, changes={"name": "瑞和"}),
        "alias": lambda stage, who: stage.do(who, name_alias, place_id=compound, text="老瑞和"),
        "use": lambda stage, who: stage.do(who, set_use, home_id=home, use="let"),
        "state": lambda stage, who: stage.do(who, set_state, place_id=compound, state="faulty"),
        "inspect": lambda stage, who: stage.do(who, inspect, place_id=compound, state="working"),
    }
    return acts[name]


@pytest.mark.parametrize("who", ["responder", "auditor", "district", "worker_cousin", "head_other", "dispatcher_other"])
@pytest.mark.parametrize("act", ["add", "correct", "alias", "use", "state", "inspect"])
def test_nobody_else_may(stage: Stage, as_owner: None, who: str, act: str) -> None:
    do = act_on(act)
    with pytest.raises((Forbidden, NotFound)):
        do(stage, who)


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher"])
@pytest.mark.parametrize("act", ["add", "correct", "alias", "use"])
def test_who_works_there_may(stage: Stage, as_owner: None, who: str, act: str) -> None:
    act_on(act)(stage, who)


def test_a_new_address_goes_on_to_all_that_stands_in_it(stage: Stage, as_owner: None) -> None:
    old = of_cast().address
    stage.do("worker", correct_place, place_id=of_cast().id, changes={"address": "周秀路88弄", "name": "瑞和新苑"})
    assert of_cast(".3").address == "周秀路88弄3号楼"
    assert of_cast(".3.501").address == "周秀路88弄3号楼501室"
    assert of_cast(".3", cast.SIBLING_AREA).address.startswith(dwelling.area(cast.SIBLING_AREA).name)
    assert not any(place.address.startswith(old) for place in find_places(old))
    (line,) = dwelling.trail(stage, "place.correct")
    assert line["detail"] == {"fields": ["address", "name"]}


def test_a_new_address_of_a_building_leaves_its_neighbours_alone(stage: Stage, as_owner: None) -> None:
    beside = stage.do("worker", add_place, area=dwelling.area(), kind="building", name="3号楼甲", parent=of_cast())
    stage.do("worker", correct_place, place_id=of_cast(".3").id, changes={"address": "周秀路3号"})
    assert of_cast(".3.501").address == "周秀路3号501室"
    assert Place.objects.get(id=beside.id).address.endswith("瑞和苑3号楼甲")


@pytest.mark.parametrize("changes", [
    {"kind": "venue"}, {"parent_id": 1}, {"area_id": 1}, {"code": "x"}, {"use": "let"}, {"name": "  "},
])  # fmt: skip
def test_what_a_place_is_cannot_be_corrected(stage: Stage, as_owner: None, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", correct_place, place_id=of_cast().id, changes=changes)
    assert caught.value.code == "place_fields"


def test_a_home_may_be_put_into_a_free_cell_only(stage: Stage) -> None:
    home = dwelling.another_home(stage)
    with pytest.raises(InvalidInput) as caught:
        stage.do("worker", correct_place, place_id=home.id, changes={"slot": 1})
    assert caught.value.code == "cell_taken"
    moved = stage.do("worker", correct_place, place_id=home.id, changes={"slot": 2, "span": 2})
    assert (moved.slot, moved.span) == (2, 2)


def test_an_alias_is_found_until_it_is_dropped(stage: Stage) -> None:
    stage._acting("worker")
    compound = of_cast()
    name = stage.do("worker", name_alias, place_id=compound.id, text=" 红房子 ")
    assert find_places("红房子") == [compound]
    assert [one.text for one in aliases_of(compound.id)] == ["红房子"]
    assert stage.do("worker", name_alias, place_id=compound.id, text="红房子").id == name.id
    stage.do("worker", drop_alias, alias_id=name.id)
    assert find_places("红房子") == [] and find_places("瑞和苑") != []


def test_the_own_name_is_no_alias_and_homes_have_none(stage: Stage) -> None:
    stage._acting("worker")
    compound, home = of_cast(), of_cast(".3.501")
    own = PlaceName.objects.get(place=compound)
    with pytest.raises(NotFound):
        stage.do("worker", drop_alias, alias_id=own.id)
    for place, text, code in ((home, "王家", "place_closed"), (compound, "  ", "place_nameless")):
        with pytest.raises(InvalidInput) as caught:
            stage.do("worker", name_alias, place_id=place.id, text=text)
        assert caught.value.code == code


def test_a_new_use_of_a_home_is_told_and_somebody_looks(stage: Stage) -> None:
    home = dwelling.home_id(stage)
    dwelling.close_checks(stage)
    stage.do("worker", set_use, home_id=home, use="shared")
    assert stage.one("select use from register_place where id = %s", home) == "shared"
    assert dwelling.open_checks_of(stage, home) == []
    (told,) = stage.ask("select payload from outbox_event where name like '%%HomeUseChanged'")
    assert told["payload"] == {"home_id": home, "area_id": dwelling.area().id, "before": "owned", "after": "shared"}
    stage.deliver_all()
    assert dwelling.open_checks_of(stage, home) == ["home"]


def test_the_same_use_again_changes_nothing(stage: Stage) -> None:
    before = stage.one("select count(*) from outbox_event")
    stage.do("worker", set_use, home_id=dwelling.home_id(stage), use="owned")
    assert stage.one("select count(*) from outbox_event") == before
    assert dwelling.trail(stage, "place.use") == []


@pytest.mark.parametrize("use", ["", "castle", "OWNED"])
def test_a_use_outside_the_list_is_refused(stage: Stage, use: str) -> None:
    with pytest.raises(InvalidInput):
        stage.do("worker", set_use, home_id=dwelling.home_id(stage), use=use)


@pytest.mark.parametrize("use", list(UseState))
def test_every_use_of_the_list_is_taken(stage: Stage, use: UseState) -> None:
    assert stage.do("worker", set_use, home_id=dwelling.home_id(stage), use=use.value).use == use


def test_only_homes_have_a_use_and_only_facilities_a_state(stage: Stage) -> None:
    stage._acting("worker")
    compound = of_cast().id
    attempts: list[Callable[[], object]] = [
        lambda: stage.do("worker", set_use, home_id=compound, use="let"),
        lambda: stage.do("worker", set_state, place_id=compound, state="faulty"),
        lambda: stage.do("worker", inspect, place_id=dwelling.home_id(stage), state="working"),
        lambda: stage.do("worker", inspect, place_id=facility(stage).id, state="shiny"),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput):
            attempt()


def test_a_facility_is_inspected_and_found_faulty(stage: Stage) -> None:
    stage._acting("worker")
    hydrant = facility(stage)
    assert hydrant.address.endswith("瑞和苑消防栓")
    found = stage.do("worker", inspect, place_id=hydrant.id, state="faulty")
    assert (found.inspected_on, found.state) == (date(2026, 3, 2), "faulty")
    assert stage.do("worker", set_state, place_id=hydrant.id, state="working").inspected_on == date(2026, 3, 2)
    assert [row["detail"] for row in dwelling.trail(stage, "place.inspect")] == [
        {"before": "working", "after": "faulty"}
    ]


def test_when_something_is_to_be_inspected() -> None:
    day = date(2026, 3, 2)
    assert inspection_due(day, None) is None
    assert inspection_due(None, 30) == date.min
    assert inspection_due(day, 30) == date(2026, 4, 1)


def test_the_list_begins_with_what_is_overdue_then_what_is_out_of_order(stage: Stage) -> None:
    stage._acting("worker")
    day = date(2026, 3, 2)
    fine, late, broken, gone, plain = (
        facility(stage, name=name, inspect_days=days)
        for name, days in (("甲", 30), ("乙", 30), ("丙", 30), ("丁", 30), ("戊", None))
    )
    for one, seen, state in ((fine, day, "working"), (broken, day, "faulty"), (gone, None, "gone")):
        stage.own("update register_place set inspected_on = %s, state = %s where id = %s", seen, state, one.id)
    stage.own("update register_place set inspected_on = %s where id = %s", date(2026, 1, 1), late.id)
    actor = stage._acting("worker")
    found = watched(actor, area_id=dwelling.area().id, today=day)
    assert [one.place.name for one in found] == ["乙", "丙", "戊", "甲"]
    assert [one.overdue for one in found] == [True, False, False, False]
    assert found[2].due_on is None and found[2].place.id == plain.id
    overdue = overdue_inspections(actor, area_ids=[dwelling.area().id], today=day)
    assert [one.place.name for one in overdue] == ["乙"]
    never = facility(stage, name="己")
    actor = stage._acting("worker")
    assert [one.place.id for one in overdue_inspections(actor, area_ids=[dwelling.area().id], today=day)] == [
        never.id, late.id,
    ]  # fmt: skip
    assert watched(stage._acting("worker_cousin"), area_id=dwelling.area().id, today=day) == []


def test_homes_of_a_committee_are_found_by_parts_of_their_address(stage: Stage) -> None:
    actor = stage._acting("worker")
    area_id = dwelling.area().id
    for words in ("501", "瑞和苑 501", "3号楼", "501室 瑞和"):
        assert [home.name for home in find_homes(actor, area_id=area_id, words=words)] == ["501室"], words
    assert find_homes(actor, area_id=area_id, words="601") == []
    assert find_homes(stage._acting("worker_cousin"), area_id=area_id, words="501") == []


def test_a_home_comes_with_all_it_stands_in(stage: Stage) -> None:
    home = dwelling.home_id(stage)
    found = stage.see("worker", home_by_id, home)
    assert [one.name for one in line_of(found)] == ["瑞和苑", "3号楼", "501室"]
    for who in ("worker_cousin", "dispatcher_other"):
        with pytest.raises(NotFound):
            stage.see(who, home_by_id, home)
    with pytest.raises(LinliError):
        stage.see("worker", home_by_id, of_cast().id)
