"""Matters in hand by place: within whose reach, in which building, and late or not."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import cast
import pytest
from casework.stage import WAY_TO_CASE, Matter, Stage, unit
from django.db import connection
from django.test.utils import CaptureQueriesContext
from register.charted import Estate, drawn, home, place

from linli.casework.cases.api import ENDED, CaseState
from linli.casework.intake.api import OPEN_STATES, ReportState
from linli.register.charts.api import Layer
from linli.web.desk.charts.matters import NOTHING, InHand, in_hand, places_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate(stage: Stage) -> Estate:
    return drawn(stage)


def put(stage: Stage, matter: Matter, place_id: int) -> Matter:
    """Let a matter lie at a place."""
    for table in ("casework_case", "casework_report"):
        stage.own(f"update {table} set place_id = %s where id = %s", place_id, matter.id)
    return matter


def hands(stage: Stage, who: str, estate: Estate, **more: object) -> InHand:
    return in_hand(stage._acting(who), estate.compound.id, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [state for state in CaseState if state in WAY_TO_CASE], ids=str)
def test_a_case_is_in_hand_until_it_has_ended(stage: Stage, estate: Estate, state: CaseState) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.case_in(state), here)
    found = hands(stage, "worker", estate)
    assert [one.id for one in found.of(here)] == ([] if state in ENDED else [matter.id])


@pytest.mark.parametrize("state", [
    ReportState.RECEIVED, ReportState.ROUTED, ReportState.REFUSAL_ASKED, ReportState.REFUSED, ReportState.WITHDRAWN,
], ids=str)  # fmt: skip
def test_a_report_is_in_hand_while_it_waits(stage: Stage, estate: Estate, state: ReportState) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.report_in(state), here)
    found = hands(stage, "worker", estate)
    assert [one.id for one in found.of(here)] == ([matter.id] if state in OPEN_STATES else [])


def test_a_report_that_became_a_case_is_one_matter(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.opened(), here)
    (one,) = hands(stage, "worker", estate).of(here)
    assert (one.id, one.number) == (matter.id, matter.number)


def test_late_is_what_its_clock_says_now(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.opened(), here)
    for due, late in (("2026-03-02T09:59:00+08:00", True), ("2026-03-02T10:00:00+08:00", True),
                      ("2026-03-02T10:00:01+08:00", False), (None, False)):  # fmt: skip
        stage.own("update casework_case set due_at = %s where id = %s", due, matter.id)
        found = hands(stage, "worker", estate)
        assert [one.late for one in found.of(here)] == [late]
        assert found.values == {Layer.MATTERS: {here: "overdue" if late else "open"}}


def test_one_late_matter_makes_the_home_late(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    for due in ("2026-03-01", "2026-04-01"):
        matter = put(stage, stage.opened(), here)
        stage.own("update casework_case set due_at = %s where id = %s", due, matter.id)
    found = hands(stage, "worker", estate)
    assert found.values[Layer.MATTERS][here] == "overdue" and len(found.of(here)) == 2


WHERE: dict[str, Callable[[Stage, Estate], int]] = {
    "a home": lambda stage, estate: home(stage, "drawn.1.2.301"),
    "its entrance": lambda stage, estate: estate.entrances[1],
    "the building": lambda stage, estate: estate.buildings[0],
    "a home right in the building": lambda stage, estate: place(
        stage, "attic", "home", estate.compound.area.id, "阁楼", estate.buildings[0], estate.compound.id),
    "a lamp in the building": lambda stage, estate: place(
        stage, "lamp", "facility", estate.compound.area.id, "楼道灯", estate.buildings[0], estate.compound.id),
    "a lamp in the entrance": lambda stage, estate: place(
        stage, "bulb", "facility", estate.compound.area.id, "门灯", estate.entrances[0], estate.compound.id),
}  # fmt: skip


@pytest.mark.parametrize("where", WHERE)
def test_a_building_answers_for_all_that_stands_in_it(stage: Stage, estate: Estate, where: str) -> None:
    put(stage, stage.opened(), WHERE[where](stage, estate))
    assert dict(hands(stage, "worker", estate).by_building) == {estate.buildings[0]: 1}


def test_what_lies_in_the_compound_itself_is_of_no_building(stage: Stage, estate: Estate) -> None:
    put(stage, stage.opened(), estate.compound.id)
    gate = place(stage, "gate", "facility", estate.compound.area.id, "大门", estate.compound.id, estate.compound.id)
    put(stage, stage.opened(), gate)
    found = hands(stage, "worker", estate)
    assert (set(found.at), dict(found.by_building)) == ({estate.compound.id, gate}, {})


@pytest.mark.parametrize(("who", "sees"), [
    ("worker", True), ("head", True), ("dispatcher", True), ("district", True), ("auditor", True),
    ("worker_sibling", False), ("head_other", False), ("dispatcher_other", False), ("responder", False),
    ("building_head", False),
])  # fmt: skip
def test_matters_are_seen_by_whoever_may_see_them_anyway(stage: Stage, estate: Estate, who: str, sees: bool) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.opened(), here)
    assert bool(hands(stage, who, estate).of(here)) is sees
    assert places_of(stage._acting(who), [matter.id], estate.compound.id) == ({here} if sees else set())


def test_a_unit_sees_what_lies_with_it(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.opened(), here)
    stage.own("update casework_case set unit_id = %s where id = %s", unit("property").id, matter.id)
    assert hands(stage, "responder", estate).of(here) == (), "without a duty on the compound it sees no home there"
    stage.own(
        "insert into register_duty (area_id, place_id, unit_id, unit_kind) values (%s, %s, %s, 'property_firm')",
        estate.compound.area.id, estate.compound.id, unit("property").id,
    )  # fmt: skip
    assert [one.id for one in hands(stage, "responder", estate).of(here)] == [matter.id]
    assert hands(stage, "responder_other", estate).of(here) == ()


def test_another_compound_is_another_chart(stage: Stage, estate: Estate) -> None:
    other = drawn(stage, code="other")
    there = home(stage, "other.1.1.601")
    matter = put(stage, stage.opened(), there)
    assert hands(stage, "worker", estate) == InHand({}, {}) == NOTHING
    assert hands(stage, "worker", other).of(there) != ()
    assert places_of(stage._acting("worker"), [matter.id], estate.compound.id) == set()


def test_an_open_page_asks_after_some_places_alone(stage: Stage, estate: Estate) -> None:
    one, other = home(stage, "drawn.1.1.601"), home(stage, "drawn.1.1.501")
    for here in (one, other):
        put(stage, stage.opened(), here)
    assert set(hands(stage, "worker", estate, only=[one]).at) == {one}
    assert set(hands(stage, "worker", estate, only=[]).at) == set()
    far = home(stage, f"cast.{cast.HOME_AREA}.3.501")
    put(stage, stage.opened(), far)
    assert set(hands(stage, "worker", estate, only=[far]).at) == set(), "a place of another compound is not let in"


def test_a_matter_that_has_ended_still_tells_where_it_lay(stage: Stage, estate: Estate) -> None:
    here = home(stage, "drawn.1.1.601")
    matter = put(stage, stage.opened(), here)
    stage.own("update casework_case set state = 'closed' where id = %s", matter.id)
    actor = stage._acting("worker")
    assert places_of(actor, [matter.id, uuid4()], estate.compound.id) == {here}
    assert places_of(actor, [], estate.compound.id) == set()


def test_two_statements_however_many_matters(stage: Stage, estate: Estate) -> None:
    for floor in range(1, 7):
        put(stage, stage.opened(), home(stage, f"drawn.1.1.{floor}01"))
    actor = stage._acting("worker")
    with CaptureQueriesContext(connection) as seen:
        assert len(in_hand(actor, estate.compound.id).at) == 6
    assert len(seen.captured_queries) == 2
