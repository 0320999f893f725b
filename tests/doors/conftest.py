"""A database of this folder's own with real commits, and clients of the programming interface."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cast
import pytest
from access import house_db as house
from django.conf import settings
from django.db import connections
from django.test import Client
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from linli.access.api import open_session
from linli.accounts.api import Post
from linli.project.bench.scratch import web_server

_tokens: dict[str, str] = {}


@pytest.fixture(scope="module")
def real_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A clone of the template that keeps what is committed, until the last test of the module has run."""
    before = str(settings.DATABASES["default"]["NAME"])
    name = f"linli_doors_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        house.clone_database(name)
        house.point_to(name)
        _tokens.clear()
        yield name
        house.point_to(before)
    with house.admin("postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def committed(real_database: str) -> Iterator[None]:
    """The test runs in the folder's own database; connections are given back afterwards."""
    yield
    connections.close_all()


def token_of(username: str) -> str:
    """A bearer token of one of the cast in the folder's own database."""
    if username not in _tokens:
        post = Post.objects.using("owner").filter(user__username=username).order_by("id").first()
        assert post is not None, username
        _tokens[username] = open_session(
            user_id=post.user_id, post_id=post.id, kind="token", ttl=timedelta(hours=8), label="tests"
        )
    return _tokens[username]


@dataclass
class Caller:
    """A program that calls the interface with or without a token."""

    token: str | None = None
    link: str | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def headers(self) -> dict[str, str]:
        given = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return given | ({"x-report-link": self.link} if self.link else {})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers())

    def post(self, path: str, body: object = None, *, key: str | None = None, **options: Any) -> Any:
        headers = self.headers() | ({"idempotency-key": key} if key is not None else {})
        options = {"content_type": "application/json"} | options
        if body is None:
            return self.client.post(f"/api/v1{path}", headers=headers)
        return self.client.post(f"/api/v1{path}", body, headers=headers, **options)

    def act(self, number: str, act: str, **body: object) -> Any:
        return self.post(f"/cases/{number}/acts/{act}", body)


@pytest.fixture
def anyone(committed: None) -> Caller:
    """Somebody without a token."""
    return Caller()


@pytest.fixture
def caller(committed: None) -> Callable[[str], Caller]:
    """One of the cast, with a token."""
    return lambda username: Caller(token=token_of(username))


@pytest.fixture
def said() -> dict[str, object]:
    """A report as a resident's program sends it."""
    return {"words": "楼道里堆满纸箱，晚上看不见路", "item_code": "C04", "area_code": cast.HOME_AREA}


def database_url(name: str) -> str:
    """The address of a database of the tests, for a program of its own."""
    owner = settings.DATABASES["owner"]
    host = str(owner["HOST"]).replace("/", "%2F")
    return f"postgresql://{owner['USER']}@/{name}?host={host}&port={owner['PORT']}"


@pytest.fixture(scope="module")
def server(real_database: str) -> Iterator[str]:
    """Granian on this folder's database, as in production."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_PUBLIC_PER_MINUTE", "0")
        with web_server(database_url(real_database), workers=1) as running:
            yield f"http://127.0.0.1:{running.port}"
