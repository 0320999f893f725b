from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from linli.access.api import as_system
from linli.casework.timeline.actions import sweep


@app.periodic(cron="* * * * * */10")
@app.task(name="timeline.sweep", queue="timers", queueing_lock="timeline.sweep")
def sweep_clocks(timestamp: int) -> None:
    """Every 10 s: fire the clocks that are due. The deadline is a column, this job only looks at it."""
    close_old_connections()
    with as_system():
        sweep()
