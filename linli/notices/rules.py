from __future__ import annotations

from datetime import datetime, time, timedelta

from linli.kernel.clock import SHANGHAI

QUIET_FROM, QUIET_TO = time(22, 0), time(7, 0)
"""Quiet hours [P]: nothing is sent to a resident between these; an urgent message to staff is."""


class NotCarried(Exception):
    """A transport could not carry a notice now; it is tried again."""


def not_before(at: datetime, *, urgent: bool) -> datetime:
    """When a message written at `at` may go out: at once, or after the quiet hours."""
    local = at.astimezone(SHANGHAI)
    if urgent or QUIET_TO <= local.time() < QUIET_FROM:
        return at
    day = local.date() if local.time() < QUIET_TO else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_TO, SHANGHAI)
