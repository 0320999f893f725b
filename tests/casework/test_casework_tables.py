"""The state tables themselves, walked in the database: every edge that is allowed, every pair that is not."""

from __future__ import annotations

from uuid import UUID

import pytest
from casework.stage import (
    CASE_MOVES,
    PRELUDE,
    REPORT_MOVES,
    WAY_TO_CASE,
    WAY_TO_REPORT,
    Matter,
    Move,
    Stage,
    lock_case,
)
from django.db import transaction

from linli.access.api import as_system
from linli.casework.cases.api import EDGES as CASE_EDGES
from linli.casework.cases.api import ENDED, CaseState, acts_from, advance
from linli.casework.intake.api import EDGES as REPORT_EDGES
from linli.casework.intake.api import OPEN_STATES, ReportState, advance_report, lock_report
from linli.casework.timeline.api import Act
from linli.kernel.errors import LinliError, NotFound, WrongState

pytestmark = pytest.mark.django_db

SILENT = {Act.SUGGEST}
"""What the machine suggests writes no entry, and does nothing where it comes too late."""


def _refusal(stage: Stage, matter: Matter, move: Move) -> LinliError | None:
    """How a move is refused; None when it goes through. Either way nothing of it stays."""
    try:
        with transaction.atomic():
            move(stage, matter)
            transaction.set_rollback(True)
    except LinliError as refused:
        return refused
    return None


# --- the case


@pytest.mark.parametrize(("state", "act"), sorted(CASE_EDGES, key=str), ids=str)
def test_every_allowed_step_of_a_case_leads_where_the_table_says(stage: Stage, state: CaseState, act: Act) -> None:
    matter = stage.case_in(state)
    for before in PRELUDE.get(act, ()):
        CASE_MOVES[before](stage, matter)
    told = stage.acts(matter)
    CASE_MOVES[act](stage, matter)
    after = stage.case(matter)
    assert after["state"] == CASE_EDGES[state, act]
    assert stage.acts(matter) == [*told, act]
    assert (after["closed_at"] is not None) == (after["state"] in ENDED)
    assert (after["due_at"] is None) == (after["state"] in ENDED)
    assert bool(stage.running(matter)) == (after["state"] not in ENDED)


@pytest.mark.parametrize("state", list(CaseState))
def test_no_other_step_of_a_case_is_possible_even_for_the_one_function_that_takes_steps(
    stage: Stage, state: CaseState
) -> None:
    matter = stage.case_in(state)
    forbidden = [act for act in Act if (state, act) not in CASE_EDGES]
    before, wrong = stage.snapshot(matter), []
    for act in forbidden:
        with as_system() as system:
            case = lock_case(matter.id)
            try:
                advance(actor=system, case=case, act=act)
            except WrongState as refused:
                assert refused.code == "case_wrong_state"
                assert refused.detail == {"state": state, "act": act}
            else:
                wrong.append(act)
    assert wrong == []
    assert stage.snapshot(matter) == before
    assert len(forbidden) + len(acts_from(state)) == len(Act)


@pytest.mark.parametrize("state", list(CaseState))
def test_no_action_takes_a_case_over_an_edge_that_is_not_in_the_table(stage: Stage, state: CaseState) -> None:
    matter = stage.case_in(state)
    forbidden = [act for act in CASE_MOVES if (state, act) not in CASE_EDGES]
    before = stage.snapshot(matter)
    refused = {act: _refusal(stage, matter, CASE_MOVES[act]) for act in forbidden}
    assert {act: why for act, why in refused.items() if not isinstance(why, WrongState)} == {}
    assert stage.snapshot(matter) == before
    assert forbidden or state is CaseState.HANDLING


def test_a_forbidden_action_leaves_no_trace_while_an_allowed_one_does(stage: Stage) -> None:
    """The positive control of the tests above: the snapshot does notice a change."""
    matter = stage.case_in(CaseState.HANDLING)
    before = stage.snapshot(matter)
    CASE_MOVES[Act.COMMENT](stage, matter)
    changed = {table for table, rows in stage.snapshot(matter).items() if rows != before[table]}
    assert changed == {"casework_entry", "counts"}


def test_every_act_of_the_case_table_has_an_action_that_performs_it() -> None:
    assert {act for _, act in CASE_EDGES} == set(CASE_MOVES)


def test_every_state_of_a_case_can_be_reached_and_every_open_one_left() -> None:
    assert set(WAY_TO_CASE) == set(CaseState)
    reached = {CaseState.FILED}
    while more := {to for (at, _), to in CASE_EDGES.items() if at in reached} - reached:
        reached |= more
    assert reached == set(CaseState)
    stuck = [
        state
        for state in CaseState
        if state not in ENDED and all(CASE_EDGES[state, a] is state for a in acts_from(state))
    ]
    assert stuck == []


def test_from_every_open_state_of_a_case_there_is_a_way_to_closed() -> None:
    for start in set(CaseState) - ENDED:
        reached = {start}
        while more := {to for (at, _), to in CASE_EDGES.items() if at in reached} - reached:
            reached |= more
        assert CaseState.CLOSED in reached, start


def test_a_voided_case_is_kept_and_stays_as_it_is() -> None:
    assert acts_from(CaseState.VOIDED) == frozenset()


# --- the report


@pytest.mark.parametrize(("state", "act"), sorted(REPORT_EDGES, key=str), ids=str)
def test_every_allowed_step_of_a_report_leads_where_the_table_says(stage: Stage, state: ReportState, act: Act) -> None:
    matter = stage.report_in(state)
    told = stage.acts(matter)
    REPORT_MOVES[act](stage, matter)
    after = stage.report(matter)
    assert after["state"] == REPORT_EDGES[state, act]
    assert stage.acts(matter) == (told if act in SILENT else [*told, act])
    assert (after["due_at"] is not None) == (after["state"] in OPEN_STATES)
    assert after["unit_id"] is not None


@pytest.mark.parametrize("state", list(ReportState))
def test_no_other_step_of_a_report_is_possible_even_for_the_one_function_that_takes_steps(
    stage: Stage, state: ReportState
) -> None:
    matter = stage.report_in(state)
    forbidden = [act for act in Act if (state, act) not in REPORT_EDGES]
    before, wrong = stage.snapshot(matter), []
    for act in forbidden:
        with as_system() as system:
            report = lock_report(matter.id)
            try:
                advance_report(actor=system, report=report, act=act)
            except WrongState as refused:
                assert refused.code == "report_wrong_state"
                assert refused.detail == {"state": state, "act": act}
            else:
                wrong.append(act)
    assert wrong == []
    assert stage.snapshot(matter) == before
    assert len(forbidden) == len(Act) - sum(at is state for at, _ in REPORT_EDGES)


@pytest.mark.parametrize("state", list(ReportState))
def test_no_action_takes_a_report_over_an_edge_that_is_not_in_the_table(stage: Stage, state: ReportState) -> None:
    matter = stage.report_in(state)
    forbidden = [act for act in REPORT_MOVES if (state, act) not in REPORT_EDGES and act not in SILENT]
    before = stage.snapshot(matter)
    refused = {act: _refusal(stage, matter, REPORT_MOVES[act]) for act in forbidden}
    assert {act: why for act, why in refused.items() if not isinstance(why, WrongState)} == {}
    assert stage.snapshot(matter) == before
    assert forbidden


@pytest.mark.parametrize("state", [state for state in ReportState if (state, Act.SUGGEST) not in REPORT_EDGES])
def test_a_suggestion_that_comes_too_late_is_dropped_without_an_error(stage: Stage, state: ReportState) -> None:
    matter = stage.report_in(state)
    before = stage.snapshot(matter)
    REPORT_MOVES[Act.SUGGEST](stage, matter)
    assert stage.snapshot(matter) == before


def test_every_act_of_the_report_table_has_an_action_that_performs_it() -> None:
    assert {act for _, act in REPORT_EDGES} == set(REPORT_MOVES)
    assert set(WAY_TO_REPORT) == set(ReportState)


def test_a_report_has_an_owner_and_a_clock_in_every_state_in_which_it_waits(stage: Stage) -> None:
    for state in OPEN_STATES:
        matter = stage.report_in(state)
        row = stage.report(matter)
        assert row["unit_id"], state
        assert row["due_at"] and row["warn_at"] <= row["due_at"], state
        assert len(stage.running(matter)) == 1, state


@pytest.mark.parametrize("act", sorted(REPORT_MOVES.keys() - SILENT, key=str))
def test_a_report_that_does_not_exist_takes_no_step(stage: Stage, act: Act) -> None:
    known = stage.receive()
    nowhere = Matter(UUID(int=7), known.number, known.link)
    with pytest.raises(NotFound):
        REPORT_MOVES[act](stage, nowhere)
