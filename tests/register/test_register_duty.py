"""Places, and who answers for them."""

from __future__ import annotations

import cast
import pytest
from casework.stage import Stage, unit

from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.geo import point
from linli.register.duty.api import Duty, lay_duty, who_answers
from linli.register.places.api import OPEN_KINDS, Place, chain, find_places, outline, place_by_id, places_near
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db


def place(suffix: str = "", area: str = cast.HOME_AREA) -> Place:
    return Place.objects.select_related("area").get(code=f"cast.{area}{suffix}")


def test_a_home_stands_in_its_building_and_compound(as_owner: None) -> None:
    assert [step.kind for step in chain(place(".3.501"))] == ["home", "building", "compound"]
    assert chain(place()) == [place()]


def test_the_duty_on_the_compound_answers_for_the_home(as_owner: None) -> None:
    answer = who_answers("property_firm", place=place(".3.501"), area_path=place().area.path)
    assert answer is not None
    assert (answer.unit, answer.by, answer.where) == (unit("property"), "place", "瑞和苑")


def test_a_duty_laid_nearer_beats_the_one_laid_farther(as_owner: None) -> None:
    nearer = unit("property_other")
    Duty.objects.create(area_id=place().area_id, place=place(".3"), unit=nearer, unit_kind="property_firm")
    answer = who_answers("property_firm", place=place(".3.501"), area_path=place().area.path)
    assert answer is not None and (answer.unit, answer.where) == (nearer, "3号楼")


def test_without_a_duty_the_unit_of_the_area_answers(as_owner: None) -> None:
    answer = who_answers("urban_management", place=place(), area_path=place().area.path)
    assert answer is not None
    assert (answer.unit, answer.by, answer.where) == (unit("urban"), "area", "周浦镇")


def test_a_gap_is_told_and_not_hidden(as_owner: None) -> None:
    assert who_answers("gas_firm", place=place(), area_path=place().area.path) is None


def test_a_duty_of_a_unit_that_is_gone_does_not_count(as_owner: None) -> None:
    type(unit("property")).objects.filter(code="cast.property").update(is_active=False)
    assert who_answers("property_firm", place=place(), area_path=place().area.path) is None


def test_laying_a_duty_ends_the_one_before_it(stage: Stage) -> None:
    laid = stage.do("head", lay_duty, place=place(), unit=unit("property_other"))
    rows = stage.ask("select id, ends_on from register_duty where place_id = %s order by id", place().id)
    assert [row["ends_on"] for row in rows] == ["2026-03-02", None]
    assert rows[-1]["id"] == laid.id
    answer = who_answers("property_firm", place=place(), area_path=place().area.path)
    assert answer is not None and answer.unit == unit("property_other")
    assert stage.ask("select 1 from audit_record where act = 'duty.lay'")


@pytest.mark.parametrize("who", ["worker", "responder", "head_other", "auditor"])
def test_duties_are_laid_by_the_head_of_the_place_alone(stage: Stage, who: str) -> None:
    with pytest.raises(Forbidden):
        stage.do(who, lay_duty, place=place(), unit=unit("property_other"))


def test_around_a_point_the_nearest_open_place_comes_first(stage: Stage) -> None:
    stage._anyone()
    here = place()
    assert here.lat is not None and here.lng is not None
    found = places_near(point(here.lng, here.lat))
    assert found[0] == here
    assert found[1] == place(".3")
    assert all(one.kind in OPEN_KINDS for one in found)


def test_a_stranger_finds_compounds_and_buildings_but_no_homes(stage: Stage) -> None:
    stage._anyone()
    found = find_places("瑞和苑", limit=50)
    assert {one.kind for one in found} == {"compound", "building"}
    assert found[0].kind == "compound"
    assert find_places("  ") == find_places("没有这个地方") == []
    home = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3.501")
    with pytest.raises(NotFound):
        place_by_id(home)
    stage._acting("worker")
    assert place_by_id(home).kind == "home"


def test_the_outline_of_a_station_holds_its_own_places_only(stage: Stage) -> None:
    stage._acting("dispatcher")
    path = area_by_code(cast.STATION).path
    areas = {one.area_id for one in outline(path)}
    assert areas == {area_by_code(cast.HOME_AREA).id, area_by_code(cast.SIBLING_AREA).id}
