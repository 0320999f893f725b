"""The story as its reporter may read it: what happened and which unit did it; no names, no posts, no coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from linli.accounts.api import unit_names
from linli.casework.timeline.api import TECHNICAL, Act, Entry
from linli.catalogue.api import term_shown
from linli.web.ui.story import Photo, StoryEntry, Who

SAID: Mapping[Act, tuple[str, str, Promise]] = {
    Act.RECEIVE: ("report", "", gettext_lazy("You reported this")),
    Act.ADD: ("plus", "", gettext_lazy("You added something")),
    Act.ROUTE: ("route", "", gettext_lazy("Passed to %(unit)s, who answers by law")),
    Act.REFUSE: ("reject", "attention", gettext_lazy("Not taken on")),
    Act.WITHDRAW: ("return", "", gettext_lazy("You took it back")),
    Act.MERGE: ("merge", "", gettext_lazy("Goes on together with an earlier report of the same")),
    Act.OPEN: ("accept", "good", gettext_lazy("Taken up")),
    Act.SELF_HANDLE: ("done", "good", gettext_lazy("Put right on the spot")),
    Act.DISPATCH: ("route", "", gettext_lazy("Handed to %(unit)s")),
    Act.TRANSFER: ("route", "", gettext_lazy("Handed to %(unit)s instead")),
    Act.ACCEPT: ("tool", "good", gettext_lazy("%(unit)s has begun")),
    Act.ARRIVE: ("arrive", "good", gettext_lazy("Somebody came to look")),
    Act.STEP: ("tool", "", gettext_lazy("The work goes on")),
    Act.MILESTONE: ("check", "good", gettext_lazy("One step is done: %(label)s")),
    Act.EXTEND_GRANT: ("extend", "attention", gettext_lazy("More time was agreed")),
    Act.SUSPEND: ("pause", "attention", gettext_lazy("This has to wait")),
    Act.RESUME: ("tool", "", gettext_lazy("The work goes on again")),
    Act.FEED_BACK: ("reply", "good", gettext_lazy("The unit says what came of it: %(result)s")),
    Act.VERIFY: ("verify", "good", gettext_lazy("Checked by somebody else")),
    Act.REWORK: ("redo", "attention", gettext_lazy("Checked: not good enough, back to work")),
    Act.RATE: ("star", "", gettext_lazy("You rated it: %(satisfaction)s")),
    Act.DISPUTE: ("redo", "attention", gettext_lazy("You said it is not solved; back to work")),
    Act.CLOSE: ("done", "", gettext_lazy("Ended")),
    Act.REOPEN: ("redo", "attention", gettext_lazy("Taken up again")),
    Act.VOID: ("void", "", gettext_lazy("Set aside")),
    Act.COMMENT: ("talk", "", gettext_lazy("A word about it")),
}
OWN = frozenset({Act.RECEIVE, Act.ADD, Act.WITHDRAW, Act.RATE, Act.DISPUTE})

RESULTS: Mapping[str, Promise] = {
    "solved": gettext_lazy("solved"),
    "explained": gettext_lazy("explained"),
    "unsolvable": gettext_lazy("cannot be solved"),
}
RATINGS: Mapping[str, Promise] = {
    "satisfied": gettext_lazy("Satisfied"),
    "mostly": gettext_lazy("Mostly satisfied"),
    "fair": gettext_lazy("So-so"),
    "dissatisfied": gettext_lazy("Not satisfied"),
}


def tell(entries: Iterable[Entry], secret: str) -> list[StoryEntry]:
    """The public steps in order, in plain words. An act this table does not know is left out."""
    shown = [entry for entry in entries if Act(entry.act) in SAID and Act(entry.act) not in TECHNICAL]
    names = unit_names({unit for entry in shown for unit in (entry.unit_id, _unit_given(entry)) if unit is not None})
    found: list[UUID] = []
    steps = []
    for entry in shown:
        act = Act(entry.act)
        steps.append(_step(entry, act, names, secret, found))
        if act in (Act.RECEIVE, Act.ADD, Act.ARRIVE):
            found = list(entry.photos) or found
    return steps


def _step(entry: Entry, act: Act, names: Mapping[int, str], secret: str, found: Sequence[UUID]) -> StoryEntry:
    icon, tone, title = SAID[act]
    before, after, photos = _sides(entry, act, found)
    return StoryEntry(
        icon=icon,
        title=str(title) % _values(entry, names),
        at=entry.at,
        who=None if act in OWN or entry.unit_id is None else Who("", "", names.get(entry.unit_id, "")),
        words=entry.words,
        photos=_photos(photos, secret, _("Photo")),
        before=_photos(before, secret, ""),
        after=_photos(after, secret, ""),
        tone=tone,
        key=str(entry.id),
    )


def _sides(entry: Entry, act: Act, found: Sequence[UUID]) -> tuple[Sequence[UUID], Sequence[UUID], Sequence[UUID]]:
    """Before, after, and photos that are neither."""
    if act is Act.FEED_BACK and entry.photos:
        return found, entry.photos, ()
    if act is Act.SELF_HANDLE:
        split = int(entry.data.get("before", 0))
        return entry.photos[:split], entry.photos[split:], ()
    return (), (), entry.photos


def _values(entry: Entry, names: Mapping[int, str]) -> dict[str, str]:
    given = _unit_given(entry) or entry.unit_id
    english = (get_language() or "").startswith("en")
    return {
        "unit": names.get(given, "") if given is not None else "",
        "label": term_shown(str(entry.data.get("label", "")), english=english),
        "result": str(RESULTS.get(str(entry.data.get("result", "")), "")),
        "satisfaction": str(RATINGS.get(str(entry.data.get("satisfaction", "")), "")),
    }


def _unit_given(entry: Entry) -> int | None:
    unit = entry.data.get("unit")
    return unit if isinstance(unit, int) else None


def _photos(ids: Sequence[UUID], secret: str, alt: str) -> list[Photo]:
    return [
        Photo(
            url=reverse("resident:photo", args=[secret, one, "full"]),
            thumb=reverse("resident:photo", args=[secret, one, "thumb"]),
            alt=f"{alt} {n}".strip(),
        )
        for n, one in enumerate(ids, 1)
    ]
