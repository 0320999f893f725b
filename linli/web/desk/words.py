"""Codes of the floors below in words for people: roles, acts, clocks, reasons, purposes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from linli.accounts.api import Role
from linli.casework.cases.api import Result
from linli.casework.intake.api import Channel
from linli.casework.timeline.api import Act, ClockKind
from linli.casework.verification.api import Method, Satisfaction
from linli.catalogue.api import (
    CLASS_NAMES,
    LIST_NAMES,
    ItemClass,
    ItemSpec,
    ListKind,
    UnitKind,
    outside_topic,
    spec_for,
    term_shown,
)
from linli.kernel.errors import NotFound

Words = Mapping[str, Promise]

ROLES: Words = {
    Role.WORKER: _l("Committee worker"),
    Role.STATION_HEAD: _l("Station head"),
    Role.DISPATCHER: _l("Town dispatcher"),
    Role.DISTRICT: _l("District operation centre"),
    Role.RESPONDER: _l("Unit worker"),
    Role.BUILDING_HEAD: _l("Building head"),
    Role.AUDITOR: _l("Auditor"),
    Role.SYSTEM_ADMIN: _l("System administrator"),
    Role.SECURITY_ADMIN: _l("Security administrator"),
    Role.SYSTEM: _l("Linli"),
}
CHANNELS: Words = {
    Channel.RESIDENT: _l("Residents' report"),
    Channel.PATROL: _l("Patrol"),
    Channel.DESK: _l("At the desk"),
    Channel.HOTLINE: _l("Hotline 12345"),
    Channel.API: _l("Other system"),
    Channel.DEVICE: _l("Device"),
}
CLOCKS: Words = {
    ClockKind.TRIAGE: _l("Filing"),
    ClockKind.REFUSAL: _l("Review of the refusal"),
    ClockKind.DISPATCH: _l("Dispatch"),
    ClockKind.ACCEPT: _l("Taking on"),
    ClockKind.RULING: _l("Ruling on the return"),
    ClockKind.RESPOND: _l("First contact"),
    ClockKind.WHOLE: _l("Whole matter"),
    ClockKind.MILESTONE: _l("Milestone"),
    ClockKind.EXTENSION: _l("Decision on more time"),
    ClockKind.REVIEW: _l("Weekly look"),
    ClockKind.VERIFY: _l("Verification"),
    ClockKind.RATE: _l("Rating"),
}
RESULTS: Words = {
    Result.SOLVED: _l("Solved"),
    Result.EXPLAINED: _l("Explained"),
    Result.UNSOLVABLE: _l("Cannot be solved"),
}
METHODS: Words = {
    Method.ON_SITE: _l("Looked at it on site"),
    Method.CALL_BACK: _l("Called the reporter back"),
    Method.PHOTOS: _l("Compared the photos"),
}
SATISFACTIONS: Words = {
    Satisfaction.SATISFIED: _l("Satisfied"),
    Satisfaction.MOSTLY: _l("Mostly satisfied"),
    Satisfaction.FAIR: _l("Fair"),
    Satisfaction.DISSATISFIED: _l("Dissatisfied"),
}
RETURN_REASONS: Words = {
    "not_our_area": _l("Not our area"),
    "not_our_duty": _l("Not our duty"),
    "other_unit_by_law": _l("By law another unit's"),
    "needs_higher_level": _l("Needs a higher level"),
    "facts_wrong": _l("The facts are wrong"),
}
PURPOSES: Words = {
    "contact_reporter": _l("Call the reporter back"),
    "verify_on_site": _l("Verify on site"),
    "urgent_safety": _l("Urgent danger"),
    "correct_record": _l("Correct the record"),
    "contact_person": _l("Contact the person"),
    "home_visit": _l("Visit at home"),
    "give_care": _l("Care and services"),
    "check_identity": _l("Check who it is"),
    "handle_matter": _l("Handle a matter"),
    "protect_person": _l("Protect somebody"),
    "assist_inquiry": _l("Assist a lawful inquiry"),
}
LEVELS: Mapping[int, Promise] = {
    1: _l("Level 1 · station"),
    2: _l("Level 2 · town"),
    3: _l("Level 3 · district"),
}
ACTS: Words = {
    Act.RECEIVE: _l("Reported"),
    Act.ADD: _l("Added by the reporter"),
    Act.SUGGEST: _l("Items suggested"),
    Act.ROUTE: _l("Routed to its legal owner"),
    Act.SEND_BACK: _l("Sent back by the legal owner"),
    Act.REFUSE_ASK: _l("Refusal proposed"),
    Act.REFUSE: _l("Refused"),
    Act.REFUSE_DENY: _l("Refusal turned down"),
    Act.WITHDRAW: _l("Withdrawn by the reporter"),
    Act.MERGE: _l("Merged"),
    Act.OPEN: pgettext_lazy("step", "Filed"),
    Act.SELF_HANDLE: _l("Found and fixed at once"),
    Act.DISPATCH: pgettext_lazy("step", "Dispatched"),
    Act.ACCEPT: _l("Taken on"),
    Act.RETURN_ASK: _l("Return asked"),
    Act.RETURN_GRANT: _l("Return granted"),
    Act.RETURN_DENY: _l("Return denied"),
    Act.TRANSFER: _l("Transferred"),
    Act.ARRIVE: pgettext_lazy("step", "On site"),
    Act.STEP: _l("Work step"),
    Act.MILESTONE: _l("Milestone reached"),
    Act.EXTEND_ASK: _l("More time asked"),
    Act.EXTEND_GRANT: _l("More time granted"),
    Act.EXTEND_DENY: _l("More time denied"),
    Act.SUSPEND: pgettext_lazy("step", "Suspended"),
    Act.REMIND: _l("Weekly reminder"),
    Act.RESUME: _l("Resumed"),
    Act.FEED_BACK: pgettext_lazy("step", "Fed back"),
    Act.VERIFY: pgettext_lazy("step", "Verified"),
    Act.REWORK: _l("Sent back for rework"),
    Act.RATE: pgettext_lazy("step", "Rated"),
    Act.DISPUTE: _l("The reporter says: not solved"),
    Act.CLOSE: _l("Closed without a rating"),
    Act.REOPEN: _l("Reopened"),
    Act.VOID: pgettext_lazy("step", "Voided"),
    Act.COMMENT: _l("Remark"),
    Act.WARN: _l("80 % of the time is used"),
    Act.OVERDUE: _l("Out of time"),
    Act.ESCALATE: _l("Raised to the next level"),
}
UNIT_KINDS: Words = {"operation_centre": _l("operation centre")}
"""Kinds of unit that no list of the catalogue names as an owner."""
LIMIT_UNITS: Words = {
    "e": _l("hours, day and night"),
    "h": _l("working hours"),
    "d": _l("working days"),
    "n": _l("days"),
}


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


def named(zh: str, en: str) -> str:
    """The name in the reader's language; the Chinese one where there is no other."""
    return en if en and english() else zh


def listed(names: Iterable[str]) -> str:
    """Several names in one line, set apart as the language does it."""
    return (", " if english() else "、").join(names)


def say(table: Words, code: str) -> str:
    """The word for a code; a code nobody has put into words is shown as it is, never hidden."""
    return str(table[code]) if code in table else code


def item_name(spec: ItemSpec) -> str:
    """The item's name in the reader's language."""
    return named(spec.name, spec.name_en)


def item_title(code: str) -> str:
    """`C03 消防车道占用`; the code alone when the list does not know it."""
    if not code:
        return ""
    try:
        return f"{code} {item_name(spec_for(code))}"
    except NotFound:
        return code


def topic_name(code: str) -> str:
    """A topic outside the list."""
    if not code:
        return ""
    try:
        topic = outside_topic(code)
    except NotFound:
        return code
    return named(topic.name, topic.name_en)


def class_name(cls: str) -> str:
    """`更安全` …; empty when there is none."""
    return named(*CLASS_NAMES[ItemClass(cls)]) if cls else ""


def list_name(kind: str) -> str:
    """The station whose list it is."""
    return named(*LIST_NAMES[ListKind(kind)])


def kind_name(kind: str) -> str:
    """A kind of unit."""
    try:
        found = UnitKind(kind)
    except ValueError:
        return say(UNIT_KINDS, kind)
    return named(found.zh, found.en)


def amount_words(amount: Decimal, unit: str) -> str:
    """`2 hours`, `3 working days`; parts of an hour in minutes."""
    if unit == "e" and amount < 1:
        n = int(amount * 60)
        return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
    plural = 1 if amount == 1 else 2
    patterns = {
        "e": ngettext("%(n)s hour", "%(n)s hours", plural),
        "h": ngettext("%(n)s working hour", "%(n)s working hours", plural),
        "d": ngettext("%(n)s working day", "%(n)s working days", plural),
        "n": ngettext("%(n)s day", "%(n)s days", plural),
    }
    return patterns[unit] % {"n": f"{amount.normalize():f}"}


def why_words(why: Sequence[Sequence[str]], rule_note: str = "") -> list[str]:
    """The steps of an assignment's reason, each as a sentence. Steps: (kind, value) of `dispatch.Proposal.why`."""
    return [_why(step[0], step[1], rule_note) for step in why]


def _why(kind: str, value: str, rule_note: str) -> str:
    named_kinds = ", ".join(kind_name(part) for part in value.split(", "))
    sentences = {
        "rule": _("Rule %(id)s: %(note)s") % {"id": value, "note": rule_note}
        if rule_note
        else _("Rule %(id)s") % {"id": value},
        "unit": _("The rule names this unit: %(unit)s") % {"unit": value},
        "item_owner": _("The list makes this kind of unit answer for it: %(kind)s") % {"kind": named_kinds},
        "duty_place": _("It answers by duty for the place: %(place)s") % {"place": value},
        "duty_area": _("It is the unit of this kind for the area: %(area)s") % {"area": value},
        "no_unit": _("No unit of this kind is registered here: %(kinds)s") % {"kinds": named_kinds},
        "last_resort": _("So that nothing is left without an owner, the desk itself has it"),
        "legal_owner": _("Legal owner of the topic: %(topic)s") % {"topic": topic_name(value)},
        "chosen_by_hand": _("Chosen by %(name)s") % {"name": value},
        "instead_of": _("Instead of the proposed unit: %(unit)s") % {"unit": value},
    }
    return sentences.get(kind, f"{kind}: {value}")


def condition(word: str) -> str:
    """A condition of an item's limits in the reader's language."""
    return term_shown(word, english=english())
