"""Fixtures of the trail: the stage of casework, and a database whose trail only one module or one test writes to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import conftest as house
import pytest
from audit.seal_stage import Trail, drop
from casework.fixtures import fresh_caches, stage
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

__all__ = ["fresh_caches", "stage"]


@contextmanager
def _trail(folder: Path, blocker: DjangoDbBlocker) -> Iterator[Trail]:
    name, former = f"linli_seals_{os.getpid()}", str(settings.DATABASES["default"]["NAME"])
    before = settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS
    with blocker.unblock():
        house.clone_database(name)
        house.point_to(name)
        settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS = folder / "keys", folder / "heads.jsonl"
        try:
            yield Trail(name, folder)
        finally:
            settings.LINLI_KEYS, settings.LINLI_AUDIT_HEADS = before
            house.point_to(former)
            with house._admin("postgres") as admin:
                drop(name, admin)


@pytest.fixture
def trail(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[Trail]:
    """A trail of this test's own; nothing of it is sealed yet."""
    with _trail(tmp_path, django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def sealed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trail]:
    """A trail of eight seals and one row of each table that waits, for a module that puts right what it breaks."""
    with _trail(tmp_path_factory.mktemp("sealed"), django_db_blocker) as made:
        made.seal()
        for number in range(7):
            made.add(records=5 + number, openings=3)
            made.seal()
        made.add(records=1, openings=1)
        made.keep()
        yield made
