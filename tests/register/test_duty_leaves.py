"""Leave, and who answers at a door while somebody is away."""

from __future__ import annotations

from datetime import date

import cast
import pytest
from casework.stage import Stage, unit
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from register.duty_cast import (
    DAY,
    LATER,
    TOMORROW,
    YESTERDAY,
    area,
    charge,
    level,
    of,
    owned,
    place,
    post,
    resident,
    spot,
)

from linli.kernel.errors import Conflict, Forbidden, InvalidInput, WrongState
from linli.register.duty.api import (
    Answering,
    Charge,
    Holder,
    Leave,
    Seat,
    answers_for,
    come_back,
    end_charge,
    go_on_leave,
    lay_charge,
    lay_duty,
)

pytestmark = pytest.mark.django_db
DEPUTY_LEFT = """update accounts_post set ends_on = '2026-03-01'
  where id = (select post_id from register_charge where seat = 'deputy')"""


def asked(stage: Stage, who: str = "worker", suffix: str = ".3.501", code: str = cast.HOME_AREA) -> list[Answering]:
    found = stage.see(who, lambda me: answers_for(me, place(suffix, code)))
    return list(found)


def deputy(stage: Stage, who: Holder) -> Charge:
    laid = stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=who, seat=Seat.DEPUTY)
    assert isinstance(laid, Charge)
    return laid


@owned
def leaves() -> list[Leave]:
    return list(Leave.objects.filter(starts_on__gte=date(2025, 1, 1)).order_by("id"))


class TestAnswering:
    def test_everybody_is_named_from_the_door_upwards_then_the_units(self, stage: Stage) -> None:
        assert [(one.level, one.name, one.where, one.seat, one.unit_kind) for one in asked(stage)] == [
            ("楼组", "building head", "3号楼", Seat.ACCOUNTABLE, ""),
            ("居民区", "worker", area().name, Seat.ACCOUNTABLE, ""),
            ("", "瑞和物业", "瑞和苑", Seat.ACCOUNTABLE, "property_firm"),
        ]

    def test_in_one_statement(self, stage: Stage) -> None:
        home = place(".3.501")
        me = stage._acting("worker")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(answers_for(me, home)) == 3
        assert len(queries) == 1

    def test_the_card_tells_how_to_reach_him(self, stage: Stage) -> None:
        assert asked(stage)[0].reach == "居委会值班室"
        stage.own("update register_card set withdrawn_at = now()")
        assert asked(stage)[0].reach == ""

    def test_a_second_head_and_a_deputy_stand_behind_the_accountable(self, stage: Stage) -> None:
        deputy(stage, of("worker"))
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("head"), seat=Seat.CO_HEAD)
        assert [(one.seat, one.name) for one in asked(stage)[:3]] == [
            (Seat.ACCOUNTABLE, "building head"), (Seat.CO_HEAD, "head"), (Seat.DEPUTY, "worker"),
        ]  # fmt: skip

    def test_a_resident_is_named_on_site_masked_in_town_and_not_above(self, stage: Stage) -> None:
        readers = ("worker_cousin", "head_other", "dispatcher", "district", "auditor", "worker", "building_head")
        names = {who: asked(stage, who, ".3", cast.COUSIN_AREA)[0] for who in readers}
        assert {who: one.name for who, one in names.items()} == {
            "worker_cousin": "王阿婆", "head_other": "王阿婆", "dispatcher": "王*", "district": "", "auditor": "",
            "worker": "", "building_head": "",
        }  # fmt: skip
        assert all(one.is_resident and one.level == "楼组" for one in names.values())

    def test_units_do_not_ask_here(self, stage: Stage) -> None:
        with pytest.raises(Forbidden):
            asked(stage, "responder", ".3")

    def test_in_english_the_levels_are_english(self, stage: Stage) -> None:
        with translation.override("en"):
            assert [one.level for one in asked(stage)[:2]] == ["Building", "Committee"]

    def test_who_has_left_answers_for_nothing(self, stage: Stage) -> None:
        stage.own("update accounts_post set ends_on = '2026-03-01' where id = %s", post("building_head").id)
        assert [one.level for one in asked(stage)] == ["居民区", ""]

    @pytest.mark.parametrize("change", [
        "update register_chain set is_active = false", "update register_charge set ends_on = '2026-03-02'",
        "update register_charge set starts_on = '2026-03-03'",
    ])  # fmt: skip
    def test_what_does_not_hold_is_not_told(self, stage: Stage, change: str) -> None:
        stage.own(change)
        assert [one.unit_kind for one in asked(stage)] == ["property_firm"]

    def test_a_unit_laid_nearer_is_told_as_well(self, stage: Stage) -> None:
        stage.do("head", lay_duty, place=place(), unit=unit("property_other"))
        assert {one.name for one in asked(stage) if one.unit_kind} == {"瑞和物业", "安居物业"}


class TestLeave:
    def test_a_stand_in_takes_his_place_in_the_answer(self, stage: Stage) -> None:
        stands = deputy(stage, of("worker"))
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, ends_on=LATER, stand_in=stands)
        first = asked(stage)[0]
        assert (first.name, first.instead_of, first.away, first.seat) == (
            "worker", "building head", False, Seat.ACCOUNTABLE,
        )  # fmt: skip
        assert stage.one("select count(*) from audit_record where act = 'charge.leave'") == 1

    def test_a_post_may_stand_in(self, stage: Stage) -> None:
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, stand_in_post=post("head"))
        assert (asked(stage)[0].name, asked(stage)[0].instead_of) == ("head", "building head")

    def test_a_resident_may_stand_in_and_is_masked_in_town(self, stage: Stage) -> None:
        stands = deputy(stage, Holder(person=resident()))
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, stand_in=stands)
        assert (asked(stage)[0].name, asked(stage)[0].is_resident) == ("王阿婆", True)
        assert asked(stage, "dispatcher", ".3")[0].name == "王*"

    def test_without_one_he_is_told_as_away(self, stage: Stage) -> None:
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY)
        assert (asked(stage)[0].name, asked(stage)[0].away) == ("building head", True)

    @pytest.mark.parametrize("change", [
        "update register_charge set ends_on = '2026-03-02' where seat = 'deputy'",
        DEPUTY_LEFT,
    ])  # fmt: skip
    def test_a_stand_in_who_is_gone_stands_in_for_nobody(self, stage: Stage, change: str) -> None:
        stands = deputy(stage, of("worker_sibling"))
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, stand_in=stands)
        stage.own(change)
        assert (asked(stage)[0].name, asked(stage)[0].away) == ("building head", True)

    @pytest.mark.parametrize(("starts_on", "ends_on", "away"), [
        (DAY, None, True), (YESTERDAY, TOMORROW, True), (YESTERDAY, DAY, False), (TOMORROW, None, False),
    ])  # fmt: skip
    def test_it_counts_from_its_first_day_until_he_is_back(
        self, stage: Stage, starts_on: date, ends_on: date | None, away: bool
    ) -> None:
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=starts_on, ends_on=ends_on)
        assert asked(stage)[0].away is away

    def test_back_he_answers_again(self, stage: Stage) -> None:
        leave = stage.do("head", go_on_leave, charge_id=charge().id, starts_on=YESTERDAY, stand_in_post=post("head"))
        stage.do("head", come_back, leave_id=leave.id)
        assert (asked(stage)[0].name, asked(stage)[0].instead_of) == ("building head", "")
        assert leaves()[0].ends_on == DAY
        with pytest.raises(WrongState):
            stage.do("head", come_back, leave_id=leave.id)

    def test_a_leave_to_come_is_called_off(self, stage: Stage) -> None:
        leave = stage.do("head", go_on_leave, charge_id=charge().id, starts_on=LATER)
        stage.do("head", come_back, leave_id=leave.id)
        assert leaves()[0].ends_on == LATER
        assert stage.do("head", go_on_leave, charge_id=charge().id, starts_on=LATER).id

    @pytest.mark.parametrize("on", [date(2026, 2, 1), LATER])
    def test_back_on_a_day_of_the_leave_alone(self, stage: Stage, on: date) -> None:
        leave = stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, ends_on=TOMORROW)
        with pytest.raises(InvalidInput):
            stage.do("head", come_back, leave_id=leave.id, on=on)

    def test_two_leaves_do_not_overlap(self, stage: Stage) -> None:
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, ends_on=LATER)
        with pytest.raises(Conflict):
            stage.do("head", go_on_leave, charge_id=charge().id, starts_on=TOMORROW)
        stage.do("head", go_on_leave, charge_id=charge().id, starts_on=LATER)

    def test_the_database_refuses_it_too(self, as_owner: None) -> None:
        own = charge()
        Leave.objects.create(area_id=own.area_id, charge_id=own.id, starts_on=DAY)
        with pytest.raises(IntegrityError, match="leave_one_at_a_time"), transaction.atomic():
            Leave.objects.create(area_id=own.area_id, charge_id=own.id, starts_on=LATER)
        with pytest.raises(IntegrityError, match="leave_not_by_himself"), transaction.atomic():
            Leave.objects.create(
                area_id=own.area_id, charge_id=own.id, starts_on=date(2020, 1, 1), ends_on=DAY, stand_in_id=own.id
            )

    @pytest.mark.parametrize("wrong", ["himself", "his_post", "over", "both"])
    def test_who_cannot_stand_in(self, stage: Stage, wrong: str) -> None:
        stands = deputy(stage, of("worker"))
        if wrong == "over":
            stage.do("head", end_charge, charge_id=stands.id)
            stands.ends_on = DAY
        given = {
            "himself": {"stand_in": charge()}, "his_post": {"stand_in_post": post("building_head")},
            "over": {"stand_in": stands}, "both": {"stand_in": stands, "stand_in_post": post("head")},
        }[wrong]  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, **given)
        assert caught.value.code == "stand_in_wrong"

    def test_no_leave_from_what_is_over_and_none_backwards(self, stage: Stage) -> None:
        with pytest.raises(InvalidInput):
            stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY, ends_on=DAY)
        stage.do("head", end_charge, charge_id=charge().id, on=TOMORROW)
        with pytest.raises(WrongState):
            stage.do("head", go_on_leave, charge_id=charge().id, starts_on=LATER)

    @pytest.mark.parametrize("who", ["worker", "head_other", "building_head", "responder"])
    def test_nobody_else_notes_a_leave(self, stage: Stage, who: str) -> None:
        with pytest.raises(Forbidden):
            stage.do(who, go_on_leave, charge_id=charge().id, starts_on=DAY)
        leave = stage.do("head", go_on_leave, charge_id=charge().id, starts_on=DAY)
        with pytest.raises(Forbidden):
            stage.do(who, come_back, leave_id=leave.id)
