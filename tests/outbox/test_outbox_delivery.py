"""An event is stored with what made it true, and delivered once or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pytest
from casework.stage import REPORT_MOVES, Stage
from django.db import transaction

from linli.casework.timeline.api import Act
from linli.outbox import rules
from linli.outbox.api import deliver, is_heard, nobody_listens, on, publish

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Rang:
    """A bell of these tests."""

    times: int


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing follows from this one."""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Rang]:
    monkeypatch.setattr(rules, "_handlers", {})
    bells: list[Rang] = []
    on(Rang)(bells.append)
    return bells


def test_an_event_waits_until_it_is_delivered_and_then_no_longer(stage: Stage, heard: list[Rang]) -> None:
    stage.system(lambda actor: publish(Rang(3)))
    (waiting,) = stage.undelivered()
    assert heard == []
    assert deliver(waiting) is True
    assert heard == [Rang(3)]
    assert stage.undelivered() == []


def test_a_second_delivery_does_nothing(stage: Stage, heard: list[Rang]) -> None:
    stage.system(lambda actor: publish(Rang(1)))
    (waiting,) = stage.undelivered()
    assert [deliver(waiting), deliver(waiting)] == [True, False]
    assert len(heard) == 1


def test_an_unknown_event_is_not_delivered(stage: Stage) -> None:
    assert deliver(uuid4()) is False


def test_what_is_undone_publishes_nothing(stage: Stage, heard: list[Rang]) -> None:
    jobs = stage.one("select count(*) from procrastinate_jobs")
    stage._acting("worker")
    with transaction.atomic():
        publish(Rang(1))
        transaction.set_rollback(True)
    assert stage.undelivered() == []
    assert stage.one("select count(*) from procrastinate_jobs") == jobs


def test_every_event_has_a_job_that_delivers_it(stage: Stage, heard: list[Rang]) -> None:
    stage.system(lambda actor: publish(Rang(1)))
    (waiting,) = stage.undelivered()
    jobs = stage.ask(
        "select task_name, args, queue_name from procrastinate_jobs where args->>'event_id' = %s", str(waiting)
    )
    assert [(job["task_name"], job["queue_name"]) for job in jobs] == [("outbox.deliver", "events")]


def test_when_one_hand_over_fails_none_has_happened_and_it_is_tried_again(stage: Stage, heard: list[Rang]) -> None:
    matter = stage.receive()
    failing = [True]

    def withdraw(event: Rang) -> None:
        REPORT_MOVES[Act.SUGGEST](stage, matter)
        if failing:
            raise OSError("the second hand-over could not be made")

    on(Rang)(withdraw)
    stage.system(lambda actor: publish(Rang(1)))
    (waiting,) = stage.undelivered("%Rang")
    with pytest.raises(OSError, match="second hand-over"):
        deliver(waiting)
    assert stage.report(matter)["suggestions"] == []
    assert stage.undelivered("%Rang") == [waiting]
    failing.clear()
    assert deliver(waiting) is True
    assert len(stage.report(matter)["suggestions"]) == 1


def test_hand_overs_run_in_the_order_in_which_they_were_registered(stage: Stage, heard: list[Rang]) -> None:
    order: list[str] = []
    on(Rang)(lambda event: order.append("second"))
    on(Rang)(lambda event: order.append("third"))
    stage.system(lambda actor: publish(Rang(1)))
    deliver(stage.undelivered()[0])
    assert (len(heard), order) == (1, ["second", "third"])


def test_an_event_is_heard_or_its_silence_is_explained(heard: list[Rang], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_silent", {})
    assert is_heard(Rang)
    assert not is_heard(Silent)
    nobody_listens(Silent, "a bell nobody hears")
    assert is_heard(Silent)


def test_only_a_dataclass_is_an_event() -> None:
    with pytest.raises(TypeError):
        on(int)


def test_the_name_on_the_wire_is_the_room_and_the_class() -> None:
    @dataclass
    class Moved:
        pass

    Moved.__module__ = "linli.casework.dispatch.events"
    assert rules.name_of(Moved) == "casework.dispatch.Moved"
