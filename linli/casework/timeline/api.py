"""The door to the story of a matter and its clocks."""

from linli.casework.timeline.actions import announce, append, need_words, sweep
from linli.casework.timeline.events import SAID_BY_REPORTERS, TECHNICAL, Act, ClockKind, Visibility
from linli.casework.timeline.models import Clock, Entry, StepLimit
from linli.casework.timeline.queries import clocks_of, keyed, moment_of, moments_of, said_before, step_limit, story
from linli.casework.timeline.rules import LimitGiven, Moment, Reading, derive, next_of

__all__ = [
    "SAID_BY_REPORTERS",
    "TECHNICAL",
    "Act",
    "Clock",
    "ClockKind",
    "Entry",
    "LimitGiven",
    "Moment",
    "Reading",
    "StepLimit",
    "Visibility",
    "announce",
    "append",
    "clocks_of",
    "derive",
    "keyed",
    "moment_of",
    "moments_of",
    "need_words",
    "next_of",
    "said_before",
    "step_limit",
    "story",
    "sweep",
]
