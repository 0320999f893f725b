"""`linli run` as a whole: real server, real database, a small project in place of Linli's own commands."""

from __future__ import annotations

import http.client
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linli.project import postgres

ROOT = Path(__file__).parents[2]

SETTINGS = """
from pathlib import Path
SECRET_KEY = "test"
VAR = Path(__file__).parent / "var"
LINLI_DEMO = True
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "small.urls"
INSTALLED_APPS = ["small", "linli.project"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
USE_TZ = True
"""
URLS = """
import os
from django.http import HttpResponse
from django.urls import path

urlpatterns = [
    path("readyz", lambda request: HttpResponse("ready", headers={"Host-Seen": request.get_host()})),
    path("pid", lambda request: HttpResponse(str(os.getpid()))),
]
"""
COMMAND = """
import os, pathlib, signal, psycopg
from django.core.management.base import BaseCommand

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("words", nargs="*")
        parser.add_argument("--if-empty", action="store_true")

    def handle(self, *args, **options):
        name = pathlib.Path(__file__).stem
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            database = connection.execute("select current_database()").fetchone()[0]
        self.stdout.write(f"command {name} {' '.join(options['words'])} on {database} pid {os.getpid()}")
        self.stdout.flush()
        if name == "worker":
            signal.pause()
"""


@pytest.fixture
def project() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="linli-test-"))
    commands = base / "small" / "management" / "commands"
    commands.mkdir(parents=True)
    for package in (base / "small", commands.parent, commands):
        (package / "__init__.py").touch()
    (base / "small" / "settings.py").write_text(SETTINGS)
    (base / "small" / "urls.py").write_text(URLS)
    for name in ("setup", "demo", "worker"):
        (commands / f"{name}.py").write_text(COMMAND)
    yield base
    cluster = postgres.locate(base / "small" / "var" / "pg")
    assert cluster is None, "the run stopped its database"
    shutil.rmtree(base)


class Run:
    """A started `linli run` and what it says."""

    def __init__(self, project: Path, port: int) -> None:
        environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environ |= {"DJANGO_SETTINGS_MODULE": "small.settings", "PYTHONPATH": str(project), "PORT": str(port)}
        environ |= {"WEB_WORKERS": "1", "TMPDIR": str(project)}
        command = [sys.executable, "-m", "linli.project.cli", "run"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.unread: list[str] = []
        self.port = port
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip())
        self.lines.put("(end of output)")

    def wait_for(self, words: str) -> str:
        """The first line with these words that was not asked for yet; lines may come in any order."""
        while True:
            for line in self.unread:
                if words in line:
                    self.unread.remove(line)
                    return line
                assert line != "(end of output)", "\n".join(self.unread)
            self.unread.append(self.lines.get(timeout=60))

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Host": "localhost"})
        body = connection.getresponse().read().decode()
        connection.close()
        return body


@contextmanager
def _run(project: Path) -> Iterator[Run]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = Run(project, port)
    try:
        yield run
    finally:
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(30) == 0


def _pid(line: str) -> int:
    return int(line.rsplit(" ", 1)[1])


def test_start_kill_and_stop(project: Path) -> None:
    with _run(project) as run:
        assert "on linli" in run.wait_for("command setup")
        run.wait_for("command demo load on linli")
        worker = _pid(run.wait_for("command worker"))
        run.wait_for(f"Linli is ready: http://localhost:{run.port}/")
        run.wait_for("command demo accounts")

        os.kill(worker, signal.SIGKILL)
        run.wait_for("The worker was killed by signal 9; starting it again")
        assert _pid(run.wait_for("command worker")) != worker

        web = int(run.get("/pid"))
        second = Run(project, run.port)
        second.wait_for("Stop the program that holds it, or choose another")
        assert second.process.wait(30) != 0
        assert int(run.get("/pid")) == web, "a second run leaves the first alone"
    with pytest.raises(ConnectionRefusedError):
        run.get("/pid")
    assert not Path(f"/proc/{web}").exists()


def test_a_run_killed_hard_leaves_nothing_in_the_way(project: Path) -> None:
    with _run(project) as first:
        first.wait_for("Linli is ready")
        first.process.kill()
        first.process.wait()
        cluster = postgres.locate(project / "small" / "var" / "pg")
        assert cluster is not None, "the database outlives its supervisor"
        with _run(project) as second:
            second.wait_for("Linli is ready")
        first.process.returncode = 0
