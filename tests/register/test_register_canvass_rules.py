"""The tables of a canvass and of its homes, walked edge by edge, and what a form and a comparison find."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from linli.register.canvass.rules import (
    CANVASS_TABLE,
    FORM_LABELS,
    FORMS,
    FOUR_CHECKS,
    NEXT_CHANNEL,
    REMAINING,
    TARGET_TABLE,
    CanvassAct,
    CanvassState,
    Channel,
    Claim,
    Outcome,
    TargetAct,
    TargetState,
    act_of,
    compare,
    gaps,
    next_try,
    wrong_answers,
)

TODAY = date(2026, 11, 28)
D, O, C = CanvassState
W, T, N, R, X = TargetState.WAITING, TargetState.TRIED, TargetState.DONE, TargetState.REFUSED, TargetState.DROPPED
CANVASS_BY_HAND = {(D, CanvassAct.OPEN): O, (O, CanvassAct.CLOSE): C, (C, CanvassAct.REOPEN): O}
TARGET_BY_HAND = {
    (W, "miss"): T, (T, "miss"): T, (W, "answer"): N, (T, "answer"): N, (R, "answer"): N, (W, "refuse"): R,
    (T, "refuse"): R, (W, "drop"): X, (T, "drop"): X, (N, "take_back"): T, (R, "take_back"): T, (X, "take_back"): T,
}  # fmt: skip
GOOD = {"use": "yes", "people": "yes", "away": "no", "measures": "none", "holes": "no"}


@pytest.mark.parametrize(("state", "act"), list(product(CanvassState, CanvassAct)))
def test_every_edge_of_a_canvass(state: CanvassState, act: CanvassAct) -> None:
    assert CANVASS_TABLE.get((state, act)) == CANVASS_BY_HAND.get((state, act))


@pytest.mark.parametrize(("state", "act"), list(product(TargetState, TargetAct)))
def test_every_edge_of_a_home(state: TargetState, act: TargetAct) -> None:
    assert TARGET_TABLE.get((state, act)) == TARGET_BY_HAND.get((state, str(act)))


def test_no_home_is_left_without_a_way_on() -> None:
    for state in TargetState:
        assert any(from_state is state for from_state, _act in TARGET_TABLE)
    assert {W, T} == REMAINING


@pytest.mark.parametrize(("outcome", "act"), [
    (Outcome.REACHED, "answer"), (Outcome.REFUSED, "refuse"), (Outcome.NOBODY, "miss"), (Outcome.LATER, "miss"),
    (Outcome.LEFT, "miss"),
])  # fmt: skip
def test_what_an_outcome_does(outcome: Outcome, act: str) -> None:
    assert act_of(outcome) == act


def test_the_five_ways_are_tried_from_the_least_trouble_to_the_door() -> None:
    way, seen = Channel.MESSAGE, [Channel.MESSAGE]
    while NEXT_CHANNEL[way] is not way:
        way = NEXT_CHANNEL[way]
        seen.append(way)
    assert seen == list(Channel)


@pytest.mark.parametrize(("outcome", "way", "days"), [
    (Outcome.NOBODY, Channel.INTERCOM, 1), (Outcome.LATER, Channel.MESSAGE, 1), (Outcome.LEFT, Channel.INTERCOM, 2),
])  # fmt: skip
def test_the_next_try_is_proposed(outcome: Outcome, way: Channel, days: int) -> None:
    assert next_try(Channel.MESSAGE, outcome, TODAY) == (way, TODAY + timedelta(days=days))


class TestForms:
    def test_every_form_has_a_name(self) -> None:
        assert set(FORMS) == set(FORM_LABELS)

    def test_the_four_checks_ask_in_four_parts(self) -> None:
        assert len({question.part for question in FOUR_CHECKS}) == 4

    def test_a_whole_set_of_answers_is_right_and_shows_no_gap(self) -> None:
        assert wrong_answers("four_checks", GOOD) == []
        assert gaps("four_checks", GOOD) == ()

    @pytest.mark.parametrize("code", list(GOOD))
    def test_a_missing_answer_is_named(self, code: str) -> None:
        assert wrong_answers("four_checks", {k: v for k, v in GOOD.items() if k != code}) == [code]

    @pytest.mark.parametrize("code", list(GOOD))
    def test_an_answer_that_is_no_choice_is_named(self, code: str) -> None:
        assert wrong_answers("four_checks", GOOD | {code: "perhaps"}) == [code]

    def test_an_answer_to_no_question_is_named(self) -> None:
        assert wrong_answers("four_checks", GOOD | {"income": "yes"}) == ["income"]
        assert wrong_answers("", {"use": "yes"}) == ["use"]

    @pytest.mark.parametrize(("code", "answer"), [
        ("use", "no"), ("people", "no"), ("away", "yes"), ("measures", "no"), ("holes", "yes"),
    ])  # fmt: skip
    def test_each_question_can_show_a_gap(self, code: str, answer: str) -> None:
        assert gaps("four_checks", GOOD | {code: answer}) == (code,)


class TestComparison:
    ADDRESSES = {1: "康沈路9弄3号501室", 2: "康沈路9弄3号502室"}
    LIVING = [(1, "王芳"), (1, "李明"), (2, "赵刚")]

    def kinds(self, *claims: Claim) -> list[tuple[str, int | None, str]]:
        found = compare(claims, addresses=self.ADDRESSES, residents=self.LIVING)
        return [(one.kind, one.line, one.name) for one in found]

    def test_what_agrees_is_no_difference(self) -> None:
        whole = (Claim(1, "王芳", "康沈路 9弄3号501室"), Claim(2, "李明", "康沈路9弄3号501室"))
        assert self.kinds(*whole) == []

    def test_every_kind_of_difference_is_found(self) -> None:
        assert self.kinds(
            Claim(1, "王芳", "康沈路9弄3号501室"), Claim(2, "钱多", "康沈路9弄3号502室"),
            Claim(3, "王芳", "康沈路9弄3号502室"), Claim(4, "周全", "没有这条路1号"),
        ) == [
            ("unknown", 2, "钱多"), ("elsewhere", 3, "王芳"), ("address", 4, "周全"), ("absent", None, "李明"),
            ("absent", None, "赵刚"),
        ]  # fmt: skip

    def test_homes_the_list_does_not_speak_of_are_left_alone(self) -> None:
        assert self.kinds(Claim(1, "赵刚", "康沈路9弄3号502室")) == []

    def test_somebody_elsewhere_is_told_where(self) -> None:
        [found, _absent] = compare(
            [Claim(1, "王芳", self.ADDRESSES[2])], addresses=self.ADDRESSES, residents=self.LIVING
        )
        assert (found.kind, found.home_id) == ("elsewhere", 1)
