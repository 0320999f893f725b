"""What each post sees on a chart: the code's answer and, past the code, the database's own (DOMAIN §4.2)."""

from __future__ import annotations

from collections.abc import Iterable

import cast
import pytest
from casework.stage import Stage, unit
from django.db import connection, transaction
from django.db.utils import DatabaseError
from register.charted import Estate, check, drawn, home, place, settle

from linli.access.api import Principal
from linli.kernel.errors import Forbidden, NotFound
from linli.register.charts.api import (
    Chart,
    Layer,
    chart_of_compound,
    chart_of_entrance,
    compounds_in_sight,
    layers_of,
    place_in_sight,
)
from linli.register.places.api import Place
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
L = Layer
ALL = layers_of("worker")


@pytest.fixture
def estate(stage: Stage) -> Estate:
    return drawn(stage)


def of(stage: Stage, who: str, estate: Estate, layers: Iterable[Layer], **more: object) -> Chart:
    stage._acting(who)
    return stage.see(who, chart_of_compound, estate.compound, frozenset(layers), **more)


def said(chart: Chart, home_id: int) -> dict[str, str]:
    (cell,) = [one for one in chart.cells if one.home_id == home_id]
    return {layer.value: value for layer, value in cell.values.items()}


def lay(stage: Stage, estate: Estate, to: str = "property", ends_on: str | None = None) -> None:
    stage.own(
        "insert into register_duty (area_id, place_id, unit_id, unit_kind, ends_on) select area_id, id, %s, %s, %s"
        " from register_place where id = %s", unit(to).id, "property_firm", ends_on, estate.compound.id,
    )  # fmt: skip


def test_a_compound_is_drawn_building_by_building_and_door_by_door(stage: Stage, estate: Estate) -> None:
    chart = of(stage, "worker", estate, {L.USE})
    assert [block.name for block in chart.blocks] == ["1号楼", "2号楼"]
    assert [[one.name for one in block.stacks] for block in chart.blocks] == [["1号", "2号"], ["3号", "4号"]]
    assert [block.homes for block in chart.blocks] == [24, 24]
    top = chart.blocks[0].stacks[0].floors[0]
    assert (top.number, [one.door if one else None for one in top.cells]) == (6, ["601", "602"])
    assert len(chart.cells) == 48


def test_an_entrance_is_drawn_alone(stage: Stage, estate: Estate) -> None:
    stage._acting("worker")
    entrance = place_in_sight(stage._acting("worker"), estate.entrances[1])
    chart = stage.see("worker", chart_of_entrance, entrance, {L.USE})
    assert (chart.name, [block.name for block in chart.blocks]) == ("2号", ["1号楼"])
    assert {cell.name for cell in chart.cells} == {f"2号{f}0{s}室" for f in range(1, 7) for s in (1, 2)}


def test_every_layer_says_what_is_so(stage: Stage, estate: Estate) -> None:
    full, old, empty = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501"), home(stage, "drawn.1.1.401")
    settle(stage, full, "living_alone", "volunteer", since="2026-02-25")
    settle(stage, full, "disabled", "party_member")
    settle(stage, old, seen="2025-01-01")
    settle(stage, old, lives_here=False)
    check(stage, old, "2026-03-01")
    check(stage, empty, "2026-03-09")
    chart = of(stage, "worker", estate, ALL, given={L.MATTERS: {full: "open"}})
    assert said(chart, full) == {
        "use": "shared", "people": "lived", "stay": "arrived", "needs": "several", "matters": "open", "checks": "none",
        "duty": "gap", "roles": "party", "grade": "ungraded", "control": "ordinary",
    } | {"use": said(chart, full)["use"]}  # fmt: skip
    assert {**said(chart, old), "use": ""} == {
        "use": "", "people": "unchecked", "stay": "away", "needs": "none", "matters": "none", "checks": "overdue",
        "duty": "gap", "roles": "none", "grade": "ungraded", "control": "ordinary",
    }  # fmt: skip
    assert (said(chart, empty)["people"], said(chart, empty)["checks"]) == ("nobody", "due")
    cells = {one.home_id: one for one in chart.cells}
    assert (cells[full].people, cells[full].needs) == (2, ("disabled", "living_alone"))
    assert (cells[empty].people, cells[empty].needs) == (0, ())


def test_use_is_what_the_register_says(stage: Stage, estate: Estate) -> None:
    chart = of(stage, "worker", estate, {L.USE})
    rows = stage.ask("select id, use from register_place where compound_id = %s and kind = 'home'", estate.compound.id)
    assert {cell.home_id: cell.values[L.USE] for cell in chart.cells} == {row["id"]: row["use"] for row in rows}
    assert len({row["use"] for row in rows}) >= 4
    stage.own("update register_place set use = '' where compound_id = %s", estate.compound.id)
    assert {cell.values[L.USE] for cell in of(stage, "worker", estate, {L.USE}).cells} == {"unknown"}


def test_a_need_that_has_not_been_looked_at_is_an_overdue_visit(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    settle(stage, here, "living_alone", stale_on="2026-03-02")
    assert said(of(stage, "worker", estate, {L.CHECKS, L.NEEDS}), here)["checks"] == "overdue"
    assert said(of(stage, "dispatcher", estate, {L.CHECKS}), here)["checks"] == "none", "the town learns no need"


def test_who_left_or_was_merged_does_not_live_there(stage: Stage, estate: Estate) -> None:
    one, other = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501")
    settle(stage, one)
    kept = settle(stage, other)
    stage.own("update register_person set left_on = '2026-01-01' where home_id = %s", one)
    stage.own("update register_person set merged_into_id = (select id from register_person where id <> %s limit 1)"
              " where id = %s", kept, kept)  # fmt: skip
    chart = of(stage, "worker", estate, {L.PEOPLE})
    assert said(chart, one) == said(chart, other) == {"people": "nobody"}


def test_a_duty_on_the_entrance_the_building_or_the_compound_covers_a_home(stage: Stage, estate: Estate) -> None:
    def gaps() -> int:
        return sum(cell.values[L.DUTY] == "gap" for cell in of(stage, "worker", estate, {L.DUTY}).cells)

    def laid(place_id: int) -> None:
        stage.own(
            "insert into register_duty (area_id, place_id, unit_id, unit_kind) select area_id, id, %s, %s"
            " from register_place where id = %s", unit("urban").id, f"kind_{place_id}", place_id,
        )  # fmt: skip

    assert gaps() == 48
    laid(estate.entrances[0])
    assert gaps() == 36
    laid(estate.buildings[0])
    assert gaps() == 24
    laid(estate.compound.id)
    chart = of(stage, "worker", estate, {L.DUTY})
    assert {one.place_id for one in chart.answering} == {
        estate.entrances[0], estate.buildings[0], estate.compound.id,
    }  # fmt: skip
    assert gaps() == 0


def test_without_its_layer_nothing_of_people_is_in_the_cells(stage: Stage, estate: Estate) -> None:
    settle(stage, home(stage, "drawn.1.1.601"), "living_alone")
    for who in ("worker", "dispatcher", "head"):
        for cell in of(stage, who, estate, {L.USE}).cells:
            assert (cell.people, cell.needs, set(cell.values)) == (None, None, {L.USE})
    lone = of(stage, "worker", estate, {L.ROLES})
    assert all(cell.needs is None for cell in lone.cells), "roles come from tags as needs do"


@pytest.mark.parametrize(("who", "hidden"), [
    ("dispatcher", L.NEEDS), ("dispatcher", L.ROLES), ("dispatcher", L.HELP), ("district", L.PEOPLE),
    ("auditor", L.NEEDS), ("worker", L.HELP), ("responder", L.NEEDS), ("responder", L.PEOPLE), ("responder", L.GRADE),
])  # fmt: skip
def test_a_layer_of_others_is_refused_and_not_left_empty(stage: Stage, estate: Estate, who: str, hidden: Layer) -> None:
    lay(stage, estate)
    with pytest.raises(Forbidden) as caught:
        of(stage, who, estate, {hidden})
    assert (caught.value.code, caught.value.detail) == ("layer_hidden", {"layers": [hidden.value]})


def test_a_unit_sees_the_homes_of_the_compounds_it_has_an_open_duty_on(stage: Stage, estate: Estate) -> None:
    with pytest.raises(NotFound):
        of(stage, "responder", estate, {L.USE})
    lay(stage, estate)
    chart = of(stage, "responder", estate, {L.USE, L.MATTERS, L.DUTY})
    assert len(chart.cells) == 48
    assert estate.compound.id in {one.id for one in stage.see("responder", compounds_in_sight)}
    with pytest.raises(NotFound):
        of(stage, "responder_other", estate, {L.USE})
    stage.own("update register_duty set ends_on = '2026-03-01' where place_id = %s", estate.compound.id)
    with pytest.raises(NotFound):
        of(stage, "responder", estate, {L.USE})


def homes_the_database_gives(stage: Stage, who: str, compound_id: int) -> int:
    """Past the code: what the identity gets from the table itself."""
    stage._acting(who)
    return Place.objects.filter(compound_id=compound_id, kind="home").count()


def test_past_the_code_the_database_gives_a_unit_no_other_home(stage: Stage, estate: Estate) -> None:
    far = drawn(stage, area=cast.SIBLING_AREA, code="far")
    assert homes_the_database_gives(stage, "responder", estate.compound.id) == 0
    lay(stage, estate)
    assert homes_the_database_gives(stage, "responder", estate.compound.id) == 48
    assert homes_the_database_gives(stage, "responder", far.compound.id) == 0
    assert homes_the_database_gives(stage, "responder_other", estate.compound.id) == 0
    stage.own("update register_duty set ends_on = '2026-03-01' where place_id = %s", estate.compound.id)
    assert homes_the_database_gives(stage, "responder", estate.compound.id) == 0
    stage.own("update register_duty set ends_on = null, place_id = %s where place_id = %s",
              estate.buildings[0], estate.compound.id)  # fmt: skip
    assert homes_the_database_gives(stage, "responder", estate.compound.id) == 0, "a duty on a part opens no compound"


def test_a_duty_opens_homes_and_no_people(stage: Stage, estate: Estate) -> None:
    lay(stage, estate)
    settle(stage, home(stage, "drawn.1.1.601"), "living_alone")
    stage._acting("responder")
    for table in ("register_person", "register_tag", "register_member", "register_homecheck"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as line:
            line.execute(f"select count(*) from {table}")


@pytest.mark.parametrize("who", ["worker_sibling", "worker_cousin", "head_other", "dispatcher_other"])
def test_a_post_elsewhere_gets_no_chart(stage: Stage, estate: Estate, who: str) -> None:
    with pytest.raises(NotFound):
        of(stage, who, estate, {L.USE})
    actor = stage._acting(who)
    assert estate.compound.id not in {one.id for one in compounds_in_sight(actor)}


@pytest.mark.parametrize("who", ["district", "auditor"])
def test_above_the_town_there_are_buildings_with_counts_and_not_one_home(
    stage: Stage, estate: Estate, who: str
) -> None:
    chart = of(stage, who, estate, {L.GRADE, L.CONTROL})
    assert chart.cells == []
    assert [(block.name, block.homes, block.grade) for block in chart.blocks] == [
        ("1号楼", 24, ""), ("2号楼", 24, ""),
    ]  # fmt: skip
    entrance = place_in_sight(stage._acting(who), estate.entrances[0])
    assert stage.see(who, chart_of_entrance, entrance, {L.GRADE}).blocks == ()
    assert stage.see(who, compounds_in_sight) == [], "it has to look for one by words"
    assert [one.id for one in stage.see(who, compounds_in_sight, [estate.compound])] == [estate.compound.id]


def test_an_open_page_is_brought_up_to_date_home_by_home(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    chart = of(stage, "worker", estate, {L.USE, L.MATTERS}, only=[here], given={L.MATTERS: {here: "open"}})
    assert [cell.home_id for cell in chart.cells] == [here]
    assert said(chart, here)["matters"] == "open"
    elsewhere = home(stage, f"cast.{cast.SIBLING_AREA}.3.501")
    assert of(stage, "worker", estate, {L.USE}, only=[elsewhere]).cells == []


def test_village_houses_and_homes_right_in_a_building_are_drawn_too(stage: Stage) -> None:
    area = area_by_code(cast.HOME_AREA)
    group = place(stage, "vg", "village_group", area.id, "第三村民小组")
    for n in range(1, 4):
        place(stage, f"vg.{n}", "home", area.id, f"张家宅{n}号", group, group)
    stage._acting("worker")
    top = place_in_sight(stage._acting("worker"), group)
    chart = stage.see("worker", chart_of_compound, top, {L.USE})
    assert [(block.name, [cell.name for cell in block.stacks[0].cells]) for block in chart.blocks] == [
        ("第三村民小组", ["张家宅1号", "张家宅2号", "张家宅3号"]),
    ]  # fmt: skip
    ruihe = Place.objects.get(code=f"cast.{cast.HOME_AREA}")
    (block,) = stage.see("worker", chart_of_compound, ruihe, {L.USE}).blocks
    assert (block.name, block.stacks[0].name, block.homes) == ("3号楼", "3号楼", 1)


@pytest.mark.parametrize("kind", ["home", "facility"])
def test_a_home_or_a_lamp_has_no_chart(stage: Stage, estate: Estate, kind: str) -> None:
    wrong = home(stage, "drawn.1.1.601")
    if kind == "facility":
        wrong = place(stage, "lamp", "facility", estate.compound.area.id, "路灯", estate.compound.id)
    with pytest.raises(NotFound):
        place_in_sight(stage._acting("worker"), wrong)


def test_a_post_without_layers_sees_no_chart(stage: Stage, estate: Estate) -> None:
    actor = stage._acting("worker")
    other = Principal(1, 1, type(actor.role)("system_admin"), actor.area_id, actor.area_path, None, "x")
    with pytest.raises(NotFound):
        place_in_sight(other, estate.compound.id)
    assert compounds_in_sight(other) == []


def test_a_building_head_gets_his_buildings_with_help_yes_or_no(stage: Stage, estate: Estate) -> None:
    help_here, other = home(stage, "drawn.1.1.501"), home(stage, "drawn.2.1.501")
    settle(stage, help_here, "living_alone")
    settle(stage, other, "living_alone")
    with pytest.raises(NotFound):
        of(stage, "building_head", estate, {L.HELP})
    stage.own(
        "insert into register_charge (level_id, area_id, place_id, post_id, seat, starts_on)"
        " select level_id, area_id, %s, post_id, seat, starts_on from register_charge"
        " where place_id = (select id from register_place where code = %s)",
        estate.buildings[0], f"cast.{cast.HOME_AREA}.3",
    )  # fmt: skip
    chart = of(stage, "building_head", estate, layers_of("building_head"))
    assert [block.name for block in chart.blocks] == ["1号楼"]
    assert len(chart.cells) == 24 and other not in {cell.home_id for cell in chart.cells}
    assert said(chart, help_here) | {"use": ""} == {"use": "", "people": "lived", "help": "yes", "duty": "gap"}
    assert {cell.values[L.HELP] for cell in chart.cells if cell.home_id != help_here} == {"no"}
    assert all(cell.needs is None for cell in chart.cells)
    assert estate.compound.id in {one.id for one in stage.see("building_head", compounds_in_sight)}
    with pytest.raises(NotFound):
        place_in_sight(stage._acting("building_head"), estate.entrances[2])
    with pytest.raises(Forbidden):
        of(stage, "building_head", estate, {L.NEEDS})
