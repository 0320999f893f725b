"""The state table of a case (DOMAIN §2.2, with side routes that need no second unit). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from linli.casework.timeline.events import Act

MAX_RETURNS = 1
MAX_EXTENSIONS = 1
TOP_LEVEL = 3


class CaseState(StrEnum):
    """Where a case stands."""

    FILED = "filed"
    DISPATCHED = "dispatched"
    RETURN_ASKED = "return_asked"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    FED_BACK = "fed_back"
    VERIFIED = "verified"
    CLOSED = "closed"
    VOIDED = "voided"


class Result(StrEnum):
    """What the doer says came of it (actual result, DOMAIN §2.2 step 5)."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    UNSOLVABLE = "unsolvable"


S = CaseState
_ALWAYS = (Act.COMMENT, Act.ADD, Act.ESCALATE, Act.MERGE)
"""Acts that leave the state as it is while the case is open. A comment moves no clock."""

EDGES: Mapping[tuple[CaseState, Act], CaseState] = {
    # The main line: filed → dispatched → handling → fed back → verified → closed.
    (S.FILED, Act.DISPATCH): S.DISPATCHED,
    (S.DISPATCHED, Act.ACCEPT): S.HANDLING,
    (S.HANDLING, Act.ARRIVE): S.HANDLING,
    (S.HANDLING, Act.STEP): S.HANDLING,
    (S.HANDLING, Act.MILESTONE): S.HANDLING,
    (S.HANDLING, Act.FEED_BACK): S.FED_BACK,
    (S.FED_BACK, Act.VERIFY): S.VERIFIED,
    (S.VERIFIED, Act.RATE): S.CLOSED,
    # Nobody rated within the days given.
    (S.VERIFIED, Act.CLOSE): S.CLOSED,
    # Found and fixed by the same hands, steps 1–6 in one form.
    (S.FILED, Act.SELF_HANDLE): S.VERIFIED,
    # Not ours (退单): once, with a legal reason, ruled by the next level; denied means it must be taken.
    (S.DISPATCHED, Act.RETURN_ASK): S.RETURN_ASKED,
    (S.RETURN_ASKED, Act.RETURN_GRANT): S.FILED,
    (S.RETURN_ASKED, Act.RETURN_DENY): S.DISPATCHED,
    # The desk sends it elsewhere.
    (S.DISPATCHED, Act.TRANSFER): S.DISPATCHED,
    (S.HANDLING, Act.TRANSFER): S.DISPATCHED,
    # More time, asked before the deadline and decided by the desk.
    (S.HANDLING, Act.EXTEND_ASK): S.HANDLING,
    (S.HANDLING, Act.EXTEND_GRANT): S.HANDLING,
    (S.HANDLING, Act.EXTEND_DENY): S.HANDLING,
    # Waiting for a season, a court, an owners' vote (挂起): the clocks stand still, a weekly reminder runs.
    (S.HANDLING, Act.SUSPEND): S.SUSPENDED,
    (S.SUSPENDED, Act.REMIND): S.SUSPENDED,
    (S.SUSPENDED, Act.RESUME): S.HANDLING,
    # Not good enough: the verifier, or the reporter, sends it back (重办).
    (S.FED_BACK, Act.REWORK): S.HANDLING,
    (S.VERIFIED, Act.DISPUTE): S.HANDLING,
    (S.CLOSED, Act.REOPEN): S.HANDLING,
    # Duplicate or invalid (作废): kept, with its reason.
    (S.FILED, Act.VOID): S.VOIDED,
    (S.DISPATCHED, Act.VOID): S.VOIDED,
    (S.RETURN_ASKED, Act.VOID): S.VOIDED,
    (S.HANDLING, Act.VOID): S.VOIDED,
    (S.SUSPENDED, Act.VOID): S.VOIDED,
    # The reporter takes it back before anybody was sent.
    (S.FILED, Act.WITHDRAW): S.VOIDED,
    (S.DISPATCHED, Act.WITHDRAW): S.VOIDED,
    **{(state, act): state for state in S if state not in (S.CLOSED, S.VOIDED) for act in _ALWAYS},
}
"""(state, act) → the state after it. What is not here is refused."""

ENDED = frozenset({S.CLOSED, S.VOIDED})
"""States that need no clock; a closed case can still be reopened."""

DOING = frozenset({S.DISPATCHED, S.HANDLING})
"""States in which the responsible unit has the next step."""


def after(state: CaseState, act: Act) -> CaseState | None:
    """The state after `act`, or None when the table does not allow it."""
    return EDGES.get((state, act))


def acts_from(state: CaseState) -> frozenset[Act]:
    """Every act the table allows in this state."""
    return frozenset(act for (at, act) in EDGES if at is state)
