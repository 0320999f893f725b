"""When things happen in a town: the daily and weekly rhythm of reports, and the day of those who answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from linli.kernel.clock import SHANGHAI, as_utc
from linli.project.demo.dice import Dice

# Weights of the 24 hours, midnight first.
HOURS: Final[Mapping[str, tuple[int, ...]]] = {
    "resident": (2, 1, 1, 1, 1, 3, 8, 14, 14, 10, 9, 8, 8, 7, 7, 8, 9, 12, 16, 18, 16, 12, 7, 4),
    "hotline": (1, 1, 0, 0, 0, 1, 3, 8, 16, 20, 18, 12, 7, 12, 16, 15, 12, 9, 7, 6, 5, 3, 2, 1),
    "patrol": (0, 0, 0, 0, 0, 1, 4, 12, 20, 22, 18, 8, 3, 14, 20, 18, 12, 6, 5, 8, 6, 3, 1, 0),
    "device": (3, 3, 3, 3, 3, 4, 5, 6, 6, 5, 5, 5, 5, 5, 5, 5, 5, 6, 7, 8, 8, 7, 6, 5),
}
WEEKEND: Final[Mapping[str, float]] = {"resident": 1.25, "hotline": 0.7, "patrol": 0.45, "device": 1.0}
DAY_BEGINS, DAY_ENDS = time(8, 0), time(19, 30)
SATURDAY: Final = 5


def drawn_instant(channel: str, first: datetime, last: datetime, dice: Dice) -> datetime:
    """An instant from `first` to `last` in the rhythm of the channel, UTC. Raises ValueError when the span is empty."""
    if last <= first:
        raise ValueError("the span is empty")
    hours, weekend = HOURS[channel], WEEKEND[channel]
    highest = max(hours) * max(1.0, weekend)
    while True:
        at = first + (last - first) * dice.fraction()
        local = at.astimezone(SHANGHAI)
        weight = hours[local.hour] * (weekend if local.weekday() >= SATURDAY else 1.0)
        if dice.chance(weight / highest):
            return as_utc(at).replace(microsecond=0)


def daytime(at: datetime) -> datetime:
    """`at`, or some time on the next morning (8 to 11) when it lies before 8:00 or after 19:30."""
    local = at.astimezone(SHANGHAI)
    if local.time() < DAY_BEGINS:
        return _at(local.date(), DAY_BEGINS) + timedelta(minutes=3 * local.minute)
    if local.time() > DAY_ENDS:
        return _at(local.date() + timedelta(days=1), DAY_BEGINS) + timedelta(minutes=3 * local.minute)
    return at


def _at(day: date, clock: time) -> datetime:
    return as_utc(datetime.combine(day, clock, SHANGHAI))
