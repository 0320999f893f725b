"""kill -9 of web and worker at random moments under load (issue 2, show 7).

The clients keep their own books; afterwards the database is compared with them. Clocks are made so short in this
database that they run out while things are being killed.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import house_db as house
import psycopg
import pytest
from django.conf import settings
from figures import note_figures
from kill_audit import Findings, audit, waiting
from kill_clients import Client, Ledger
from kill_servers import Servers
from pytest_django.plugin import DjangoDbBlocker

SOAK = os.environ.get("LINLI_SOAK") == "1"
KILLS = int(os.environ.get("LINLI_KILLS", "100" if SOAK else "10"))
CLIENTS = 4
SEED = int(os.environ.get("LINLI_SEED", "20261124"))
SHORTEST_LIMIT_SECONDS = 36
"""0.01 hours, the least a limit can say."""

PAUSE_SECONDS = 0.4 if SOAK else 0.1
"""The longest pause of a client between two reports: in a long run the worker must keep up with the clocks."""

QUIET_SECONDS = 1500.0 if SOAK else 240.0
"""How long the last deliveries may take: a job of a dead worker is given to another one within two minutes."""


@pytest.fixture(scope="module")
def short_clocks(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database in which everything must be looked at within 36 seconds."""
    name = f"linli_k_{os.getpid()}"
    with django_db_blocker.unblock():
        before = settings.DATABASES["owner"]["NAME"]
        house.clone_database(name)
        house.point_to(before)
        with house.admin(name) as owner:
            owner.execute("update casework_steplimit set amount = 0.01, unit = 'e' where kind = 'triage'")
        yield name
        with house.admin("postgres") as owner:
            owner.execute(f"drop database if exists {name} with (force)")


def url_of(database: str) -> str:
    owner = settings.DATABASES["owner"]
    return f"postgresql://{owner['USER']}@/{database}?host={owner['HOST']}&port={owner['PORT']}"


@pytest.fixture
def servers(short_clocks: str, tmp_path: Path) -> Iterator[Servers]:
    environ = {
        "SECRET_KEY": settings.SECRET_KEY,
        "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
        "LINLI_FILES_ROOT": str(tmp_path / "files"),
        "LINLI_VAR": str(tmp_path),
        "LINLI_DEMO": "0",
    }
    running = Servers(url_of(short_clocks), environ, tmp_path)
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


def kill_often(servers: Servers, ledger: Ledger, rng: random.Random) -> dict[str, int]:
    """At random moments, sometimes while the last one is still coming up again, but never without work in between."""
    killed: dict[str, int] = {}
    pause = threading.Event()
    for _ in range(KILLS):
        if rng.random() < 0.7:
            servers.wait_ready()
            before = len(ledger.acknowledged)
            deadline = time.monotonic() + 20
            while len(ledger.acknowledged) < before + 3 and time.monotonic() < deadline:
                pause.wait(0.05)
        pause.wait(rng.random() * 2.5)
        what = rng.choice(("web", "web-child", "worker", "worker"))
        servers.kill(what)
        killed[what] = killed.get(what, 0) + 1
    return killed


def settle(connection: psycopg.Connection[Any], last_due: float) -> float:
    """Wait until nothing is left to do; how long it took."""
    began = time.monotonic()
    pause = threading.Event()
    while time.monotonic() < began + QUIET_SECONDS:
        if time.monotonic() > last_due and waiting(connection) == 0:
            break
        pause.wait(1.0)
    return time.monotonic() - began


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_forgotten(servers: Servers, short_clocks: str) -> None:
    rng = random.Random(SEED)
    ledger, stop = Ledger(), threading.Event()
    clients = [Client(servers.port, ledger, stop, rng.getrandbits(32), PAUSE_SECONDS) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    killed = kill_often(servers, ledger, rng)
    servers.wait_ready()
    stop.set()
    for client in clients:
        client.join(60)
        assert not client.is_alive()
    with house.admin(short_clocks) as owner:
        took = settle(owner, time.monotonic() + SHORTEST_LIMIT_SECONDS + 1)
        found = audit(owner, ledger.acknowledged)
        jobs = dict(
            owner.execute("select status || ' ' || task_name, count(*) from procrastinate_jobs group by 1").fetchall()
        )
    note_figures(
        "kills", seed=SEED, kills=sum(killed.values()), of=killed, acknowledged=len(ledger.acknowledged),
        requests=ledger.attempts, unanswered=ledger.unanswered, lost=len(found.lost), doubled=len(found.doubled),
        timers=found.timers, not_fired=len(found.not_fired), fired_twice=len(found.fired_twice), events=found.events,
        not_delivered=len(found.not_delivered), jobs=jobs,
        effects_not_once=len(found.effect_not_once), settled_s=round(took, 1),
    )  # fmt: skip
    assert sum(killed.values()) == KILLS
    assert ledger.refused == []
    assert ledger.torn == []
    assert ledger.unanswered > 0
    assert found.timers > 50
    assert found == Findings(timers=found.timers, events=found.events)
    with house.admin(short_clocks) as owner:
        _proof_that_the_audit_looks(owner, ledger)


def _proof_that_the_audit_looks(owner: psycopg.Connection[Any], ledger: Ledger) -> None:
    """Each fault is planted, must be found, and is undone."""
    made_up = {**ledger.acknowledged, "never sent": {"id": "00000000-0000-0000-0000-000000000000", "number": "x"}}
    assert audit(owner, made_up).lost == ["never sent"]
    some = next(iter(ledger.acknowledged.values()))["id"]
    copy = "insert into {0} select (jsonb_populate_record(r, %s::jsonb)).* from {0} r where {1}"
    other = "11111111-1111-7111-8111-111111111111"
    of_it = "name like '%%ClockOverdue' and payload->>'matter_id' = %s"
    report = json.dumps({"id": other, "number": "copy", "idempotency_key": "copy"})
    plants: dict[str, tuple[str, list[str]]] = {
        "doubled": (copy.format("casework_report", "id = %s"), [report, some]),
        "not_fired": (f"delete from outbox_event where {of_it}", [some]),
        "fired_twice": (
            copy.format("outbox_event", f"id = (select id from outbox_event where {of_it} limit 1)"),
            [json.dumps({"id": other}), some],
        ),
        "not_delivered": ("update outbox_event set delivered_at = null where payload->>'report_id' = %s", [some]),
        "effect_not_once": ("delete from notices_notice where template = 'warned' and matter_id = %s", [some]),
    }
    for fault, (statement, values) in plants.items():
        with owner.transaction(force_rollback=True):
            assert owner.execute(statement, values).rowcount > 0, fault
            assert getattr(audit(owner, ledger.acknowledged), fault) != [], fault
