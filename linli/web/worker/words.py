"""The field's words on the worker's screens: acts, clocks, roles, results, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.accounts.api import Role
from linli.casework.timeline.api import Act, Clock, ClockKind
from linli.catalogue.api import ItemSpec, Limit, LimitUnit, amount_shown, outside_topic, term_shown
from linli.kernel.errors import NotFound

CLOCKS: Mapping[str, Promise] = {
    ClockKind.TRIAGE: _("Decide"),
    ClockKind.REFUSAL: _("Review the refusal"),
    ClockKind.DISPATCH: _("Dispatch"),
    ClockKind.ACCEPT: _("Accept"),
    ClockKind.RULING: _("Ruling on the return"),
    ClockKind.RESPOND: _("Be on site"),
    ClockKind.WHOLE: _("Settle"),
    ClockKind.MILESTONE: _("Milestone"),
    ClockKind.EXTENSION: _("Ruling on the extension"),
    ClockKind.REVIEW: _("Look again"),
    ClockKind.VERIFY: _("Verification"),
    ClockKind.RATE: _("Rating"),
}
ROLES: Mapping[str, Promise] = {
    Role.WORKER: _("Committee worker"),
    Role.STATION_HEAD: _("Station head"),
    Role.DISPATCHER: _("Town dispatcher"),
    Role.DISTRICT: _("District operation centre"),
    Role.RESPONDER: _("Unit worker"),
    Role.BUILDING_HEAD: _("Building head"),
    Role.AUDITOR: _("Auditor"),
    Role.SYSTEM_ADMIN: _("System administrator"),
    Role.SECURITY_ADMIN: _("Security administrator"),
    Role.SYSTEM: _("Linli"),
}
RESULTS: Mapping[str, Promise] = {
    "solved": _("Solved"),
    "explained": _("Explained"),
    "unsolvable": _("Cannot be solved"),
}
REASONS: Mapping[str, Promise] = {
    "not_our_area": _("Not in our area"),
    "not_our_duty": _("Not our duty"),
    "other_unit_by_law": _("Another unit answers by law"),
    "needs_higher_level": _("Needs a higher level"),
    "facts_wrong": _("The facts are not as reported"),
}
UNITS: Mapping[str, Promise] = {
    "d": _("working days"),
    "h": _("working hours"),
    "n": _("days"),
    "e": _("hours"),
}
RATINGS: Mapping[str, Promise] = {
    "satisfied": _("satisfied"),
    "mostly": _("mostly satisfied"),
    "fair": _("so-so"),
    "dissatisfied": _("not satisfied"),
}
STEPS: Mapping[Act, tuple[str, str, Promise]] = {
    Act.RECEIVE: ("report", "", _("Reported")),
    Act.ADD: ("plus", "", _("The reporter adds")),
    Act.SUGGEST: ("info", "", _("Kinds suggested")),
    Act.ROUTE: ("route", "", _("Routed to %(unit)s")),
    Act.SEND_BACK: ("return", "attention", _("Sent back to the desk")),
    Act.REFUSE_ASK: ("reject", "attention", _("Refusal proposed")),
    Act.REFUSE: ("reject", "", _("Refused")),
    Act.REFUSE_DENY: ("redo", "", _("Refusal denied")),
    Act.WITHDRAW: ("return", "", _("Withdrawn by the reporter")),
    Act.MERGE: ("merge", "", _("Another report joined: %(number)s")),
    Act.OPEN: ("file-case", "good", _("Filed")),
    Act.SELF_HANDLE: ("done", "good", _("Found and settled on the spot")),
    Act.DISPATCH: ("route", "", _("Dispatched to %(unit)s")),
    Act.ACCEPT: ("accept", "good", _("Accepted")),
    Act.RETURN_ASK: ("return", "attention", _("Return asked: %(reason)s")),
    Act.RETURN_GRANT: ("return", "", _("Return granted")),
    Act.RETURN_DENY: ("return", "attention", _("Return denied: it stays here")),
    Act.TRANSFER: ("route", "attention", _("Transferred to %(unit)s")),
    Act.ARRIVE: ("arrive", "good", _("On site")),
    Act.STEP: ("tool", "", _("Step")),
    Act.MILESTONE: ("check", "good", _("Milestone reached: %(label)s")),
    Act.EXTEND_ASK: ("extend", "attention", _("Extension asked")),
    Act.EXTEND_GRANT: ("extend", "", _("Extension granted")),
    Act.EXTEND_DENY: ("extend", "attention", _("Extension denied")),
    Act.SUSPEND: ("pause", "attention", _("Suspended")),
    Act.REMIND: ("bell", "", _("Weekly reminder")),
    Act.RESUME: ("tool", "", _("Resumed")),
    Act.FEED_BACK: ("reply", "good", _("Fed back: %(result)s")),
    Act.VERIFY: ("verify", "good", _("Verified")),
    Act.REWORK: ("redo", "danger", _("Sent back for rework")),
    Act.RATE: ("star", "", _("Rated: %(satisfaction)s")),
    Act.DISPUTE: ("redo", "danger", _("The reporter says it is not solved")),
    Act.CLOSE: ("done", "", _("Closed without a rating")),
    Act.REOPEN: ("redo", "attention", _("Reopened")),
    Act.VOID: ("void", "", _("Voided")),
    Act.COMMENT: ("talk", "", _("Remark")),
    Act.WARN: ("near", "attention", _("80 % of the time is used")),
    Act.OVERDUE: ("over", "danger", _("Overdue")),
    Act.ESCALATE: ("arrow-up", "attention", _("Raised to the next level")),
}


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


def item_name(spec: ItemSpec) -> str:
    """The item as the list calls it, in the reader's language."""
    return spec.name_en if english() else spec.name


def topic_name(code: str) -> str:
    """A topic outside the list, as the law's table calls it; empty when it is in no table any more."""
    try:
        topic = outside_topic(code)
    except NotFound:
        return ""
    return topic.name_en if english() else topic.name


def term(word: str) -> str:
    """A word of the list, in the reader's language where the list has it."""
    return term_shown(word, english=english())


def amount(value: Decimal, unit: str) -> str:
    """`2 hours`, `3 working days`."""
    return amount_shown(Limit("", value, LimitUnit(unit)), english=english())


def clock_label(kind: str, label: str = "") -> str:
    """What a clock waits for, with the name of its milestone."""
    word = str(CLOCKS.get(kind, ""))
    return f"{word} · {term(label)}" if label else word


def clock_rule(clock: Clock) -> str:
    """Which limit a clock measures: its step and its length."""
    return f"{clock_label(clock.kind, clock.label)}: {amount(clock.amount, clock.unit)}"
