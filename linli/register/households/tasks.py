from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from linli.access.api import as_system
from linli.register.households.checking import stale_checks


@app.periodic(cron="40 2 * * *")
@app.task(name="register.stale_checks", queue="maintenance", queueing_lock="register.stale_checks")
def sweep_homes(timestamp: int) -> None:
    """Once a night: homes that nobody has looked at for long."""
    close_old_connections()
    with as_system() as system:
        stale_checks(actor=system)
