"""Run campaigns one after the other and gather what they report."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from linli.project.soak.campaigns import Campaign

Say = Callable[[str], object]


def soak(campaigns: Sequence[Campaign], *, root: Path, seed: int, report: Path, say: Say) -> bool:
    """Run them all, even after a failure, and write `report` (JSON). Returns whether every one passed.

    root: the folder that holds `tests`. seed: the same seed makes the same random choices. What `report` holds of
    campaigns that are not run now stays.
    """
    passed = True
    for campaign in campaigns:
        say(f"{campaign.name}: {campaign.goal} …")
        result = run_one(campaign, root=root, seed=seed)
        passed = passed and result["passed"]
        say(f"{campaign.name}: {'passed' if result['passed'] else 'FAILED'} in {result['seconds']} s")
        for figures in result["figures"]:
            say("  " + ", ".join(f"{key} {value}" for key, value in figures.items()))
        keep(report, campaign.name, result)
    return passed


def keep(report: Path, name: str, result: dict[str, Any]) -> None:
    """Write one campaign's result beside those of the others."""
    kept = orjson.loads(report.read_bytes()) if report.exists() else {}
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_bytes(orjson.dumps({**kept, name: result}, option=orjson.OPT_INDENT_2))


def run_one(campaign: Campaign, *, root: Path, seed: int) -> dict[str, Any]:
    """One campaign in a process of its own: passed, seconds, and the figures its tests noted."""
    with TemporaryDirectory() as folder:
        noted = Path(folder) / "figures"
        environ = os.environ | {
            "LINLI_SOAK": "1",
            "LINLI_SEED": str(seed),
            "LINLI_FUZZ_SEED": str(seed),
            "LINLI_SOAK_FIGURES": str(noted),
            **campaign.environ,
        }
        # The tests bring their own server; a database that is named here might hold somebody's data.
        environ.pop("DATABASE_URL", None)
        began = time.monotonic()
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *campaign.tests],
            cwd=root, env=environ, check=False,
        )  # fmt: skip
        return {
            "goal": campaign.goal,
            "seed": seed,
            "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "passed": ended.returncode == 0,
            "seconds": round(time.monotonic() - began, 1),
            "figures": read_figures(noted),
        }


def read_figures(noted: Path) -> list[dict[str, Any]]:
    """One JSON object for each line; none when no test noted any."""
    if not noted.exists():
        return []
    return [orjson.loads(line) for line in noted.read_bytes().splitlines() if line.strip()]
