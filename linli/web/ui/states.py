"""Icon, word and tone for a state: the field's words for workers, plain ones for residents.

Keys are the codes of casework: of a report (received … withdrawn), of a case (filed … voided), of an assignment with
the prefix `assignment:`, and a few marks that are no state of their own (arrived, rework, extension_asked).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

TONES = ("quiet", "accent", "attention", "danger", "good")


@dataclass(frozen=True)
class Badge:
    """How a state is shown. Tone repeats what icon and word already say."""

    icon: str
    tone: str
    word: Promise | str
    plain: Promise | str


BADGES: dict[str, Badge] = {
    "received": Badge(
        "report", "accent", pgettext_lazy("state", "To be filed"), pgettext_lazy("plain state", "Received")
    ),
    "routed": Badge(
        "route",
        "accent",
        pgettext_lazy("state", "With its legal owner"),
        pgettext_lazy("plain state", "Passed to the office in charge"),
    ),
    "refusal_asked": Badge(
        "reject",
        "attention",
        pgettext_lazy("state", "Refusal under review"),
        pgettext_lazy("plain state", "Being checked who is in charge"),
    ),
    "accepted": Badge("accept", "accent", pgettext_lazy("state", "Filed"), pgettext_lazy("plain state", "Accepted")),
    "merged": Badge(
        "merge", "quiet", pgettext_lazy("state", "Merged"), pgettext_lazy("plain state", "Handled with another report")
    ),
    "refused": Badge(
        "reject",
        "quiet",
        pgettext_lazy("state", "Not admitted"),
        pgettext_lazy("plain state", "Not taken, with a reason"),
    ),
    "withdrawn": Badge(
        "return", "quiet", pgettext_lazy("state", "Withdrawn"), pgettext_lazy("plain state", "Taken back by you")
    ),
    "filed": Badge(
        "accept",
        "accent",
        pgettext_lazy("state", "To be dispatched"),
        pgettext_lazy("plain state", "Accepted, being assigned"),
    ),
    "dispatched": Badge(
        "route",
        "accent",
        pgettext_lazy("state", "Dispatched"),
        pgettext_lazy("plain state", "Handed to the unit in charge"),
    ),
    "return_asked": Badge(
        "return",
        "attention",
        pgettext_lazy("state", "Return under review"),
        pgettext_lazy("plain state", "Being settled who handles it"),
    ),
    "handling": Badge(
        "tool",
        "accent",
        pgettext_lazy("state", "Being handled"),
        pgettext_lazy("plain state", "Somebody is working on it"),
    ),
    "suspended": Badge(
        "pause", "quiet", pgettext_lazy("state", "Suspended"), pgettext_lazy("plain state", "Waiting, with a reason")
    ),
    "fed_back": Badge(
        "reply", "accent", pgettext_lazy("state", "To be verified"), pgettext_lazy("plain state", "Done, being checked")
    ),
    "verified": Badge(
        "verify", "good", pgettext_lazy("state", "Verified"), pgettext_lazy("plain state", "Done: please rate it")
    ),
    "closed": Badge("done", "good", pgettext_lazy("state", "Closed"), pgettext_lazy("plain state", "Finished")),
    "voided": Badge("void", "quiet", pgettext_lazy("state", "Voided"), pgettext_lazy("plain state", "Cancelled")),
    "arrived": Badge(
        "arrive", "accent", pgettext_lazy("state", "On site"), pgettext_lazy("plain state", "Somebody is on site")
    ),
    "rework": Badge(
        "redo", "attention", pgettext_lazy("state", "Rework"), pgettext_lazy("plain state", "Being done again")
    ),
    "extension_asked": Badge(
        "extend",
        "attention",
        pgettext_lazy("state", "Extension asked"),
        pgettext_lazy("plain state", "Needs a little longer"),
    ),
    "assignment:offered": Badge(
        "inbox",
        "attention",
        pgettext_lazy("state", "To be taken"),
        pgettext_lazy("plain state", "Handed to the unit in charge"),
    ),
    "assignment:accepted": Badge(
        "accept", "accent", pgettext_lazy("state", "Taken"), pgettext_lazy("plain state", "Somebody is working on it")
    ),
    "assignment:return_asked": Badge(
        "return",
        "attention",
        pgettext_lazy("state", "Return under review"),
        pgettext_lazy("plain state", "Being settled who handles it"),
    ),
    "assignment:returned": Badge(
        "return",
        "quiet",
        pgettext_lazy("state", "Returned"),
        pgettext_lazy("plain state", "Being passed to another unit"),
    ),
    "assignment:ended": Badge("done", "quiet", pgettext_lazy("state", "Ended"), pgettext_lazy("plain state", "Ended")),
}


def badge(state: str) -> Badge:
    """Return how `state` is shown; a state this table does not know is shown by its own code, never hidden."""
    return BADGES.get(state) or Badge("dot", "quiet", state or _("Unknown"), state or _("Unknown"))
