"""The whole story of a matter as the people who work on it read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from linli.accounts.api import unit_names
from linli.casework.timeline.api import TECHNICAL, Act, Entry, Visibility
from linli.web.ui.story import Photo, StoryEntry, Who
from linli.web.worker.words import RATINGS, REASONS, RESULTS, ROLES, STEPS, term


def tell(entries: Iterable[Entry]) -> list[StoryEntry]:
    """Every step in order; technical ones are marked so that they fold away."""
    rows = list(entries)
    names = unit_names({unit for entry in rows for unit in (entry.unit_id, _unit_given(entry)) if unit is not None})
    found: list[UUID] = []
    steps = []
    for entry in rows:
        act = Act(entry.act)
        steps.append(_step(entry, act, names, found))
        if act in (Act.RECEIVE, Act.ADD, Act.ARRIVE):
            found = list(entry.photos) or found
    return steps


def _step(entry: Entry, act: Act, names: Mapping[int, str], found: Sequence[UUID]) -> StoryEntry:
    icon, tone, title = STEPS[act]
    before, after, photos = _sides(entry, act, found)
    return StoryEntry(
        icon=icon,
        title=str(title) % _values(entry, names),
        at=entry.at,
        who=_who(entry, names),
        words=entry.words,
        photos=photo_list(photos),
        before=photo_list(before),
        after=photo_list(after),
        technical=act in TECHNICAL,
        inner=entry.visibility != Visibility.PUBLIC and act not in TECHNICAL,
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


def _who(entry: Entry, names: Mapping[int, str]) -> Who:
    if entry.actor_id is None:
        return Who(role=_("Reporter"))
    unit = names.get(entry.unit_id, "") if entry.unit_id is not None else ""
    return Who(entry.actor_name, str(ROLES.get(entry.actor_role, "")), unit)


def _values(entry: Entry, names: Mapping[int, str]) -> dict[str, str]:
    given = _unit_given(entry)
    data = entry.data
    return {
        "unit": names.get(given, "") if given is not None else str(data.get("unit_name", "")),
        "label": term(str(data.get("label", ""))),
        "result": str(RESULTS.get(str(data.get("result", "")), "")),
        "reason": str(REASONS.get(str(data.get("reason", "")), "")),
        "satisfaction": str(RATINGS.get(str(data.get("satisfaction", "")), "")),
        "number": str(data.get("merged", data.get("into", ""))),
    }


def _unit_given(entry: Entry) -> int | None:
    unit = entry.data.get("unit")
    return unit if isinstance(unit, int) else None


def photo_list(ids: Sequence[UUID]) -> list[Photo]:
    """Photos with their addresses for people who are signed in."""
    return [
        Photo(
            url=reverse("worker:photo", args=[one, "full"]),
            thumb=reverse("worker:photo", args=[one, "thumb"]),
            alt=_("Photo %(n)d") % {"n": n},
        )
        for n, one in enumerate(ids, 1)
    ]
