"""Laying, ending and handing over charges: who may, what is refused, and what stays as history."""

from __future__ import annotations

from datetime import date

import cast
import pytest
from casework.stage import Stage
from django.db import IntegrityError, transaction
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

from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, WrongState
from linli.register.duty.api import (
    Charge,
    Holder,
    Leave,
    Seat,
    Spot,
    accountable_on,
    charges_of_person,
    charges_of_post,
    charges_on,
    end_charge,
    end_charges_of,
    go_on_leave,
    hand_over,
    lay_charge,
    lay_for_many,
)
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db
MERGED = """update register_person set merged_into_id =
  (select p.id from register_person p where p.home_id is null limit 1) where home_id is not null"""


@owned
def kept(charge_id: int) -> Charge:
    return Charge.objects.get(id=charge_id)


@owned
def found(code: str) -> Place:
    return Place.objects.get(code=code)


def trail(stage: Stage, act: str) -> int:
    return int(stage.one("select count(*) from audit_record where act = %s", act))


def code_of(caught: pytest.ExceptionInfo[BaseException]) -> str:
    return str(getattr(caught.value, "code", ""))


def test_a_resident_is_charged_without_an_account(stage: Stage) -> None:
    sibling = spot(".3", cast.SIBLING_AREA)
    who = Holder(person=resident(cast.SIBLING_AREA))
    laid = stage.do("head", lay_charge, level_id=level(2).id, spot=sibling, holder=who)
    assert (laid.person_id, laid.post_id, laid.seat) == (who.key["person_id"], None, Seat.ACCOUNTABLE)
    assert (laid.starts_on, laid.ends_on) == (DAY, None)
    assert accountable_on(level(2).id, sibling, DAY) == laid
    assert trail(stage, "charge.lay") == 1


@pytest.mark.parametrize("who", ["worker", "responder", "building_head", "auditor", "head_other", "dispatcher_other"])
def test_only_who_leads_the_place_lays_charges(stage: Stage, who: str) -> None:
    given = {"level_id": level(2).id, "spot": spot(), "holder": of("worker"), "seat": Seat.DEPUTY}
    with pytest.raises(Forbidden):
        stage.do(who, lay_charge, **given)
    for leader in ("head", "dispatcher", "district"):
        assert stage.do(leader, lay_charge, **given).id
        Charge.objects.filter(seat=Seat.DEPUTY).update(ends_on=DAY)


def test_one_spot_has_one_accountable_at_a_level(stage: Stage) -> None:
    with pytest.raises(Conflict) as caught:
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker"))
    assert code_of(caught) == "spot_taken"
    assert "3号楼" in str(caught.value)
    for seat in (Seat.CO_HEAD, Seat.DEPUTY):
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker"), seat=seat)
        Charge.objects.filter(seat=seat).update(ends_on=DAY)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "taken"),
    [
        (DAY, None, True), (date(2020, 1, 1), cast.SINCE, False), (date(2020, 1, 1), None, True),
        (LATER, None, True), (cast.SINCE, cast.SINCE, False),
    ],
)  # fmt: skip
def test_the_database_itself_refuses_a_second_accountable_in_the_same_days(
    as_owner: None, starts_on: date, ends_on: date | None, taken: bool
) -> None:
    row = Charge(
        level=level(2), area=area(), place_id=place().id, post=post("worker"), starts_on=starts_on, ends_on=ends_on
    )
    if not taken:
        row.save()
        return
    with pytest.raises(IntegrityError, match="charge_one_accountable"), transaction.atomic():
        row.save()
    row.seat = Seat.CO_HEAD
    row.save()


def test_an_area_and_a_place_of_the_same_number_are_two_spots(as_owner: None) -> None:
    Place.objects.create(id=area().id + 100_000, code="same", kind="building", area=area(), name="x")
    twin = Charge(level=level(2), area=area(), place_id=area().id + 100_000, post=post("worker"), starts_on=DAY)
    twin.save()
    Charge(level=level(2), area_id=area().id, post=post("worker"), starts_on=DAY).save()


@pytest.mark.parametrize(
    ("holder", "ends_on", "name"),
    [(("post", "person"), None, "one_holder"), ((), None, "one_holder"), (("post",), YESTERDAY, "runs_forward")],
)
def test_the_database_refuses_what_no_act_would_write(
    as_owner: None, holder: tuple[str, ...], ends_on: date | None, name: str
) -> None:
    given = {
        "post_id": post("worker").id if "post" in holder else None,
        "person_id": resident().id if "person" in holder else None,
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Charge.objects.create(
            level=level(2), area=area(), starts_on=DAY, ends_on=ends_on, seat=Seat.DEPUTY, **given
        )  # fmt: skip


def test_who_answers_there_already_is_not_charged_twice(stage: Stage) -> None:
    with pytest.raises(Conflict) as caught:
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("building_head"), seat=Seat.CO_HEAD)
    assert code_of(caught) == "charge_doubled"


@pytest.mark.parametrize(
    ("depth", "suffix", "code"), [(2, ".3.501", "level_not_laid_here"), (2, None, "level_not_laid_here"),
                                  (1, ".3", "level_not_laid_here")],
)  # fmt: skip
def test_a_level_is_laid_on_its_own_kinds_alone(stage: Stage, depth: int, suffix: str | None, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("head", lay_charge, level_id=level(depth).id, spot=spot(suffix), holder=of("worker"))
    assert code_of(caught) == code


def test_a_chain_holds_in_its_area_alone_and_while_it_is_active(stage: Stage) -> None:
    foreign = spot(".3", cast.FOREIGN_AREA)
    with pytest.raises(InvalidInput) as caught:
        stage.do("district", lay_charge, level_id=level(2).id, spot=foreign, holder=of("worker"))
    assert code_of(caught) == "spot_outside_chain"
    stage.own("update register_chain set is_active = false")
    with pytest.raises(InvalidInput) as caught:
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker"), seat=Seat.DEPUTY)
    assert code_of(caught) == "level_not_laid_here"


@pytest.mark.parametrize(
    "change",
    [
        "update register_person set left_on = '2026-03-02'",
        MERGED,
    ],
)
def test_who_has_left_is_charged_with_nothing(stage: Stage, change: str) -> None:
    stage.own(change)
    with pytest.raises(InvalidInput) as caught:
        stage.do(
            "head", lay_charge, level_id=level(2).id, spot=spot(), holder=Holder(person=resident()), seat=Seat.DEPUTY
        )
    assert code_of(caught) == "holder_gone"


def test_a_post_that_has_ended_is_charged_with_nothing(stage: Stage) -> None:
    stage.own("update accounts_post set ends_on = '2026-03-01' where id = %s", post("worker_cousin").id)
    with pytest.raises(InvalidInput) as caught:
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker_cousin"), seat=Seat.DEPUTY)
    assert code_of(caught) == "holder_gone"


@pytest.mark.parametrize("ends_on", [DAY, YESTERDAY])
def test_a_term_has_a_day_at_least(stage: Stage, ends_on: date) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker"), seat=Seat.DEPUTY,
                 ends_on=ends_on)  # fmt: skip
    assert code_of(caught) == "term_backwards"


@pytest.mark.parametrize("holders", [{}, {"post": object(), "person": object()}])
def test_a_holder_is_one(holders: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Holder(**holders)  # type: ignore[arg-type]


class TestManyAtOnce:
    def buildings(self, stage: Stage, count: int) -> list[Spot]:
        made = []
        for nth in range(count):
            stage.own(
                "insert into register_place (code, kind, area_id, name, address, subkind) values"
                " (%s, 'building', %s, %s, '', '')", f"many{nth}", area().id, f"{nth}号楼",
            )  # fmt: skip
            made.append(Spot(area(), found(f"many{nth}")))
        return made

    def test_one_person_gets_a_list_of_buildings(self, stage: Stage) -> None:
        spots = self.buildings(stage, 3)
        laid = stage.do("head", lay_for_many, level_id=level(2).id, spots=spots, holder=of("building_head"))
        assert [one.place_id for one in laid] == [one.place.id for one in spots if one.place]
        assert len(charges_of_post(post("building_head").id, DAY)) == 4
        assert trail(stage, "charge.lay") == 3

    def test_all_or_none(self, stage: Stage) -> None:
        spots = [*self.buildings(stage, 2), spot()]
        with pytest.raises(Conflict) as caught:
            stage.do("head", lay_for_many, level_id=level(2).id, spots=spots, holder=of("worker"))
        assert "3号楼" in str(caught.value)
        assert "0号楼" not in str(caught.value)
        assert not Charge.objects.filter(place_id__in=[one.place.id for one in spots[:2] if one.place]).exists()

    def test_one_place_outside_refuses_all(self, stage: Stage) -> None:
        spots = [*self.buildings(stage, 1), spot(".3", cast.VILLAGE_AREA)]
        with pytest.raises(Forbidden):
            stage.do("head", lay_for_many, level_id=level(2).id, spots=spots, holder=of("worker"))

    def test_nothing_is_no_list(self, stage: Stage) -> None:
        with pytest.raises(InvalidInput):
            stage.do("head", lay_for_many, level_id=level(2).id, spots=[], holder=of("worker"))


class TestEnding:
    def test_from_that_day_on_nobody_answers(self, stage: Stage) -> None:
        stage.do("head", end_charge, charge_id=charge().id)
        assert kept(charge().id).ends_on == DAY
        assert accountable_on(level(2).id, spot(), YESTERDAY) is not None
        assert accountable_on(level(2).id, spot(), DAY) is None
        assert trail(stage, "charge.end") == 1

    def test_a_day_to_come_may_be_named(self, stage: Stage) -> None:
        stage.do("head", end_charge, charge_id=charge().id, on=LATER)
        assert accountable_on(level(2).id, spot(), DAY) is not None
        assert accountable_on(level(2).id, spot(), LATER) is None
        stage.do("head", end_charge, charge_id=charge().id, on=TOMORROW)
        assert kept(charge().id).ends_on == TOMORROW

    def test_laid_by_mistake_today_it_never_held(self, stage: Stage) -> None:
        sibling = spot(".3", cast.SIBLING_AREA)
        laid = stage.do("head", lay_charge, level_id=level(2).id, spot=sibling, holder=of("worker"))
        stage.do("head", end_charge, charge_id=laid.id)
        assert kept(laid.id).ends_on == kept(laid.id).starts_on == DAY
        assert stage.do("head", lay_charge, level_id=level(2).id, spot=sibling, holder=of("head")).id

    def test_one_that_has_not_begun_is_called_off(self, stage: Stage) -> None:
        sibling = spot(".3", cast.SIBLING_AREA)
        laid = stage.do("head", lay_charge, level_id=level(2).id, spot=sibling, holder=of("worker"), starts_on=LATER)
        stage.do("head", end_charge, charge_id=laid.id)
        assert kept(laid.id).ends_on == LATER

    def test_what_is_over_is_over(self, stage: Stage) -> None:
        stage.do("head", end_charge, charge_id=charge().id)
        for act, given in ((end_charge, {}), (hand_over, {"holder": of("worker")})):
            with pytest.raises(WrongState) as caught:
                stage.do("head", act, charge_id=charge().id, **given)
            assert code_of(caught) == "charge_over"

    def test_an_end_before_the_beginning_is_none(self, stage: Stage) -> None:
        with pytest.raises(InvalidInput):
            stage.do("head", end_charge, charge_id=charge().id, on=date(2020, 1, 1))

    @pytest.mark.parametrize("who", ["worker", "head_other", "building_head", "responder", "auditor"])
    def test_nobody_else_ends_one(self, stage: Stage, who: str) -> None:
        with pytest.raises(Forbidden):
            stage.do(who, end_charge, charge_id=charge().id)
        assert kept(charge().id).ends_on is None

    def test_what_does_not_exist_is_not_found(self, stage: Stage) -> None:
        with pytest.raises(NotFound):
            stage.do("head", end_charge, charge_id=999_999)


class TestHandingOver:
    def test_there_is_no_day_without_somebody_and_none_with_two(self, stage: Stage) -> None:
        old = charge()
        new = stage.do("head", hand_over, charge_id=old.id, holder=of("worker"), on=TOMORROW)
        for day, holder in ((DAY, old.id), (TOMORROW, new.id), (LATER, new.id)):
            found = accountable_on(level(2).id, spot(), day)
            assert found is not None and found.id == holder, day
        assert kept(old.id).handed_over_to_id == new.id
        assert [one.id for one in charges_on(spot(), level_id=level(2).id)] == [new.id, old.id]
        assert trail(stage, "charge.hand_over") == 1

    def test_seat_and_planned_end_go_over_and_a_leave_ends(self, stage: Stage) -> None:
        old = stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("head"), seat=Seat.DEPUTY,
                       ends_on=LATER)  # fmt: skip
        stage.do("head", go_on_leave, charge_id=old.id, starts_on=DAY)
        new = stage.do("head", hand_over, charge_id=old.id, holder=Holder(person=resident()), on=TOMORROW)
        assert (new.seat, new.ends_on, new.starts_on) == (Seat.DEPUTY, LATER, TOMORROW)
        assert Leave.objects.get(charge=old).ends_on == TOMORROW

    def test_from_today_unless_said_otherwise(self, stage: Stage) -> None:
        new = stage.do("head", hand_over, charge_id=charge().id, holder=of("worker"))
        assert new.starts_on == DAY

    @pytest.mark.parametrize("on", [date(2020, 1, 1), LATER])
    def test_only_on_a_day_on_which_it_holds(self, stage: Stage, on: date) -> None:
        stage.do("head", end_charge, charge_id=charge().id, on=LATER)
        with pytest.raises(InvalidInput) as caught:
            stage.do("head", hand_over, charge_id=charge().id, holder=of("worker"), on=on)
        assert code_of(caught) == "term_backwards"

    def test_not_to_himself(self, stage: Stage) -> None:
        with pytest.raises(InvalidInput) as caught:
            stage.do("head", hand_over, charge_id=charge().id, holder=of("building_head"))
        assert code_of(caught) == "holder_same"

    def test_what_was_planned_for_later_is_not_run_over(self, stage: Stage) -> None:
        stage.do("head", end_charge, charge_id=charge().id, on=LATER)
        stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker"), starts_on=LATER)
        new = stage.do("head", hand_over, charge_id=charge().id, holder=of("head"), on=TOMORROW)
        assert new.ends_on == LATER

    @pytest.mark.parametrize("who", ["worker", "head_other", "building_head"])
    def test_nobody_else_hands_one_over(self, stage: Stage, who: str) -> None:
        with pytest.raises(Forbidden):
            stage.do(who, hand_over, charge_id=charge().id, holder=of("worker"))


class TestLeavingAPost:
    def test_everything_he_has_ends_that_day(self, stage: Stage) -> None:
        sibling = spot(".3", cast.SIBLING_AREA)
        stage.do("head", lay_charge, level_id=level(2).id, spot=sibling, holder=of("building_head"))
        planned = stage.do(
            "head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("head"), seat=Seat.DEPUTY, starts_on=LATER
        )
        assert charges_of_post(post("head").id, DAY) == [planned], "also what has not begun"
        ended = stage.do("head", end_charges_of, holder=of("building_head"))
        assert len(ended) == 2
        assert charges_of_post(post("building_head").id, DAY) == []

    def test_a_residents_charges_end_with_him(self, stage: Stage) -> None:
        who = Holder(person=resident(cast.COUSIN_AREA))
        assert len(stage.see("dispatcher", lambda _me: charges_of_person(resident(cast.COUSIN_AREA).id, DAY))) == 1
        assert len(stage.do("dispatcher", end_charges_of, holder=who)) == 1
        assert charges_of_person(resident(cast.COUSIN_AREA).id, DAY) == []

    def test_what_lies_elsewhere_is_left_to_those_there(self, stage: Stage) -> None:
        cousin = spot(".3", cast.COUSIN_AREA)
        stage.do("dispatcher", lay_charge, level_id=level(2).id, spot=cousin, holder=of("building_head"),
                 seat=Seat.DEPUTY)  # fmt: skip
        assert len(stage.do("head", end_charges_of, holder=of("building_head"))) == 1
        assert len(charges_of_post(post("building_head").id, DAY)) == 1
        with pytest.raises(Forbidden):
            stage.do("head", end_charges_of, holder=of("building_head"))
