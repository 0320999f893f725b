"""The rule of grades reads buildings and proposes; its states are a table."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product

import pytest

from linli.register.charts.grading import (
    CONTROL_OF,
    EDGES,
    LIMIT_LABELS,
    REASONS,
    Facts,
    Grade,
    GradingAct,
    GradingState,
    Limits,
    after,
    judge,
    limits_from,
    limits_to,
    wrong_limits,
)

S, A = GradingState, GradingAct
HUNDRED = Facts(homes=100)


def reasons(facts: Facts, limits: Limits | None = None) -> tuple[Grade, list[tuple[str, int, int]]]:
    found = judge(facts, limits or Limits())
    return found.grade, [(one.code, one.value, one.limit) for one in found.reasons]


@pytest.mark.parametrize(("facts", "grade", "why"), [
    ({}, Grade.SAFE, ["calm"]),
    ({"shared": 1}, Grade.WATCH, ["shared"]),
    ({"shared": 3}, Grade.KEY, ["shared"]),
    ({"matters": 2}, Grade.SAFE, ["calm"]),
    ({"matters": 3}, Grade.WATCH, ["matters"]),
    ({"matters": 8}, Grade.KEY, ["matters"]),
    ({"stale": 24}, Grade.SAFE, ["calm"]),
    ({"stale": 25}, Grade.WATCH, ["stale"]),
    ({"stale": 60}, Grade.KEY, ["stale"]),
    ({"empty": 29}, Grade.SAFE, ["calm"]),
    ({"empty": 100}, Grade.WATCH, ["empty"]),
    ({"stale": 60, "matters": 9, "shared": 4}, Grade.KEY, ["shared", "matters", "stale"]),
    ({"helped": 3, "helpers": 2}, Grade.MUTUAL, ["mutual"]),
    ({"helped": 2, "helpers": 9}, Grade.SAFE, ["calm"]),
    ({"helped": 9, "helpers": 1}, Grade.SAFE, ["calm"]),
    ({"helped": 9, "helpers": 9, "shared": 1}, Grade.WATCH, ["shared"]),
])  # fmt: skip
def test_from_each_limit_on_and_not_before(facts: dict[str, int], grade: Grade, why: list[str]) -> None:
    found = judge(replace(HUNDRED, **facts), Limits())
    assert (found.grade, [one.code for one in found.reasons]) == (grade, why)


def test_a_reason_carries_what_was_found_and_the_limit_and_never_the_number_of_needs() -> None:
    assert reasons(replace(HUNDRED, matters=9)) == (Grade.KEY, [("matters", 9, 8)])
    assert reasons(Facts(homes=20, helped=7, helpers=4)) == (Grade.MUTUAL, [("mutual", 0, 0)])


def test_shares_are_of_the_homes_of_the_building() -> None:
    assert reasons(Facts(homes=10, matters=1))[0] is Grade.KEY
    assert reasons(Facts(homes=0))[0] is Grade.SAFE


def test_a_town_sets_the_limits() -> None:
    assert reasons(replace(HUNDRED, shared=3), Limits(key_shared=9))[0] is Grade.WATCH
    assert limits_from(limits_to(Limits(key_shared=9))) == Limits(key_shared=9)
    assert limits_from({"key_shared": "many", "unknown": 3}) == Limits()


def test_limits_that_make_no_sense_are_named() -> None:
    assert wrong_limits(Limits()) == []
    assert wrong_limits(Limits(mutual_helped=0)) == ["mutual_helped"]
    assert wrong_limits(Limits(watch_empty_share=1001)) == ["watch_empty_share"]
    assert wrong_limits(Limits(key_stale_share=20)) == ["key_stale_share"]


@pytest.mark.parametrize(("state", "act"), list(product(S, A)), ids=str)
def test_every_edge_of_the_table_allowed_and_forbidden(state: GradingState, act: GradingAct) -> None:
    by_hand = {
        ("proposed", "approve"): "approved",
        ("proposed", "reject"): "rejected",
        ("proposed", "replace"): "replaced",
        ("approved", "replace"): "replaced",
    }
    assert after(state, act) == by_hand.get((state.value, act.value))


def test_what_was_turned_down_or_replaced_never_comes_back() -> None:
    assert {state for state, _act in EDGES} == {S.PROPOSED, S.APPROVED}
    assert {state for (state, act), reached in EDGES.items() if reached is S.APPROVED} == {S.PROPOSED}


def test_every_grade_reason_limit_and_state_has_its_words() -> None:
    assert all(grade.label and grade.tasks for grade in Grade)
    assert all(state.label for state in S)
    assert set(LIMIT_LABELS) == {one.name for one in fields(Limits)}
    assert set(CONTROL_OF) == {grade.value for grade in Grade}
    assert set(REASONS) == {"shared", "matters", "stale", "empty", "mutual", "calm", "by_hand"}
    assert all(said % {"value": 1, "limit": 2} for said in REASONS.values())
