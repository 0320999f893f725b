"""A database for each test process, cloned from a template that holds the tree, the list and the standing cast."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import IO

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[1]
_tokens: dict[str, str] = {}
sys.path.insert(0, str(ROOT / "tests"))

import cast  # noqa: E402  (the path is set a line above)

from linli.access import scope  # noqa: E402
from linli.access.api import Anyone, Principal, Reporter, enter, enter_link, enter_public, open_session  # noqa: E402
from linli.accounts.api import Post  # noqa: E402
from linli.casework.intake import numbering  # noqa: E402
from linli.web.desk.frame import forget_counts  # noqa: E402

DECIDES_TEMPLATE = (
    "linli/**/migrations/*.py",
    "linli/**/*.sql",
    "linli/project/roles.py",
    "linli/access/policies.py",
    "linli/territory/data/*",
    "linli/territory/actions.py",
    "linli/catalogue/data/*",
    "tests/cast.py",
)


def _admin(dbname: str) -> psycopg.Connection[tuple[object, ...]]:
    owner = settings.DATABASES["owner"]
    return psycopg.connect(
        host=owner["HOST"], port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"] or None,
        dbname=dbname, autocommit=True,
    )  # fmt: skip


def point_to(name: str) -> None:
    """Make every alias speak to this database; `default` as the application's role."""
    for alias in settings.DATABASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name
    # What a process keeps in hand belongs to one database: numbers of its sequence, sessions in its table.
    numbering._block.forget()
    scope._system.opened = float("-inf")
    _tokens.clear()
    owner, default = settings.DATABASES["owner"], connections["default"].settings_dict
    default["USER"], default["PASSWORD"] = owner["USER"], owner["PASSWORD"]
    default["OPTIONS"] = {**default["OPTIONS"], "options": "-c role=linli_app"}


def _template() -> str:
    digest = hashlib.sha256(settings.SECRET_KEY.encode())
    for pattern in DECIDES_TEMPLATE:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return f"linli_t_{digest.hexdigest()[:12]}"


def template_database() -> str:
    """The name of the template, made when nobody has made it yet; old ones are dropped."""
    name = _template()
    lock: IO[str]
    with (ROOT / "var" / "test-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _admin("postgres") as admin:
            there = {
                str(row[0])
                for row in admin.execute("select datname from pg_database where datname like 'linli\\_t\\_%'")
            }
            if name in there:
                return name
            for old in there:
                admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(old)))
            making = f"{name}_making"
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(making)))
        point_to(making)
        call_command("setup", verbosity=0, stdout=StringIO())
        cast.build()
        for alias in settings.DATABASES:
            connections[alias].close()
        with _admin("postgres") as admin:
            admin.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(making), sql.Identifier(name))
            )
    return name


def clone_database(name: str) -> None:
    """A fresh copy of the template under this name."""
    template = template_database()
    with _admin("postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database for this process."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    name = f"linli_test_{os.getpid()}"
    with django_db_blocker.unblock():
        clone_database(name)
        point_to(name)
    yield
    with django_db_blocker.unblock():
        for alias in settings.DATABASES:
            connections[alias].close()
    with _admin("postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def _django_db_helper(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """`django_db` here: `default` rolls back, `owner` shares its transaction, `audit` and `gate` are real."""
    with django_db_blocker.unblock():
        own = connections["owner"]
        connections["owner"] = connections["default"]
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
            connections["owner"] = own
            _tokens.clear()
            forget_counts()


@pytest.fixture
def as_owner(db: None) -> None:
    """The rest of the test runs with the rights of the database's owner: for tests below row scope."""
    with connections["default"].cursor() as cursor:
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(settings.DATABASES["owner"]["USER"])))


def token_for(username: str) -> str:
    """A session of one of the cast, opened once for each test."""
    if username not in _tokens:
        post = Post.objects.filter(user__username=username).order_by("id").first()
        assert post is not None, username
        _tokens[username] = open_session(user_id=post.user_id, post_id=post.id, kind="web", ttl=timedelta(hours=8))
    return _tokens[username]


@pytest.fixture
def tokens(db: None) -> Callable[[str], str]:
    """Tokens by name of the cast."""
    return token_for


@pytest.fixture
def acting(db: None) -> Callable[[str], Principal]:
    """Put the test's transaction under one of the cast and return who that is."""
    return lambda username: enter(token_for(username))


@pytest.fixture
def anyone(db: None) -> Callable[[], Anyone]:
    """Put the test's transaction under nobody's identity."""
    return enter_public


@pytest.fixture
def by_link(db: None) -> Callable[[str], Reporter]:
    """Put the test's transaction under a report's link."""
    return enter_link


@pytest.fixture
def client_as(db: None) -> Callable[[str], Client]:
    """A browser in which one of the cast is signed in."""

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(cast.user_of(username))
        session = client.session
        session["linli.token"] = token_for(username)
        session.save()
        return client

    return sign_in


@pytest.fixture
def shared() -> Path:
    """The folder of real inputs by others; a test that needs it is skipped where it is absent."""
    folder = Path(os.environ.get("LINLI_SHARED", ROOT.parent / "shared"))
    if not folder.exists():
        pytest.skip("the folder of shared inputs is not here (LINLI_SHARED)")
    return folder
