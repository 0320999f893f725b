"""The words of the story: acts, clocks, who reads, and what is published when a clock fires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Act(StrEnum):
    """Everything that can stand in the story of a matter."""

    RECEIVE = "receive"
    ADD = "add"
    SUGGEST = "suggest"
    ROUTE = "route"
    SEND_BACK = "send_back"
    REFUSE_ASK = "refuse_ask"
    REFUSE = "refuse"
    REFUSE_DENY = "refuse_deny"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    OPEN = "open"
    SELF_HANDLE = "self_handle"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN_ASK = "return_ask"
    RETURN_GRANT = "return_grant"
    RETURN_DENY = "return_deny"
    TRANSFER = "transfer"
    ARRIVE = "arrive"
    STEP = "step"
    MILESTONE = "milestone"
    EXTEND_ASK = "extend_ask"
    EXTEND_GRANT = "extend_grant"
    EXTEND_DENY = "extend_deny"
    SUSPEND = "suspend"
    REMIND = "remind"
    RESUME = "resume"
    FEED_BACK = "feed_back"
    VERIFY = "verify"
    REWORK = "rework"
    RATE = "rate"
    DISPUTE = "dispute"
    CLOSE = "close"
    REOPEN = "reopen"
    VOID = "void"
    COMMENT = "comment"
    WARN = "warn"
    OVERDUE = "overdue"
    ESCALATE = "escalate"


TECHNICAL = frozenset({Act.SUGGEST, Act.WARN, Act.OVERDUE, Act.ESCALATE, Act.REMIND})
"""Acts that fold away on the page of a matter."""


SAID_BY_REPORTERS = frozenset({Act.RECEIVE, Act.ADD, Act.RATE, Act.DISPUTE, Act.WITHDRAW})
"""Acts in which a reporter speaks: another reporter of the same matter does not read them."""


class Visibility(StrEnum):
    """Who reads an entry: the reporter too, or only the people who work on the matter."""

    PUBLIC = "public"
    STAFF = "staff"


class ClockKind(StrEnum):
    """What a clock waits for."""

    TRIAGE = "triage"
    REFUSAL = "refusal"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RULING = "ruling"
    RESPOND = "respond"
    WHOLE = "whole"
    MILESTONE = "milestone"
    EXTENSION = "extension"
    REVIEW = "review"
    VERIFY = "verify"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class ClockWarned:
    """A clock has used up 80 % of its limit."""

    matter_id: UUID
    area_id: int
    kind: str
    label: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClockOverdue:
    """A clock has run out. Published once for each run of each clock."""

    matter_id: UUID
    area_id: int
    kind: str
    label: str
    due_at: datetime
