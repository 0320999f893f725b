"""Figures of a campaign, for `linli soak` to read: one JSON line each in the file it names."""

from __future__ import annotations

import json
import os
from pathlib import Path


def note_figures(campaign: str, **figures: object) -> None:
    """Add a line when a soak asks for it; print it in any case (`pytest -s`)."""
    line = json.dumps({"campaign": campaign, **figures}, ensure_ascii=False, default=str)
    print(line)  # noqa: T201  (what a person reads with -s)
    target = os.environ.get("LINLI_SOAK_FIGURES")
    if target:
        with Path(target).open("a", encoding="utf-8") as out:
            out.write(line + "\n")
