"""The launcher of the embedded PostgreSQL: made, found again, killed, crowded out, run by anyone."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from linli.project import postgres, postgres_programs
from linli.project.postgres import ADMIN, Cluster, ClusterError

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes the user id, which only root may")


@pytest.fixture(autouse=True)
def fresh_launcher() -> Iterator[None]:
    postgres_programs.launcher_for.cache_clear()
    yield
    postgres_programs.launcher_for.cache_clear()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that every user may reach; what runs in it is stopped at the end."""
    base = Path(tempfile.mkdtemp(prefix="linli-test-"))
    base.chmod(0o755)
    path = base / "pg"
    yield path
    sockets = set(_socket_dirs(path))
    cluster = postgres.locate(path)
    if cluster is not None:
        postgres.stop(cluster)
    for folder in sockets:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(base)


def _socket_dirs(data_dir: Path) -> list[Path]:
    conf = data_dir / "linli.conf"
    if not conf.exists():
        return []
    return [Path(line.split("'")[1]) for line in conf.read_text().splitlines() if line.startswith("unix_socket_dir")]


def _server_pid(cluster: Cluster) -> int:
    return int((cluster.data_dir / "postmaster.pid").read_text().splitlines()[0])


def _wait_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "the killed server is still there"
        threading.Event().wait(0.02)


def _kill(cluster: Cluster) -> int:
    pid = _server_pid(cluster)
    os.kill(pid, signal.SIGKILL)
    _wait_dead(pid)
    return pid


def _one(cluster: Cluster, statement: str, dbname: str = "postgres") -> object:
    with psycopg.connect(cluster.dsn(ADMIN, dbname), autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def test_start_makes_a_private_utf8_server_that_is_not_on_the_network(data_dir: Path) -> None:
    cluster = postgres.start(data_dir, durable=False)
    assert _one(cluster, "show server_encoding") == "UTF8"
    assert _one(cluster, "show data_checksums") == "on"
    assert _one(cluster, "show listen_addresses") == ""
    assert _one(cluster, "select current_user") == ADMIN
    assert _one(cluster, "select datctype from pg_database where datname = 'postgres'") == "C.UTF-8"
    assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


def test_start_is_idempotent_and_survives_a_restart(data_dir: Path) -> None:
    first = postgres.start(data_dir, durable=False)
    pid = _server_pid(first)
    assert postgres.start(data_dir, durable=False) == first == postgres.locate(data_dir)
    assert _server_pid(first) == pid
    postgres.ensure_database(first, "内容 with a space")
    postgres.ensure_database(first, "内容 with a space")
    postgres.stop(first)
    assert postgres.locate(data_dir) is None
    assert not first.socket_dir.exists()
    postgres.stop(first)
    again = postgres.start(data_dir, durable=False)
    assert _server_pid(again) != pid
    assert _one(again, "select current_database()", "内容 with a space") == "内容 with a space"


def test_two_processes_start_the_same_cluster_once(data_dir: Path) -> None:
    program = "import sys, pathlib\nfrom linli.project import postgres\npostgres.start(pathlib.Path(sys.argv[1]))"
    racers = [subprocess.Popen([sys.executable, "-c", program, str(data_dir)], cwd=ROOT) for _ in range(3)]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]
    assert postgres.locate(data_dir) is not None


def test_committed_rows_survive_kill_9(data_dir: Path) -> None:
    cluster = postgres.start(data_dir)
    assert _one(cluster, "show fsync") == "on"
    with psycopg.connect(cluster.dsn(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as n")
    _kill(cluster)
    assert postgres.locate(data_dir) is None
    again = postgres.start(data_dir)
    assert _one(again, "select sum(n) from kept") == 500_500


def test_kill_9_with_busy_backends_is_waited_out(data_dir: Path) -> None:
    cluster = postgres.start(data_dir, durable=False)
    connections = [psycopg.connect(cluster.dsn(ADMIN, "postgres")) for _ in range(5)]
    os.kill(_server_pid(cluster), signal.SIGKILL)
    again = postgres.start(data_dir, durable=False)
    assert _one(again, "select 1") == 1
    for connection in connections:
        connection.close()


def test_a_stale_pid_file_whose_number_passed_to_another_program(data_dir: Path) -> None:
    cluster = postgres.start(data_dir, durable=False)
    _kill(cluster)
    pid_file = data_dir / "postmaster.pid"
    stranger = subprocess.Popen(["tail", "-f", "/dev/null"])
    try:
        lines = pid_file.read_text().splitlines()
        stale = "\n".join([str(stranger.pid), *lines[1:]]) + "\n"
        pid_file.write_text(stale)
        bare = postgres_programs.launcher_for(None).run(
            "pg_ctl", "start", "-w", "-t", "5", "-D", data_dir, "-l", data_dir / "x.log"
        )
        assert bare.returncode != 0, "control: PostgreSQL by itself refuses such a file"
        pid_file.write_text(stale)
        assert _one(postgres.start(data_dir, durable=False), "select 1") == 1
        assert stranger.poll() is None, "the stranger is left alone"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_removed_socket_is_healed(data_dir: Path) -> None:
    cluster = postgres.start(data_dir, durable=False)
    shutil.rmtree(cluster.socket_dir)
    assert _one(postgres.start(data_dir, durable=False), "select 1") == 1


def test_a_very_long_path_and_a_crowded_socket_name(data_dir: Path) -> None:
    deep = data_dir.parent / ("d" * 120) / "pg"
    squatted = postgres._socket_dir(deep.absolute(), postgres_programs.Launcher(Path("/nowhere")))
    squatted.chmod(0o777)
    cluster = postgres.start(deep, durable=False)
    try:
        assert cluster.socket_dir != squatted
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
        assert postgres.locate(deep) == cluster
        assert _one(cluster, "select 1") == 1
    finally:
        postgres.stop(cluster)
        squatted.rmdir()


def test_another_programs_folder_is_never_overwritten(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "thesis.txt").write_text("mine")
    with pytest.raises(ClusterError, match="in the way"):
        postgres.start(data_dir)
    assert (data_dir / "thesis.txt").read_text() == "mine"


def test_a_folder_of_another_major_version_is_refused_with_advice(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="made by PostgreSQL 9"):
        postgres.start(data_dir)


def test_a_server_that_cannot_start_says_why(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.COMMON_SETTINGS, "shared_buffers", "'very much'")
    with pytest.raises(ClusterError, match="shared_buffers"):
        postgres.start(data_dir)


def test_durability_is_the_default_and_can_be_given_up(data_dir: Path) -> None:
    cluster = postgres.start(data_dir, durable=False)
    assert _one(cluster, "show fsync") == "off"
    postgres.stop(cluster)
    assert _one(postgres.start(data_dir), "show fsync") == "on"


def test_dsn_quotes_its_parts(data_dir: Path) -> None:
    cluster = Cluster(data_dir=data_dir, socket_dir=Path("/tmp/a b"), port=5432)
    assert cluster.dsn("u@x", "a/b") == "postgresql://u%40x@/a%2Fb?host=%2Ftmp%2Fa%20b&port=5432"


@needs_root
def test_root_without_namespaces_falls_back_to_nobody(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir.parent))
    cluster = postgres.start(data_dir, durable=False)
    assert Path(f"/proc/{_server_pid(cluster)}").stat().st_uid == postgres_programs.NOBODY
    assert _one(cluster, "select 1") == 1
    _kill(cluster)
    assert _one(postgres.start(data_dir, durable=False), "select 1") == 1


@needs_root
def test_an_ordinary_user_runs_it(data_dir: Path) -> None:
    os.chown(data_dir.parent, postgres_programs.NOBODY, postgres_programs.NOBODY)
    program = (
        "import os, pathlib, sys\n"
        "from linli.project import postgres\n"
        "cluster = postgres.start(pathlib.Path(sys.argv[1]), durable=False)\n"
        "postgres.ensure_database(cluster, 'x')\n"
        "postgres.stop(cluster)\n"
        "print(os.geteuid(), postgres.locate(cluster.data_dir))\n"
    )
    who = {"user": postgres_programs.NOBODY, "group": postgres_programs.NOBODY, "extra_groups": []}
    python = next((path for path in _pythons() if _may_import(path, who)), None)
    if python is None:
        pytest.skip("the checkout and every Python of this version lie in folders only root may enter")
    command = [python, "-c", program, str(data_dir)]
    answer = subprocess.run(command, cwd=ROOT, env=PACKAGES, capture_output=True, text=True, check=False, **who)
    assert answer.stderr == ""
    assert answer.stdout.split() == [str(postgres_programs.NOBODY), "None"]


PACKAGES = {"PATH": os.environ["PATH"], "PYTHONPATH": sysconfig.get_path("purelib")}


def _pythons() -> list[str]:
    """Ours, then the machine's own of the same version: root's own Python may lie where nobody else can enter."""
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [
        sys.executable,
        *(str(path) for path in (Path("/usr/bin") / same, Path("/usr/local/bin") / same) if path.exists()),
    ]


def _may_import(python: str, who: dict[str, Any]) -> bool:
    try:
        command = [python, "-c", "import linli.project.postgres"]
        return subprocess.run(command, cwd=ROOT, env=PACKAGES, capture_output=True, check=False, **who).returncode == 0
    except PermissionError:
        return False
