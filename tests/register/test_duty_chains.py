"""Chains and levels: shipped ones, own ones, what may be changed and by whom; plain rules."""

from __future__ import annotations

from datetime import date

import cast
import pytest
from casework.stage import Stage
from django.db import IntegrityError, transaction
from django.utils import translation
from register.duty_cast import area, chain, level, of, owned, spot

from linli.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from linli.register.duty.api import (
    MOST_LEVELS,
    Cause,
    Chain,
    ChainLevel,
    Laid,
    LevelDraft,
    Seat,
    add_chain,
    add_level,
    chain_by_id,
    chains_for,
    change_chain,
    change_level,
    charges_by_level,
    lay_charge,
    preset,
    presets,
    raise_level,
    remove_level,
)
from linli.register.duty.rules import in_force, judge

pytestmark = pytest.mark.django_db
DRAFT = LevelDraft(
    name="联户", name_en="Ten homes", laid_on=(Laid.ENTRANCE, Laid.HOME), must_cover=False, most_homes=12
)


@owned
def depths(chain_id: int) -> list[str]:
    return [one.name for one in ChainLevel.objects.filter(chain_id=chain_id).order_by("depth")]


class TestShipped:
    def test_the_four_of_the_field_are_there(self) -> None:
        found = presets()
        assert {code: len(one.levels) for code, one in found.items()} == {
            "five": 5, "branch": 4, "field": 3, "pyramid": 4,
        }  # fmt: skip
        assert [one.name for one in found["five"].levels] == ["指挥部", "班子领导", "机关干部", "居民区书记", "社工"]
        assert found["pyramid"].name == "1+23+155+1416"

    @pytest.mark.parametrize("code", ["five", "branch", "field", "pyramid"])
    def test_each_is_complete_in_both_languages_and_takes_root(self, stage: Stage, code: str) -> None:
        shipped = preset(code)
        assert all(one.name and one.name_en and one.laid_on for one in shipped.levels)
        with translation.override("en"):
            assert str(shipped) == shipped.name_en
        made = stage.do("dispatcher", add_chain, area=area(cast.TOWN), name=shipped.name, name_en=shipped.name_en,
                        levels=shipped.levels)  # fmt: skip
        assert depths(made.id) == [one.name for one in shipped.levels]
        assert any(one.must_cover for one in made.levels.all())

    def test_there_is_no_other(self) -> None:
        with pytest.raises(NotFound):
            preset("six")


class TestEditing:
    def test_a_level_is_added_changed_raised_and_removed(self, stage: Stage) -> None:
        which = chain().id
        new = stage.do("dispatcher", add_level, chain_id=which, draft=DRAFT)
        assert (new.depth, new.laid_on, new.must_cover, new.most_homes) == (3, ["entrance", "home"], False, 12)
        stage.do("dispatcher", raise_level, level_id=new.id)
        assert depths(which) == ["居民区", "联户", "楼组"]
        stage.do("dispatcher", raise_level, level_id=level(1).id)
        assert depths(which) == ["居民区", "联户", "楼组"], "the highest stays"
        stage.do("dispatcher", change_level, level_id=new.id, draft=LevelDraft("十户", laid_on=(Laid.HOME,)))
        assert depths(which) == ["居民区", "十户", "楼组"]
        stage.do("dispatcher", remove_level, level_id=new.id)
        assert depths(which) == ["居民区", "楼组"]
        assert level(2).name == "楼组", "what stood below it moved up"
        acts = {row["act"] for row in stage.ask("select act from audit_record where subject_kind = 'chain'")}
        assert acts == {"chain.level.add", "chain.level.raise", "chain.level.change", "chain.level.remove"}

    def test_a_level_with_charges_stays(self, stage: Stage) -> None:
        with pytest.raises(Conflict) as caught:
            stage.do("dispatcher", remove_level, level_id=level(2).id)
        assert caught.value.code == "level_has_charges"
        assert stage.see("dispatcher", lambda _me: charges_by_level(chain().id)) == {level(1).id: 1, level(2).id: 2}

    @pytest.mark.parametrize("draft", [
        LevelDraft(""), LevelDraft("x"), LevelDraft("x" * 61, laid_on=(Laid.HOME,)),
        LevelDraft("x", laid_on=(Laid.HOME,), most_doors=0), LevelDraft("x", laid_on=(Laid.HOME,), most_homes=-1),
        LevelDraft("x", "y" * 61, laid_on=(Laid.HOME,)),
    ])  # fmt: skip
    def test_a_level_needs_a_name_and_something_to_stand_on(self, stage: Stage, draft: LevelDraft) -> None:
        with pytest.raises(InvalidInput):
            stage.do("dispatcher", add_level, chain_id=chain().id, draft=draft)
        with pytest.raises(InvalidInput):
            stage.do("dispatcher", add_chain, area=area(cast.TOWN), name="新", levels=(draft,))

    def test_a_chain_has_so_many_levels_and_no_more(self, stage: Stage) -> None:
        for _ in range(MOST_LEVELS - 2):
            stage.do("dispatcher", add_level, chain_id=chain().id, draft=DRAFT)
        with pytest.raises(InvalidInput) as caught:
            stage.do("dispatcher", add_level, chain_id=chain().id, draft=DRAFT)
        assert caught.value.code == "levels_too_many"
        with pytest.raises(InvalidInput):
            stage.do("dispatcher", add_chain, area=area(cast.TOWN), name="新", levels=(DRAFT,) * (MOST_LEVELS + 1))

    def test_a_chain_is_renamed_and_put_aside(self, stage: Stage) -> None:
        stage.do("dispatcher", change_chain, chain_id=chain().id, name="两级", name_en="Two", is_active=False)
        found = stage.see("dispatcher", lambda _me: chain_by_id(chain().id))
        assert (found.name, found.is_active) == ("两级", False)
        assert stage.see("dispatcher", lambda _me: chains_for(area().path)) == []
        with pytest.raises(InvalidInput):
            stage.do("dispatcher", change_chain, chain_id=chain().id, name="  ")

    @pytest.mark.parametrize("who", ["worker", "head", "dispatcher_other", "building_head", "auditor"])
    def test_a_chain_of_the_town_is_the_towns(self, stage: Stage, who: str) -> None:
        for act, given in (
            (add_level, {"chain_id": chain().id, "draft": DRAFT}),
            (change_level, {"level_id": level(1).id, "draft": DRAFT}), (raise_level, {"level_id": level(2).id}),
            (remove_level, {"level_id": level(2).id}), (change_chain, {"chain_id": chain().id, "name": "x"}),
            (add_chain, {"area": area(cast.TOWN), "name": "x"}),
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                stage.do(who, act, **given)
        assert depths(chain().id) == ["居民区", "楼组"]

    def test_a_station_has_a_chain_of_its_own(self, stage: Stage) -> None:
        own = stage.do("head", add_chain, area=area(cast.STATION), name="站内", levels=(DRAFT,))
        near = stage.see("head", lambda _me: [one.id for one in chains_for(area().path)])
        assert near == [own.id, chain().id], "the nearest first"
        assert stage.see("head_other", lambda _me: [one.id for one in chains_for(area(cast.COUSIN_AREA).path)]) == [
            chain().id
        ]
        assert own.id in stage.see("dispatcher", lambda _me: [one.id for one in chains_for(area(cast.TOWN).path)])

    @pytest.mark.parametrize("act", [add_level, change_level, remove_level, raise_level])
    def test_what_does_not_exist_is_not_found(self, stage: Stage, act: object) -> None:
        given = {"chain_id": 9999} if act is add_level else {"level_id": 9999}
        draft = {"draft": DRAFT} if act in (add_level, change_level) else {}
        with pytest.raises(NotFound):
            stage.do("dispatcher", act, **given, **draft)  # type: ignore[arg-type]

    def test_charges_laid_before_stay_when_a_level_moves(self, stage: Stage) -> None:
        stage.do("dispatcher", change_level, level_id=level(2).id, draft=LevelDraft("楼组", laid_on=(Laid.HOME,)))
        with pytest.raises(InvalidInput):
            stage.do("head", lay_charge, level_id=level(2).id, spot=spot(), holder=of("worker"), seat=Seat.DEPUTY)
        assert stage.one("select count(*) from register_charge where level_id = %s", level(2).id) == 2

    def test_the_database_counts_from_one_and_each_depth_once(self, as_owner: None) -> None:
        for depth, name in ((0, "counted_from_one"), (1, "depth_once")):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                ChainLevel.objects.create(chain=Chain.objects.get(code="cast"), depth=depth, name="x", laid_on=["home"])


@pytest.mark.parametrize(("held", "fit", "gone", "cause"), [
    (0, 0, 0, Cause.GAP), (1, 1, 0, None), (1, 0, 1, Cause.LEFT), (1, 0, 0, Cause.AWAY), (2, 2, 0, Cause.OVERLAP),
    (2, 1, 1, None), (2, 1, 0, Cause.OVERLAP), (2, 0, 2, Cause.LEFT), (2, 0, 1, Cause.AWAY), (3, 2, 1, Cause.OVERLAP),
])  # fmt: skip
def test_what_is_wrong_with_so_many(held: int, fit: int, gone: int, cause: Cause | None) -> None:
    assert judge(held, fit, gone) is cause


@pytest.mark.parametrize(("starts", "ends", "holds"), [
    (1, None, True), (2, None, True), (3, None, False), (1, 3, True), (1, 2, False), (2, 2, False),
])  # fmt: skip
def test_a_term_holds_until_its_first_day_after(starts: int, ends: int | None, holds: bool) -> None:
    assert in_force(date(2026, 3, starts), (ends and date(2026, 3, ends)) or None, date(2026, 3, 2)) is holds  # type: ignore[arg-type]


@pytest.mark.parametrize("enum", [Seat, Cause, Laid])
def test_every_word_has_a_label(enum: type[Seat]) -> None:
    assert all(one.label for one in enum)
