"""Several people at once: actions in threads, each in a transaction and on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

Deed = Callable[[], Any]


def at_once(*deeds: Deed) -> list[Any]:
    """What each deed gives, all of them started together; an exception is given, not raised."""
    ready = threading.Barrier(len(deeds))

    def run(deed: Deed) -> Any:
        try:
            ready.wait()
            return deed()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def asked(query: str, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Rows as the database's owner sees them, from a connection that sees only what is committed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())
