"""Legends are kept in versions, grades are proposed and decided by people: who may, what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import cast
import pytest
from casework.stage import Stage
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from register.charted import Estate, check, drawn, home, settle

from linli.kernel.errors import Conflict, Forbidden, InvalidInput, LinliError, NotFound, WrongState
from linli.register.charts import actions
from linli.register.charts.api import (
    Grade,
    Grading,
    GradingState,
    Judged,
    Layer,
    Legend,
    Limits,
    Sign,
    approve_grade,
    chart_of_compound,
    grade_history,
    grading_by_id,
    judge_compound,
    legend_history,
    legends_at,
    limits_at,
    propose_grade,
    reject_grade,
    restore_legend,
    retire_legend,
    save_legend,
    set_grade_limits,
)
from linli.register.charts.grading import GradingAct, after
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db
M = Layer.MATTERS


def path(code: str = cast.HOME_AREA) -> str:
    return area_by_code(code).path


def signs(stage: Stage, **changes: str) -> list[Sign]:
    """The signs that hold at home, the one of open matters changed."""
    stage._acting("worker")
    held = legends_at(path(), [M])[M].signs
    return [replace(sign, **changes) if sign.value == "open" else sign for sign in held]


def holds(stage: Stage, where: str = cast.HOME_AREA) -> tuple[str, int, bool]:
    """Colour of an open matter, version, and whether it is the shipped legend."""
    stage._acting("worker")
    reading = legends_at(path(where), [M])[M]
    return reading.sign("open").colour, reading.version, reading.area_id is None


def test_as_shipped_every_layer_has_a_legend_everywhere(stage: Stage) -> None:
    stage._acting("worker")
    assert set(legends_at(path(), list(Layer))) == set(Layer)
    assert holds(stage) == ("amber", 1, True)


def test_a_station_sets_its_own_legend_and_the_nearest_one_holds(stage: Stage) -> None:
    stage.do("dispatcher", save_legend, layer=M, signs=signs(stage, colour="blue"))
    assert holds(stage) == ("blue", 1, False)
    stage.do("head", save_legend, layer=M, signs=signs(stage, colour="purple"), note="看不清")
    assert holds(stage) == ("purple", 1, False)
    assert holds(stage, cast.COUSIN_AREA) == ("blue", 1, False)
    assert holds(stage, cast.FOREIGN_AREA) == ("amber", 1, True)
    stage.do("head", save_legend, layer=M, signs=signs(stage, colour="teal"))
    assert holds(stage) == ("teal", 2, False)
    acts = stage.ask("select act, detail from audit_record where act like 'legend.%%' order by at, id")
    assert [(row["act"], row["detail"]) for row in acts] == [
        ("legend.save", {"version": 1}), ("legend.save", {"version": 1}), ("legend.save", {"version": 2}),
    ]  # fmt: skip


def test_a_retired_version_gives_way_to_the_one_before_it(stage: Stage) -> None:
    first = stage.do("head", save_legend, layer=M, signs=signs(stage, colour="blue"))
    second = stage.do("head", save_legend, layer=M, signs=signs(stage, colour="purple"))
    stage.do("head", retire_legend, legend_id=second.id)
    assert holds(stage) == ("blue", 1, False)
    with pytest.raises(WrongState):
        stage.do("head", retire_legend, legend_id=second.id)
    stage.do("head", retire_legend, legend_id=first.id)
    assert holds(stage) == ("amber", 1, True)
    stage.do("head", save_legend, layer=M, signs=signs(stage, colour="green"))
    assert holds(stage) == ("green", 3, False), "a number is never given twice"


def test_an_earlier_or_the_shipped_version_is_restored_as_the_newest(stage: Stage) -> None:
    first = stage.do("head", save_legend, layer=M, signs=signs(stage, colour="blue"))
    stage.do("head", save_legend, layer=M, signs=signs(stage, colour="purple"))
    again = stage.do("head", restore_legend, legend_id=first.id)
    assert (holds(stage), again.version) == (("blue", 3, False), 3)
    shipped = stage.one("select id from register_legend where area_id is null and layer = 'matters'")
    stage.do("head", restore_legend, legend_id=shipped)
    assert holds(stage) == ("amber", 4, False)
    stage._acting("head")
    actor = stage._acting("head")
    assert [one.version for one in legend_history(actor, M)] == [4, 3, 2, 1, 1]


def test_nobody_touches_the_legend_of_others_or_the_shipped_one(stage: Stage) -> None:
    theirs = stage.do("dispatcher", save_legend, layer=M, signs=signs(stage, colour="blue"))
    shipped = stage.one("select id from register_legend where area_id is null and layer = 'matters'")
    for which, act in product((theirs.id, shipped, 0), (retire_legend,)):
        with pytest.raises(NotFound):
            stage.do("head", act, legend_id=which)
    for which in (theirs.id, 0):
        with pytest.raises(NotFound):
            stage.do("head", restore_legend, legend_id=which)
    assert Legend.objects.get(id=theirs.id).retired_at is None


@pytest.mark.parametrize("who", ["worker", "responder", "district", "auditor", "building_head"])
def test_a_legend_is_set_by_the_head_and_the_town_alone(stage: Stage, who: str) -> None:
    wanted = signs(stage, colour="blue")
    shipped = stage.one("select id from register_legend where area_id is null and layer = 'matters'")
    for act, given in ((save_legend, {"layer": M, "signs": wanted}), (restore_legend, {"legend_id": shipped})):
        with pytest.raises(Forbidden):
            stage.do(who, act, **given)
    assert holds(stage) == ("amber", 1, True)


@pytest.mark.parametrize(("changes", "code"), [
    ({"colour": "#ffee99"}, "colour_pale"), ({"colour": "teal", "shape": "diamond"}, "alike_in_grey"),
    ({"colour": "vermilion", "shape": "diamond"}, "alike"), ({"letter": ""}, "letter_not_one"),
    ({"value": "other"}, "value_missing"), ({"colour": "#0000ff\"/><script>"}, "colour_unknown"),
])  # fmt: skip
def test_a_bad_legend_is_refused_and_nothing_is_kept(stage: Stage, changes: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage.do("head", save_legend, layer=M, signs=signs(stage, **changes))
    assert caught.value.code == code
    assert holds(stage) == ("amber", 1, True)


def test_what_is_typed_is_made_clean_before_it_is_judged(stage: Stage) -> None:
    kept = stage.do("head", save_legend, layer=M, signs=signs(stage, colour="#0A5C36", zh="  在办\u202e\n "))
    (row,) = [one for one in kept.rows if one["value"] == "open"]
    assert (row["colour"], row["zh"]) == ("#0a5c36", "在办")


def test_the_database_lets_nobody_write_a_legend_elsewhere(stage: Stage) -> None:
    for who, where in (("head", cast.TOWN), ("dispatcher", cast.DISTRICT), ("head", None)):
        stage._acting(who)
        area_id = area_by_code(where).id if where else None
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Legend.objects.create(area_id=area_id, layer=M, version=9, rows=[])
    stage._acting("head")
    assert Legend.objects.filter(area_id=None).update(rows=[]) == 0, "the shipped one is out of reach"


def test_two_who_save_the_very_first_version_at_once_are_told_apart(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.do("head", save_legend, layer=M, signs=signs(stage, colour="blue"))
    monkeypatch.setattr(actions, "_versions", lambda actor, layer: 0)
    with pytest.raises(Conflict) as caught:
        stage.do("head", save_legend, layer=M, signs=signs(stage, colour="purple"))
    assert caught.value.code == "changed_meanwhile"
    assert holds(stage) == ("blue", 1, False)


@pytest.fixture
def estate(stage: Stage) -> Estate:
    return drawn(stage)


def judged(
    stage: Stage, estate: Estate, at: int = 0, matters: dict[int, int] | None = None, who: str = "head"
) -> Judged:
    stage._acting(who)
    found: list[Judged] = stage.see(who, judge_compound, estate.compound, matters or {})
    return found[at]


def proposed(stage: Stage, estate: Estate, who: str = "worker", **given: Any) -> Grading:
    one = judged(stage, estate, who=who)
    made: Grading = stage.do(who, propose_grade, building=one.building, verdict=one.verdict, **given)
    return made


def states(stage: Stage, estate: Estate) -> list[tuple[str, str]]:
    rows = stage.ask(
        "select state, grade from register_grading where building_id = %s order by id", estate.buildings[0]
    )
    return [(row["state"], row["grade"]) for row in rows]


def test_the_rule_reads_the_building_and_stores_nothing(stage: Stage, estate: Estate) -> None:
    stage.own("update register_place set use = 'owned' where compound_id = %s and kind = 'home'", estate.compound.id)
    homes = [home(stage, f"drawn.1.1.{f}01") for f in range(1, 7)]
    for one in homes[:3]:
        settle(stage, one, "living_alone", "disabled")
    for one in homes[3:5]:
        settle(stage, one, "volunteer")
    found = judged(stage, estate)
    assert (found.facts.homes, found.facts.helped, found.facts.helpers) == (24, 3, 2)
    assert found.verdict.grade is Grade.MUTUAL and found.differs
    check(stage, homes[0], "2026-02-01")
    stage.own("update register_place set use = 'shared' where id = any(%s)", homes[:3])
    found = judged(stage, estate, matters={estate.buildings[0]: 5})
    assert (found.facts.stale, found.facts.shared, found.facts.matters, found.facts.empty) == (1, 3, 5, 0)
    assert found.verdict.grade is Grade.KEY
    assert [one.building.name for one in stage.see("head", judge_compound, estate.compound, {})] == ["1号楼", "2号楼"]
    assert Grading.objects.count() == 0


@pytest.mark.parametrize("who", ["dispatcher", "district", "auditor", "responder", "building_head"])
def test_a_post_that_sees_no_needs_is_not_told_what_the_rule_says(stage: Stage, estate: Estate, who: str) -> None:
    stage._acting(who)
    with pytest.raises((Forbidden, NotFound)):
        stage.see(who, judge_compound, estate.compound, {})


def test_a_worker_proposes_the_head_approves_and_the_chart_shows_it(stage: Stage, estate: Estate) -> None:
    made = proposed(stage, estate)
    assert (made.state, made.by_rule, made.grade) == ("proposed", True, "key")
    assert made.reasons[0]["code"] == "shared"
    stage._acting("worker")
    before = stage.see("worker", chart_of_compound, estate.compound, {Layer.GRADE, Layer.CONTROL})
    assert before.blocks[0].grade == "", "a proposal alone changes nothing"
    stage.do("head", approve_grade, grading_id=made.id)
    chart = stage.see("worker", chart_of_compound, estate.compound, {Layer.GRADE, Layer.CONTROL})
    assert [block.grade for block in chart.blocks] == ["key", ""]
    values = {(cell.values[Layer.GRADE], cell.values[Layer.CONTROL]) for cell in chart.cells}
    assert values == {("key", "strict"), ("ungraded", "ordinary")}
    acts = [row["act"] for row in stage.ask("select act from audit_record where act like 'grade.%%' order by at, id")]
    assert acts == ["grade.propose", "grade.approve"]


def test_another_grade_than_the_rule_says_needs_a_reason(stage: Stage, estate: Estate) -> None:
    for words in ("", "  "):
        with pytest.raises(InvalidInput):
            proposed(stage, estate, grade=Grade.SAFE, words=words)
    made = proposed(stage, estate, grade=Grade.SAFE, words="群租已全部整改")
    assert (made.by_rule, made.words, made.reasons) == (
        False, "群租已全部整改", [{"code": "by_hand", "value": 0, "limit": 0}],
    )  # fmt: skip


def test_the_head_may_decide_otherwise_and_says_why(stage: Stage, estate: Estate) -> None:
    made = proposed(stage, estate)
    with pytest.raises(InvalidInput):
        stage.do("head", approve_grade, grading_id=made.id, grade=Grade.WATCH)
    assert states(stage, estate) == [("proposed", "key")]
    kept = stage.do("head", approve_grade, grading_id=made.id, grade=Grade.WATCH, reason="只剩一户")
    assert (kept.proposed, kept.grade, kept.decision) == ("key", "watch", "只剩一户")


def test_a_newer_proposal_replaces_the_waiting_one_and_a_newer_grade_the_one_in_force(
    stage: Stage, estate: Estate
) -> None:
    proposed(stage, estate)
    first = proposed(stage, estate, grade=Grade.WATCH, words="先关注")
    stage.do("head", approve_grade, grading_id=first.id)
    with pytest.raises(Conflict):
        proposed(stage, estate, grade=Grade.WATCH, words="还是关注")
    second = proposed(stage, estate)
    stage.do("head", approve_grade, grading_id=second.id)
    assert states(stage, estate) == [("replaced", "key"), ("replaced", "watch"), ("approved", "key")]
    actor = stage._acting("worker")
    assert [one.grade for one in grade_history(actor, judged(stage, estate).building)] == ["key", "watch", "key"]


def test_a_proposal_is_turned_down_with_a_reason_and_the_grade_in_force_stays(stage: Stage, estate: Estate) -> None:
    first = proposed(stage, estate, grade=Grade.WATCH, words="先关注")
    stage.do("head", approve_grade, grading_id=first.id)
    second = proposed(stage, estate)
    with pytest.raises(InvalidInput):
        stage.do("head", reject_grade, grading_id=second.id, reason="")
    stage.do("head", reject_grade, grading_id=second.id, reason="证据不足")
    assert states(stage, estate) == [("approved", "watch"), ("rejected", "key")]


def reach(stage: Stage, estate: Estate, state: GradingState) -> Grading:
    """A grade brought into this state by acts alone."""
    made = proposed(stage, estate, grade=Grade.WATCH, words="先关注")
    ways: dict[GradingState, Callable[[], object]] = {
        GradingState.PROPOSED: lambda: None,
        GradingState.APPROVED: lambda: stage.do("head", approve_grade, grading_id=made.id),
        GradingState.REJECTED: lambda: stage.do("head", reject_grade, grading_id=made.id, reason="不"),
        GradingState.REPLACED: lambda: proposed(stage, estate),
    }
    ways[state]()
    made.refresh_from_db()
    assert made.state == state
    return made


DOES: dict[GradingAct, Callable[[Stage, Estate, Grading], object]] = {
    GradingAct.APPROVE: lambda stage, _estate, made: stage.do("head", approve_grade, grading_id=made.id),
    GradingAct.REJECT: lambda stage, _estate, made: stage.do("head", reject_grade, grading_id=made.id, reason="不"),
}


@pytest.mark.parametrize(("state", "act"), list(product(GradingState, DOES)), ids=str)
def test_every_edge_is_walked_by_acts(stage: Stage, estate: Estate, state: GradingState, act: GradingAct) -> None:
    made = reach(stage, estate, state)
    wanted = after(state, act)
    if wanted is None:
        before = states(stage, estate)
        with pytest.raises(WrongState):
            DOES[act](stage, estate, made)
        assert states(stage, estate) == before
    else:
        DOES[act](stage, estate, made)
        made.refresh_from_db()
        assert made.state == wanted


@pytest.mark.parametrize(("who", "error"), [
    ("worker", Forbidden), ("dispatcher", Forbidden), ("district", Forbidden), ("auditor", Forbidden),
    ("responder", Forbidden), ("building_head", Forbidden), ("head_other", NotFound),
])  # fmt: skip
def test_only_the_head_of_the_place_decides(stage: Stage, estate: Estate, who: str, error: type[LinliError]) -> None:
    made = proposed(stage, estate)
    for act, given in ((approve_grade, {}), (reject_grade, {"reason": "不"})):
        with pytest.raises(error):
            stage.do(who, act, grading_id=made.id, **given)
    assert states(stage, estate) == [("proposed", "key")]


@pytest.mark.parametrize("who", ["dispatcher", "district", "responder", "worker_sibling", "head_other"])
def test_only_people_of_the_place_propose(stage: Stage, estate: Estate, who: str) -> None:
    one = judged(stage, estate)
    with pytest.raises(Forbidden):
        stage.do(who, propose_grade, building=one.building, verdict=one.verdict)


def test_only_a_building_has_a_grade(stage: Stage, estate: Estate) -> None:
    one = judged(stage, estate)
    with pytest.raises(InvalidInput):
        stage.do("worker", propose_grade, building=estate.compound, verdict=one.verdict)


def test_no_grade_holds_that_nobody_decided(stage: Stage, estate: Estate) -> None:
    """The rule alone cannot put a grade in force: the table itself refuses one without a person."""
    proposed(stage, estate)
    with pytest.raises(IntegrityError), transaction.atomic():
        stage.own("update register_grading set state = 'approved'")


def test_a_building_has_one_grade_and_one_proposal_at_most(stage: Stage, estate: Estate) -> None:
    made = proposed(stage, estate)
    columns = "area_id, building_id, proposed, grade, state, reasons, by_rule, proposed_by, proposed_at"
    with pytest.raises(IntegrityError), transaction.atomic():
        stage.own(
            f"insert into register_grading ({columns}) select {columns} from register_grading where id = %s", made.id
        )


@pytest.mark.parametrize(("who", "sees"), [
    ("worker", True), ("head", True), ("dispatcher", True), ("district", True), ("auditor", True),
    ("worker_sibling", False), ("head_other", False), ("dispatcher_other", False),
])  # fmt: skip
def test_who_reads_a_grade(stage: Stage, estate: Estate, who: str, sees: bool) -> None:
    made = proposed(stage, estate)
    actor = stage._acting(who)
    if sees:
        assert grading_by_id(actor, made.id).grade == "key"
    else:
        with pytest.raises(NotFound):
            grading_by_id(actor, made.id)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from register_grading")
        assert cursor.fetchone() == (int(sees),)


def test_the_town_sets_from_where_on_the_rule_speaks(stage: Stage, estate: Estate) -> None:
    assert judged(stage, estate).verdict.grade is Grade.KEY
    calm = Limits(key_shared=900, watch_shared=900, watch_empty_share=900, key_stale_share=900)
    stage.do("dispatcher", set_grade_limits, limits=Limits(key_shared=50))
    stage.do("dispatcher", set_grade_limits, limits=calm)
    assert judged(stage, estate).verdict.grade is Grade.SAFE
    stage._acting("worker")
    assert limits_at(path()) == calm
    assert limits_at(path(cast.FOREIGN_AREA)) == Limits()
    with pytest.raises(InvalidInput) as caught:
        stage.do("dispatcher", set_grade_limits, limits=Limits(key_shared=0))
    assert caught.value.detail == {"limits": ["key_shared", "key_shared"]}
    for who in ("worker", "head", "district"):
        with pytest.raises(Forbidden):
            stage.do(who, set_grade_limits, limits=calm)
