"""Deadlines as they are stored: what moves them, by how much, and what does not, counted by hand on a wall calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from casework.stage import CASE_MOVES, MILESTONE, MONDAY, OF_SAFETY, REPORT_MOVES, Matter, Stage, unit, when

from linli.calendar.api import shipped_calendar
from linli.casework.cases.api import CaseState, comment, decide_extension
from linli.casework.intake.api import Channel, ReportState
from linli.casework.timeline.api import Act, ClockKind, LimitGiven, Moment, derive
from linli.casework.works.api import reach_milestone
from linli.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db
H, D, E, N = "h", "d", "e", "n"


def local(text: str) -> datetime:
    """`03-02 10:00` of 2026 on the wall in Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def due(stage: Stage, matter: Matter, kind: str, label: str = "") -> datetime | None:
    return when(stage.clocks(matter)[kind, label]["due_at"])


def dues(stage: Stage, matter: Matter) -> dict[tuple[str, str], datetime | None]:
    return {key: when(clock["due_at"]) for key, clock in stage.clocks(matter).items()}


class TestTheFirstDay:
    """Monday 2 March 2026, ten o'clock: an ordinary week, 8:30–12:00 and 13:00–17:30."""

    def test_a_report_is_looked_at_within_half_an_hour_and_a_hotline_order_within_a_working_day(
        self, stage: Stage
    ) -> None:
        assert due(stage, stage.receive(), "triage") == local("03-02 10:30")
        assert due(stage, stage.receive(channel=Channel.HOTLINE), "triage") == local("03-03 10:00")

    def test_a_case_of_illegal_construction_has_each_milestone_with_its_own_limit(self, stage: Stage) -> None:
        matter = stage.opened()
        assert dues(stage, matter) == {
            ("triage", ""): local("03-02 10:30"),
            ("dispatch", ""): local("03-02 11:00"),
            ("respond", ""): local("03-02 12:00"),
            ("milestone", "停工"): local("03-02 15:00"),
            ("milestone", "立案处罚"): local("03-11 17:30"),
            ("whole", ""): local("03-30 17:30"),
        }
        assert when(stage.case(matter)["promised_at"]) == due(stage, matter, "whole")

    def test_a_matter_of_safety_is_taken_on_within_half_an_hour_whatever_the_hour(self, stage: Stage) -> None:
        stage.pass_time(hours=13)  # eleven at night
        safe, other = stage.opened(OF_SAFETY), stage.opened()
        for matter in (safe, other):
            CASE_MOVES[Act.DISPATCH](stage, matter)
        assert due(stage, safe, "accept") == local("03-02 23:30")
        assert due(stage, other, "accept") == local("03-03 09:30")


class TestSuspension:
    @pytest.mark.parametrize(
        ("away", "then"),
        [
            (timedelta(hours=1), "03-11 17:30"),  # days count closes of business
            (timedelta(days=1), "03-11 17:30"),  # the first day is not counted, so nothing is lost with it
            (timedelta(days=2), "03-12 17:30"),
            (timedelta(days=4), "03-16 17:30"),  # Tuesday, Wednesday and Thursday lost, a weekend on the way
            (timedelta(days=7), "03-17 17:30"),
        ],
        ids=["an hour", "a day", "two days", "four days", "a week"],
    )
    def test_days_shift_by_the_working_days_lost(self, stage: Stage, away: timedelta, then: str) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.SUSPEND](stage, matter)
        stage.clock.advance(away)
        CASE_MOVES[Act.RESUME](stage, matter)
        assert due(stage, matter, "milestone", "立案处罚") == local(then)  # the penalty, seven working days

    def test_hours_shift_by_exactly_the_working_hours_lost(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        assert due(stage, matter, "milestone", MILESTONE) == local("03-02 15:00")
        CASE_MOVES[Act.SUSPEND](stage, matter)
        stage.clock.advance(local("03-03 09:30") - MONDAY)  # 2 h until noon, 4.5 h after it, 1 h next morning
        CASE_MOVES[Act.RESUME](stage, matter)
        # Four hours were left and begin at half past nine: two and a half until noon, one and a half after one.
        assert due(stage, matter, "milestone", MILESTONE) == local("03-03 14:30")

    def test_while_it_waits_nothing_is_promised_and_the_review_is_a_week_away(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.SUSPENDED)
        row = stage.case(matter)
        assert (row["promised_at"], row["next_clock"]) == (None, "review")
        assert when(row["due_at"]) == due(stage, matter, "review") == local("03-10 00:00")
        standing = {key for key, clock in stage.clocks(matter).items() if clock["paused_since"]}
        assert standing == {("respond", ""), ("milestone", "停工"), ("milestone", "立案处罚"), ("whole", "")}

    def test_two_suspensions_add_up(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        for _ in range(2):
            CASE_MOVES[Act.SUSPEND](stage, matter)
            stage.pass_time(days=1)
            CASE_MOVES[Act.RESUME](stage, matter)
        assert due(stage, matter, "milestone", "立案处罚") == local("03-12 17:30")
        assert due(stage, matter, "whole") == local("03-31 17:30")

    def test_what_was_met_before_stays_met_and_what_is_met_does_not_stand_still(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.MILESTONE](stage, matter)
        met = stage.clocks(matter)["milestone", MILESTONE]
        CASE_MOVES[Act.SUSPEND](stage, matter)
        stage.pass_time(days=3)
        CASE_MOVES[Act.RESUME](stage, matter)
        assert stage.clocks(matter)["milestone", MILESTONE] == met


class TestWhatMovesNothing:
    @pytest.mark.parametrize("act", [Act.COMMENT, Act.ADD, Act.STEP, Act.MERGE, Act.ESCALATE, Act.EXTEND_ASK], ids=str)
    def test_no_running_deadline_moves(self, stage: Stage, act: Act) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        before = dues(stage, matter)
        stage.pass_time(hours=3)
        CASE_MOVES[act](stage, matter)
        after = dues(stage, matter)
        assert {key: after[key] for key in before} == before
        assert set(after) - set(before) == ({("extension", "")} if act is Act.EXTEND_ASK else set())

    def test_twenty_comments_neither(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        before, promised = dues(stage, matter), stage.case(matter)["promised_at"]
        for n in range(20):
            stage.pass_time(minutes=90)
            stage.do("worker", comment, case_id=matter.id, words=f"第{n}次", public=n % 2 == 0)
        assert (dues(stage, matter), stage.case(matter)["promised_at"]) == (before, promised)

    @pytest.mark.parametrize("act", [Act.ADD, Act.ESCALATE], ids=str)
    def test_of_a_report_neither(self, stage: Stage, act: Act) -> None:
        matter = stage.report_in(ReportState.RECEIVED)
        before = stage.clocks(matter)
        stage.pass_time(minutes=20)
        REPORT_MOVES[act](stage, matter)
        assert stage.clocks(matter) == before


class TestMoreTime:
    def grant(self, stage: Stage, matter: Matter, amount: int, kind: str) -> None:
        CASE_MOVES[Act.EXTEND_ASK](stage, matter)
        given = {"case_id": matter.id, "grant": True, "amount": Decimal(amount), "unit": kind, "words": "同意"}
        stage.do("worker", decide_extension, **given)

    @pytest.mark.parametrize(
        ("amount", "kind", "then"),
        [(2, D, "04-01 17:30"), (3, N, "04-03 00:00"), (24, E, "03-31 17:30"), (4, H, "03-31 13:30")],
        ids=["working days", "days", "hours", "working hours"],
    )
    def test_it_is_added_to_the_promise_and_to_nothing_else(
        self, stage: Stage, amount: int, kind: str, then: str
    ) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        before = dues(stage, matter)
        stage.pass_time(hours=1)
        self.grant(stage, matter, amount, kind)
        after = dues(stage, matter)
        moved = {key for key in before if before[key] != after[key]}
        assert moved == {("whole", "")}
        assert after["whole", ""] == when(stage.case(matter)["promised_at"]) == local(then)

    def test_denied_it_moves_nothing_and_the_question_is_off_the_table(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        before = dues(stage, matter)
        for act in (Act.EXTEND_ASK, Act.EXTEND_DENY):
            CASE_MOVES[act](stage, matter)
        after = dues(stage, matter)
        assert {key: after[key] for key in before} == before
        assert stage.case(matter)["extensions"] == 0
        assert "extension" not in stage.running(matter)

    def test_granted_and_denied_differ_in_what_the_reporter_reads(self, stage: Stage) -> None:
        for act, seen in ((Act.EXTEND_GRANT, "public"), (Act.EXTEND_DENY, "staff")):
            matter = stage.case_in(CaseState.HANDLING)
            CASE_MOVES[Act.EXTEND_ASK](stage, matter)
            CASE_MOVES[act](stage, matter)
            asked, decided = stage.entries(matter)[-2:]
            assert (asked["visibility"], decided["visibility"]) == ("staff", seen)

    def test_a_transfer_drops_the_question_of_the_former_unit(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.EXTEND_ASK](stage, matter)
        CASE_MOVES[Act.TRANSFER](stage, matter)
        assert stage.case(matter)["extension_asked"] is False
        assert "extension" not in stage.running(matter)


CALENDAR = shipped_calendar()


class TestAgain:
    def test_rework_goes_on_from_where_the_clock_stood(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        stage.pass_time(days=1)
        CASE_MOVES[Act.FEED_BACK](stage, matter)
        assert "whole" not in stage.running(matter)
        stage.pass_time(days=2)  # two closes of business while others looked at it
        CASE_MOVES[Act.REWORK](stage, matter)
        assert due(stage, matter, "whole") == local("04-01 17:30")
        assert stage.running(matter) == {"whole"}

    def test_a_reopened_case_has_the_time_it_had_left(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.CLOSED)
        stage.pass_time(days=7)
        CASE_MOVES[Act.REOPEN](stage, matter)
        assert due(stage, matter, "whole") == local("04-03 17:30")  # Tuesday to Friday were lost
        row = stage.case(matter)
        assert (when(row["promised_at"]), row["closed_at"], row["reworks"]) == (local("04-03 17:30"), None, 1)

    def test_a_milestone_reached_twice_keeps_its_first_time(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        CASE_MOVES[Act.MILESTONE](stage, matter)
        stage.pass_time(hours=2)
        CASE_MOVES[Act.MILESTONE](stage, matter)
        assert when(stage.clocks(matter)["milestone", MILESTONE]["met_at"]) == MONDAY

    def test_milestones_may_be_reached_in_any_order(self, stage: Stage) -> None:
        matter = stage.case_in(CaseState.HANDLING)
        given: dict[str, Any] = {"case_id": matter.id}
        stage.do("responder_urban", reach_milestone, label="立案处罚", **given)
        assert stage.clocks(matter)["milestone", MILESTONE]["met_at"] is None
        stage.do("responder_urban", reach_milestone, label=MILESTONE, **given)
        met = {label for (kind, label), c in stage.clocks(matter).items() if kind == "milestone" and c["met_at"]}
        assert met == {MILESTONE, "立案处罚"}
        assert stage.case(matter)["unit_id"] == unit("urban").id


@pytest.mark.parametrize(
    ("start", "amount", "kind", "end"),
    [
        ("02-13 17:00", 1, H, "02-14 09:00"),  # a Saturday worked before the Spring Festival
        ("02-14 17:00", 1, H, "02-24 09:00"),  # nine days off lie between
        ("02-13 10:00", 2, D, "02-24 17:30"),
        ("02-27 17:00", 1, H, "02-28 09:00"),  # a Saturday worked after it
        ("02-27 10:00", 1, D, "02-28 17:30"),
        ("02-28 10:00", 1, D, "03-02 17:30"),
        ("05-08 17:00", 2, H, "05-09 10:00"),
        ("04-30 17:00", 1, H, "05-06 09:00"),
        ("10-09 16:30", 2, H, "10-10 09:30"),
        ("02-13 17:00", 24, E, "02-14 17:00"),
    ],
)
def test_working_time_runs_over_make_up_workdays_and_stands_on_days_off(
    start: str, amount: int, kind: str, end: str
) -> None:
    given = LimitGiven(ClockKind.WHOLE, "", Decimal(amount), kind)
    (clock,) = derive([Moment(Act.OPEN, local(start), (given,))], CALENDAR)
    assert clock.due_at == local(end)


def test_a_suspension_over_the_festival_costs_only_the_days_that_are_worked() -> None:
    start = Moment(Act.OPEN, local("02-12 10:00"), (LimitGiven(ClockKind.WHOLE, "", Decimal(5), D),))
    pause = [Moment(Act.SUSPEND, local("02-13 09:00")), Moment(Act.RESUME, local("02-24 09:00"))]
    plain, paused = (derive([start, *more], CALENDAR)[0].due_at for more in ([], pause))
    assert plain == local("02-26 17:30")  # 13, 14 (worked), 24, 25, 26
    assert paused == local("02-28 17:30")  # two worked days were lost: 27 and the worked Saturday
