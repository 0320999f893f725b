"""Which unit answers for which door, and which places who may find."""

from __future__ import annotations

from datetime import date

import cast
import pytest
from casework.stage import Stage, unit
from django.db import IntegrityError, transaction

from linli.accounts.api import create_unit
from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.geo import point
from linli.register.duty.api import Answer, Duty, lay_duty, who_answers
from linli.register.places.api import OPEN_KINDS, Place, PlaceKind, chain, find_places, place_by_id, places_near
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
KIND = "property_firm"


def place(suffix: str = "", area: str = cast.HOME_AREA) -> Place:
    return Place.objects.select_related("area").get(code=f"cast.{area}{suffix}")


def answer(at: Place | None, kind: str = KIND, area: str = cast.HOME_AREA) -> Answer | None:
    return who_answers(kind, place=at, area_path=area_by_code(area).path)


@pytest.mark.usefixtures("as_owner")
class TestPrecedence:
    @pytest.mark.parametrize("suffix", ["", ".3", ".3.501"])
    def test_what_is_laid_on_the_compound_holds_for_every_door_in_it(self, suffix: str) -> None:
        found = answer(place(suffix))
        assert found is not None
        assert (found.unit, found.by) == (unit("property"), "place")

    @pytest.mark.parametrize(("laid", "asked", "nearer"), [
        (".3", ".3.501", True), (".3", ".3", True), (".3", "", False), (".3.501", ".3.501", True),
        (".3.501", ".3", False),
    ])  # fmt: skip
    def test_the_nearest_above_the_door_wins_and_nothing_below_or_beside(
        self, laid: str, asked: str, nearer: bool
    ) -> None:
        other = unit("property_other")
        Duty.objects.create(area_id=place().area_id, place=place(laid), unit=other, unit_kind=KIND)
        found = answer(place(asked))
        assert found is not None
        assert found.unit == (other if nearer else unit("property"))

    def test_one_kind_says_nothing_about_another(self) -> None:
        firm = create_unit(actor=None, code="gas", kind="gas_firm", name="燃气", area=area_by_code(cast.FOREIGN_AREA))
        Duty.objects.create(area_id=place().area_id, place=place(".3"), unit_id=firm.id, unit_kind="gas_firm")
        gas, property_firm = answer(place(".3"), "gas_firm"), answer(place(".3"))
        assert gas is not None and property_firm is not None
        assert (gas.unit.id, property_firm.unit.id) == (firm.id, unit("property").id)

    def test_a_duty_that_has_ended_no_longer_counts(self) -> None:
        Duty.objects.filter(place=place()).update(ends_on=date(2024, 2, 1))
        found = answer(place(".3.501"))
        assert found is None or found.by == "area"

    def test_a_place_of_another_committee_is_not_answered_for(self) -> None:
        found = answer(place(area=cast.SIBLING_AREA), area=cast.SIBLING_AREA)
        assert found is None or found.unit != unit("property")

    def test_without_a_place_the_area_answers(self) -> None:
        found = answer(None, "urban_management")
        assert found is not None
        assert (found.unit, found.by) == (unit("urban"), "area")
        assert answer(None, "no_such_kind") is None

    def test_two_units_of_one_kind_cannot_answer_for_one_place_at_once(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Duty.objects.create(area_id=place().area_id, place=place(), unit=unit("property_other"), unit_kind=KIND)
        assert Duty.objects.filter(place=place(), ends_on__isnull=True).count() == 1


def test_laying_again_leaves_one_open_duty_and_the_history(stage: Stage) -> None:
    for key in ("property_other", "property", "property_other"):
        stage.do("dispatcher", lay_duty, place=place(), unit=unit(key))
    rows = stage.ask("select unit_id, ends_on from register_duty where place_id = %s order by id", place().id)
    assert [row["ends_on"] is None for row in rows] == [False, False, False, True]
    assert rows[-1]["unit_id"] == unit("property_other").id


@pytest.mark.parametrize(("who", "may"), [
    ("head", True), ("dispatcher", True), ("district", True), ("worker", False), ("dispatcher_other", False),
    ("responder", False),
])  # fmt: skip
def test_a_refused_duty_changes_nothing(stage: Stage, who: str, may: bool) -> None:
    before = stage.ask("select * from register_duty order by id")
    if may:
        stage.do(who, lay_duty, place=place(), unit=unit("property_other"))
        assert stage.ask("select * from register_duty order by id") != before
        return
    with pytest.raises(Forbidden):
        stage.do(who, lay_duty, place=place(), unit=unit("property_other"))
    assert stage.ask("select * from register_duty order by id") == before


@pytest.mark.parametrize(("who", "sees"), [
    ("worker", True), ("head", True), ("dispatcher", True), ("district", True), ("worker_sibling", False),
    ("worker_cousin", False), ("dispatcher_other", False), ("responder", True), ("responder_other", False),
])  # fmt: skip
def test_a_home_is_seen_within_ones_area_or_where_ones_unit_has_the_duty(stage: Stage, who: str, sees: bool) -> None:
    home = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}.3.501")
    stage._acting(who)
    if sees:
        assert [one.kind for one in chain(place_by_id(home))] == ["home", "building", "compound"]
        return
    with pytest.raises(NotFound):
        place_by_id(home)


def test_homes_and_entrances_are_the_only_kinds_that_are_not_open() -> None:
    assert set(PlaceKind) - set(OPEN_KINDS) == {PlaceKind.HOME, PlaceKind.ENTRANCE}


def test_a_point_far_from_everything_finds_nothing_and_the_number_asked_for_is_kept(stage: Stage) -> None:
    stage._anyone()
    here = place()
    assert here.lat is not None and here.lng is not None
    assert places_near(point(121.9, 31.4)) == []
    assert len(places_near(point(here.lng, here.lat), limit=1)) == 1


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "' or true --", "不在这里的小区"])
def test_strange_words_find_nothing(stage: Stage, words: str) -> None:
    stage._anyone()
    assert find_places(words) == []
    assert find_places("瑞和苑") != []
