from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChargesLaid:
    """Somebody answers for these spots from a day on, all at one level. `post_id` None: a resident without an account.

    spot: the first of them in words. replaced: whether he took them over from somebody.
    """

    area_id: int
    level_id: int
    post_id: int | None
    charge_ids: tuple[int, ...]
    spot: str
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class ChargesEnded:
    """Nobody of this name answers for these spots any more."""

    area_id: int
    charge_ids: tuple[int, ...]
