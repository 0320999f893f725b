"""Work of the whole house: what no single room may do, because it needs the owner's eyes."""

from __future__ import annotations

from datetime import timedelta

from django.db import close_old_connections
from procrastinate.contrib.django import app

from linli.access.api import rotate
from linli.files.api import drop_expired, drop_unattached, sweep_orphans
from linli.kernel.clock import now

GRACE = timedelta(hours=24)
OWNER = "owner"


@app.periodic(cron="20 3 * * *")
@app.task(name="project.sweep_photos", queue="maintenance", queueing_lock="project.sweep_photos")
def sweep_photos(timestamp: int) -> None:
    """Once a night: rows whose time is over, uploads that nobody sent, then files without a row."""
    close_old_connections()
    drop_expired(now=now(), using=OWNER)
    drop_unattached(before=now() - GRACE, using=OWNER)
    sweep_orphans(GRACE, using=OWNER)


@app.periodic(cron="40 3 * * *")
@app.task(name="project.rotate_keys", queue="maintenance", queueing_lock="project.rotate_keys")
def rotate_keys(timestamp: int) -> None:
    """Once a night: what was shredded by day becomes unreadable in backups too."""
    close_old_connections()
    rotate(using=OWNER)
