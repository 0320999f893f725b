from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from linli.outbox.actions import DELIVER, deliver

STALLED_SECONDS = 30
"""A worker that gave no sign of life for so long is dead; procrastinate's heartbeat comes every ten seconds."""


@app.task(name=DELIVER, queue="events", retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def deliver_event(event_id: str) -> None:
    """Deliver one event; retried with growing waits until it succeeds, then kept as failed for a person to see."""
    close_old_connections()
    deliver(UUID(event_id))


@app.periodic(cron="* * * * *")
@app.task(name="outbox.rescue", queue="events", queueing_lock="outbox.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Every minute: give the jobs of dead workers to the living. Effects are safe to repeat, so this is too."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
