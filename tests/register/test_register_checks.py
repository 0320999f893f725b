"""Homes to look at: asked for once, closed by one tap, and swept up when nobody has looked for long."""

from __future__ import annotations

from datetime import date
from typing import Any

import cast
import pytest
from casework.stage import Stage
from django.conf import LazySettings
from django.db import connection
from register import dwelling

from linli.access.api import as_system
from linli.kernel.errors import Forbidden, InvalidInput, NotFound
from linli.register.households import tasks
from linli.register.households.api import (
    CheckCause,
    Found,
    ask_look,
    check_home,
    open_checks,
    stale_checks,
)
from linli.register.households.checking import SWEEP

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def test_a_home_has_one_open_look_and_the_first_cause_stays(stage: Stage, settings: LazySettings) -> None:
    settings.LINLI_HOME_CHECK_DAYS = 3
    home = dwelling.home_id(stage)
    dwelling.close_checks(stage)
    first = stage.do("dispatcher", ask_look, home_id=home)
    assert (first.cause, first.due_on) == (CheckCause.ASKED, date(2026, 3, 5))
    assert stage.do("worker", ask_look, home_id=home, cause=CheckCause.HOME).id == first.id
    assert dwelling.open_checks_of(stage, home) == ["asked"]
    assert len(dwelling.trail(stage, "home.ask_look")) == 1


def test_one_tap_closes_it_and_makes_people_and_home_fresh(stage: Stage) -> None:
    home, person = dwelling.home_id(stage), dwelling.aged(stage)
    stage.do("worker", check_home, home_id=home, found="same")
    (row,) = stage.ask("select * from register_homecheck where home_id = %s", home)
    assert row["found"] == "same" and row["done_at"] and row["done_by"] == cast.user_of("worker").id
    assert stage.one("select looked_on from register_place where id = %s", home) == "2026-03-02"
    assert stage.one("select checked_on from register_person where id = %s", person) == "2026-03-02"
    son = stage.one("select checked_on from register_person where id = %s", dwelling.son(stage))
    assert son == str(cast.SINCE)
    (line,) = dwelling.trail(stage, "home.check")
    assert line["detail"] == {"found": "same", "asked": True}


def test_a_look_that_found_something_new_says_nothing_about_the_people(stage: Stage) -> None:
    stage.do("worker", check_home, home_id=dwelling.home_id(stage), found="changed")
    assert stage.one("select checked_on from register_person where id = %s", dwelling.aged(stage)) == str(cast.SINCE)


def test_a_second_tap_does_no_harm_and_a_look_may_be_had_unasked(stage: Stage) -> None:
    home = dwelling.home_id(stage)
    stage.do("worker", check_home, home_id=home, found="same")
    before = stage.ask("select * from register_homecheck where home_id = %s", home)
    stage.do("worker", check_home, home_id=home, found="same")
    assert stage.ask("select * from register_homecheck where home_id = %s", home) == before
    assert [line["detail"]["asked"] for line in dwelling.trail(stage, "home.check")] == [True, False]


@pytest.mark.parametrize("found", ["", "maybe"])
def test_what_was_found_comes_from_a_list(stage: Stage, found: str) -> None:
    with pytest.raises(InvalidInput):
        stage.do("worker", check_home, home_id=dwelling.home_id(stage), found=found)
    assert {one.label for one in Found} and dwelling.open_checks_of(stage, dwelling.home_id(stage)) == ["stale"]


@pytest.mark.parametrize("who", ["dispatcher", "district", "auditor", "responder", "worker_sibling", "head_other"])
def test_nobody_else_closes_a_look(stage: Stage, who: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        stage.do(who, check_home, home_id=dwelling.home_id(stage), found="same")
    assert dwelling.open_checks_of(stage, dwelling.home_id(stage)) == ["stale"]


@pytest.mark.parametrize(
    "who", ["district", "auditor", "responder", "worker_sibling", "head_other", "dispatcher_other"]
)
def test_nobody_else_asks_for_one(stage: Stage, who: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        stage.do(who, ask_look, home_id=dwelling.home_id(stage))


def test_the_list_of_a_committee_begins_with_the_most_urgent(stage: Stage) -> None:
    other = dwelling.another_home(stage)
    stage.do("worker", ask_look, home_id=other.id)
    actor, area_id = stage._acting("worker"), dwelling.area().id
    found = open_checks(actor, area_id=area_id)
    assert [one.home_id for one in found] == [dwelling.home_id(stage), other.id]
    assert found[0].due_on < TODAY < found[1].due_on
    assert open_checks(stage._acting("worker_cousin"), area_id=area_id) == []
    assert open_checks(stage._acting("auditor"), area_id=area_id) == []


def homes(stage: Stage, count: int, *, looked_on: date | None = None) -> list[int]:
    """Fresh homes of the home area."""
    found = []
    for n in range(count):
        home = dwelling.another_home(stage, f"6{n:02}室", floor=6, slot=n + 1)
        stage.own("update register_place set looked_on = %s where id = %s", looked_on, home.id)
        found.append(home.id)
    return found


def swept(stage: Stage) -> int:
    return int(stage.system(stale_checks))


def test_what_nobody_looked_at_for_long_is_asked_for_once(stage: Stage, settings: LazySettings) -> None:
    settings.LINLI_HOME_LOOK_DAYS = 180
    dwelling.close_checks(stage)
    stage.own("update register_place set looked_on = %s where kind = 'home'", date(2026, 3, 1))
    late, fresh = homes(stage, 1, looked_on=date(2025, 9, 2)), dwelling.another_home(stage, "701室", floor=7, slot=1)
    stage.own("update register_place set looked_on = %s where id = %s", date(2025, 9, 3), fresh.id)
    assert swept(stage) == 1
    assert dwelling.open_checks_of(stage, late[0]) == ["stale"]
    assert dwelling.open_checks_of(stage, fresh.id) == []
    assert swept(stage) == 0
    assert [line["detail"] for line in dwelling.trail(stage, "home.sweep")] == [{"raised": 1}, {"raised": 0}]
    stage.do("worker", check_home, home_id=late[0], found="same")
    assert swept(stage) == 0


def test_a_committee_is_given_no_more_than_it_has_room_for_the_longest_first(
    stage: Stage, settings: LazySettings
) -> None:
    settings.LINLI_HOME_CHECKS_OPEN = 3
    dwelling.close_checks(stage)
    stage.own("update register_place set looked_on = %s where kind = 'home'", date(2026, 3, 1))
    old, never = homes(stage, 3, looked_on=date(2020, 1, 1)), dwelling.another_home(stage, "701室", floor=7, slot=1)
    stage.own("update register_place set looked_on = %s where id = %s", date(2019, 1, 1), old[2])
    assert swept(stage) == 3
    asked = stage.ask("select home_id from register_homecheck where done_at is null")
    assert {row["home_id"] for row in asked} >= {never.id, old[2]} and len(asked) == 3
    assert swept(stage) == 0
    stage.do("worker", check_home, home_id=never.id, found="same")
    assert swept(stage) == 1


def test_homes_that_are_gone_and_other_places_are_left_alone(stage: Stage) -> None:
    dwelling.close_checks(stage)
    stage.own("update register_place set state = 'gone' where kind = 'home'")
    assert swept(stage) == 0
    stage.own("update register_place set state = 'working' where kind = 'home'")
    assert swept(stage) == len(cast.LEAVES)


@pytest.mark.parametrize("who", ["worker", "head", "dispatcher", "district", "auditor"])
def test_linli_alone_sweeps(stage: Stage, who: str) -> None:
    with pytest.raises(Forbidden):
        stage.do(who, stale_checks)


def test_the_nightly_task_sweeps_as_linli(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    dwelling.close_checks(stage)
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    tasks.sweep_homes(0)
    assert dwelling.open_checks_of(stage, dwelling.home_id(stage)) == ["stale"]


def test_the_sweep_walks_the_index_of_homes_by_their_last_look(stage: Stage) -> None:
    area_id = dwelling.area().id
    stage.own(
        "insert into register_place (code, kind, area_id, name, address, looked_on) select 'bulk.' || n, 'home', %s,"
        " n || '室', '', date '2026-01-01' from generate_series(1, 4000) n", area_id,
    )  # fmt: skip
    stage.own("analyze register_place")
    given: dict[str, Any] = {"cause": "stale", "due": TODAY, "before": date(2020, 1, 1), "most": 30}

    def plan() -> str:
        with as_system(), connection.cursor() as cursor:
            cursor.execute("explain " + SWEEP, given)
            return "\n".join(row[0] for row in cursor.fetchall())

    assert "place_homes_by_look" in plan() and "Seq Scan on register_place" not in plan()
    stage.own("drop index place_homes_by_look")
    assert "place_homes_by_look" not in plan()
