"""Numbers given out in blocks, so that taking one costs no statement and no two processes wait for each other."""

from __future__ import annotations

import os
import threading
from datetime import datetime

from django.db import connection

from linli.kernel.clock import shanghai
from linli.kernel.numbers import format_number
from linli.territory.api import Area

BLOCK = 50
"""As the sequence counts (migration 0001). A number that is lost with its process is never given out again."""
LAST_SERIAL = 999_999


class _Block:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.next = 0
        self.end = 0

    def take(self) -> int:
        with self.lock:
            if self.next >= self.end:
                with connection.cursor() as cursor:
                    cursor.execute("select nextval('casework_serial')")
                    start = cursor.fetchone()[0]
                self.next, self.end = start, start + BLOCK
            self.next += 1
            return self.next - 1


_block = _Block()
os.register_at_fork(after_in_child=_block.forget)  # a child must not give out its parent's numbers again


def next_number(area: Area, at: datetime) -> str:
    """A fresh number for a matter of this area: `YYMM-TTT-SSSSSS-C`."""
    steps = area.path.split(".")
    town = steps[1] if len(steps) > 1 else "000"
    serial = _block.take() % LAST_SERIAL + 1
    return format_number(yymm=f"{shanghai(at):%y%m}", town=town, serial=serial)
