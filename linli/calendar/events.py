from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """Working time changed from a day on, everywhere or (area_code) in an area: open limits must be computed anew."""

    first_day: date
    area_code: str | None = None
