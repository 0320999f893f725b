"""A piece of town played by Hypothesis: several matters at once, every role, a moving clock, sweeper and deliveries.

After each step every matter must have an owner, its clocks, and somebody who can take the next step.
`LINLI_SOAK=1` plays 200 examples of 50 steps, the ordinary run a tenth of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import UUID

import cast
import pytest
from casework.stage import MONDAY, Matter, Stage, hands_for, when
from casework.town_moves import ANYBODY, DESK, FORWARD, ITEMS, WHO_OF_CASE, WORDS, Call, case_calls, report_calls
from django.db import transaction
from figures import note_figures
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from linli.access.api import PERMISSIONS
from linli.accounts.api import AREA_ROLES, WIDE_ROLES, Role
from linli.calendar.api import current_calendar
from linli.casework.cases.api import (
    EDGES,
    ENDED,
    CaseState,
    acts_from,
    add_by_reporter,
    open_case,
    withdraw_case,
)
from linli.casework.dispatch.actions import OWN_HANDS
from linli.casework.dispatch.api import (
    take_routed,
)
from linli.casework.intake.api import EDGES as REPORT_EDGES
from linli.casework.intake.api import (
    OPEN_STATES,
    Channel,
    ReportState,
    add_to_report,
    withdraw_report,
)
from linli.casework.timeline.api import Act, ClockKind, LimitGiven, Moment, derive
from linli.casework.verification.api import Satisfaction, dispute, rate
from linli.kernel.errors import LinliError
from linli.kernel.numbers import parse_number
from linli.register.places.api import Place
from linli.territory.api import area_by_code

pytestmark = pytest.mark.django_db

SOAK = os.environ.get("LINLI_SOAK") == "1"
STARTS = (*CaseState, *(state for state in ReportState if state is not ReportState.ACCEPTED))
EXAMPLES, STEPS = (200, 50) if SOAK else (30, 33)
MOST_MATTERS = 7


class Town(RuleBasedStateMachine):
    """The town: what a step does, and what must hold afterwards."""

    stage: Stage
    people: list[dict[str, Any]]
    start: CaseState | ReportState
    figures: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.sid = transaction.savepoint()
        self.stage.clock.advance(MONDAY - self.stage.clock.now())
        self.matters: list[Matter] = []
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.figures["examples"] += 1

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.sid)

    @initialize(items=st.lists(st.sampled_from(ITEMS), min_size=2, max_size=3))
    def the_day_begins(self, items: list[str]) -> None:
        """With one matter in the state that this play begins from, and a few reports that wait."""
        brought = self.stage.case_in if isinstance(self.start, CaseState) else self.stage.report_in
        self.matters.append(brought(self.start))
        for item in items:
            self.matters.append(self.stage.receive(item_code=item))

    @precondition(lambda self: len(self.matters) < MOST_MATTERS)
    @rule(item=st.sampled_from(("", "", *ITEMS)), words=st.sampled_from(WORDS), where=st.sampled_from("apl"),
          channel=st.sampled_from((Channel.RESIDENT, Channel.HOTLINE)))  # fmt: skip
    def somebody_reports(self, item: str, words: str, where: str, channel: Channel) -> None:
        """With a kind or with words, about the area, a compound or a point."""
        area = area_by_code(cast.HOME_AREA)
        place = {"a": {"area_id": area.id}, "p": {"place_id": Place.objects.get(code=f"cast.{cast.HOME_AREA}").id},
                 "l": {"area_id": area.id, "lat": 31.12, "lng": 121.56}}[where]  # fmt: skip
        self.matters.append(self.stage.receive(channel=channel, item_code=item, words=words or "看不清", **place))
        self.count("received")

    @precondition(lambda self: self.matters)
    @rule(data=st.data(), legal=st.sampled_from((True, True, True, True, True, False)))
    def somebody_of_staff_acts(self, data: st.DataObject, legal: bool) -> None:
        """Mostly a step that the table allows, sometimes any step by anybody."""
        self.staff_step(data, legal=legal)

    def staff_step(self, data: st.DataObject, *, legal: bool) -> None:
        """Mostly a step that the table allows, by somebody whose job it may be; sometimes any step by anybody."""
        matter = data.draw(st.sampled_from(self.matters))
        case = self.stage.ask("select state from casework_case where id = %s", matter.id)
        if case:
            calls: Mapping[Act, Callable[[Matter], Call]] = case_calls(data.draw, self.matters)
            possible, likely = acts_from(CaseState(case[0]["state"])), WHO_OF_CASE
        else:
            calls = report_calls(data.draw)
            state = self.stage.report(matter)["state"]
            possible, likely = frozenset(act for at, act in REPORT_EDGES if at == state), {}
        acts = [act for act in calls if not legal or act in possible]
        if not acts:
            return
        onwards = {Act.OPEN, FORWARD.get(case[0]["state"]) if case else None}
        act = data.draw(st.sampled_from([*acts, *(act for act in acts if act in onwards for _ in range(6))]))
        own = (hands_for(self.stage, matter),) if case else DESK
        who = data.draw(st.sampled_from(likely.get(act, own) if legal else ANYBODY))
        action, given = calls[act](matter)
        self.attempt(matter, act, lambda: self.stage.do(who, action, **given), who)

    @precondition(lambda self: self.matters)
    @rule(data=st.data())
    def staff_goes_on(self, data: st.DataObject) -> None:
        """Working days are mostly this."""
        for _ in range(4):
            self.staff_step(data, legal=True)

    @precondition(lambda self: self.matters)
    @rule(data=st.data(), words=st.sampled_from(("还没好", "补充", "")))
    def a_reporter_acts(self, data: st.DataObject, words: str) -> None:
        """Adds, withdraws, rates or says that it is not solved."""
        matter = data.draw(st.sampled_from(self.matters))
        of_case = {
            Act.ADD: (add_by_reporter, {"case_id": matter.id, "words": words}),
            Act.WITHDRAW: (withdraw_case, {"case_id": matter.id}),
            Act.RATE: (rate, {"satisfaction": Satisfaction.MOSTLY}),
            Act.DISPUTE: (dispute, {"words": words}),
        }
        of_report: dict[Act, Call] = {
            Act.ADD: (add_to_report, {"report_id": matter.id, "words": words}),
            Act.WITHDRAW: (withdraw_report, {"report_id": matter.id}),
        }
        is_case = bool(self.stage.ask("select 1 from casework_case where id = %s", matter.id))
        chosen: dict[Act, Call] = of_case if is_case else of_report
        act = data.draw(st.sampled_from([act for act in chosen for _ in range(1 if act is Act.WITHDRAW else 6)]))
        action, given = chosen[act]
        self.attempt(matter, act, lambda: self.stage.link(matter, action, **given), "reporter")

    @precondition(lambda self: self.matters)
    @rule(data=st.data())
    def the_legal_owner_takes_a_routed_report(self, data: st.DataObject) -> None:
        """Opens it and has it at once."""
        matter = data.draw(st.sampled_from(self.matters))
        who = data.draw(st.sampled_from(("responder_urban", "responder_housing", "dispatcher")))

        def take() -> None:
            with transaction.atomic():
                case = self.stage.do(who, open_case, report_id=matter.id)
                self.stage.do(who, take_routed, case=case)

        self.attempt(matter, None, take, who)

    @rule(
        step=st.sampled_from([{"minutes": 7}, {"minutes": 40}, {"hours": 3}, {"hours": 20}, {"days": 4}, {"days": 30}]),
        swept=st.booleans(),
        delivered=st.booleans(),
    )
    def time_passes(self, step: dict[str, float], swept: bool, delivered: bool) -> None:
        """And nobody does anything but the worker: what the sweeper fired once it does not fire again."""
        self.stage.pass_time(**step)
        if swept:
            self.count("fired", self.stage.sweep())
            assert self.stage.sweep() == 0
        if delivered:
            self.count("delivered", self.stage.deliver_all())

    def attempt(self, matter: Matter, act: Act | None, move: Callable[[], object], who: str) -> None:
        """A step that goes through follows the table; one that is refused changes nothing."""
        before = self.stage.snapshot(matter)
        hands = {hand for order in before["casework_workorder"] for hand in order["hands"]}
        try:
            move()
        except LinliError:
            assert self.stage.snapshot(matter) == before
            self.count("refused")
            return
        self.count("taken")
        after = self.stage.snapshot(matter)
        if act is not None:
            self.follows_table(act, before, after)
        if act in (Act.VERIFY, Act.REWORK):
            assert cast.user_of(who).id not in hands
        if act in (Act.COMMENT, Act.ADD, Act.STEP, Act.MERGE) and before["casework_case"]:
            (was,), (is_now,) = before["casework_case"], after["casework_case"]
            assert is_now["promised_at"] == was["promised_at"]
            assert is_now["due_at"] == was["due_at"]

    def follows_table(self, act: Act, before: dict[str, Any], after: dict[str, Any]) -> None:
        """The state after a step is the one of the table."""
        if before["casework_case"]:
            was, is_now = before["casework_case"][0]["state"], after["casework_case"][0]["state"]
            assert EDGES[CaseState(was), act] == is_now
        else:
            was, is_now = before["casework_report"][0]["state"], after["casework_report"][0]["state"]
            assert REPORT_EDGES[ReportState(was), act] == is_now

    def count(self, what: str, by: int = 1) -> None:
        """For the report on the run."""
        self.figures[what] += by

    @invariant()
    def the_town_is_in_order(self) -> None:
        """Owner, clock, next step, history, numbers: for every matter, after every step."""
        self.count("steps")
        if not self.matters:
            return
        ids = [matter.id for matter in self.matters]
        reports = {row["id"]: row for row in self.stage.ask(
            "select r.*, a.path, u.is_active, u.kind as unit_kind from casework_report r"
            " join territory_area a on a.id = r.area_id join accounts_unit u on u.id = r.unit_id"
            " where r.id = any(%s)", ids
        )}  # fmt: skip
        cases = {row["id"]: row for row in self.stage.ask(
            "select c.*, a.path, u.is_active, u.kind as unit_kind, d.is_active as desk_active from casework_case c"
            " join territory_area a on a.id = c.area_id join accounts_unit u on u.id = c.unit_id"
            " join accounts_unit d on d.id = c.desk_id where c.id = any(%s)", ids
        )}  # fmt: skip
        entries = self.grouped("casework_entry", "at, id", ids)
        clocks = self.grouped("casework_clock", "id", ids)
        assert len(reports) == len(self.matters) == len({row["number"] for row in reports.values()})
        for key, row in reports.items():
            parse_number(row["number"])
            told = entries[key]
            assert told[: len(self.told.get(key, []))] == self.told.get(key, [])
            self.told[key] = told
            self.clocks_follow_from_the_story(told, clocks[key])
            open_clocks = [clock for clock in clocks[key] if clock["met_at"] is None]
            if key in cases:
                assert row["state"] == ReportState.ACCEPTED
                assert row["number"] == cases[key]["number"]
                self.case_is_in_order(cases[key], open_clocks)
            else:
                self.report_is_in_order(row, open_clocks)

    def grouped(self, table: str, order: str, ids: list[UUID]) -> dict[str, list[dict[str, Any]]]:
        """Rows of a table by matter."""
        found: dict[str, list[dict[str, Any]]] = {str(key): [] for key in ids}
        for row in self.stage.ask(f"select * from {table} where matter_id = any(%s) order by {order}", ids):
            found[row["matter_id"]].append(row)
        return found

    def clocks_follow_from_the_story(self, told: list[dict[str, Any]], stored: list[dict[str, Any]]) -> None:
        """What is stored as columns is what derives from the entries, and nothing else."""
        derived = derive([_moment(entry) for entry in told], current_calendar())
        assert {(r.kind, r.label): (r.started_at, r.due_at, r.warn_at, r.met_at, r.paused_since) for r in derived} == {
            (c["kind"], c["label"]): tuple(
                when(c[k]) for k in ("started_at", "due_at", "warn_at", "met_at", "paused_since")
            )
            for c in stored
        }
        for clock in derived:
            assert clock.due_at is None or clock.warn_at is None or clock.warn_at <= clock.due_at

    def report_is_in_order(self, row: dict[str, Any], clocks: list[dict[str, Any]]) -> None:
        """A report that waits has an owner, a clock and somebody who may decide."""
        self.figures[f"report {row['state']}"] += 1
        waits = row["state"] in OPEN_STATES
        assert waits == bool(clocks)
        assert (row["due_at"] is not None) == waits
        if not waits:
            return
        assert row["is_active"]
        self.shows_the_first(row["due_at"], None, clocks)
        refusal = row["state"] == ReportState.REFUSAL_ASKED
        act = "report.refuse.review" if refusal else "report.triage"
        may = self.who_may(act, row["path"], None if refusal else row["unit_id"])
        assert may - ({row["asked_by"]} if refusal else set())

    def case_is_in_order(self, row: dict[str, Any], clocks: list[dict[str, Any]]) -> None:
        """A case that has not ended has owner, clock and a legal next step that somebody may take."""
        state = CaseState(row["state"])
        self.figures[f"case {state}"] += 1
        assert row["unit_id"] and row["desk_id"]
        assert (state in ENDED) == (not clocks)
        if state in ENDED:
            assert (row["due_at"], row["next_clock"]) == (None, "")
            return
        assert row["is_active"] and row["desk_active"]
        self.shows_the_first(row["due_at"], row["next_clock"], clocks)
        paused = [clock for clock in clocks if clock["paused_since"]]
        if state is CaseState.SUSPENDED:
            assert row["next_clock"] == ClockKind.REVIEW
            assert row["waiting_for"]
            assert {clock["kind"] for clock in clocks} - {clock["kind"] for clock in paused} == {ClockKind.REVIEW}
        else:
            assert not paused
        assert row["returns"] <= 1 and row["extensions"] <= 1 and 1 <= row["level"] <= 3
        assert acts_from(state)
        assert self.next_hands(state, row), (state, row)

    def shows_the_first(self, due: str | None, kind: str | None, clocks: list[dict[str, Any]]) -> None:
        """The deadline on the row is that of the running clock that ends first."""
        first = min(when(clock["due_at"]) for clock in clocks if clock["due_at"])
        assert when(due) == first
        assert kind is None or kind in {clock["kind"] for clock in clocks if when(clock["due_at"]) == first}

    def next_hands(self, state: CaseState, row: dict[str, Any]) -> set[int]:
        """Who may take the step that leads on."""
        path, unit_id = row["path"], row["unit_id"]
        match state:
            case CaseState.FILED:
                return self.who_may("case.dispatch", path, None)
            case CaseState.DISPATCHED | CaseState.HANDLING:
                act = "case.accept" if state is CaseState.DISPATCHED else "case.handle"
                return self.who_may(act, path, unit_id, hands=row["unit_kind"])
            case CaseState.RETURN_ASKED:
                (running,) = self.stage.ask(
                    "select assigned_by, return_asked_by from casework_assignment"
                    " where case_id = %s and ended_at is null",
                    row["id"],
                )
                return self.who_may("case.return.rule", path, None) - set(running.values())
            case CaseState.SUSPENDED:
                return self.who_may("case.resume", path, unit_id)
            case CaseState.FED_BACK:
                worked = self.stage.ask(
                    "select unnest(hands) as hand from casework_workorder where case_id = %s", row["id"]
                )
                return self.who_may("case.verify", path, None) - {one["hand"] for one in worked}
            case _:
                return self.who_may("case.close", path, None)

    def who_may(self, act: str, path: str, unit_id: int | None, hands: str | None = None) -> set[int]:
        """The people whose role and post reach the matter for this act."""
        found = set()
        for one in self.people:
            role = Role(one["role"])
            of_unit = unit_id is not None and one["unit_id"] == unit_id
            covers = role in WIDE_ROLES or (role in AREA_ROLES and (path + ".").startswith(one["path"] + "."))
            if hands is not None:
                covers = role in AREA_ROLES and covers and hands in OWN_HANDS
            if role in PERMISSIONS[act] and (of_unit or covers):
                found.add(one["user_id"])
        return found


def _moment(entry: dict[str, Any]) -> Moment:
    at: datetime | None = when(entry["at"])
    assert at is not None
    limits = tuple(
        LimitGiven(ClockKind(one["kind"]), one["label"], Decimal(one["amount"]), one["unit"])
        for one in entry["data"].get("limits", ())
    )
    return Moment(Act(entry["act"]), at, limits, entry["data"].get("label", ""))


def test_no_step_leaves_a_matter_without_owner_clock_or_legal_next_step(stage: Stage) -> None:
    people = stage.ask(
        "select p.user_id, p.role, p.unit_id, a.path from accounts_post p join territory_area a on a.id = p.area_id"
    )
    figures: Counter[str] = Counter()
    for state in STARTS:

        class Played(Town):
            start = state

        Played.stage, Played.people, Played.figures = stage, people, figures
        run_state_machine_as_test(
            Played,
            settings=settings(
                max_examples=ceil(EXAMPLES / len(STARTS)),
                stateful_step_count=(2 if SOAK else 1) * STEPS + 3,  # a play may end early; the sum is asserted below
                deadline=None, derandomize=not SOAK, database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],  # shrinking would replay a town for minutes; the printed steps are enough
            ),
        )  # fmt: skip
    note_figures("the town", **dict(sorted(figures.items())))
    assert figures["steps"] >= EXAMPLES * STEPS
    assert min(figures[what] for what in ("received", "taken", "refused", "fired", "delivered")) > 0
    assert {f"{'case' if isinstance(state, CaseState) else 'report'} {state}" for state in STARTS} <= set(figures)


def test_the_watch_over_the_town_does_notice_a_broken_clock(stage: Stage) -> None:
    """The positive control: a stored deadline that does not follow from the story is found."""
    town = Town.__new__(Town)
    town.stage, town.figures, town.told, town.people = stage, Counter(), {}, []
    matter = stage.receive()
    town.matters = [matter]
    town.people = stage.ask(
        "select p.user_id, p.role, p.unit_id, a.path from accounts_post p join territory_area a on a.id = p.area_id"
    )
    town.the_town_is_in_order()
    stage.own("update casework_clock set due_at = due_at + %s where matter_id = %s", timedelta(minutes=1), matter.id)
    with pytest.raises(AssertionError):
        town.the_town_is_in_order()


def test_the_watch_over_the_town_does_notice_a_matter_that_nobody_may_take_on(stage: Stage) -> None:
    """The positive control for the next step: without people there is none."""
    town = Town.__new__(Town)
    town.stage, town.figures, town.told, town.people = stage, Counter(), {}, []
    town.matters = [stage.receive()]
    with pytest.raises(AssertionError):
        town.the_town_is_in_order()
