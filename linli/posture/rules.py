from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Ordinary times and the four response levels (DOMAIN §2.10), the highest being I."""

    ORDINARY = "ordinary"
    LEVEL_IV = "level_4"
    LEVEL_III = "level_3"
    LEVEL_II = "level_2"
    LEVEL_I = "level_1"


SEVERITY = {mode: rank for rank, mode in enumerate(Mode)}


def strictest(modes: list[Mode]) -> Mode:
    """The most severe of several modes that hold at once; ordinary times when there is none."""
    return max(modes, key=SEVERITY.__getitem__, default=Mode.ORDINARY)
