"""What the database holds, compared with what was acknowledged: nothing lost, nothing twice, every timer once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]


@dataclass
class Findings:
    """Everything here must be empty, `timers` and `events` apart."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    not_fired: list[str] = field(default_factory=list)
    fired_twice: list[str] = field(default_factory=list)
    not_delivered: list[str] = field(default_factory=list)
    effect_not_once: list[str] = field(default_factory=list)
    timers: int = 0
    events: int = 0


def waiting(connection: Connection) -> int:
    """How much is still to be done: events to deliver, clocks that are due and have not fired."""
    row = connection.execute(
        "select (select count(*) from outbox_event where delivered_at is null)"
        " + (select count(*) from casework_clock where met_at is null"
        "    and ((due_at <= now() and overdue_at is null) or (warn_at <= now() and warned_at is null)))"
    ).fetchone()
    return int(row[0]) if row else 0


def audit(connection: Connection, acknowledged: Mapping[str, Mapping[str, str]]) -> Findings:
    """Compare. acknowledged: idempotency key → the answer the client got."""
    found = Findings()
    _reports(connection, acknowledged, found)
    _timers(connection, found)
    _deliveries(connection, found)
    return found


def _reports(connection: Connection, acknowledged: Mapping[str, Mapping[str, str]], found: Findings) -> None:
    rows = connection.execute("select id::text, number, words from casework_report").fetchall()
    there = {(report_id, number) for report_id, number, _words in rows}
    found.lost = [key for key, got in acknowledged.items() if (got["id"], got["number"]) not in there]
    said = Counter(words for _id, _number, words in rows)
    found.doubled = [words for words, times in said.items() if times > 1]
    entries = connection.execute(
        "select matter_id::text, count(*) from casework_entry where act = 'receive' group by 1 having count(*) <> 1"
    ).fetchall()
    found.doubled += [f"{matter} was received {times} times" for matter, times in entries]


def _timers(connection: Connection, found: Findings) -> None:
    """Every clock whose time has come: one event for its warning, one for its end."""
    fired = Counter(
        (name.rpartition(".")[2], matter, kind, label)
        for name, matter, kind, label in connection.execute(
            "select name, payload->>'matter_id', payload->>'kind', payload->>'label' from outbox_event"
            " where name like '%ClockWarned' or name like '%ClockOverdue'"
        )
    )
    due = connection.execute(
        "select matter_id::text, kind, label, warn_at <= now(), due_at <= now() from casework_clock"
        " where met_at is null"
    ).fetchall()
    for matter, kind, label, warned, over in due:
        for name, is_due in (("ClockWarned", warned), ("ClockOverdue", over)):
            found.timers += bool(is_due)
            if is_due and fired[(name, matter, kind, label)] == 0:
                found.not_fired.append(f"{name} {matter} {kind}")
    found.fired_twice = [f"{key} {times} times" for key, times in fired.items() if times > 1]


def _deliveries(connection: Connection, found: Findings) -> None:
    """Every event delivered; what its delivery does stands there exactly once."""
    found.events = connection.execute("select count(*) from outbox_event").fetchone()[0]
    late = connection.execute("select id::text, name from outbox_event where delivered_at is null").fetchall()
    found.not_delivered = [f"{name} {event}" for event, name in late]
    for what, effects in (
        ("ClockOverdue", "select matter_id::text, count(*) from casework_entry where act = 'escalate' group by 1"),
        ("ClockWarned", "select matter_id::text, count(*) from notices_notice where template = 'warned' group by 1"),
    ):
        done = dict(connection.execute(effects).fetchall())
        events = connection.execute(
            "select payload->>'matter_id', count(*) from outbox_event where name like %s group by 1", [f"%{what}"]
        ).fetchall()
        for matter, times in events:
            if done.get(matter, 0) != times:
                found.effect_not_once.append(f"{what} {matter}: {times} events, {done.get(matter, 0)} effects")
    got = dict(connection.execute(
        "select payload->>'report_id', count(*) from outbox_event where name like '%ReportReceived' group by 1"
    ).fetchall())  # fmt: skip
    reports = connection.execute("select id::text from casework_report").fetchall()
    found.effect_not_once += [
        f"{report}: {got.get(report, 0)} arrivals" for (report,) in reports if got.get(report) != 1
    ]
