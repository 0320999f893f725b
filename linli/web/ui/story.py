"""The story of a matter as a page tells it, and what a resident's view of the same story leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True)
class Who:
    """A person in a role: `name` (王建国), `role` (经理), `unit` (瑞和物业). Any may be empty."""

    name: str = ""
    role: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Photo:
    """A stored picture. `url` is the full one, `thumb` the small one (else `url`), `alt` what it shows, in words."""

    url: str
    alt: str
    thumb: str = ""
    at: datetime | None = None

    @property
    def small(self) -> str:
        return self.thumb or self.url


@dataclass(frozen=True)
class StoryEntry:
    """One step. `icon` is a name of linli.web.ui.icons, `title` the act, `words` what was said, `why` the rule behind.

    technical: folds away (a clock restarted, a message delivered). inner: staff only. pending: has not happened yet.
    before/after: evidence shown side by side. facts: (label, value) pairs. tone: "", good, attention or danger.
    """

    icon: str
    title: str
    at: datetime | None = None
    who: Who | None = None
    words: str = ""
    photos: Sequence[Photo] = ()
    technical: bool = False
    inner: bool = False
    why: str = ""
    facts: Sequence[tuple[str, str]] = ()
    before: Sequence[Photo] = ()
    after: Sequence[Photo] = ()
    pending: bool = False
    tone: str = ""
    key: str = ""


@dataclass(frozen=True)
class StoryGroup:
    """Neighbouring entries: one that stands alone, or a fold of technical ones."""

    entries: list[StoryEntry] = field(default_factory=list)
    technical: bool = False


def for_resident(entries: Iterable[StoryEntry]) -> list[StoryEntry]:
    """Return the story without inner and technical entries and without names; roles and units stay."""
    return [
        replace(entry, who=entry.who and replace(entry.who, name=""), why="")
        for entry in entries
        if not entry.inner and not entry.technical
    ]


def grouped(entries: Iterable[StoryEntry]) -> list[StoryGroup]:
    """Return the entries in order, with each run of technical ones in one fold."""
    groups: list[StoryGroup] = []
    for entry in entries:
        if entry.technical and groups and groups[-1].technical:
            groups[-1].entries.append(entry)
        else:
            groups.append(StoryGroup([entry], entry.technical))
    return groups
