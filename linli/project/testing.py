"""A pytest plugin: a PostgreSQL server for the tests, there before Django's settings are read.

The server gives up crash safety for speed. Every test session shares it; the last one out stops it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from linli.project import postgres

DATA_DIR = Path(__file__).resolve().parents[2] / "var" / "pg-test"
GUESTS = pytest.StashKey[IO[str]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Point DATABASE_URL at the test server, unless it is set already.

    Nobody seals the trail while tests run; the few that are about it turn the rule on.
    """
    os.environ.setdefault("LINLI_SEALS_STALE_MINUTES", "0")
    if "DATABASE_URL" not in os.environ:
        DATA_DIR.parent.mkdir(exist_ok=True)
        guests = DATA_DIR.with_name("pg-test.guests").open("w")
        fcntl.flock(guests, fcntl.LOCK_SH)
        early_config.stash[GUESTS] = guests
        cluster = postgres.start(DATA_DIR, durable=False)
        postgres.ensure_database(cluster, "linli")
        os.environ["DATABASE_URL"] = cluster.dsn(postgres.ADMIN, "linli")
    yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server when no other session holds it."""
    guests = config.stash.get(GUESTS, None)
    if guests is None:
        return
    with guests:
        try:
            fcntl.flock(guests, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        cluster = postgres.locate(DATA_DIR)
        if cluster is not None:
            postgres.stop(cluster)
