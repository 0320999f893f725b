"""What a clock chip says. The same rule runs in islands/clock.js; tests/web_ui holds the two together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from linli.kernel import clock
from linli.web.ui import times


class ClockState(StrEnum):
    """How a limit stands. LEFT, NEAR and OVER tick; the others are still."""

    LEFT = "left"
    NEAR = "near"
    OVER = "over"
    PAUSED = "paused"
    MET = "met"
    LATE = "late"
    NONE = "none"


TICKING = frozenset({ClockState.LEFT, ClockState.NEAR, ClockState.OVER})


@dataclass(frozen=True)
class ClockFace:
    """The words of a chip: `text` is visible, `title` names the exact time and the rule behind it."""

    state: ClockState
    text: str
    title: str


def words() -> dict[str, str]:
    """Return the sentence patterns for the ticking states and the units of time (`{t}` and `{n}` are filled in)."""
    return {"left": _("{t} left"), "over": _("{t} over"), **times.unit_words()}


def state_of(
    due_at: datetime | None,
    warn_at: datetime | None,
    met_at: datetime | None,
    paused_reason: str,
    now: datetime,
) -> ClockState:
    """Return the state of a limit. Met wins over suspended; a limit is over from its very second on."""
    if due_at is None:
        return ClockState.PAUSED if paused_reason else ClockState.NONE
    if met_at is not None:
        return ClockState.MET if met_at <= due_at else ClockState.LATE
    if paused_reason:
        return ClockState.PAUSED
    if now >= due_at:
        return ClockState.OVER
    return ClockState.NEAR if warn_at is not None and now >= warn_at else ClockState.LEFT


def face(
    due_at: datetime | None,
    warn_at: datetime | None = None,
    met_at: datetime | None = None,
    paused_reason: str = "",
    rule_text: str = "",
    *,
    now: datetime | None = None,
) -> ClockFace:
    """Return what a clock chip shows at `now`. `rule_text` says which limit, from which rule, in which hours."""
    now = now or clock.now()
    state = state_of(due_at, warn_at, met_at, paused_reason, now)
    lines = []
    if due_at is not None:
        lines.append(_("Due %(time)s") % {"time": times.exact(due_at)})
    if met_at is not None:
        lines.append(_("Done %(time)s") % {"time": times.exact(met_at)})
    if rule_text:
        lines.append(str(rule_text))
    return ClockFace(state, _text(state, due_at, met_at, paused_reason, now), " · ".join(lines))


def _text(
    state: ClockState, due_at: datetime | None, met_at: datetime | None, paused_reason: str, now: datetime
) -> str:
    if state is ClockState.PAUSED:
        return _("Suspended (%(reason)s)") % {"reason": paused_reason}
    if due_at is None:
        return _("No limit")
    if met_at is not None:
        if state is ClockState.MET:
            return _("On time")
        return _("Late by %(time)s") % {"time": times.duration((met_at - due_at).total_seconds())}
    pattern = words()["over" if state is ClockState.OVER else "left"]
    return pattern.format(t=times.duration((due_at - now).total_seconds()))
