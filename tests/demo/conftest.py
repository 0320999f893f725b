"""One database for each process that holds the corner of the town, loaded once, killed hard on the way, and resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import cast
import psycopg
import pytest
from access import house_db as house
from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from linli.access.api import open_session
from linli.accounts.api import Post, Role, Unit, User
from linli.project.demo.load import load
from linli.project.demo.replay import Replay
from linli.project.demo.seeds import Scale
from linli.register.places.api import Place

MATTERS = 40
KILL_AFTER = 25
"""Entries in the stories after which the first load is killed."""

PATIENCE = 1200
"""Tenths of a second until the first load must have come so far."""


@dataclass(frozen=True)
class Loaded:
    """The loaded database: its name, how far the killed load had come, and the replay that finished it."""

    name: str
    entries_at_kill: int
    reports_at_kill: frozenset[str]
    replay: Replay
    told: tuple[int, int]


FORGOTTEN = (
    "duty", "leave", "card", "charge", "chainlevel", "chain", "attempt", "target", "canvass", "verdict", "homecheck",
    "tag", "member", "household", "person",
)  # fmt: skip
"""Tables of the register that the cast has rows in, those that point at others first."""


def _forget_the_cast() -> None:
    """Leave an installation as `linli setup` makes it: the tree and the lists, nobody in it."""
    with connections["owner"].cursor() as cursor:
        for table in FORGOTTEN:
            cursor.execute(f"delete from register_{table}")
    for kind in ("home", "building", "compound"):
        Place.objects.using("owner").filter(kind=kind).delete()
    Post.objects.using("owner").filter(user__username__in=cast.CAST).delete()
    User.objects.using("owner").filter(username__in=cast.CAST).delete()
    Unit.objects.using("owner").filter(code__startswith="cast.").delete()


def _url(name: str) -> str:
    owner = settings.DATABASES["owner"]
    return f"postgresql://{owner['USER']}@/{name}?host={owner['HOST']}&port={owner['PORT']}"


def _kill_a_load(name: str) -> tuple[int, frozenset[str]]:
    """Start the command as a visitor would and kill it with signal 9 in the middle; what stood there then."""
    environ = os.environ | {"DATABASE_URL": _url(name), "LINLI_DEMO": "1", "LINLI_PRODUCTION": "0"}
    command = [sys.executable, "-m", "linli.project.cli", "demo", "load", "--scale", "small", "--matters", str(MATTERS)]
    with (
        psycopg.connect(_url(name), autocommit=True) as watch,
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
    ):
        pause = threading.Event()
        for _ in range(PATIENCE):
            row = watch.execute("select count(*) from casework_entry").fetchone()
            if (row is not None and row[0] >= KILL_AFTER) or process.poll() is not None:
                break
            pause.wait(0.1)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[0]
    assert process.returncode == -signal.SIGKILL, said
    with psycopg.connect(_url(name)) as watch:
        entries = watch.execute("select count(*) from casework_entry").fetchone()
        keys = watch.execute("select idempotency_key from casework_report").fetchall()
    assert entries is not None
    return entries[0], frozenset(key for (key,) in keys)


@pytest.fixture(scope="session")
def _demo_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    former = str(settings.DATABASES["default"]["NAME"])
    name = f"{former}_demo"
    told: list[tuple[int, int]] = []
    with django_db_blocker.unblock():
        house.clone_database(name)
        house.point_to(name)
        _forget_the_cast()
        entries, keys = _kill_a_load(name)
        with override_settings(LINLI_DEMO=True):
            # Other sizes than the first load was given: those in the trail count.
            replay = load(Scale.TOWN, 7, lambda done, of: told.append((done, of)))
        house.point_to(former)
    yield Loaded(name, entries, keys, replay, told[-1])
    with house.admin("postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def loaded(_demo_database: Loaded, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    """The tests of the module speak to the loaded database; none of them may change it."""
    former = str(settings.DATABASES["default"]["NAME"])
    with django_db_blocker.unblock(), override_settings(LINLI_DEMO=True):
        house.point_to(_demo_database.name)
        yield _demo_database
        house.point_to(former)


@pytest.fixture
def at_work(loaded: Loaded) -> Iterator[None]:
    """A test in the loaded database; connections are given back afterwards."""
    yield
    connections.close_all()


def post_of(role: Role) -> Post:
    """The first post of a role, as the sign-in page offers it."""
    posts = Post.objects.using("owner").select_related("user", "area", "unit")
    found = posts.filter(role=role).order_by("deputy", "id").first()
    assert found is not None, role
    return found


def token_of(post: Post) -> str:
    """A session of whoever holds the post."""
    return open_session(
        user_id=post.user_id, post_id=post.id, kind="web", ttl=timedelta(hours=1), label="tests"
    )  # fmt: skip


def browser_of(post: Post) -> Client:
    """A browser in which the holder of the post is signed in."""
    client = Client()
    client.force_login(post.user)
    session = client.session
    session["linli.token"] = token_of(post)
    session.save()
    return client
