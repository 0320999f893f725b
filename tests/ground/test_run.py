"""The supervisor behind `make run`: a taken port, a dying child, an orderly end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from linli.project import run as running
from linli.project.run import Plan, RunError, Supervisor

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def supervisor(lines: list[str]) -> Supervisor:
    return Supervisor(os.environ, threading.Event(), lines.append)


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def _until(condition: Callable[[], bool], work: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        work()


def test_a_taken_port_is_told_with_advice(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(RunError, match=f"PORT={port + 1} make run"):
            running.check_port(Plan(var=tmp_path, port=port))
    running.check_port(Plan(var=tmp_path, port=port))


def test_a_failing_step_stops_the_start(supervisor: Supervisor) -> None:
    assert supervisor.step(_python("pass")) is True
    with pytest.raises(RunError, match="step failed"):
        supervisor.step(_python("raise SystemExit(3)"))


def test_a_dead_child_is_started_again_and_said(
    supervisor: Supervisor, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.05)
    log = tmp_path / "log"
    log.touch()
    program = f"import signal; open({str(log)!r}, 'a').write('x'); signal.pause()"
    supervisor.add("worker", _python(program))
    _until(lambda: log.read_text() == "x", supervisor.tick)
    first = supervisor.children[0].process
    assert first is not None
    first.kill()
    _until(lambda: log.read_text() == "xx", supervisor.tick)
    assert lines == ["The worker was killed by signal 9; starting it again in 0.05 s."]
    supervisor.stop()


def test_the_pause_doubles_up_to_a_limit() -> None:
    child = running.Child("worker", [])
    pauses = []
    for child.deaths in (1, 2, 3, 20):
        pauses.append(child.pause)
    assert pauses == [0.5, 1.0, 2.0, 30.0]


def test_stop_ends_even_a_child_that_will_not_listen(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "GRACE_SECONDS", 0.3)
    ready = tmp_path / "ready"
    program = f"import signal; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); signal.pause()"
    supervisor.add("worker", _python(program))
    _until(ready.exists, supervisor.tick)
    process = supervisor.children[0].process
    assert process is not None
    supervisor.stop()
    assert process.returncode == -signal.SIGKILL


def test_a_web_server_that_never_comes_up_ends_the_run(
    tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(running, "_web_command", lambda _plan: _python("raise SystemExit('broken')"))
    monkeypatch.setattr(running, "_linli", lambda *_arguments: _python("pass"))
    plan = Plan(var=tmp_path, port=port, database_url="postgresql://nowhere/x")
    with pytest.raises(RunError, match="does not answer"):
        running.run(plan, lines.append)
    assert any("web server ended with code 1" in line for line in lines)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = f"import os, signal; open({str(pid_file)!r}, 'w').write(str(os.getpid())); signal.pause()"
    program = (
        "import os, sys, threading\n"
        "from linli.project.run import Supervisor\n"
        "s = Supervisor(os.environ, threading.Event(), print)\n"
        f"s.add('worker', [sys.executable, '-c', {child!r}])\n"
        "s.watch()\n"
    )
    watcher = subprocess.Popen(_python(program), cwd=ROOT)
    _until(lambda: pid_file.exists() and pid_file.read_text() != "", lambda: threading.Event().wait(0.02))
    pid = int(pid_file.read_text())
    watcher.kill()
    watcher.wait()
    stat = Path(f"/proc/{pid}/stat")
    _until(lambda: not stat.exists() or " Z " in stat.read_text(), lambda: threading.Event().wait(0.02))


def test_two_runs_from_one_folder_are_refused(tmp_path: Path) -> None:
    plan = Plan(var=tmp_path)
    with running._alone(plan), pytest.raises(RunError, match="already runs"), running._alone(plan):
        pass


@pytest.mark.parametrize(
    ("host", "expected"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.1.2.3", "10.1.2.3"), ("box", "box")]
)
def test_where_this_machine_reaches_the_server(tmp_path: Path, host: str, expected: str) -> None:
    assert Plan(var=tmp_path, host=host).local_host == expected
