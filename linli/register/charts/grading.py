"""Grades of buildings (放心楼 / 重点楼 / 关注楼 / 互助楼, DOMAIN row 15): proposed by a rule, decided by people. Pure.

A rule reads a building, never a person, and its word is a proposal with reasons: nothing follows from it before
somebody with a name has approved it (Personal Information Protection Law, art. 24).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Grade(StrEnum):
    """What a building asks of those who answer for it."""

    SAFE = "safe"
    WATCH = "watch"
    KEY = "key"
    MUTUAL = "mutual"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _GRADE_LABELS[self]

    @property
    def tasks(self) -> tuple[str, ...]:
        """What is to be done in a building of this grade, in English; faces translate it."""
        return _TASKS[self]


_GRADE_LABELS = {
    Grade.SAFE: gettext_noop("Safe building"),
    Grade.WATCH: gettext_noop("Building to watch"),
    Grade.KEY: gettext_noop("Key building"),
    Grade.MUTUAL: gettext_noop("Mutual-aid building"),
}
_TASKS = {
    Grade.SAFE: (gettext_noop("Look in once a month; keep what works."),),
    Grade.WATCH: (
        gettext_noop("Look at the homes whose check is due within two weeks."),
        gettext_noop("Talk over the open matters with the building head."),
    ),
    Grade.KEY: (
        gettext_noop("The station head comes by every week."),
        gettext_noop("Police, housing office and property firm look together at what is let to several."),
        gettext_noop("A plan with a name and a date for each open matter."),
    ),
    Grade.MUTUAL: (
        gettext_noop("Bring the volunteers of the building together with those who need help."),
        gettext_noop("Ask every month whether the help still fits."),
    ),
}

CONTROL_OF: Mapping[str, str] = {"safe": "ordinary", "mutual": "ordinary", "watch": "watch", "key": "strict"}
"""Grade → control level of the building, the colour of 三角形三色."""


class GradingState(StrEnum):
    """Where a grade stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    GradingState.PROPOSED: gettext_noop("Proposed"),
    GradingState.APPROVED: gettext_noop("In force"),
    GradingState.REJECTED: gettext_noop("Turned down"),
    GradingState.REPLACED: gettext_noop("Replaced"),
}


class GradingAct(StrEnum):
    """What can be done to a grade."""

    APPROVE = "approve"
    REJECT = "reject"
    REPLACE = "replace"


S, A = GradingState, GradingAct
EDGES: Mapping[tuple[GradingState, GradingAct], GradingState] = {
    (S.PROPOSED, A.APPROVE): S.APPROVED,
    (S.PROPOSED, A.REJECT): S.REJECTED,
    # A newer proposal takes the place of one nobody has decided, a newer grade that of the one in force.
    (S.PROPOSED, A.REPLACE): S.REPLACED,
    (S.APPROVED, A.REPLACE): S.REPLACED,
}
"""(state, act) → the state after it. What is not here is refused."""


def after(state: GradingState, act: GradingAct) -> GradingState | None:
    """The state after `act`, or None when the table does not allow it."""
    return EDGES.get((state, act))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule reads of one building. helped: people who need help; helpers: volunteers and party members."""

    homes: int
    stale: int = 0
    empty: int = 0
    shared: int = 0
    matters: int = 0
    helped: int = 0
    helpers: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something counts: a setting of the town. `_share`: percent of the homes of the building."""

    key_shared: int = 3
    key_matters_share: int = 8
    key_stale_share: int = 60
    watch_shared: int = 1
    watch_matters_share: int = 3
    watch_stale_share: int = 25
    watch_empty_share: int = 30
    mutual_helped: int = 3
    mutual_helpers: int = 2


LIMIT_LABELS: Mapping[str, str] = {
    "key_shared": gettext_noop("Key: homes let to several, from"),
    "key_matters_share": gettext_noop("Key: matters in hand for 100 homes, from"),
    "key_stale_share": gettext_noop("Key: percent of homes with an overdue check, from"),
    "watch_shared": gettext_noop("Watch: homes let to several, from"),
    "watch_matters_share": gettext_noop("Watch: matters in hand for 100 homes, from"),
    "watch_stale_share": gettext_noop("Watch: percent of homes with an overdue check, from"),
    "watch_empty_share": gettext_noop("Watch: percent of empty homes, from"),
    "mutual_helped": gettext_noop("Mutual aid: people who need help, from"),
    "mutual_helpers": gettext_noop("Mutual aid: volunteers and party members, from"),
}
MOST = 1000


def limits_from(values: Mapping[str, object]) -> Limits:
    """Limits from stored values; what is missing or no number stands as shipped."""
    known = {one.name for one in fields(Limits)}
    return Limits(**{name: value for name, value in values.items() if name in known and isinstance(value, int)})


def limits_to(limits: Limits) -> dict[str, int]:
    """Limits as they are stored."""
    return asdict(limits)


def wrong_limits(limits: Limits) -> list[str]:
    """The names of limits that make no sense: below one, or a key building found before one to watch."""
    bad = [name for name, value in asdict(limits).items() if not 1 <= value <= MOST]
    pairs = ("shared", "matters_share", "stale_share")
    return bad + [f"key_{one}" for one in pairs if getattr(limits, f"key_{one}") < getattr(limits, f"watch_{one}")]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a grade is proposed. `value`: what was found; 0 for needs, whose number stays with those who may see them."""

    code: str
    value: int
    limit: int


REASONS: Mapping[str, str] = {
    "shared": gettext_noop("%(value)s homes let to several (from %(limit)s on)"),
    "matters": gettext_noop("%(value)s matters in hand for 100 homes (from %(limit)s on)"),
    "stale": gettext_noop("%(value)s %% of the homes have an overdue check (from %(limit)s on)"),
    "empty": gettext_noop("%(value)s %% of the homes are empty (from %(limit)s on)"),
    "mutual": gettext_noop("People who need help and people who can give it live here"),
    "calm": gettext_noop("Nothing reaches a limit"),
    "by_hand": gettext_noop("Proposed by hand"),
}
"""Reason → the sentence in English; faces translate and fill it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule proposes and why, the weightiest reason first."""

    grade: Grade
    reasons: tuple[Reason, ...]


def judge(facts: Facts, limits: Limits) -> Verdict:
    """The grade the rule proposes for a building. A building without homes is safe: there is nothing to look at."""
    if key := _reached(facts, limits, "key"):
        return Verdict(Grade.KEY, key)
    if watch := _reached(facts, limits, "watch"):
        return Verdict(Grade.WATCH, watch)
    if facts.helped >= limits.mutual_helped and facts.helpers >= limits.mutual_helpers:
        return Verdict(Grade.MUTUAL, (Reason("mutual", 0, 0),))
    return Verdict(Grade.SAFE, (Reason("calm", 0, 0),))


def _reached(facts: Facts, limits: Limits, level: str) -> tuple[Reason, ...]:
    homes = max(1, facts.homes)
    found = {
        "shared": (facts.shared, f"{level}_shared"),
        "matters": (round(100 * facts.matters / homes), f"{level}_matters_share"),
        "stale": (round(100 * facts.stale / homes), f"{level}_stale_share"),
        "empty": (round(100 * facts.empty / homes), f"{level}_empty_share"),
    }
    reached = []
    for code, (value, name) in found.items():
        limit = getattr(limits, name, None)
        if limit is not None and value >= limit:
            reached.append(Reason(code, value, limit))
    return tuple(reached)
