"""What a planned matter is: who says what about which place, and every step it will take. Plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Deadline = Callable[[str, datetime], datetime]
"""(limit as `e2`, `h4`, `d3`, `n30`; start) → end of the whole-item limit. All instants aware, UTC."""


class Fate(StrEnum):
    """Where a planned matter ends up at `now`, or how it ended."""

    TRIAGE = "triage"
    REFUSAL_ASKED = "refusal_asked"
    DISPATCH_WAITING = "dispatch_waiting"
    ACCEPT_WAITING = "accept_waiting"
    RETURN_ASKED = "return_asked"
    HANDLING = "handling"
    NEAR_LIMIT = "near_limit"
    OVERDUE = "overdue"
    EXTENSION_ASKED = "extension_asked"
    SUSPENDED = "suspended"
    FED_BACK = "fed_back"
    VERIFIED = "verified"
    DISPUTED = "disputed"
    RATED = "rated"
    UNRATED = "unrated"
    LATE = "late"
    EXPLAINED = "explained"
    UNSOLVABLE = "unsolvable"
    RETURNED = "returned"
    EXTENDED = "extended"
    RESUMED = "resumed"
    REWORKED = "reworked"
    SELF_HANDLED = "self_handled"
    REFUSED = "refused"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    ROUTED = "routed"
    ROUTED_CLOSED = "routed_closed"


class By(StrEnum):
    """Who takes a step; the loader chooses the person."""

    REPORTER = "reporter"
    DESK = "desk"
    HEAD = "head"
    DISPATCHER = "dispatcher"
    DOER = "doer"
    VERIFIER = "verifier"
    LEGAL_OWNER = "legal_owner"
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """Where it is. kind: compound, building, entrance, home, facility, venue, village_group, house; code of that thing.

    `label` is how people call it (岚桥新村3号); point in WGS 84 degrees; `detail` the kind of a facility, else "".
    """

    kind: str
    code: str
    area_code: str
    label: str
    lng: float
    lat: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PhotoPlan:
    """A picture to draw: see `pictures.draw(scene, state, variant)`; state `before` or `after`."""

    scene: str
    state: str
    variant: int


@dataclass(frozen=True, slots=True)
class ReporterPlan:
    """An invented resident; name and phone are both "" for an anonymous report, a patrol or a device."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One act of `timeline.rules.Act` at an instant.

    detail keys: `to` (unit kind for dispatch and transfer, key of the host matter for merge, topic for route),
    `reason` (return), `result` (feed_back: solved, explained, unsolvable), `method` (verify), `satisfaction` (rate),
    `amount` and `unit` (extension).
    """

    act: str
    at: datetime
    by: By
    words: str = ""
    detail: dict[str, str] = field(default_factory=dict)
    photos: tuple[PhotoPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedMatter:
    """One invented matter. Exactly one of `item_code` and `topic` is set; `key` serves as idempotency key.

    channel: resident, patrol, hotline or device (intake's Channel). The first step is always later than `at`.
    """

    key: str
    at: datetime
    channel: str
    item_code: str
    topic: str
    place: PlaceRef
    words: str
    reporter: ReporterPlan
    photos: tuple[PhotoPlan, ...]
    fate: Fate
    steps: tuple[Step, ...]


def in_order(matters: Sequence[PlannedMatter]) -> Iterator[tuple[datetime, PlannedMatter, Step | None]]:
    """Every instant of all matters in order of time: the report itself (step None), then its steps."""
    moments: list[tuple[datetime, int, int, PlannedMatter, Step | None]] = []
    for at, matter in enumerate(matters):
        moments.append((matter.at, at, 0, matter, None))
        moments += [(step.at, at, nth, matter, step) for nth, step in enumerate(matter.steps, start=1)]
    for instant, _, _, matter, step in sorted(moments, key=lambda moment: moment[:3]):
        yield instant, matter, step
