from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from linli.audit.sealing import seal_waiting

OWNER = "owner"
"""Only the owner's connection sees every row and may add a seal: no role of the application may."""

SECONDS = 25
"""How long one run goes on while there is something to seal; the next one comes right after."""


@app.periodic(cron="* * * * * */30")
@app.task(name="audit.seal", queue="seals", queueing_lock="audit.seal")
def seal_trail(timestamp: int) -> None:
    """Every 30 s: seal what was added to the trail, so that nothing waits longer than a minute."""
    close_old_connections()
    seal_waiting(using=OWNER, seconds=SECONDS)
