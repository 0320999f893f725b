"""The states of a broken glass: every edge, allowed and forbidden, and every boundary of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from linli.access.rules import EDGES, LONGEST, REVIEW_WITHIN, GlassAct, GlassState, after, due_at, length_of, state_of

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
S, A = GlassState, GlassAct

BY_HAND = {
    (S.IN_FORCE, A.END): S.AWAITING, (S.IN_FORCE, A.REVIEW): None,
    (S.AWAITING, A.END): None, (S.AWAITING, A.REVIEW): S.REVIEWED,
    (S.OVERDUE, A.END): None, (S.OVERDUE, A.REVIEW): S.REVIEWED,
    (S.REVIEWED, A.END): None, (S.REVIEWED, A.REVIEW): None,
}  # fmt: skip


@pytest.mark.parametrize(("state", "act"), list(product(S, A)))
def test_every_act_in_every_state(state: GlassState, act: GlassAct) -> None:
    assert after(state, act) is BY_HAND[(state, act)]
    assert ((state, act) in EDGES) is (BY_HAND[(state, act)] is not None)


def state(minutes: float, *, ended: float | None = None, reviewed: bool = False) -> GlassState:
    """The state so many minutes after a glass was broken for an hour."""
    return state_of(
        now=AT + timedelta(minutes=minutes), broken_at=AT, expires_at=AT + timedelta(hours=1), reviewed=reviewed,
        ended_at=None if ended is None else AT + timedelta(minutes=ended),
    )  # fmt: skip


WEEK = 7 * 24 * 60


@pytest.mark.parametrize(("minutes", "ended", "expected"), [
    (0, None, S.IN_FORCE), (59.99, None, S.IN_FORCE), (60, None, S.AWAITING), (WEEK, None, S.AWAITING),
    (WEEK + 0.01, None, S.OVERDUE), (9, 10, S.IN_FORCE), (10, 10, S.AWAITING), (61, 70, S.AWAITING),
    (WEEK + 1, 10, S.OVERDUE),
])  # fmt: skip
def test_time_alone_leads_from_one_state_to_the_next(minutes: float, ended: float | None, expected: GlassState) -> None:
    assert state(minutes, ended=ended) is expected
    assert state(minutes, ended=ended, reviewed=True) is S.REVIEWED


def test_the_review_is_due_a_week_after_the_glass_was_broken() -> None:
    assert due_at(AT) == AT + timedelta(days=7)
    assert timedelta(days=7) == REVIEW_WITHIN


@pytest.mark.parametrize(("minutes", "allowed"), [
    (-1, False), (0, False), (1, True), (179, True), (180, True), (181, False), (1440, False), (10**9, False),
])  # fmt: skip
def test_three_hours_at_most(minutes: int, allowed: bool) -> None:
    assert (length_of(minutes) is not None) is allowed
    assert timedelta(hours=3) == LONGEST


ORDER = [S.IN_FORCE, S.AWAITING, S.OVERDUE]


@given(st.lists(st.floats(0, 3 * WEEK), min_size=2, max_size=6), st.none() | st.floats(0, 200))
@bounded(max_examples=80, deadline=None)
def test_a_glass_never_comes_back_into_force(moments: list[float], ended: float | None) -> None:
    seen = [ORDER.index(state(minutes, ended=ended)) for minutes in sorted(moments)]
    assert seen == sorted(seen)
