from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from linli.access.api import as_system
from linli.doors.sheets.actions import CHECK, QUEUE, RUN, UNDO
from linli.doors.sheets.exports import MAKE, expire_exports, make_export
from linli.doors.sheets.running import check_batch, in_post, run_batch, undo_batch
from linli.doors.sheets.sweeping import sweep

AGAIN = RetryStrategy(max_attempts=3, exponential_wait=5)


@app.task(name=CHECK, queue=QUEUE, retry=AGAIN)
def check(batch_id: str, user_id: int, post_id: int) -> None:
    """Check a file, as the person who asked for it."""
    close_old_connections()
    check_batch(UUID(batch_id), in_post(user_id, post_id))


@app.task(name=RUN, queue=QUEUE, retry=AGAIN)
def run(batch_id: str, user_id: int, post_id: int) -> None:
    """Bring a file in, as the person who asked for it."""
    close_old_connections()
    run_batch(UUID(batch_id), in_post(user_id, post_id))


@app.task(name=UNDO, queue=QUEUE, retry=AGAIN)
def undo(batch_id: str, user_id: int, post_id: int) -> None:
    """Take an import back, as the person who asked for it."""
    close_old_connections()
    undo_batch(UUID(batch_id), in_post(user_id, post_id))


@app.task(name=MAKE, queue=QUEUE, retry=AGAIN)
def make(export_id: str, user_id: int, post_id: int) -> None:
    """Write the file of an export, as the person who asked for it."""
    close_old_connections()
    make_export(UUID(export_id), in_post(user_id, post_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="sheets.sweep", queue=QUEUE, queueing_lock="sheets.sweep")
def sweep_sheets(timestamp: int) -> None:
    """Every ten minutes: let go what nobody may fetch or undo any more."""
    close_old_connections()
    with as_system():
        expire_exports()
        sweep()
