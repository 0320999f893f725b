"""Which rule of dispatch wins, and for which legal reasons a matter may be returned. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

RETURN_REASONS = ("not_our_area", "not_our_duty", "other_unit_by_law", "needs_higher_level", "facts_wrong")
"""The reasons a unit may give for returning a matter (退单); the next level rules on it."""


class AssignmentState(StrEnum):
    """Where an assignment stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURN_ASKED = "return_asked"
    RETURNED = "returned"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a rule of dispatch may look at. `at` is the time of day in Shanghai."""

    item_code: str
    cls: str
    list_kind: str
    area_path: str
    place_kind: str
    at: time


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule as data: an empty field matches anything. Target: a unit, or the unit of a kind that answers there."""

    id: int
    item_code: str = ""
    cls: str = ""
    list_kind: str = ""
    area_path: str = ""
    place_kind: str = ""
    from_time: time | None = None
    to_time: time | None = None
    unit_id: int | None = None
    unit_kind: str = ""

    def matches(self, now: Situation) -> bool:
        """Whether every field that is set agrees."""
        return (
            self.item_code in ("", now.item_code)
            and self.cls in ("", now.cls)
            and self.list_kind in ("", now.list_kind)
            and self.place_kind in ("", now.place_kind)
            and (
                not self.area_path or now.area_path == self.area_path or now.area_path.startswith(self.area_path + ".")
            )
            and self._in_hours(now.at)
        )

    def _in_hours(self, at: time) -> bool:
        if self.from_time is None or self.to_time is None:
            return True
        if self.from_time <= self.to_time:
            return self.from_time <= at < self.to_time
        return at >= self.from_time or at < self.to_time

    @property
    def weight(self) -> tuple[int, int, int, int, int, int]:
        """How specific: the item first, then the depth of the area, the place kind, the hours, the class, the list."""
        depth = self.area_path.count(".") + 1 if self.area_path else 0
        return (
            bool(self.item_code),
            depth,
            bool(self.place_kind),
            self.from_time is not None,
            bool(self.cls),
            bool(self.list_kind),
        )


def choose(rules: Sequence[RuleSpec], now: Situation) -> RuleSpec | None:
    """The most specific rule that matches; of two equally specific ones the newer. None when none matches."""
    matching = [rule for rule in rules if rule.matches(now)]
    return max(matching, key=lambda rule: (rule.weight, rule.id), default=None)
