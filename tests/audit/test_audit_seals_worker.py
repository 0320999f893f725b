"""The worker itself: it seals within a minute, goes on after being killed, and while it is dead nothing is opened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from audit.seal_stage import Trail
from django.conf import settings
from figures import note_figures

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("LINLI_SEED", "20261128"))
PATIENCE = 150.0
"""Seconds, on a machine that does other things too; what is wanted is a minute, and the figure is noted."""


@contextmanager
def worker(trail: Trail) -> Iterator[subprocess.Popen[bytes]]:
    environ = os.environ | {
        "DATABASE_URL": trail.url, "SECRET_KEY": settings.SECRET_KEY, "LINLI_MASTER_KEY": settings.LINLI_MASTER_KEY,
        "LINLI_KEYS": str(settings.LINLI_KEYS), "LINLI_AUDIT_HEADS": str(trail.heads),
        "LINLI_VAR": str(trail.folder),
    }  # fmt: skip
    with (trail.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "linli.project.cli", "worker"], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def oldest(trail: Trail) -> float:
    """How long the oldest unsealed row waits, in seconds."""
    ((age,),) = trail.run(
        "select coalesce(extract(epoch from clock_timestamp() - min(added_at)), 0) from audit_unsealed"
    )
    return float(age)


def until_sealed(trail: Trail) -> float:
    """Wait until nothing is unsealed; the longest that a row was seen to wait."""
    deadline, pause, longest = time.monotonic() + PATIENCE, threading.Event(), 0.0
    while trail.count("audit_unsealed"):
        longest = max(longest, oldest(trail))
        assert time.monotonic() < deadline, (trail.folder / "worker.log").read_text()[-3000:]
        pause.wait(0.5)
    return longest


@pytest.mark.slow
def test_the_worker_seals_and_goes_on_after_it_was_killed(trail: Trail) -> None:
    rng, pause = random.Random(SEED), threading.Event()
    trail.run("update audit_unsealed set added_at = clock_timestamp()")
    waited = []
    for _ in range(3):
        with worker(trail) as process:
            waited.append(until_sealed(trail))
            trail.add(records=40, openings=5)
            pause.wait(rng.random() * 3)
            process.send_signal(signal.SIGKILL)
            process.wait()
        before = trail.count("audit_unsealed")
        pause.wait(1)
        assert trail.count("audit_unsealed") == before  # nobody else seals
    with worker(trail):
        waited.append(until_sealed(trail))
    note_figures("sealing worker", seed=SEED, kills=3, longest_wait_s=round(max(waited), 1))
    assert trail.numbers() == list(range(1, len(trail.numbers()) + 1))
    assert trail.check() == []
