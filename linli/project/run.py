"""Everything Linli needs on one machine, as one command: database, web server, worker, watched until told to stop.

`linli run` (called by `make run`). Production runs `granian` and `linli worker` under the system's own supervisor.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from linli.project import postgres

__all__ = ["Plan", "RunError", "Supervisor", "run"]

Say = Callable[[str], object]

TICK = 0.2
READY_SECONDS = 60.0
GRACE_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a program that died is started again: doubled each time."""

STEADY_SECONDS = 60.0
"""A program that lived this long has its earlier deaths forgiven."""

DEATHS_BEFORE_READY = 3
"""So many deaths before the first answer mean that it will never come up."""


class RunError(RuntimeError):
    """Linli cannot start or go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `database_url` None: the embedded server in var/pg. `host` is an address to bind."""

    var: Path
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    demo: bool = False
    database_url: str | None = None
    allowed_host: str = "localhost"

    @property
    def local_host(self) -> str:
        """Where this machine reaches the server, even when it is bound to every address."""
        try:
            address = ip_address(self.host)
        except ValueError:
            return self.host
        return ("127.0.0.1" if address.version == 4 else "::1") if address.is_unspecified else self.host


def run(plan: Plan, say: Say) -> None:
    """Start, wait until it answers, say where, watch; return after SIGINT or SIGTERM, all children ended.

    Raises RunError, postgres.ClusterError.
    """
    check_port(plan)
    told_to_stop = threading.Event()
    with _signals(told_to_stop), _alone(plan), _database(plan, say) as url:
        environ = os.environ | {"DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}
        supervisor = Supervisor(environ, told_to_stop, say)
        try:
            if _prepare(plan, supervisor, say) and _bring_up(plan, supervisor, say):
                supervisor.watch()
        finally:
            say("Stopping …")
            supervisor.stop()


def check_port(plan: Plan) -> None:
    """Raises RunError when the address cannot be bound."""
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.host, plan.port))
        except OSError as error:
            raise RunError(
                f"Port {plan.port} on {plan.host} cannot be used: {error.strerror}.\n"
                f"Stop the program that holds it, or choose another: PORT={plan.port + 1} make run"
            ) from error


@dataclass(slots=True)
class Child:
    """A program that is to run for as long as we do."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0

    @property
    def pause(self) -> float:
        return min(FIRST_PAUSE * 2.0 ** (self.deaths - 1), LONGEST_PAUSE)


class Supervisor:
    """Starts programs, starts them again when they die, ends them. Everything happens in the calling thread."""

    def __init__(self, environ: Mapping[str, str], told_to_stop: threading.Event, say: Say) -> None:
        self._environ = dict(environ)
        self._told = told_to_stop
        self._say = say
        self.children: list[Child] = []

    def step(self, command: Sequence[str]) -> bool:
        """Run one program to its end; False when told to stop meanwhile. Raises RunError when it fails."""
        process = self._spawn(command)
        while not self._told.wait(TICK / 4):
            code = process.poll()
            if code is not None:
                if code != 0:
                    raise RunError(f"This step failed (its message stands above): linli {' '.join(command[3:])}")
                return True
        _end([process])
        return False

    def add(self, name: str, command: Sequence[str]) -> None:
        """Start a program and keep it running."""
        child = Child(name, command)
        self.children.append(child)
        self._start(child)

    def tick(self) -> bool:
        """Look after every program once, wait a moment; False when told to stop."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.due:
                    self._start(child)
            elif child.process.poll() is not None:
                self._bury(child, now)
        return not self._told.wait(TICK)

    def watch(self) -> None:
        """Return when told to stop."""
        while self.tick():
            pass

    def stop(self) -> None:
        """End every program, politely first."""
        _end([child.process for child in self.children if child.process is not None])
        self.children.clear()

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        child.process = self._spawn(child.command)

    def _bury(self, child: Child, now: float) -> None:
        code = child.process.returncode if child.process is not None else 0
        if now - child.started > STEADY_SECONDS:
            child.deaths = 0
        child.deaths += 1
        child.process, child.due = None, now + child.pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self._say(f"The {child.name} {how}; starting it again in {child.pause:g} s.")

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        # Its own session: Ctrl-C reaches us alone, and we end it in order. If we are killed, so is it.
        setpriv = shutil.which("setpriv")
        prefix = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
        return subprocess.Popen(
            [*prefix, *command], env=self._environ, start_new_session=True, stdin=subprocess.DEVNULL
        )


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _linli(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "linli.project.cli", *arguments]


def _prepare(plan: Plan, supervisor: Supervisor, say: Say) -> bool:
    say("Preparing the database …")
    steps = [_linli("setup")]
    if plan.demo:
        steps.append(_linli("demo", "load", "--if-empty"))
    return all(supervisor.step(step) for step in steps)


def _bring_up(plan: Plan, supervisor: Supervisor, say: Say) -> bool:
    supervisor.add("web server", _web_command(plan))
    supervisor.add("worker", _linli("worker"))
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(plan):
        if not supervisor.tick():
            return False
        if time.monotonic() > deadline or supervisor.children[0].deaths >= DEATHS_BEFORE_READY:
            raise RunError(f"The web server does not answer on port {plan.port} (/readyz); its messages stand above.")
    say(f"\nLinli is ready: http://localhost:{plan.port}/ (stop: Ctrl-C)\n")
    return not plan.demo or supervisor.step(_linli("demo", "accounts"))


def _web_command(plan: Plan) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi"),
        *("--host", plan.host, "--port", str(plan.port)),
        # granian waits for open streams (/live), which never end by themselves: pages get three seconds to finish.
        *("--workers", str(plan.web_workers), "--respawn-failed-workers", "--workers-kill-timeout", "3"),
        *("--backlog", "2048", "--no-ws", "--log-level", "warning"),
        "linli.project.asgi:application",
    ]


def _is_ready(plan: Plan) -> bool:
    connection = http.client.HTTPConnection(plan.local_host, plan.port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": plan.allowed_host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _signals(told_to_stop: threading.Event) -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in kept:
        signal.signal(number, lambda _number, _frame: told_to_stop.set())
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    """Two runs from one folder would stop each other's database."""
    plan.var.mkdir(parents=True, exist_ok=True)
    with (plan.var / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Linli already runs from {plan.var}. Stop it first, or set LINLI_VAR.") from error
        yield


@contextmanager
def _database(plan: Plan, say: Say) -> Iterator[str]:
    if plan.database_url is not None:
        yield plan.database_url
        return
    say("Starting PostgreSQL …")
    cluster = postgres.start(plan.var / "pg")
    try:
        postgres.ensure_database(cluster, "linli")
        yield cluster.dsn(postgres.ADMIN, "linli")
    finally:
        postgres.stop(cluster)
