"""Fixtures of the scope tests: a world that is built once and read by all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

sys.path.append(str(Path(__file__).resolve().parent))

from scope_stage import Stage

SOAK = os.environ.get("LINLI_SOAK") == "1"
MATTERS = 220 if SOAK else 88


@pytest.fixture(scope="session")
def world_name(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The database with the world in it: read it, or clone it."""
    from scope_world import world_database

    with django_db_blocker.unblock():
        yield world_database(MATTERS)


@pytest.fixture(scope="module")
def world(world_name: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """A copy of the world with everybody's tokens; every alias speaks to it while the module runs."""
    from scope_world import clone_world, drop_database, real_logins

    name = f"linli_s_{os.getpid()}"
    with django_db_blocker.unblock():
        clone_world(world_name, name)
        with real_logins(name):
            yield Stage.open(name)
        drop_database(name)


@pytest.fixture(scope="module")
def real_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A copy of the template in which everything is committed, with every login a real one."""
    from house_db import clone_database
    from scope_world import drop_database, real_logins

    name = f"linli_c_{os.getpid()}"
    with django_db_blocker.unblock():
        clone_database(name)
        with real_logins(name):
            yield name
        drop_database(name)
