"""schemathesis against a running server: every operation and check; short in the tests, long in the soak."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEFT_OUT = "positive_data_acceptance"
"""A body can fit the schema and still be refused for what it says (nothing reported, no such item)."""

MOST_TURNS = 200


@dataclass(frozen=True)
class Fuzzed:
    """What a run came to. `failures` are one line each; empty is good."""

    cases: int
    statuses: dict[str, int]
    failures: list[str]
    seed: int

    def and_then(self, other: Fuzzed) -> Fuzzed:
        """Both runs together, under the seed of the first."""
        statuses = {
            status: self.statuses.get(status, 0) + other.statuses.get(status, 0)
            for status in sorted({*self.statuses, *other.statuses})
        }
        return Fuzzed(self.cases + other.cases, statuses, self.failures + other.failures, self.seed)


def fuzz(
    url: str,
    folder: Path,
    *,
    token: str | None,
    examples: int,
    seed: int,
    phases: str,
    operations: str = "",
    seconds: int = 240,
) -> Fuzzed:
    """Run `schemathesis run` on the server at `url`; reports go into `folder`.

    examples: for each operation and phase. operations: only operation ids that match this expression. seconds: when
    the run is given up; never a budget that is used up, or a slow machine would try less.
    """
    events = folder / "events.ndjson"
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/api/v1/openapi.json"),
        *("--phases", phases, "--max-examples", str(examples), "--seed", str(seed), "--generation-allow-x00", "true"),
        *("--checks", "all", "--exclude-checks", LEFT_OUT, "--continue-on-failure", "--no-color"),
        *("--report-ndjson-path", str(events), "--suppress-health-check", "all", "--request-timeout", "20"),
        *("--generation-database", "none", "--warnings", "off", "--no-shrink"),
    ]
    if token is not None:
        command += ["-H", f"Authorization: Bearer {token}"]
    if operations:
        command += ["--include-operation-id-regex", operations]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=seconds)
    (folder / "schemathesis.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    generated = re.search(r"(\d[\d,]*) generated", done.stdout)
    cases = int(generated[1].replace(",", "")) if generated else 0
    failures = [] if done.returncode == 0 else [done.stdout[-6000:] + done.stderr[-2000:]]
    return Fuzzed(cases, _counted(events), failures, seed)


def campaign(url: str, folder: Path, *, cases: int, seed: int, **options: Any) -> Fuzzed:
    """Runs one after the other, each with a seed of its own, until so many `cases` were tried or one run failed."""
    whole = Fuzzed(0, {}, [], seed)
    for turn in range(MOST_TURNS):
        part = folder / f"turn{turn}"
        part.mkdir()
        found = fuzz(url, part, seed=seed + turn, **options)
        whole = whole.and_then(found)
        if whole.cases >= cases or whole.failures or not found.cases:
            break
    return whole


def _counted(events: Path) -> dict[str, int]:
    """How many answers came, by status."""
    statuses: dict[str, int] = {}
    for line in events.read_text(encoding="utf-8").splitlines() if events.exists() else []:
        for status in _statuses(json.loads(line)):
            statuses[str(status)] = statuses.get(str(status), 0) + 1
    return dict(sorted(statuses.items()))


def _statuses(node: Any) -> list[int]:
    if isinstance(node, dict):
        own = [node["status_code"]] if isinstance(node.get("status_code"), int) else []
        return own + [status for value in node.values() for status in _statuses(value)]
    if isinstance(node, list):
        return [status for value in node for status in _statuses(value)]
    return []
