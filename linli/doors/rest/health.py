"""Whether this process lives, and whether it can serve: for the one who runs it, without any secret."""

from __future__ import annotations

from http import HTTPStatus

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from linli.access.api import open_to_all
from linli.doors.rest.gates import reading
from linli.doors.rest.operations import dump

WORKER_SILENT_AFTER_S = 60.0
"""procrastinate's workers say every 10 s that they live."""


class _Kept:
    """Whether the tables were seen in their newest shape; they do not go back while a process lives."""

    migrated = False


@reading
@open_to_all
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return _answer(HTTPStatus.OK, {"status": "ok"})


@reading
@open_to_all
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has its newest shape. The age of the worker is told, but a page needs none."""
    try:
        migrated = _migrated()
        age = _worker_age()
    except Error:
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "no database", "database": False})
    ready = HTTPStatus.OK if migrated else HTTPStatus.SERVICE_UNAVAILABLE
    told: dict[str, object] = {
        "status": "ready" if migrated else "migrations missing",
        "database": True,
        "migrations": migrated,
        "worker": age is not None and age <= WORKER_SILENT_AFTER_S,
        "worker_heartbeat_age_s": None if age is None else round(age, 1),
    }
    return _answer(ready, told)


def _migrated() -> bool:
    if not _Kept.migrated:
        executor = MigrationExecutor(connection)
        _Kept.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _Kept.migrated


def _worker_age() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers")
        (age,) = cursor.fetchone()
    return None if age is None else float(age)


def _answer(status: HTTPStatus, told: dict[str, object]) -> HttpResponse:
    response = HttpResponse(dump(told), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response
