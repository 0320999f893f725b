"""Deliveries as the worker makes them: retried with growing waits, kept when hopeless, never in each other's way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from casework.stage import Stage
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from procrastinate.jobs import Job
from psycopg import sql

from linli.access.api import APP_ROLES, as_system
from linli.outbox import rules
from linli.outbox.actions import waiting
from linli.outbox.api import deliver, on, publish
from linli.outbox.tasks import STALLED_SECONDS, deliver_event, rescue

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Knocked:
    """Somebody knocked."""

    door: str
    at: datetime
    by: UUID
    times: int = 1


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody went by."""

    door: str


KNOCK = Knocked(door="3号楼 501室 “测试”", at=datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC), by=uuid4(), times=3)


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    monkeypatch.setattr(rules, "_handlers", {})
    found: list[object] = []
    on(Knocked)(found.append)
    return found


def publish_as_system(stage: Stage, *events: object) -> list[UUID]:
    for event in events:
        stage.system(lambda actor, event=event: publish(event))
    return stage.undelivered()


def test_an_event_arrives_as_it_was_published(stage: Stage, heard: list[object]) -> None:
    (one,) = publish_as_system(stage, KNOCK)
    assert deliver(one)
    assert heard == [KNOCK]
    assert type(heard[0]) is Knocked


def test_events_are_delivered_to_their_own_handlers_only(stage: Stage, heard: list[object]) -> None:
    passed: list[Passed] = []
    on(Passed)(passed.append)
    for one in publish_as_system(stage, Passed("1"), KNOCK, Passed("2")):
        deliver(one)
    assert (passed, heard) == ([Passed("1"), Passed("2")], [KNOCK])


def test_a_handler_that_fails_stops_no_other_event(stage: Stage, heard: list[object]) -> None:
    def fail(event: Passed) -> None:
        raise OSError("the line is down")

    on(Passed)(fail)
    bad, good = publish_as_system(stage, Passed("1"), KNOCK)
    with pytest.raises(OSError, match="line is down"):
        deliver(bad)
    assert deliver(good)
    assert stage.undelivered() == [bad]


def test_a_database_error_in_a_handler_is_undone_with_all_it_did(stage: Stage) -> None:
    def half(event: Passed) -> None:
        publish(KNOCK)
        with connection.cursor() as cursor:
            cursor.execute("select * from no_such_table")

    on(Passed)(half)
    (bad,) = publish_as_system(stage, Passed("1"))
    with pytest.raises(ProgrammingError):
        deliver(bad)
    assert stage.undelivered() == [bad]


def test_what_a_handler_publishes_waits_for_its_own_delivery(stage: Stage, heard: list[object]) -> None:
    on(Passed)(lambda event: publish(KNOCK))
    (first,) = publish_as_system(stage, Passed("1"))
    deliver(first)
    (second,) = stage.undelivered()
    assert heard == []
    deliver(second)
    assert heard == [KNOCK]


def test_a_handler_acts_as_linli_itself(stage: Stage) -> None:
    roles: list[str] = []

    def look(event: Passed) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('role')")
            roles.append(cursor.fetchone()[0])

    on(Passed)(look)
    (one,) = publish_as_system(stage, Passed("1"))
    stage._anyone()
    deliver(one)
    assert roles == ["linli_wide"]


def test_an_event_without_handler_is_delivered_and_done(stage: Stage) -> None:
    (one,) = publish_as_system(stage, Passed("nobody hears"))
    assert deliver(one)
    assert stage.undelivered() == []


def test_an_event_of_another_shape_is_not_lost(stage: Stage, heard: list[object]) -> None:
    """A worker of the next version finds events of this one: it fails, and the event waits for whoever knows it."""
    (one,) = publish_as_system(stage, KNOCK)
    stage.own("update outbox_event set payload = payload - 'door' where id = %s", one)
    with pytest.raises(Exception, match="door"):
        deliver(one)
    assert (stage.undelivered(), heard) == ([one], [])


def test_those_that_wait_are_told_oldest_first_as_many_as_asked(stage: Stage) -> None:
    ids = publish_as_system(stage, *[Passed(str(n)) for n in range(4)])
    with as_system():
        assert waiting(using="default") == ids
        assert waiting(using="default", limit=2) == ids[:2]
        deliver(ids[0])
        assert waiting(using="default") == ids[1:]


def test_publishing_and_its_job_are_undone_together(stage: Stage) -> None:
    jobs = stage.one("select count(*) from procrastinate_jobs")
    me = stage._acting("worker")
    assert me.name == "worker"
    with pytest.raises(KeyError), transaction.atomic():
        publish(KNOCK)
        assert stage.one("select count(*) from procrastinate_jobs") == jobs + 1
        raise KeyError
    assert stage.one("select count(*) from procrastinate_jobs") == jobs
    assert stage.undelivered() == []


@pytest.mark.parametrize("role", [role for role in APP_ROLES if role != "linli_wide"])
def test_nobody_but_linli_reads_or_marks_what_waits(stage: Stage, role: str) -> None:
    publish_as_system(stage, KNOCK)
    for statement in ("select * from outbox_event", "update outbox_event set delivered_at = now()"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            cursor.execute(statement)


def test_a_delivery_is_tried_twelve_times_with_growing_waits_and_then_kept_as_failed() -> None:
    strategy = deliver_event.retry_strategy
    assert strategy is not None
    times = [strategy.get_retry_decision(exception=OSError(), job=tried(n)) for n in range(12)]
    waits = [(one.retry_at - datetime.now(UTC)).total_seconds() for one in times if one and one.retry_at]
    assert len(waits) == 12
    assert waits == sorted(waits)
    assert waits[-1] > 600
    assert strategy.get_retry_decision(exception=OSError(), job=tried(12)) is None


def tried(times: int) -> Job:
    return Job(id=1, queue="events", lock=None, queueing_lock=None, task_name="outbox.deliver", attempts=times)


def test_the_jobs_of_a_dead_worker_are_looked_for_every_minute() -> None:
    assert rescue.queue == "events"
    assert STALLED_SECONDS >= 3 * 10, "a worker gives a sign of life every ten seconds"
