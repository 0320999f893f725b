"""Row ids that sort by time, and secrets for links."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable
from uuid import UUID

_COUNTER_BITS = 42
_COUNTER_MAX = (1 << _COUNTER_BITS) - 1
_TAIL_BITS = 32


class Uuid7Source:
    """Makes UUIDs of version 7 (RFC 9562 §5.7) that only ever grow, from any number of threads.

    Method 1 of RFC 9562 §6.2: a 42-bit counter, freshly random in each millisecond with its top bit clear, then 32
    random bits. When the machine's clock steps back the last millisecond is kept, so order inside the process holds.
    """

    def __init__(
        self,
        milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        random_bits: Callable[[int], int] = secrets.randbits,
    ) -> None:
        self._milliseconds = milliseconds
        self._random_bits = random_bits
        self.forget()

    def forget(self) -> None:
        """Start afresh: a forked child must not continue the counter, nor inherit a held lock, of its parent."""
        self._lock = threading.Lock()
        self._last = -1
        self._counter = 0

    def __call__(self) -> UUID:
        """Return the next UUID, greater than every one returned before by this source."""
        with self._lock:
            at, counter = self._tick()
        value = (at & ((1 << 48) - 1)) << 80
        value |= 0x7 << 76
        value |= (counter >> 30) << 64
        value |= 0b10 << 62
        value |= (counter & ((1 << 30) - 1)) << _TAIL_BITS
        value |= self._random_bits(_TAIL_BITS)
        return UUID(int=value)

    def _tick(self) -> tuple[int, int]:
        at = self._milliseconds()
        if at > self._last:
            self._last, self._counter = at, self._random_bits(_COUNTER_BITS - 1)
        elif self._counter < _COUNTER_MAX:
            self._counter += 1
        else:
            self._last, self._counter = self._last + 1, self._random_bits(_COUNTER_BITS - 1)
        return self._last, self._counter


_uuid7 = Uuid7Source()
os.register_at_fork(after_in_child=_uuid7.forget)


def uuid7() -> UUID:
    """Return a new row id: a UUID of version 7 that sorts after all earlier ones of this process.

    `id = UUIDField(primary_key=True, default=uuid7)`. It tells when the row was made: not a secret, see `secret_link`.
    """
    return _uuid7()


def secret_link() -> str:
    """Return a fresh secret for a link: 24 URL-safe characters, 144 random bits. Store only its `hash_secret`."""
    return secrets.token_urlsafe(18)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of `secret` as 64 hexadecimal characters.

    Enough for secrets of `secret_link`, which cannot be guessed; never for passwords, phones or ID numbers.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_secret(secret: str, digest: str) -> bool:
    """Return whether `digest` is the `hash_secret` of `secret`, in a time that does not tell where they differ."""
    return hmac.compare_digest(hash_secret(secret).encode(), digest.encode("utf-8", "surrogatepass"))
