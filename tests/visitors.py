"""Browsers beside a stage: each request begins as the server's does, whoever acted on the stage before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cast
import pytest
from django.db import connection
from django.test import Client

SignIn = Callable[..., Client]


def _as_the_server_begins() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local role linli_app")


class Visitor(Client):
    """A browser whose requests do not inherit the identity of the test's own transaction."""

    def request(self, **request: Any) -> Any:
        _as_the_server_begins()
        return super().request(**request)


@pytest.fixture
def visitor(tokens: Callable[[str], str]) -> SignIn:
    """visitor("responder"): a browser in which one of the cast is signed in; visitor(): a resident's."""

    def come(username: str = "", *, language: str = "", elder: bool = False) -> Client:
        _as_the_server_begins()
        client = Visitor()
        if username:
            client.force_login(cast.user_of(username))
            session = client.session
            session["linli.token"] = tokens(username)
            session.save()
        if language:
            client.cookies["django_language"] = language
        if elder:
            client.cookies["linli_elder"] = "1"
        return client

    return come
