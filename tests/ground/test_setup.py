"""`linli setup` on an empty database: everything the first request needs, and nothing more the second time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from linli.project.environment import role_password

ROOT = Path(__file__).parents[2]
NAME = f"linli_setup_{os.getpid()}"


def _setup(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "linli.project.cli", "setup"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def empty() -> Iterator[str]:
    """The address of a database in which there is nothing."""
    owner = settings.DATABASES["owner"]
    server = make_conninfo(host=owner["HOST"], port=owner["PORT"] or None, user=owner["USER"], dbname="postgres")
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME))
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(drop)
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
        host = str(owner["HOST"]).replace("/", "%2F")
        yield f"postgresql://{owner['USER']}@/{NAME}?host={host}&port={owner['PORT'] or 5432}"
        admin.execute(drop)


@pytest.fixture(scope="module")
def ready(empty: str) -> str:
    """The same after `linli setup`."""
    done = _setup(empty)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The database is ready.\n", "")
    return empty


def _all(url: str, query: str, **options: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, **options) as connection:
        return connection.execute(query.encode()).fetchall()


def _counted(url: str) -> dict[str, int]:
    tables = _all(url, "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
    return {str(name): _all(url, f'select count(*) from "{name}"')[0][0] for (name,) in tables}


def test_the_districts_tree_and_the_lists_are_there(ready: str) -> None:
    kinds = dict(_all(ready, "select kind, count(*) from territory_area group by 1"))
    assert kinds["district"] == 1
    assert kinds["town"] >= 36
    assert kinds["committee"] > 1000
    assert _all(ready, "select count(*) from catalogue_item") == [(61,)]
    assert _all(ready, "select count(*) from catalogue_element") == [(22,)]


def test_exactly_one_post_acts_for_linli_itself_and_nobody_can_sign_in_with_it(ready: str) -> None:
    posts = _all(
        ready, "select u.username, u.password, p.role from accounts_post p join accounts_user u on u.id = p.user_id"
    )
    ((username, password, role),) = posts
    assert (username, role) == ("linli", "system")
    assert password.startswith("!")


def test_repeating_it_changes_nothing(ready: str) -> None:
    before = _counted(ready)
    grants = "select grantee, table_name, privilege_type from information_schema.table_privileges order by 1, 2, 3"
    rights = _all(ready, grants)
    assert _setup(ready).stdout == "The database is ready.\n"
    assert _counted(ready) == before
    assert _all(ready, grants) == rights
    assert len(before) > 30


@pytest.mark.parametrize("role", ["linli_app", "linli_gate", "linli_audit"])
def test_each_door_opens_with_its_password(ready: str, role: str) -> None:
    password = role_password(role, settings.SECRET_KEY)
    assert _all(ready, "select session_user", user=role, password=password) == [(role,)]


@pytest.mark.parametrize("query", ["select count(*) from casework_report", "select count(*) from audit_record"])
def test_a_fresh_connection_of_the_application_sees_nothing(ready: str, query: str) -> None:
    password = role_password("linli_app", settings.SECRET_KEY)
    assert _all(ready, query, user="linli_app", password=password) == [(0,)]


def test_a_right_that_somebody_gave_by_hand_is_taken_back(ready: str) -> None:
    right = "select has_table_privilege('linli_link', 'audit_record', 'select')"
    with psycopg.connect(ready, autocommit=True) as owner:
        owner.execute("grant select on audit_record to linli_link")
    assert _all(ready, right) == [(True,)]
    assert _setup(ready).returncode == 0
    assert _all(ready, right) == [(False,)]


def test_a_table_nobody_has_decided_about_stops_it_by_name(ready: str) -> None:
    with psycopg.connect(ready, autocommit=True) as owner:
        owner.execute("create table casework_fine (id int)")
        try:
            done = _setup(ready)
        finally:
            owner.execute("drop table casework_fine")
    assert done.returncode != 0
    assert "No rights are decided for: casework_fine (linli/project/roles.py)" in done.stderr
    assert _setup(ready).returncode == 0


def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    done = _setup(f"postgresql://nobody@/linli?host={tmp_path}")
    assert done.returncode != 0
    assert "Is the server running" in done.stderr
