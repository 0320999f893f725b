from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from linli.access.api import as_system
from linli.notices.actions import carry


@app.periodic(cron="* * * * * */15")
@app.task(name="notices.carry", queue="notices", queueing_lock="notices.carry")
def carry_notices(timestamp: int) -> None:
    """Every 15 s: hand waiting notices to the transports."""
    close_old_connections()
    with as_system():
        carry()
