from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class CompoundKind(StrEnum):
    """Kinds of compound (DOMAIN row 166): 商品房, 售后公房, 老旧小区, 动迁安置房, 高档, 别墅."""

    COMMODITY = "commodity"
    AFTER_SALE_PUBLIC = "after_sale_public"
    OLD = "old"
    RESETTLEMENT = "resettlement"
    UPSCALE = "upscale"
    VILLA = "villa"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _COMPOUND_LABELS[self]


class UseState(StrEnum):
    """What a home is used for (房屋使用状态)."""

    OWNED = "owned"
    LET = "let"
    SHARED = "shared"
    EMPTY = "empty"
    BUSINESS = "business"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _USE_LABELS[self]


class PlaceState(StrEnum):
    """The state of a facility or a venue."""

    WORKING = "working"
    FAULTY = "faulty"
    CLOSED = "closed"
    GONE = "gone"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _STATE_LABELS[self]


_COMPOUND_LABELS = {
    CompoundKind.COMMODITY: gettext_noop("Commodity housing"),
    CompoundKind.AFTER_SALE_PUBLIC: gettext_noop("Sold public housing"),
    CompoundKind.OLD: gettext_noop("Old compound"),
    CompoundKind.RESETTLEMENT: gettext_noop("Resettlement housing"),
    CompoundKind.UPSCALE: gettext_noop("Upscale compound"),
    CompoundKind.VILLA: gettext_noop("Villas"),
}
_USE_LABELS = {
    UseState.OWNED: gettext_noop("Lived in by the owner"),
    UseState.LET: gettext_noop("Let"),
    UseState.SHARED: gettext_noop("Let to several"),
    UseState.EMPTY: gettext_noop("Empty"),
    UseState.BUSINESS: gettext_noop("Used for business"),
    UseState.UNKNOWN: gettext_noop("Not known"),
}
_STATE_LABELS = {
    PlaceState.WORKING: gettext_noop("Working"),
    PlaceState.FAULTY: gettext_noop("Faulty"),
    PlaceState.CLOSED: gettext_noop("Closed"),
    PlaceState.GONE: gettext_noop("Gone"),
}


DEPTH = {"compound": 0, "village_group": 0, "building": 1, "entrance": 2, "home": 3}
"""How deep a place stands in its compound; facilities and venues may stand in any of them but a home."""


def may_stand_in(kind: str, parent_kind: str | None) -> bool:
    """Whether a place of `kind` may stand directly in one of `parent_kind` (None: directly below its area).

    A village house has no entrance of its own: homes stand in the house, or in the group.
    """
    if kind in {"facility", "venue"}:
        return parent_kind not in {"home", "facility", "venue"}
    if parent_kind is None:
        return DEPTH[kind] < DEPTH["entrance"]
    return parent_kind in DEPTH and DEPTH[parent_kind] < DEPTH[kind]


WATCHED = frozenset({"facility", "venue"})
"""Kinds that have a state and are inspected."""

EDITABLE = frozenset({
    "name", "address", "subkind", "floor", "slot", "span", "owner_unit_id", "inspect_days", "lat", "lng",
})  # fmt: skip
"""What a correction may change; kind, parent and area are what the place is."""


def overlaps(floor: int, slot: int, span: int, taken: Iterable[tuple[int, int, int]]) -> bool:
    """Whether a cell of `span` slots lies on one that is taken; cells are (floor, slot, span)."""
    return any(floor == other and slot < start + wide and start < slot + span for other, start, wide in taken)


def inspection_due(inspected_on: date | None, inspect_days: int | None) -> date | None:
    """The day by which it has to be looked at again; None when it is never inspected, `date.min` when it never was."""
    if inspect_days is None:
        return None
    return date.min if inspected_on is None else inspected_on + timedelta(days=inspect_days)


def inspection_over(inspected_on: date | None, inspect_days: int | None, today: date) -> bool:
    """Whether a place that has to be looked at every so many days was not; never looked at counts as over."""
    due = inspection_due(inspected_on, inspect_days)
    return due is not None and due < today
