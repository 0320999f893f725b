"""Clocks derived from the story, against a count minute by minute that knows nothing of ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from casework.stage import CASE_MOVES, MONDAY, Stage, when
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.calendar.api import shipped_calendar
from linli.casework.cases.api import CaseState, decide_extension
from linli.casework.timeline.api import Act, ClockKind, LimitGiven, Moment, Reading, derive, next_of
from linli.kernel.clock import shanghai

CALENDAR = shipped_calendar()
MINUTE = timedelta(minutes=1)
WHOLE = ClockKind.WHOLE


def limit(kind: ClockKind, amount: str, unit: str, label: str = "") -> LimitGiven:
    return LimitGiven(kind, label, Decimal(amount), unit)


def after(**length: float) -> datetime:
    return MONDAY + timedelta(**length)


def opened(amount: str, unit: str) -> Moment:
    return Moment(Act.OPEN, MONDAY, (limit(WHOLE, amount, unit),))


def whole(*moments: Moment) -> Reading:
    return next(clock for clock in derive(moments, CALENDAR) if clock.kind is WHOLE)


def worked_minutes(begin: datetime, end: datetime) -> int:
    """How many whole minutes between two instants are worked: one after the other, by the plain rule of the day."""
    at, found = shanghai(begin), 0
    while at < shanghai(end):
        clock = (at.hour, at.minute)
        in_shift = (8, 30) <= clock < (12, 0) or (13, 0) <= clock < (17, 30)
        found += in_shift and CALENDAR.is_workday(at.date())
        at += MINUTE
    return found


@pytest.mark.parametrize("act", [Act.COMMENT, Act.ADD, Act.STEP, Act.ESCALATE, Act.MERGE, Act.EXTEND_ASK, Act.SUGGEST])
def test_saying_something_changes_no_deadline(act: Act) -> None:
    story = [opened("3", "d"), Moment(Act.ACCEPT, after(hours=1))]
    assert derive([*story, Moment(act, after(hours=2))], CALENDAR) == derive(story, CALENDAR)


@settings(max_examples=300, deadline=None)
@given(
    limit_minutes=st.integers(30, 40 * 60),
    begin=st.integers(1, 20 * 24 * 60),
    length=st.integers(1, 12 * 24 * 60),
)
def test_a_suspension_shifts_working_hours_by_the_working_time_lost(
    limit_minutes: int, begin: int, length: int
) -> None:
    hours = (Decimal(limit_minutes) / 60).quantize(Decimal("0.01"))
    start = opened(str(hours), "h")
    plain = whole(start).due_at
    from_, to = MONDAY + begin * MINUTE, MONDAY + (begin + length) * MINUTE
    shifted = whole(start, Moment(Act.SUSPEND, from_), Moment(Act.RESUME, to)).due_at
    assert plain is not None and shifted is not None
    if from_ >= plain:
        assert shifted == plain
        return
    lost = worked_minutes(from_, to)
    assert abs(worked_minutes(MONDAY, shifted) - worked_minutes(MONDAY, plain) - lost) <= 1


@settings(max_examples=200, deadline=None)
@given(hours=st.integers(1, 90), begin=st.integers(1, 6000), length=st.integers(1, 20_000))
def test_a_suspension_shifts_natural_hours_by_exactly_its_length(hours: int, begin: int, length: int) -> None:
    start = opened(str(hours), "e")
    story = [
        start,
        Moment(Act.SUSPEND, MONDAY + begin * MINUTE),
        Moment(Act.RESUME, MONDAY + (begin + length) * MINUTE),
    ]
    due = MONDAY + timedelta(hours=hours)
    assert whole(*story).due_at == (due + length * MINUTE if begin * MINUTE < timedelta(hours=hours) else due)


@settings(max_examples=150, deadline=None)
@given(days=st.integers(1, 15), begin=st.integers(0, 20), length=st.integers(0, 20))
def test_a_suspension_shifts_working_days_by_the_closes_of_business_inside_it(
    days: int, begin: int, length: int
) -> None:
    start = opened(str(days), "d")
    from_, to = after(days=begin, hours=1), after(days=begin + length, hours=1)
    plain = whole(start).due_at
    shifted = whole(start, Moment(Act.SUSPEND, from_), Moment(Act.RESUME, to)).due_at
    assert plain is not None and shifted is not None
    all_days = [(MONDAY + timedelta(days=n)).date() for n in range(120)]
    closes = [close for day in all_days if (close := CALENDAR.close_of(day)) and day > MONDAY.date()]
    left = [close for close in closes if not from_ < close <= to] if from_ < plain else closes
    assert shifted == left[days - 1]


def test_while_it_is_suspended_a_clock_has_no_deadline_and_its_review_runs() -> None:
    review = limit(ClockKind.REVIEW, "7", "n")
    clocks = derive([opened("3", "d"), Moment(Act.SUSPEND, after(hours=3), (review,))], CALENDAR)
    assert {clock.kind: clock.due_at is None for clock in clocks} == {WHOLE: True, ClockKind.REVIEW: False}
    first = next_of(clocks)
    assert first is not None and first.kind is ClockKind.REVIEW


def test_an_extension_is_added_to_what_was_given() -> None:
    story = [opened("3", "d"), Moment(Act.EXTEND_GRANT, after(hours=2), (limit(WHOLE, "2", "d"),))]
    assert whole(*story).due_at == whole(opened("5", "d")).due_at


def test_a_suspension_during_the_time_added_shifts_it_too() -> None:
    extended = [opened("1", "d"), Moment(Act.EXTEND_GRANT, after(hours=1), (limit(WHOLE, "48", "e"),))]
    before = whole(*extended).due_at
    assert before is not None
    pause = [Moment(Act.SUSPEND, before - timedelta(hours=10)), Moment(Act.RESUME, before + timedelta(hours=5))]
    assert whole(*extended, *pause).due_at == before + timedelta(hours=15)


def test_rework_adds_up_and_does_not_begin_anew() -> None:
    story = [
        opened("10", "h"),
        Moment(Act.FEED_BACK, after(hours=2)),
        Moment(Act.REWORK, after(hours=6)),
    ]
    again = whole(*story)
    assert again.met_at is None
    lost = worked_minutes(after(hours=2), after(hours=6))
    assert again.due_at is not None
    assert worked_minutes(MONDAY, again.due_at) == 10 * 60 + lost


def test_a_warning_never_comes_after_the_deadline_even_when_rework_follows_an_overdue_result() -> None:
    story = [
        opened("1", "d"), Moment(Act.FEED_BACK, after(days=5)), Moment(Act.VERIFY, after(days=6)),
        Moment(Act.DISPUTE, after(days=20)),
    ]  # fmt: skip
    clock = whole(*story)
    assert clock.warn_at is not None and clock.due_at is not None
    assert clock.started_at < clock.warn_at < clock.due_at < after(days=5)


def test_each_milestone_stops_alone() -> None:
    given_ = (limit(ClockKind.MILESTONE, "4", "h", "停工"), limit(ClockKind.MILESTONE, "7", "d", "立案处罚"))
    story = [Moment(Act.OPEN, MONDAY, given_), Moment(Act.MILESTONE, after(hours=1), label="停工")]
    assert {clock.label: clock.met_at for clock in derive(story, CALENDAR)} == {
        "停工": after(hours=1),
        "立案处罚": None,
    }


@pytest.mark.parametrize(("amount", "unit"), [("10", "h"), ("10", "e")])
def test_a_clock_of_hours_warns_when_four_fifths_are_used(amount: str, unit: str) -> None:
    assert whole(opened(amount, unit)).warn_at == whole(opened("8", unit)).due_at


def test_a_clock_of_days_warns_at_four_fifths_of_the_way() -> None:
    clock = whole(opened("5", "d"))
    assert clock.due_at is not None and clock.warn_at is not None
    way = clock.due_at - MONDAY
    assert abs((clock.warn_at - MONDAY) / way - 0.8) < 1e-6


def test_every_clock_that_is_given_is_stopped_by_some_act() -> None:
    for kind in set(ClockKind):
        story = [Moment(Act.OPEN, MONDAY), Moment(Act.COMMENT, MONDAY, (limit(kind, "1", "h", "x"),))]
        ended = [act for act in Act if derive([*story, Moment(act, after(hours=1), label="x")], CALENDAR)[0].met_at]
        assert ended, kind


@pytest.mark.django_db
class TestStored:
    """The same in the database, with the sweeper."""

    def test_each_warning_and_each_overdue_fires_once(self, stage: Stage) -> None:
        matter = stage.receive()
        assert stage.sweep() == 0
        stage.pass_time(minutes=24)
        assert stage.sweep() == 1
        assert stage.sweep() == 0
        stage.pass_time(minutes=6)
        assert stage.sweep() == 1
        assert stage.sweep() == 0
        names = [row["name"] for row in stage.ask(
            "select name from outbox_event where payload->>'matter_id' = %s order by created_at, id", str(matter.id)
        )]  # fmt: skip
        assert names == ["casework.timeline.ClockWarned", "casework.timeline.ClockOverdue"]

    def test_a_deadline_that_an_extension_moved_fires_again_when_it_is_reached(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.EXTEND_ASK](stage, matter)
        stage.pass_time(days=40)
        stage.sweep()
        first = stage.clocks(matter)["whole", ""]
        assert first["overdue_at"]
        stage.own("delete from procrastinate_jobs")
        stage.do("worker", decide_extension, case_id=matter.id, grant=True, amount=Decimal(60), unit="d", words="同意")
        moved = stage.clocks(matter)["whole", ""]
        assert moved["overdue_at"] is None
        due = when(moved["due_at"])
        assert due is not None and due > stage.clock.now()
        stage.clock.advance(due - stage.clock.now())
        stage.sweep()
        assert stage.clocks(matter)["whole", ""]["overdue_at"]

    def test_a_suspension_after_the_deadline_does_not_make_it_fire_twice(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        stage.pass_time(days=40)
        stage.sweep()
        CASE_MOVES[Act.SUSPEND](stage, matter)
        stage.pass_time(days=2)
        CASE_MOVES[Act.RESUME](stage, matter)
        assert stage.sweep() == 0

    def test_a_comment_moves_neither_promise_nor_deadline(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        before = stage.case(matter)
        stage.pass_time(hours=5)
        for act in (Act.COMMENT, Act.ADD, Act.STEP):
            CASE_MOVES[act](stage, matter)
        after_ = stage.case(matter)
        assert [after_[k] for k in ("promised_at", "due_at", "warn_at")] == [
            before[k] for k in ("promised_at", "due_at", "warn_at")
        ]
