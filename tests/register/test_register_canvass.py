"""Drawing up a canvass, going from home to home, and who may."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import cast
import pytest
from casework.stage import Stage

from linli.access.api import as_system
from linli.calendar.api import today
from linli.kernel.errors import Forbidden, InvalidInput, LinliError, NotFound, WrongState
from linli.register.canvass.api import (
    Canvass,
    CanvassAct,
    Channel,
    Chosen,
    Claim,
    Outcome,
    Target,
    TargetState,
    attempts_at,
    canvass_by_id,
    canvasses,
    change_canvass,
    compare_with_register,
    draw_up,
    homes_with_gaps,
    leave_out,
    progress,
    remaining,
    take_back,
    target_by_id,
    try_home,
)
from linli.territory.api import Area, area_by_code

pytestmark = pytest.mark.django_db
GOOD = {"use": "yes", "people": "yes", "away": "no", "measures": "none", "holes": "no"}
SOON = timedelta(days=5)


def home_area() -> Area:
    return area_by_code(cast.HOME_AREA)


def drawn(stage: Stage, who: str = "worker", *, area: str = cast.HOME_AREA, **given: object) -> Canvass:
    asked = {
        "title": "冬季走访", "purpose": "看看取暖是否安全", "form": "four_checks", "due_on": today() + SOON,
        "chosen": Chosen(),
    }  # fmt: skip
    made = stage.do(who, draw_up, area=area_by_code(area), **(asked | given))
    assert isinstance(made, Canvass)
    return made


def opened(stage: Stage, **given: object) -> Canvass:
    made = drawn(stage, **given)
    stage.do("worker", change_canvass, canvass_id=made.id, act=CanvassAct.OPEN)
    return made


def target_of(canvass: Canvass) -> Target:
    with as_system():
        return Target.objects.select_related("home", "area").get(canvass=canvass)


def tried(stage: Stage, canvass: Canvass, outcome: Outcome, who: str = "worker", **given: object) -> Target:
    asked = {"channel": Channel.MESSAGE, "outcome": outcome} | given
    got = stage.do(who, try_home, target_id=target_of(canvass).id, **asked)
    assert isinstance(got, Target)
    return got


class TestDrawingUp:
    @pytest.mark.parametrize("chosen", [
        Chosen(), Chosen(uses=("owned",)), Chosen(tags=("living_alone",)), Chosen(unseen_days=30),
        Chosen(uses=("owned", "let"), tags=("living_alone", "aged"), unseen_days=1),
    ])  # fmt: skip
    def test_the_homes_are_those_that_fit(self, stage: Stage, chosen: Chosen) -> None:
        made = drawn(stage, chosen=chosen)
        assert target_of(made).home.name == "501室"
        assert tuple(made.chosen["uses"]) == chosen.uses

    @pytest.mark.parametrize("chosen", [
        Chosen(uses=("empty",)), Chosen(tags=("dialysis",)), Chosen(unseen_days=20_000), Chosen(place_id=-1),
    ])  # fmt: skip
    def test_a_choice_that_fits_no_home_draws_up_nothing(self, stage: Stage, chosen: Chosen) -> None:
        with pytest.raises(InvalidInput) as refused:
            drawn(stage, chosen=chosen)
        assert refused.value.code == "canvass_empty"
        assert stage.ask("select * from register_canvass where state <> 'draft' or form <> ''") == []

    @pytest.mark.parametrize("suffix", ["", ".3"])
    def test_a_compound_or_a_building_can_be_chosen(self, stage: Stage, suffix: str) -> None:
        place = stage.one("select id from register_place where code = %s", f"cast.{cast.HOME_AREA}{suffix}")
        assert target_of(drawn(stage, chosen=Chosen(place_id=place))).state == "waiting"

    @pytest.mark.parametrize("given", [
        {"title": "  "}, {"purpose": ""}, {"form": "income"}, {"due_on": date(2020, 1, 1)},
    ])  # fmt: skip
    def test_what_is_not_explained_is_refused(self, stage: Stage, given: dict[str, object]) -> None:
        with pytest.raises(InvalidInput):
            drawn(stage, **given)

    @pytest.mark.parametrize("who", ["dispatcher", "district", "auditor", "responder", "worker_sibling"])
    def test_only_those_on_site_draw_up(self, stage: Stage, who: str) -> None:
        with pytest.raises(Forbidden):
            drawn(stage, who)

    def test_a_station_head_covers_all_his_committees(self, stage: Stage) -> None:
        made = drawn(stage, "head", area=cast.STATION)
        stage._acting("head")
        areas = {target.area.code for target in Target.objects.filter(canvass=made).select_related("area")}
        assert areas == {cast.HOME_AREA, cast.SIBLING_AREA}


class TestWalking:
    def test_a_draft_is_not_walked_and_a_closed_one_neither(self, stage: Stage) -> None:
        made = drawn(stage)
        with pytest.raises(WrongState):
            tried(stage, made, Outcome.NOBODY)
        stage.do("worker", change_canvass, canvass_id=made.id, act=CanvassAct.OPEN)
        stage.do("worker", change_canvass, canvass_id=made.id, act=CanvassAct.CLOSE)
        with pytest.raises(WrongState):
            tried(stage, made, Outcome.NOBODY)
        stage.do("worker", change_canvass, canvass_id=made.id, act=CanvassAct.REOPEN)
        assert tried(stage, made, Outcome.NOBODY).state == TargetState.TRIED

    def test_what_the_table_forbids_changes_nothing(self, stage: Stage) -> None:
        made = drawn(stage)
        with pytest.raises(WrongState):
            stage.do("worker", change_canvass, canvass_id=made.id, act=CanvassAct.CLOSE)
        assert stage.one("select state from register_canvass where id = %s", made.id) == "draft"

    def test_nobody_answered_proposes_the_next_way_tomorrow(self, stage: Stage) -> None:
        got = tried(stage, opened(stage), Outcome.NOBODY, words="敲门无人")
        assert (got.state, got.tries, got.next_channel) == ("tried", 1, "intercom")
        assert got.next_on == today() + timedelta(days=1)

    def test_a_day_of_ones_own_is_kept(self, stage: Stage) -> None:
        day = today() + timedelta(days=3)
        assert tried(stage, opened(stage), Outcome.LATER, next_on=day).next_on == day

    def test_whoever_is_reached_answers_everything_or_nothing_is_noted(self, stage: Stage) -> None:
        made = opened(stage)
        with pytest.raises(InvalidInput) as refused:
            tried(stage, made, Outcome.REACHED, answers={"use": "yes"})
        assert refused.value.detail["questions"] == ["people", "away", "measures", "holes"]
        assert target_of(made).tries == 0
        assert stage.ask("select * from register_attempt where key is not null or channel <> 'door'") == []
        got = tried(stage, made, Outcome.REACHED, answers=GOOD)
        assert (got.state, got.gaps, got.next_on) == ("done", 0, None)
        assert got.done_at is not None

    def test_answers_that_show_a_gap_are_listed(self, stage: Stage) -> None:
        made = opened(stage)
        tried(stage, made, Outcome.REACHED, answers=GOOD | {"holes": "yes", "use": "no"})
        stage._acting("worker")
        me = stage._acting("worker")
        assert [one.gaps for one in homes_with_gaps(me, made)] == [2]

    def test_a_repeat_with_the_same_key_does_nothing(self, stage: Stage) -> None:
        made, key = opened(stage), str(uuid4())
        for _ in range(3):
            got = tried(stage, made, Outcome.NOBODY, key=key)
        assert got.tries == 1
        assert len(stage.ask("select * from register_attempt where key is not null")) == 1

    def test_a_refusal_can_turn_into_an_answer(self, stage: Stage) -> None:
        made = opened(stage)
        assert tried(stage, made, Outcome.REFUSED).state == "refused"
        with pytest.raises(WrongState):
            tried(stage, made, Outcome.NOBODY)
        assert tried(stage, made, Outcome.REACHED, answers=GOOD).state == "done"

    def test_leaving_out_needs_a_reason_and_can_be_taken_back(self, stage: Stage) -> None:
        made = opened(stage)
        target = target_of(made)
        with pytest.raises(InvalidInput):
            stage.do("worker", leave_out, target_id=target.id, words=" ")
        stage.do("worker", leave_out, target_id=target.id, words="已拆迁")
        assert target_of(made).state == "dropped"
        stage.do("worker", take_back, target_id=target.id)
        again = target_of(made)
        assert (again.state, again.next_on, again.next_channel) == ("tried", today(), "door")

    def test_taking_back_forgets_the_answers_and_keeps_the_tries(self, stage: Stage) -> None:
        made = opened(stage)
        tried(stage, made, Outcome.REACHED, answers=GOOD | {"use": "no"})
        stage.do("worker", take_back, target_id=target_of(made).id)
        again = target_of(made)
        assert (again.answers, again.gaps, again.done_at, again.tries) == ({}, 0, None, 1)
        stage._acting("worker")
        assert len(attempts_at(again)) == 1

    @pytest.mark.parametrize(("who", "refusal"), [
        ("worker_sibling", NotFound), ("dispatcher", Forbidden), ("responder", LinliError), ("auditor", LinliError),
    ])  # fmt: skip
    def test_nobody_else_walks(self, stage: Stage, who: str, refusal: type[LinliError]) -> None:
        made = opened(stage)
        target = target_of(made)
        with pytest.raises(refusal):
            stage.do(who, try_home, target_id=target.id, channel=Channel.DOOR, outcome=Outcome.NOBODY)
        assert target_of(made).tries == 0

    def test_every_try_stands_on_the_trail(self, stage: Stage) -> None:
        made = opened(stage)
        tried(stage, made, Outcome.NOBODY)
        acts = [
            row["act"]
            for row in stage.ask("select act from audit_record where subject_id = %s order by id", str(made.id))
        ]
        assert acts == ["canvass.draw_up", "canvass.open", "canvass.try.nobody"]


class TestReading:
    def test_progress_counts_homes_and_channels(self, stage: Stage) -> None:
        made = opened(stage)
        me = stage._acting("worker")
        before = progress(me, made)
        assert (before.homes, before.settled, before.by_state[TargetState.WAITING]) == (1, 0, 1)
        tried(stage, made, Outcome.REACHED, channel=Channel.DOOR, answers=GOOD | {"away": "yes"})
        me = stage._acting("worker")
        after = progress(me, made)
        assert (after.homes, after.settled, after.with_gaps) == (1, 1, 1)
        assert after.by_channel[Channel.DOOR] == 1

    def test_the_remaining_list_and_the_counts_agree(self, stage: Stage) -> None:
        made = opened(stage)
        me = stage._acting("worker")
        [row] = [one for one in canvasses(me) if one.id == made.id]
        assert (row.homes, row.left) == (1, 1) == (1, remaining(me, made).count())
        tried(stage, made, Outcome.REACHED, answers=GOOD)
        me = stage._acting("worker")
        [row] = [one for one in canvasses(me) if one.id == made.id]
        assert (row.homes, row.left, remaining(me, made).count()) == (1, 0, 0)

    def test_what_lies_elsewhere_is_not_there(self, stage: Stage) -> None:
        made = opened(stage)
        me = stage._acting("worker_sibling")
        assert made.id not in {one.id for one in canvasses(me)}
        with pytest.raises(NotFound):
            canvass_by_id(me, made.id)
        with pytest.raises(NotFound):
            canvass_by_id(me, UUID(int=1))

    def test_a_home_belongs_to_its_own_canvass(self, stage: Stage) -> None:
        one, other = opened(stage), opened(stage)
        me = stage._acting("worker")
        with pytest.raises(NotFound):
            target_by_id(me, one, target_of(other).id)

    def test_another_list_is_held_against_the_register(self, stage: Stage) -> None:
        me = stage._acting("worker")
        address = f"{home_area().name}瑞和苑3号楼501室"
        found = compare_with_register(me, home_area(), [Claim(1, "张三", address), Claim(2, "王阿婆", "别处")])
        assert [(one.kind, one.name) for one in found] == [
            ("unknown", "张三"),
            ("address", "王阿婆"),
            ("absent", "王阿婆"),
        ]
