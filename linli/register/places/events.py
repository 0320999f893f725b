from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HomeUseChanged:
    """A home is used for something else than before (`before`, `after`: values of UseState)."""

    home_id: int
    area_id: int
    before: str
    after: str
