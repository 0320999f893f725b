"""The state tables themselves, walked in the database: every edge that is allowed, every pair that is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from casework.stage import CASE_MOVES, PRELUDE, REPORT_MOVES, WAY_TO_CASE, WAY_TO_REPORT, Matter, Move, Stage
from django.db import transaction

from linli.access.api import Principal, as_system
from linli.casework.cases.api import EDGES as CASE_EDGES
from linli.casework.cases.api import ENDED, CaseState, acts_from, advance, lock_case
from linli.casework.intake.api import EDGES as REPORT_EDGES
from linli.casework.intake.api import OPEN_STATES, ReportState, advance_report, lock_report
from linli.casework.timeline.api import Act
from linli.kernel.errors import LinliError, NotFound, WrongState

pytestmark = pytest.mark.django_db

SILENT = {Act.SUGGEST}
"""What the machine suggests writes no entry, and does nothing where it comes too late."""


@dataclass(frozen=True)
class Table:
    """One of the two state tables, with all that a test needs to walk it."""

    name: str
    states: Collection[Any]
    edges: Mapping[tuple[Any, Act], Any]
    way: Mapping[Any, Sequence[Act]]
    moves: Mapping[Act, Move]
    bring: Callable[[Stage, Any], Matter]
    row: Callable[[Stage, Matter], dict[str, Any]]
    step: Callable[[Principal, UUID, Act], object]

    def __str__(self) -> str:
        return self.name

    def forbidden(self, state: Any) -> list[Act]:
        return [act for act in Act if (state, act) not in self.edges]


CASE = Table(
    "case", CaseState, CASE_EDGES, WAY_TO_CASE, CASE_MOVES, lambda stage, state: stage.case_in(state), Stage.case,
    lambda actor, case_id, act: advance(actor=actor, case=lock_case(case_id), act=act),
)  # fmt: skip
REPORT = Table(
    "report", ReportState, REPORT_EDGES, WAY_TO_REPORT, REPORT_MOVES, lambda stage, state: stage.report_in(state),
    Stage.report, lambda actor, report_id, act: advance_report(actor=actor, report=lock_report(report_id), act=act),
)  # fmt: skip
TABLES = (CASE, REPORT)
EVERY_EDGE = [(table, *edge) for table in TABLES for edge in sorted(table.edges, key=str)]
EVERY_STATE = [(table, state) for table in TABLES for state in table.states]
both = pytest.mark.parametrize("table", TABLES, ids=str)


def _refusal(stage: Stage, matter: Matter, move: Move) -> LinliError | None:
    """How a move is refused; None when it goes through. Either way nothing of it stays."""
    try:
        with transaction.atomic():
            move(stage, matter)
            transaction.set_rollback(True)
    except LinliError as refused:
        return refused
    return None


@pytest.mark.parametrize(("table", "state", "act"), EVERY_EDGE, ids=str)
def test_every_allowed_step_leads_where_the_table_says(stage: Stage, table: Table, state: Any, act: Act) -> None:
    matter = table.bring(stage, state)
    for before in PRELUDE.get(act, ()):
        table.moves[before](stage, matter)
    told = stage.acts(matter)
    table.moves[act](stage, matter)
    after = table.row(stage, matter)
    assert after["state"] == table.edges[state, act]
    assert stage.acts(matter) == (told if act in SILENT else [*told, act])
    assert after["unit_id"] is not None
    if table is CASE:
        ended = after["state"] in ENDED
        assert (after["closed_at"] is not None) == ended
        assert (after["due_at"] is None) == ended
        assert bool(stage.running(matter)) == (not ended)
    else:
        assert (after["due_at"] is not None) == (after["state"] in OPEN_STATES)


@pytest.mark.parametrize(("table", "state"), EVERY_STATE, ids=str)
def test_no_other_step_is_possible_even_for_the_one_function_that_takes_steps(
    stage: Stage, table: Table, state: Any
) -> None:
    matter = table.bring(stage, state)
    before, wrong = stage.snapshot(matter), []
    for act in table.forbidden(state):
        with as_system() as system:
            try:
                table.step(system, matter.id, act)
            except WrongState as refused:
                assert refused.code == f"{table.name}_wrong_state"
                assert refused.detail == {"state": state, "act": act}
            else:
                wrong.append(act)
    assert wrong == []
    assert stage.snapshot(matter) == before
    assert len(table.forbidden(state)) == len(Act) - sum(at is state for at, _ in table.edges)


@pytest.mark.parametrize(("table", "state"), EVERY_STATE, ids=str)
def test_no_action_takes_a_matter_over_an_edge_that_is_not_in_the_table(stage: Stage, table: Table, state: Any) -> None:
    matter = table.bring(stage, state)
    tried = [act for act in table.forbidden(state) if act in table.moves and act not in SILENT]
    before = stage.snapshot(matter)
    refused = {act: _refusal(stage, matter, table.moves[act]) for act in tried}
    assert {act: why for act, why in refused.items() if not isinstance(why, WrongState)} == {}
    assert stage.snapshot(matter) == before
    assert tried or state is CaseState.HANDLING


@both
def test_every_act_of_a_table_has_an_action_that_performs_it(table: Table) -> None:
    assert {act for _, act in table.edges} == set(table.moves)
    assert set(table.way) == set(table.states)


def test_a_forbidden_action_leaves_no_trace_while_an_allowed_one_does(stage: Stage) -> None:
    """The positive control of the tests above: the snapshot does notice a change."""
    matter = stage.case_in(CaseState.HANDLING)
    before = stage.snapshot(matter)
    CASE_MOVES[Act.COMMENT](stage, matter)
    changed = {table for table, rows in stage.snapshot(matter).items() if rows != before[table]}
    assert changed == {"casework_entry", "counts"}


@pytest.mark.parametrize(("table", "start"), [(CASE, CaseState.FILED), (REPORT, ReportState.RECEIVED)], ids=str)
def test_every_state_can_be_reached(table: Table, start: Any) -> None:
    assert _reached(table, start) == set(table.states)


@pytest.mark.parametrize(
    ("table", "state"),
    [
        *((CASE, state) for state in CaseState if state not in ENDED),
        *((REPORT, state) for state in sorted(OPEN_STATES)),
    ],
    ids=str,
)
def test_every_open_state_can_be_left_and_leads_to_a_good_end(table: Table, state: Any) -> None:
    assert any(to is not state for (at, _), to in table.edges.items() if at is state)
    assert (CaseState.CLOSED if table is CASE else ReportState.ACCEPTED) in _reached(table, state)


def _reached(table: Table, start: Any) -> set[Any]:
    reached = {start}
    while more := {to for (at, _), to in table.edges.items() if at in reached} - reached:
        reached |= more
    return reached


def test_a_voided_case_is_kept_and_stays_as_it_is() -> None:
    assert acts_from(CaseState.VOIDED) == frozenset()
    assert acts_from(CaseState.CLOSED) == {Act.REOPEN}


@pytest.mark.parametrize("state", [state for state in ReportState if (state, Act.SUGGEST) not in REPORT_EDGES])
def test_a_suggestion_that_comes_too_late_is_dropped_without_an_error(stage: Stage, state: ReportState) -> None:
    matter = stage.report_in(state)
    before = stage.snapshot(matter)
    REPORT_MOVES[Act.SUGGEST](stage, matter)
    assert stage.snapshot(matter) == before


def test_a_report_has_an_owner_and_a_clock_in_every_state_in_which_it_waits(stage: Stage) -> None:
    for state in OPEN_STATES:
        matter = stage.report_in(state)
        row = stage.report(matter)
        assert row["unit_id"], state
        assert row["due_at"] and row["warn_at"] <= row["due_at"], state
        assert len(stage.running(matter)) == 1, state


BY_WHOM_FIRST = {Act.ACCEPT, Act.ARRIVE, Act.STEP, Act.MILESTONE, Act.FEED_BACK, Act.RETURN_ASK, Act.EXTEND_ASK,
                 Act.RESUME, Act.RATE, Act.DISPUTE, Act.MERGE, Act.CLOSE}  # fmt: skip
"""Acts whose move looks the matter up before it acts, or reaches it by the link."""


@pytest.mark.parametrize(
    ("table", "act"),
    [
        *((CASE, act) for act in sorted(CASE_MOVES.keys() - BY_WHOM_FIRST, key=str)),
        *((REPORT, act) for act in sorted(REPORT_MOVES, key=str)),
    ],
    ids=str,
)
def test_a_matter_that_does_not_exist_takes_no_step(stage: Stage, table: Table, act: Act) -> None:
    known = stage.receive()
    nowhere = Matter(UUID(int=7), known.number, known.link)
    events = stage.one("select count(*) from outbox_event")
    with pytest.raises(NotFound) as caught:
        table.moves[act](stage, nowhere)
    assert caught.value.code in ("case_unknown", "report_unknown")
    assert stage.one("select count(*) from outbox_event") == events or act is Act.MERGE
