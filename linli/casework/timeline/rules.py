"""Acts, and the clocks that follow from them. Pure: the calendar is an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from linli.casework.timeline.events import Act, ClockKind

WARN_AT = Decimal("0.8")
"""A clock warns when this share of its limit is used up (issue 2: 80 %)."""


_ENDS_ALL = frozenset(ClockKind)
STOPS: Mapping[Act, frozenset[ClockKind]] = {
    Act.OPEN: frozenset({ClockKind.TRIAGE}),
    Act.ROUTE: frozenset({ClockKind.TRIAGE}),
    Act.SEND_BACK: frozenset({ClockKind.TRIAGE}),
    Act.MERGE: frozenset({ClockKind.TRIAGE}),
    Act.REFUSE_ASK: frozenset({ClockKind.TRIAGE}),
    Act.REFUSE: _ENDS_ALL,
    Act.REFUSE_DENY: frozenset({ClockKind.REFUSAL}),
    Act.WITHDRAW: _ENDS_ALL,
    Act.SELF_HANDLE: _ENDS_ALL,
    Act.DISPATCH: frozenset({ClockKind.DISPATCH}),
    Act.ACCEPT: frozenset({ClockKind.ACCEPT}),
    Act.RETURN_ASK: frozenset({ClockKind.ACCEPT}),
    Act.RETURN_GRANT: frozenset({ClockKind.RULING}),
    Act.RETURN_DENY: frozenset({ClockKind.RULING}),
    Act.ARRIVE: frozenset({ClockKind.RESPOND}),
    Act.EXTEND_GRANT: frozenset({ClockKind.EXTENSION}),
    Act.EXTEND_DENY: frozenset({ClockKind.EXTENSION}),
    Act.RESUME: frozenset({ClockKind.REVIEW}),
    Act.TRANSFER: frozenset({ClockKind.ACCEPT, ClockKind.EXTENSION}),
    Act.FEED_BACK: frozenset({ClockKind.RESPOND, ClockKind.WHOLE, ClockKind.MILESTONE, ClockKind.EXTENSION}),
    Act.VERIFY: frozenset({ClockKind.VERIFY}),
    Act.REWORK: frozenset({ClockKind.VERIFY}),
    Act.DISPUTE: frozenset({ClockKind.RATE}),
    Act.CLOSE: frozenset({ClockKind.RATE}),
    Act.RATE: frozenset({ClockKind.RATE}),
    Act.VOID: _ENDS_ALL,
}
"""Act → the clocks it stops. An act that is not listed (a comment, an addition) touches no clock.

A merge stands in two stories: it ends the triage of the report, and leaves the clocks of the case it joins alone.
"""

GOES_ON = frozenset({Act.REWORK, Act.DISPUTE, Act.REOPEN})
"""Acts after which the whole-item clock goes on from where it stood: rework adds up, it does not start anew."""


@dataclass(frozen=True, slots=True)
class LimitGiven:
    """A limit as an entry hands it out. unit: e natural hours, h working hours, d working days, n natural days."""

    kind: ClockKind
    label: str
    amount: Decimal
    unit: str

    def as_data(self) -> dict[str, str]:
        """The form that is stored in the entry."""
        return {"kind": self.kind, "label": self.label, "amount": str(self.amount), "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the story, as far as the clocks care."""

    act: Act
    at: datetime
    limits: tuple[LimitGiven, ...] = ()
    label: str = ""


@dataclass(slots=True)
class Reading:
    """One clock as it stands. `due_at` is None while it is paused; `met_at` None while it runs."""

    kind: ClockKind
    label: str
    amount: Decimal
    unit: str
    started_at: datetime
    met_at: datetime | None = None
    paused_since: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    extra: list[tuple[Decimal, str]] = field(default_factory=list)
    due_at: datetime | None = None
    warn_at: datetime | None = None


class Calendar(Protocol):
    """The part of `calendar.WorkCalendar` that clocks need."""

    def deadline(
        self,
        start: datetime,
        amount: Decimal,
        unit: str,
        pauses: Sequence[tuple[datetime, datetime | None]] = (),
    ) -> datetime | None: ...


def derive(moments: Sequence[Moment], calendar: Calendar) -> list[Reading]:
    """The clocks of a matter, from nothing but its story, in the order in which they began.

    A limit starts (or starts anew) the clock of its kind and label. Only a recorded suspension pauses; a comment
    changes nothing. The same story always gives the same clocks.
    """
    clocks: dict[tuple[ClockKind, str], Reading] = {}
    for moment in moments:
        _stop(clocks, moment)
        _pause_or_go_on(clocks, moment)
        for limit in moment.limits:
            _give(clocks, moment, limit)
    for clock in clocks.values():
        _compute(clock, calendar)
    return list(clocks.values())


def _stop(clocks: Mapping[tuple[ClockKind, str], Reading], moment: Moment) -> None:
    stopped = STOPS.get(moment.act, frozenset())
    for clock in clocks.values():
        named = moment.act is Act.MILESTONE and clock.kind is ClockKind.MILESTONE and clock.label == moment.label
        if clock.met_at is None and (clock.kind in stopped or named):
            clock.met_at = moment.at
            if clock.paused_since is not None:
                clock.pauses.append((clock.paused_since, moment.at))
                clock.paused_since = None


def _pause_or_go_on(clocks: Mapping[tuple[ClockKind, str], Reading], moment: Moment) -> None:
    for clock in clocks.values():
        if moment.act is Act.SUSPEND and clock.met_at is None:
            clock.paused_since = moment.at
        elif moment.act is Act.RESUME and clock.paused_since is not None:
            clock.pauses.append((clock.paused_since, moment.at))
            clock.paused_since = None
        elif moment.act in GOES_ON and clock.kind is ClockKind.WHOLE and clock.met_at is not None:
            clock.pauses.append((clock.met_at, moment.at))
            clock.met_at = None


def _give(clocks: dict[tuple[ClockKind, str], Reading], moment: Moment, limit: LimitGiven) -> None:
    key = (limit.kind, limit.label)
    running = clocks.get(key)
    if moment.act is Act.EXTEND_GRANT and running is not None:
        running.extra.append((limit.amount, limit.unit))
        return
    clocks.pop(key, None)
    clocks[key] = Reading(limit.kind, limit.label, limit.amount, limit.unit, moment.at)


def _compute(clock: Reading, calendar: Calendar) -> None:
    if clock.paused_since is not None:
        clock.due_at = clock.warn_at = None
        return
    due = calendar.deadline(clock.started_at, clock.amount, clock.unit, clock.pauses)
    for amount, unit in clock.extra:
        due = calendar.deadline(due, amount, unit, clock.pauses) if due is not None else None
    clock.due_at = due
    clock.warn_at = _warning(clock, calendar)


def _warning(clock: Reading, calendar: Calendar) -> datetime | None:
    """The instant at 80 %: of the hours for hour limits, of the way to the deadline for day limits."""
    if clock.due_at is None:
        return None
    if clock.unit in {"e", "h"} and not clock.extra:
        return calendar.deadline(clock.started_at, clock.amount * WARN_AT, clock.unit, clock.pauses)
    due = clock.due_at
    paused = sum((min(end, due) - begin for begin, end in clock.pauses if begin < due), timedelta())
    way = due - clock.started_at - paused
    return due - way * float(1 - WARN_AT)


def next_of(clocks: Sequence[Reading]) -> Reading | None:
    """The running clock that ends first, or a paused one when nothing else runs, or None when all are met."""
    running = [clock for clock in clocks if clock.met_at is None]
    return min(running, key=lambda clock: (clock.due_at is None, clock.due_at or clock.started_at), default=None)
