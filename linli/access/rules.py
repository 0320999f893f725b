from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(hours=3)
"""A glass is broken for so long at most (DHIS2)."""

REVIEW_WITHIN = timedelta(days=7)
SHORTEST_REASON, LONGEST_REASON = 10, 200


class GlassState(StrEnum):
    """Where a broken glass stands. Time alone leads from one to the next but for the last."""

    IN_FORCE = "in_force"
    AWAITING = "awaiting"
    OVERDUE = "overdue"
    REVIEWED = "reviewed"


class GlassAct(StrEnum):
    """What may be done with a broken glass."""

    END = "end"
    REVIEW = "review"


class Verdict(StrEnum):
    """What the review found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


EDGES: dict[tuple[GlassState, GlassAct], GlassState] = {
    (GlassState.IN_FORCE, GlassAct.END): GlassState.AWAITING,
    (GlassState.AWAITING, GlassAct.REVIEW): GlassState.REVIEWED,
    (GlassState.OVERDUE, GlassAct.REVIEW): GlassState.REVIEWED,
}
"""(state, act) → state. What is not here is refused; a glass in force is ended before it is reviewed."""


def state_of(
    *, now: datetime, broken_at: datetime, expires_at: datetime, ended_at: datetime | None, reviewed: bool
) -> GlassState:
    """The state at `now` (aware, the database's clock)."""
    if reviewed:
        return GlassState.REVIEWED
    if now < min(expires_at, ended_at or expires_at):
        return GlassState.IN_FORCE
    return GlassState.OVERDUE if now > due_at(broken_at) else GlassState.AWAITING


def due_at(broken_at: datetime) -> datetime:
    """By when the review must have been given."""
    return broken_at + REVIEW_WITHIN


def after(state: GlassState, act: GlassAct) -> GlassState | None:
    """The state that follows, or None when the act is not possible."""
    return EDGES.get((state, act))


def length_of(minutes: int) -> timedelta | None:
    """For how long a glass is broken, or None when that is not allowed."""
    return timedelta(minutes=minutes) if 0 < minutes <= LONGEST // timedelta(minutes=1) else None
