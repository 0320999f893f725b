"""What must be shown before work counts as done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """The evidence an item asks for."""

    before: bool
    after: bool


def missing_evidence(
    wanted: Wanted, *, before: Sequence[object], after: Sequence[object], solved: bool
) -> tuple[str, ...]:
    """Which photos are missing: `before`, `after`. Only work that claims to have solved it must show the result."""
    gaps = []
    if wanted.before and not before:
        gaps.append("before")
    if wanted.after and solved and not after:
        gaps.append("after")
    return tuple(gaps)
