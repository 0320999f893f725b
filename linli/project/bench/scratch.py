"""A database of its own for measuring, and a server of its own to measure."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from linli.project import postgres

READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database that only the measuring uses. `url` is the owner's."""

    url: str
    name: str

    def connect(self, **options: object) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the owner, autocommit."""
        return psycopg.connect(self.url, autocommit=True)


@contextmanager
def scratch_database(var: Path, name: str) -> Iterator[Scratch]:
    """A fresh database beside the installation's own, set up and dropped afterwards."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        url = _counting_cluster(var / "pg-bench").dsn(postgres.ADMIN, "postgres")
    made = make_conninfo(url, dbname=name)
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            linli(made, "setup")
            yield Scratch(made, name)
        finally:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _counting_cluster(data_dir: Path) -> postgres.Cluster:
    """A server of the measuring's own that counts statements; durable, as in production."""
    cluster = postgres.start(data_dir)
    with psycopg.connect(cluster.dsn(postgres.ADMIN, "postgres"), autocommit=True) as admin:
        row = admin.execute("show shared_preload_libraries").fetchone()
        if row is not None and "pg_stat_statements" in str(row[0]):
            return cluster
        admin.execute("alter system set shared_preload_libraries = 'pg_stat_statements'")
    postgres.stop(cluster)
    return postgres.start(data_dir)


def environ(url: str) -> dict[str, str]:
    """What a child needs to work on this database."""
    parts = conninfo_to_dict(url)
    host, user = parts.get("host", ""), parts.get("user", "")
    quoted = str(host).replace("/", "%2F")
    as_url = f"postgresql://{user}@/{parts['dbname']}?host={quoted}&port={parts.get('port', 5432)}"
    given = os.environ.get("DATABASE_URL")
    return {**os.environ, "DATABASE_URL": as_url if not given or "host=" in given else url, "PYTHONUNBUFFERED": "1"}


def linli(url: str, *command: str, **extra: str) -> None:
    """Run a command of Linli on this database, with more of the environment. Raises CalledProcessError."""
    subprocess.run([sys.executable, "-m", "linli.project.cli", *command], env={**environ(url), **extra}, check=True)


def owner_url() -> str:
    """The owner's connection of this installation as one text, for processes of their own."""
    given = connections["owner"].get_connection_params()
    return make_conninfo(**{key: str(given[key]) for key in CONNINFO if given.get(key)})


CONNINFO = ("dbname", "host", "port", "user", "password", "sslmode")


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server."""

    process: psutil.Process
    port: int

    def cpu_seconds(self) -> float:
        """Processor time used by the server and its children so far."""
        return sum(sum(p.cpu_times()[:2]) for p in family(self.process))

    def memory_mb(self) -> float:
        """Memory that only the server's processes hold, in MB."""
        return memory_mb(self.process)


def family(process: psutil.Process) -> list[psutil.Process]:
    """The process and everything it started."""
    return [process, *process.children(recursive=True)]


def memory_mb(process: psutil.Process) -> float:
    """Memory that only this process and its children hold, in MB."""
    return float(sum(one.memory_full_info().uss for one in family(process))) / 1e6


@contextmanager
def web_server(url: str, *, workers: int = 2) -> Iterator[Server]:
    """Granian on a free port of the loopback, as in production."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(workers), "--log-level", "warning"),
        "linli.project.asgi:application",
    ]
    with child(command, url) as process:
        wait_ready(process, port)
        yield Server(process, port)


@contextmanager
def child(command: list[str], url: str) -> Iterator[psutil.Process]:
    """A process of ours, ended with all its children at the end."""
    started = subprocess.Popen(command, env=environ(url), stdout=subprocess.DEVNULL)
    process = psutil.Process(started.pid)
    try:
        yield process
    finally:
        ours = family(process)
        for one in ours:
            with suppress(psutil.NoSuchProcess):
                one.terminate()
        _gone, alive = psutil.wait_procs(ours, timeout=8)
        for one in alive:
            one.kill()
        started.wait()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_ready(process: psutil.Process, port: int) -> None:
    """Return when this server answers; another one that took the port meanwhile does not count.

    Raises ChildProcessError when the server has ended, TimeoutError.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if process.status() == psutil.STATUS_ZOMBIE:
            raise ChildProcessError(f"the server for port {port} has ended")
        with suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status < 500 and _listens(process, port):
                return
    raise TimeoutError(f"no answer on port {port}")


def _listens(process: psutil.Process, port: int) -> bool:
    held = (one for member in family(process) for one in member.net_connections())
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in held)
