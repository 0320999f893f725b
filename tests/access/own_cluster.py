"""A PostgreSQL server of a test's own, durable as in production, whose files can be searched and copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from child_processes import ROOT
from django.conf import settings
from django.db import connections
from scope_world import real_logins

from linli.project import postgres
from linli.project.postgres_programs import launcher_for

DATABASE = "linli"


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[postgres.Cluster]:
    """The server on this folder while the block runs."""
    cluster = postgres.start(folder, durable=durable)
    try:
        yield cluster
    finally:
        postgres.stop(cluster)


@contextmanager
def fresh_folder(name: str) -> Iterator[Path]:
    """A folder beside that of the other test server, removed afterwards: it must be reachable for the server's user."""
    folder = ROOT / "var" / f"{name}-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def set_up(cluster: postgres.Cluster) -> None:
    """Tables, roles, tree; backups are allowed."""
    postgres.ensure_database(cluster, DATABASE)
    environ = os.environ | {
        "DATABASE_URL": cluster.dsn(postgres.ADMIN, DATABASE), "SECRET_KEY": settings.SECRET_KEY,
        "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
    }  # fmt: skip
    command = [sys.executable, "-m", "linli.project.cli", "setup"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    with (cluster.data_dir / "pg_hba.conf").open("a") as rules:
        rules.write("local replication all trust\n")  # from the next start on


@contextmanager
def spoken_to(cluster: postgres.Cluster) -> Iterator[None]:
    """Every alias speaks to this server, each as the login it has in production."""
    owner = settings.DATABASES["owner"]
    before = owner["HOST"], owner["PORT"]
    _turn(str(cluster.socket_dir), str(cluster.port))
    try:
        with real_logins(DATABASE):
            yield
    finally:
        _turn(*before)


def _turn(host: str, port: str) -> None:
    for alias in settings.DATABASES:
        connections[alias].close()
        for known in (connections[alias].settings_dict, settings.DATABASES[alias]):
            known["HOST"], known["PORT"] = host, port


def program(cluster: postgres.Cluster, name: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs on this server. Fails with what it said."""
    ran = launcher_for(None).run(
        name, "--host", cluster.socket_dir, "--port", str(cluster.port), "--username", postgres.ADMIN, *arguments
    )
    assert ran.returncode == 0, ran.stderr
