from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Tenure(StrEnum):
    """By which right a household lives in its home."""

    OWN = "own"
    PUBLIC_RENT = "public_rent"
    RENT = "rent"
    LODGING = "lodging"
    BORROWED = "borrowed"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _TENURE_LABELS[self]


_TENURE_LABELS = {
    Tenure.OWN: gettext_noop("Own home"),
    Tenure.PUBLIC_RENT: gettext_noop("Rented from the public"),
    Tenure.RENT: gettext_noop("Rented"),
    Tenure.LODGING: gettext_noop("Employer's lodging"),
    Tenure.BORROWED: gettext_noop("Lent"),
    Tenure.OTHER: gettext_noop("Another right"),
}


class Relation(StrEnum):
    """What a member is to the head of the household (户主), after GB/T 4761."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    RELATIVE = "relative"
    TENANT = "tenant"
    CARER = "carer"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _RELATION_LABELS[self]


_RELATION_LABELS = {
    Relation.HEAD: gettext_noop("Head of household"),
    Relation.SPOUSE: gettext_noop("Spouse"),
    Relation.CHILD: gettext_noop("Child"),
    Relation.GRANDCHILD: gettext_noop("Grandchild"),
    Relation.PARENT: gettext_noop("Parent"),
    Relation.GRANDPARENT: gettext_noop("Grandparent"),
    Relation.SIBLING: gettext_noop("Brother or sister"),
    Relation.RELATIVE: gettext_noop("Other relative"),
    Relation.TENANT: gettext_noop("Fellow tenant"),
    Relation.CARER: gettext_noop("Carer"),
    Relation.OTHER: gettext_noop("Other"),
}


class CheckCause(StrEnum):
    """Why a home has to be looked at again (以房管人): a change of its people, or of the home."""

    PEOPLE = "people"
    HOME = "home"
    STALE = "stale"
    ASKED = "asked"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    CheckCause.PEOPLE: gettext_noop("Its people have changed"),
    CheckCause.HOME: gettext_noop("Its use has changed"),
    CheckCause.STALE: gettext_noop("Not looked at for long"),
    CheckCause.ASKED: gettext_noop("Somebody asked"),
}


class Found(StrEnum):
    """What somebody found who looked at a home."""

    SAME = "same"
    CHANGED = "changed"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _FOUND_LABELS[self]


_FOUND_LABELS = {
    Found.SAME: gettext_noop("All as noted"),
    Found.CHANGED: gettext_noop("Something had changed and is noted now"),
}


def may_be_head(relation: str, others: Iterable[str]) -> bool:
    """A household has at most one head; `others` are the relations of its other members."""
    return relation != Relation.HEAD or Relation.HEAD not in set(others)


def last_day(since: date | None, day: date) -> date:
    """The day a term ends that was to end on `day`: never before it began."""
    return day if since is None else max(since, day)


def looked_before(today: date, days: int) -> date:
    """A home that was last looked at before this day has to be looked at again."""
    return today - timedelta(days=days)
