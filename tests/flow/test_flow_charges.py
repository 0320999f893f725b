"""Whoever was charged with a place hears of it, when he has an account."""

from __future__ import annotations

import pytest
from casework.stage import Stage
from django.utils import translation
from register.duty_cast import DAY, area, charge, level, of, owned, place, resident, spot

from linli.notices.api import notices_for, words
from linli.register.duty.api import Holder, Seat, Spot, end_charge, hand_over, lay_charge, lay_for_many
from linli.register.places.api import Place

pytestmark = pytest.mark.django_db


def heard(stage: Stage, who: str, language: str = "zh-hans") -> list[str]:
    stage.deliver_all()
    with translation.override(language):
        return [words(one.template, one.params) for one in stage.see(who, notices_for)]


@owned
def entrances(count: int) -> list[Spot]:
    building = place()
    return [
        Spot(area(), Place.objects.create(
            code=f"flow.e{nth}", kind="entrance", area_id=building.area_id, parent_id=building.id,
            compound_id=building.compound_id, name=f"{nth}单元", address=f"3号楼{nth}单元",
        ))
        for nth in range(count)
    ]  # fmt: skip


def test_a_building_head_hears_what_he_answers_for(stage: Stage) -> None:
    (one,) = entrances(1)
    stage.do("head", lay_charge, level_id=level(2).id, spot=one, holder=of("building_head"))
    assert heard(stage, "building_head") == ["您现在包干：3号楼0单元（楼组）"]
    assert heard(stage, "building_head", "en") == ["You answer now for 3号楼0单元 (楼组)"]
    assert heard(stage, "worker") == []


def test_a_whole_list_is_one_notice(stage: Stage) -> None:
    stage.do("head", lay_for_many, level_id=level(2).id, spots=entrances(3), holder=of("building_head"))
    assert heard(stage, "building_head") == ["您现在包干：3号楼0单元 等，另有 2 处（楼组）"]


def test_who_takes_over_hears_it_and_who_gives_up_does_not(stage: Stage) -> None:
    stage.do("head", hand_over, charge_id=charge().id, holder=of("worker"), on=DAY)
    assert len(heard(stage, "worker")) == 1
    assert heard(stage, "building_head") == []


def test_a_resident_has_no_account_to_be_told(stage: Stage) -> None:
    stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=Holder(person=resident()), seat=Seat.DEPUTY)
    stage.deliver_all()
    assert stage.notices("charged%") == []


def test_an_end_is_told_to_nobody(stage: Stage) -> None:
    stage.do("head", end_charge, charge_id=charge().id)
    assert heard(stage, "building_head") == []
