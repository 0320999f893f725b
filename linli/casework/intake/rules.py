"""The states of a report, and what a report must bring. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from linli.casework.timeline.events import Act

MAX_PHOTOS = 6
MAX_WORDS = 4000


class Channel(StrEnum):
    """How a report came in. Whatever the channel, the intake is the same."""

    RESIDENT = "resident"
    PATROL = "patrol"
    DESK = "desk"
    HOTLINE = "hotline"
    API = "api"
    DEVICE = "device"


class ReportState(StrEnum):
    """Where a report stands before it is a case, or why it never became one."""

    RECEIVED = "received"
    ROUTED = "routed"
    REFUSAL_ASKED = "refusal_asked"
    ACCEPTED = "accepted"
    MERGED = "merged"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


S = ReportState
EDGES: Mapping[tuple[ReportState, Act], ReportState] = {
    # Triage: the desk opens a case, or finds that one is open already.
    (S.RECEIVED, Act.OPEN): S.ACCEPTED,
    (S.RECEIVED, Act.MERGE): S.MERGED,
    # Outside the list (准入机制): to the legal owner, never to the station.
    (S.RECEIVED, Act.ROUTE): S.ROUTED,
    (S.ROUTED, Act.OPEN): S.ACCEPTED,
    (S.ROUTED, Act.MERGE): S.MERGED,
    # The legal owner may say once that it is not his.
    (S.ROUTED, Act.SEND_BACK): S.RECEIVED,
    # No one refuses alone: proposed by one, reviewed by another.
    (S.RECEIVED, Act.REFUSE_ASK): S.REFUSAL_ASKED,
    (S.ROUTED, Act.REFUSE_ASK): S.REFUSAL_ASKED,
    (S.REFUSAL_ASKED, Act.REFUSE): S.REFUSED,
    (S.REFUSAL_ASKED, Act.REFUSE_DENY): S.RECEIVED,
    # The reporter may take it back as long as nobody works on it.
    (S.RECEIVED, Act.WITHDRAW): S.WITHDRAWN,
    (S.ROUTED, Act.WITHDRAW): S.WITHDRAWN,
    (S.REFUSAL_ASKED, Act.WITHDRAW): S.WITHDRAWN,
    # More words or photos, and what the machine suggests, change nothing.
    (S.RECEIVED, Act.ADD): S.RECEIVED,
    (S.ROUTED, Act.ADD): S.ROUTED,
    (S.REFUSAL_ASKED, Act.ADD): S.REFUSAL_ASKED,
    (S.RECEIVED, Act.SUGGEST): S.RECEIVED,
    # A late or missing step is told upwards.
    (S.RECEIVED, Act.ESCALATE): S.RECEIVED,
    (S.ROUTED, Act.ESCALATE): S.ROUTED,
    (S.REFUSAL_ASKED, Act.ESCALATE): S.REFUSAL_ASKED,
}
"""(state, act) → the state after it. What is not here is refused."""

OPEN_STATES = frozenset({S.RECEIVED, S.ROUTED, S.REFUSAL_ASKED})
"""States in which the report waits for somebody; each has an owner and a clock."""


def after(state: ReportState, act: Act) -> ReportState | None:
    """The state after `act`, or None when the table does not allow it."""
    return EDGES.get((state, act))
