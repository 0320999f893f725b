"""Fixtures of the catalogue: nothing kept from an earlier test, the stage of casework, and the desk's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from casework.fixtures import fresh_caches, fresh_list, stage
from django.core.signals import request_started
from django.db import connection
from django.test import Client

__all__ = ["fresh_caches", "fresh_list", "stage"]


@pytest.fixture(autouse=True)
def nothing_kept(fresh_list: None) -> None:
    """Every test of the list begins with what its tables hold."""


def as_the_connection_begins(**_given: object) -> None:
    """A request of its own would begin without any identity; here all of them share the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("set local role linli_app; set local transaction_read_only = off")


@pytest.fixture
def desk_as(client_as: Callable[[str], Client]) -> Iterator[Callable[[str], Client]]:
    """A browser at the desk in which one of the cast is signed in."""
    request_started.connect(as_the_connection_begins)

    def sign_in(who: str) -> Client:
        as_the_connection_begins()
        return client_as(who)

    yield sign_in
    request_started.disconnect(as_the_connection_begins)
