from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class CanvassState(StrEnum):
    """A canvass is drawn up, opened, and closed; a closed one may be opened again."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _CANVASS_LABELS[self]


class CanvassAct(StrEnum):
    """What may be done with a canvass as a whole."""

    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"


CANVASS_TABLE: Mapping[tuple[CanvassState, CanvassAct], CanvassState] = {
    (CanvassState.DRAFT, CanvassAct.OPEN): CanvassState.OPEN,
    (CanvassState.OPEN, CanvassAct.CLOSE): CanvassState.CLOSED,
    (CanvassState.CLOSED, CanvassAct.REOPEN): CanvassState.OPEN,
}


class Channel(StrEnum):
    """How a household is reached (DOMAIN row 97): 微信接龙、门铃对讲、电话、张贴提示、上门."""

    MESSAGE = "message"
    INTERCOM = "intercom"
    PHONE = "phone"
    NOTICE = "notice"
    DOOR = "door"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _CHANNEL_LABELS[self]


class Outcome(StrEnum):
    """What came of one attempt."""

    REACHED = "reached"
    NOBODY = "nobody"
    LATER = "later"
    REFUSED = "refused"
    LEFT = "left"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _OUTCOME_LABELS[self]


class TargetState(StrEnum):
    """Where a home stands in a canvass."""

    WAITING = "waiting"
    TRIED = "tried"
    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _TARGET_LABELS[self]


class TargetAct(StrEnum):
    """What may be done with one home of an open canvass."""

    MISS = "miss"
    ANSWER = "answer"
    REFUSE = "refuse"
    DROP = "drop"
    TAKE_BACK = "take_back"


_LEFT_OVER = (TargetState.WAITING, TargetState.TRIED)
TARGET_TABLE: Mapping[tuple[TargetState, TargetAct], TargetState] = {
    **{(state, TargetAct.MISS): TargetState.TRIED for state in _LEFT_OVER},
    **{(state, TargetAct.ANSWER): TargetState.DONE for state in (*_LEFT_OVER, TargetState.REFUSED)},
    **{(state, TargetAct.REFUSE): TargetState.REFUSED for state in _LEFT_OVER},
    **{(state, TargetAct.DROP): TargetState.DROPPED for state in _LEFT_OVER},
    **{
        (state, TargetAct.TAKE_BACK): TargetState.TRIED
        for state in (TargetState.DONE, TargetState.REFUSED, TargetState.DROPPED)
    },
}
"""Somebody who refused may answer after all; what was entered by mistake is taken back to the remaining list."""

REMAINING = frozenset(_LEFT_OVER)

_ACT_OF = {
    Outcome.REACHED: TargetAct.ANSWER,
    Outcome.REFUSED: TargetAct.REFUSE,
    Outcome.NOBODY: TargetAct.MISS,
    Outcome.LATER: TargetAct.MISS,
    Outcome.LEFT: TargetAct.MISS,
}


def act_of(outcome: Outcome) -> TargetAct:
    """What an attempt with this outcome does to the home."""
    return _ACT_OF[outcome]


NEXT_CHANNEL: Mapping[Channel, Channel] = {
    Channel.MESSAGE: Channel.INTERCOM,
    Channel.INTERCOM: Channel.PHONE,
    Channel.PHONE: Channel.NOTICE,
    Channel.NOTICE: Channel.DOOR,
    Channel.DOOR: Channel.DOOR,
}
"""From the least trouble to the most: the order in which the source tells it."""


def next_try(channel: Channel, outcome: Outcome, today: date) -> tuple[Channel, date]:
    """The proposed next channel and day: the same way tomorrow when asked to come later, the next way otherwise."""
    if outcome is Outcome.LATER:
        return channel, today + timedelta(days=1)
    wait = 2 if outcome is Outcome.LEFT else 1
    return NEXT_CHANNEL[channel], today + timedelta(days=wait)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form: `choices` (code → English name) or yes and no; `gap`: the answers that show a gap."""

    code: str
    part: str
    text: str
    choices: tuple[tuple[str, str], ...] = (("yes", gettext_noop("Yes")), ("no", gettext_noop("No")))
    gap: frozenset[str] = frozenset()


FOUR_CHECKS: tuple[Question, ...] = (
    Question(
        "use", gettext_noop("The home"), gettext_noop("Is the home used as the register says?"), gap=frozenset({"no"}),
    ),
    Question(
        "people", gettext_noop("The residents"), gettext_noop("Do the people of the register live here?"),
        gap=frozenset({"no"}),
    ),
    Question(
        "away", gettext_noop("The residents"), gettext_noop("Was anybody away from the city lately?"),
        gap=frozenset({"yes"}),
    ),
    Question(
        "measures", gettext_noop("Measures"), gettext_noop("Are the agreed measures for people with needs kept?"),
        (("yes", gettext_noop("Yes")), ("no", gettext_noop("No")), ("none", gettext_noop("None agreed"))),
        gap=frozenset({"no"}),
    ),
    Question(
        "holes", gettext_noop("Gaps of the building"), gettext_noop("Is something amiss in the building?"),
        gap=frozenset({"yes"}),
    ),
)  # fmt: skip
"""四查四清 (DOMAIN row 98). The headings are the words of the source, the questions are ours."""

FORMS: Mapping[str, tuple[Question, ...]] = {"four_checks": FOUR_CHECKS, "": ()}
FORM_LABELS = {"four_checks": gettext_noop("Four checks (四查四清)"), "": gettext_noop("Reached or not, nothing else")}


def wrong_answers(form: str, answers: Mapping[str, str]) -> list[str]:
    """Codes of questions that have no answer, or one that is none of their choices; and of answers to no question."""
    questions = {question.code: question for question in FORMS[form]}
    wrong = [code for code, q in questions.items() if answers.get(code) not in {choice for choice, _name in q.choices}]
    return wrong + sorted(set(answers) - set(questions))


def gaps(form: str, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Codes of the questions whose answers show a gap that somebody has to mend."""
    return tuple(question.code for question in FORMS[form] if answers.get(question.code) in question.gap)


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of another list: who is said to live where."""

    line: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where the other list and the register differ. `line` None: the register has somebody the list does not.

    kind: `address` (no such home here), `unknown` (nobody of that name in the neighbourhood), `elsewhere` (lives in
    another home: `home_id`), `absent` (in the register, not on the list, in a home the list speaks of).
    """

    kind: str
    line: int | None
    name: str
    address: str
    home_id: int | None = None


def compare(
    claims: Sequence[Claim], *, addresses: Mapping[int, str], residents: Sequence[tuple[int, str]]
) -> list[Mismatch]:
    """Every difference between a list and the register; addresses are compared without blanks."""
    home_at = {_plain(address): home for home, address in addresses.items()}
    living: dict[int, set[str]] = {}
    homes_of: dict[str, int] = {}
    for home, name in residents:
        living.setdefault(home, set()).add(name)
        homes_of.setdefault(name, home)
    found: list[Mismatch] = []
    named: dict[int, set[str]] = {}
    for claim in claims:
        told = home_at.get(_plain(claim.address))
        if told is None:
            found.append(Mismatch("address", claim.line, claim.name, claim.address))
            continue
        named.setdefault(told, set()).add(claim.name)
        if claim.name not in living.get(told, set()):
            other = homes_of.get(claim.name)
            kind = "unknown" if other is None else "elsewhere"
            found.append(Mismatch(kind, claim.line, claim.name, claim.address, other))
    for home, names in named.items():
        found += [
            Mismatch("absent", None, name, addresses[home], home) for name in sorted(living.get(home, set()) - names)
        ]
    return found


def _plain(address: str) -> str:
    return "".join(address.split()).lower()


_CANVASS_LABELS = {
    CanvassState.DRAFT: gettext_noop("Being drawn up"),
    CanvassState.OPEN: gettext_noop("Under way"),
    CanvassState.CLOSED: gettext_noop("Asking is over"),
}
_CHANNEL_LABELS = {
    Channel.MESSAGE: gettext_noop("Message"),
    Channel.INTERCOM: gettext_noop("Intercom"),
    Channel.PHONE: gettext_noop("Phone"),
    Channel.NOTICE: gettext_noop("Notice on the door"),
    Channel.DOOR: gettext_noop("At the door"),
}
_OUTCOME_LABELS = {
    Outcome.REACHED: gettext_noop("Reached"),
    Outcome.NOBODY: gettext_noop("Nobody answered"),
    Outcome.LATER: gettext_noop("Asked to come later"),
    Outcome.REFUSED: gettext_noop("Would not answer"),
    Outcome.LEFT: gettext_noop("Left a note"),
}
_TARGET_LABELS = {
    TargetState.WAITING: gettext_noop("Not tried yet"),
    TargetState.TRIED: gettext_noop("Tried"),
    TargetState.DONE: gettext_noop("Done"),
    TargetState.REFUSED: gettext_noop("Would not answer"),
    TargetState.DROPPED: gettext_noop("Left out"),
}
