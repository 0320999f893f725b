"""How many changes one address may ask for without a token: a leaky bucket for each address, kept in the process.

A brake against a runaway script, not a defence against a flood; that belongs to the proxy in front. The default is
far above what a hall full of people behind one address needs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from django.conf import settings

PER_MINUTE = 600
"""Unless `LINLI_PUBLIC_PER_MINUTE` says otherwise; 0 switches the brake off."""
MOST_ADDRESSES = 20_000


class Buckets:
    """One bucket for each address; the oldest half is forgotten when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full_at: dict[str, float] = {}

    def take(self, address: str, per_minute: int, now: float) -> bool:
        """Whether this address may ask once more at `now` (monotonic seconds)."""
        step = 60.0 / per_minute
        with self._lock:
            level = max(self._full_at.get(address, now), now)
            if level - now > 60.0 - step:
                return False
            self._full_at[address] = level + step
            if len(self._full_at) > MOST_ADDRESSES:
                oldest = sorted(self._full_at, key=self._full_at.__getitem__)
                for one in oldest[: MOST_ADDRESSES // 2]:
                    del self._full_at[one]
        return True


_buckets = Buckets()


def allowed(meta: Mapping[str, object]) -> bool:
    """Whether the sender of this request may change something now. A request with a token is not counted.

    meta: WSGI environment.
    """
    per_minute = int(getattr(settings, "LINLI_PUBLIC_PER_MINUTE", PER_MINUTE))
    if per_minute <= 0 or "HTTP_AUTHORIZATION" in meta:
        return True
    return _buckets.take(_address(meta), per_minute, time.monotonic())


def _address(meta: Mapping[str, object]) -> str:
    """The sender's address: behind our own proxy the last one it added, else the peer itself."""
    forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return str(meta.get("REMOTE_ADDR", ""))
