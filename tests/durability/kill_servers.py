"""A web server and a worker of our own on a free port, that are killed without warning and started again."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """One process and its children, in a group of their own: what is killed is what was started here."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.command, self.environ, self.log = command, environ, log
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=dict(self.environ), stdout=out, stderr=out, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9 of the whole group, at once."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_child(self) -> bool:
        """kill -9 of one child only (the process that serves); whether there was one."""
        assert self.process is not None
        for child in children_of(self.process.pid):
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return True
        return False


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


class Servers:
    """The web server and the worker on one database."""

    def __init__(self, database_url: str, environ: Mapping[str, str], folder: Path) -> None:
        self.port = free_port()
        whole = {**os.environ, **environ, "DATABASE_URL": database_url, "LINLI_PUBLIC_PER_MINUTE": "0"}
        granian = [
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", "1", "--respawn-failed-workers", "--no-ws", "--log-level", "warning"),
            "linli.project.asgi:application",
        ]
        worker = [sys.executable, "-m", "linli.project.cli", "worker"]
        self.log = folder / "servers.log"
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.web = Program(granian, whole, self.log)
        self.worker = Program(worker, whole, self.log)
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _watch(self) -> None:
        """Like `linli run`, or systemd: what ended is started again (granian gives up when its worker dies twice)."""
        while not self.stopped.wait(0.2):
            with self.lock:
                for program in (self.web, self.worker):
                    if program.process is not None and program.process.poll() is not None:
                        program.start()

    def wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        pause = threading.Event()
        while not self._answers():
            if time.monotonic() > deadline:
                raise AssertionError(f"the web server does not answer:\n{self.log.read_text()[-3000:]}")
            pause.wait(0.2)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self, what: str) -> None:
        """what: web (all of it), web-child (the process that serves; its parent starts another), worker."""
        with self.lock:
            if what == "web-child" and self.web.kill_child():
                return
            program = self.worker if what == "worker" else self.web
            program.kill()
            program.start()

    def stop(self) -> None:
        self.stopped.set()
        self.watcher.join()
        self.web.kill()
        self.worker.kill()
