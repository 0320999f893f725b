"""The story of a matter for the desk: entries of all its reports as steps, with photos and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from linli.accounts.api import unit_names
from linli.casework.cases.api import CaseState
from linli.casework.dispatch.api import Assignment, assignments
from linli.casework.intake.api import ReportState
from linli.casework.timeline.api import TECHNICAL, Act, Entry, Visibility, story
from linli.casework.works.api import orders_of
from linli.kernel import clock
from linli.web.desk import words
from linli.web.desk.matter import Matter
from linli.web.ui import times
from linli.web.ui.story import Photo, StoryEntry, Who

ICONS: Mapping[str, str] = {
    Act.RECEIVE: "report", Act.ADD: "plus", Act.SUGGEST: "bot", Act.ROUTE: "route", Act.SEND_BACK: "return",
    Act.REFUSE_ASK: "reject", Act.REFUSE: "reject", Act.REFUSE_DENY: "redo", Act.WITHDRAW: "return", Act.MERGE: "merge",
    Act.OPEN: "file-case", Act.SELF_HANDLE: "hand", Act.DISPATCH: "route", Act.ACCEPT: "accept",
    Act.RETURN_ASK: "return",
    Act.RETURN_GRANT: "return", Act.RETURN_DENY: "redo", Act.TRANSFER: "route", Act.ARRIVE: "arrive", Act.STEP: "tool",
    Act.MILESTONE: "flag", Act.EXTEND_ASK: "extend", Act.EXTEND_GRANT: "extend", Act.EXTEND_DENY: "extend",
    Act.SUSPEND: "pause", Act.REMIND: "bell", Act.RESUME: "redo", Act.FEED_BACK: "reply", Act.VERIFY: "verify",
    Act.REWORK: "redo", Act.RATE: "rate", Act.DISPUTE: "warn", Act.CLOSE: "done", Act.REOPEN: "redo", Act.VOID: "void",
    Act.COMMENT: "talk", Act.WARN: "near", Act.OVERDUE: "over", Act.ESCALATE: "arrow-up",
}  # fmt: skip
TONES: Mapping[str, str] = {
    Act.OPEN: "good", Act.ARRIVE: "good", Act.VERIFY: "good", Act.RATE: "good", Act.CLOSE: "good",
    Act.REFUSE: "attention", Act.RETURN_ASK: "attention", Act.SUSPEND: "attention", Act.REWORK: "attention",
    Act.EXTEND_ASK: "attention", Act.REFUSE_ASK: "attention", Act.DISPUTE: "danger", Act.OVERDUE: "danger",
    Act.REOPEN: "attention", Act.VOID: "attention",
}  # fmt: skip
NEXT: Mapping[str, tuple[str, str]] = {
    ReportState.RECEIVED: ("file-case", "to_file"),
    ReportState.ROUTED: ("route", "to_take"),
    ReportState.REFUSAL_ASKED: ("reject", "to_review"),
    CaseState.FILED: ("send", "to_dispatch"),
    CaseState.DISPATCHED: ("accept", "to_accept"),
    CaseState.RETURN_ASKED: ("return", "to_rule"),
    CaseState.HANDLING: ("reply", "to_feed_back"),
    CaseState.SUSPENDED: ("pause", "to_resume"),
    CaseState.FED_BACK: ("verify", "to_verify"),
    CaseState.VERIFIED: ("rate", "to_rate"),
}


def photo_url(photo_id: UUID | str, size: str = "full") -> str:
    """Where the desk shows a photo."""
    return reverse("desk:photo", args=[photo_id, size])


def photo(photo_id: UUID | str, alt: str) -> Photo:
    """A photo as the story shows it."""
    return Photo(url=photo_url(photo_id), thumb=photo_url(photo_id, "thumb"), alt=alt)


def steps(matter: Matter) -> list[StoryEntry]:
    """The whole story, oldest first, and the step that comes next."""
    entries = story(matter.ids)
    units = unit_names({entry.unit_id for entry in entries if entry.unit_id is not None})
    told = assignments(matter.actor, matter.id) if matter.case else []
    shown = _Shown(matter, units, _sent(told), _before(matter, entries))
    said = [shown.step(entry) for entry in entries if not _twin(entry, matter)]
    return [*said, *_next(matter)]


def _twin(entry: Entry, matter: Matter) -> bool:
    """The report's own “merged” and the case's are one event."""
    return entry.act == Act.MERGE and entry.matter_id == matter.id and matter.is_case


def _sent(told: Sequence[Assignment]) -> list[str]:
    return [
        " ".join(
            _("%(sentence)s.") % {"sentence": sentence}
            for sentence in words.why_words(one.why, one.rule.note if one.rule else "")
        )
        for one in told
    ]


def _before(matter: Matter, entries: Iterable[Entry]) -> list[UUID]:
    """What was found: the photos on arrival, else those of the reporter."""
    orders = orders_of(matter.actor, matter.id) if matter.case else []
    found = [photo_id for order in orders for photo_id in order.before]
    return found or [photo_id for entry in entries if entry.act == Act.RECEIVE for photo_id in entry.photos]


class _Shown:
    """Turns entries into steps; the reasons of the assignments are taken up in their order."""

    def __init__(self, matter: Matter, units: Mapping[int, str], sent: Sequence[str], before: Sequence[UUID]) -> None:
        self._matter = matter
        self._units = units
        self._sent = iter(sent)
        self._before = before
        self._numbers = {report.id: report.number for report in matter.reports}

    def step(self, entry: Entry) -> StoryEntry:
        act = Act(entry.act)
        title = _title(act, entry.data)
        pictures = [photo(one, title) for one in entry.photos]
        before, after, loose = self._evidence(act, entry.data, pictures)
        return StoryEntry(
            icon=ICONS[act],
            title=title,
            at=entry.at,
            who=self._who(entry),
            words=entry.words,
            photos=loose,
            before=before,
            after=after,
            technical=act in TECHNICAL,
            inner=entry.visibility == Visibility.STAFF and act not in TECHNICAL,
            why=next(self._sent, "") if act in (Act.DISPATCH, Act.TRANSFER) else "",
            facts=self._facts(act, entry),
            tone=TONES.get(act, ""),
            key=str(entry.id),
        )

    def _evidence(
        self, act: Act, data: Mapping[str, Any], pictures: list[Photo]
    ) -> tuple[list[Photo], list[Photo], list[Photo]]:
        if act is Act.SELF_HANDLE:
            cut = int(data.get("before", 0))
            return pictures[:cut], pictures[cut:], []
        if act is Act.FEED_BACK and pictures:
            return [photo(one, str(words.ACTS[Act.ARRIVE])) for one in self._before], pictures, []
        return [], [], pictures

    def _who(self, entry: Entry) -> Who | None:
        if entry.actor_role == "system":
            return Who("", str(words.ROLES["system"]))
        if entry.actor_id is None:
            return Who(self._reporter(entry), _("Reporter"))
        unit = self._units.get(entry.unit_id, "") if entry.unit_id else ""
        return Who(entry.actor_name, words.say(words.ROLES, entry.actor_role), unit)

    def _reporter(self, entry: Entry) -> str:
        said = entry.data.get("report_id") or str(entry.matter_id)
        return next((report.reporter_name for report in self._matter.reports if str(report.id) == said), "")

    def _facts(self, act: Act, entry: Entry) -> list[tuple[str, str]]:
        facts = _limits(entry.data) if act is not Act.REMIND else []
        if len(self._numbers) > 1 and act is Act.RECEIVE:
            facts.append((_("Number"), self._numbers.get(entry.matter_id, "")))
        if act is Act.RETURN_ASK:
            facts.append((_("Reason"), words.say(words.RETURN_REASONS, str(entry.data.get("reason", "")))))
        if act is Act.EXTEND_ASK and entry.data.get("amount"):
            asked = words.amount_words(Decimal(entry.data["amount"]), entry.data["unit"])
            facts.append((_("Asked for"), asked))
        if act is Act.SUGGEST:
            facts += [
                (str(one.get("code", "")), "、".join(one.get("reasons", ()))) for one in entry.data.get("found", ())
            ]
        return facts


def _title(act: Act, data: Mapping[str, Any]) -> str:
    """The act, and what it was about: the unit, the item, the result."""
    about = {
        Act.RECEIVE: words.say(words.CHANNELS, str(data.get("channel", ""))),
        Act.OPEN: words.item_title(str(data.get("item_code", ""))) or words.topic_name(str(data.get("topic", ""))),
        Act.ROUTE: str(data.get("unit_name", "")),
        Act.DISPATCH: words.named(str(data.get("unit_name", "")), str(data.get("unit_name_en", ""))),
        Act.TRANSFER: words.named(str(data.get("unit_name", "")), str(data.get("unit_name_en", ""))),
        Act.FEED_BACK: words.say(words.RESULTS, str(data.get("result", ""))),
        Act.MILESTONE: words.condition(str(data.get("label", ""))),
        Act.RATE: words.say(words.SATISFACTIONS, str(data.get("satisfaction", ""))),
        Act.MERGE: str(data.get("into", "") or data.get("merged", "")),
        Act.ESCALATE: str(words.LEVELS.get(int(data.get("level", 0)), "")),
    }.get(act, "")
    arrow = " → " if act in (Act.DISPATCH, Act.TRANSFER, Act.ROUTE, Act.MERGE) else " · "
    return f"{words.say(words.ACTS, act)}{arrow}{about}" if about else words.say(words.ACTS, act)


def _limits(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The clocks a step started, each as (what, how long)."""
    return [
        (
            words.condition(given["label"]) or words.say(words.CLOCKS, given["kind"]),
            words.amount_words(Decimal(given["amount"]), given["unit"]),
        )
        for given in data.get("limits", ())
    ]


def _next(matter: Matter) -> list[StoryEntry]:
    found = NEXT.get(matter.state)
    if found is None:
        return []
    icon, what = found
    sentences = {
        "to_file": _("Next: file it, merge it or route it"),
        "to_take": _("Next: the legal owner takes it on"),
        "to_review": _("Next: somebody else reviews the refusal"),
        "to_dispatch": _("Next: send it to a unit"),
        "to_accept": _("Next: the unit takes it on"),
        "to_rule": _("Next: the next level rules on the return"),
        "to_feed_back": _("Next: the unit says what came of it"),
        "to_resume": _("Next: it goes on when the reason is gone"),
        "to_verify": _("Next: somebody who did not do it looks at the result"),
        "to_rate": _("Next: the reporter rates it"),
    }
    unit = Who("", "", str(matter.unit)) if what in ("to_take", "to_accept", "to_feed_back") else None
    due = matter.thing.due_at
    said = _("by %(time)s") % {"time": times.promise(due, clock.now())} if due and not matter.waiting_for else ""
    return [StoryEntry(icon, sentences[what], who=unit, words=said, pending=True)]
