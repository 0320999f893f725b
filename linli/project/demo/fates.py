"""What may become of a matter, from `data/fates.toml`: how often, when, of which kinds, by which story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import msgspec

from linli.project.demo.book import book
from linli.project.demo.matters import Fate
from linli.project.demo.sayings import Sayings

LONGEST_SHORT_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the file; its head explains the fields."""

    of_900: int
    story: tuple[str, ...]
    clock: str = "any"
    hours: tuple[float, float] = (0.0, 0.0)
    share: tuple[float, float] = (0.25, 0.93)
    used: tuple[float, float] | None = None
    items: frozenset[str] = frozenset()
    limits: str = ""
    channel: str = ""
    reporter: bool = False
    outside: bool = False

    @property
    def quick(self) -> bool:
        """Taken up at once even at night, so that the wished state holds now."""
        return self.clock in ("recent", "result", "limit")

    def allows(self, entry: Sayings) -> bool:
        """Whether a matter of this kind can go this way."""
        if self.items and entry.code not in self.items:
            return False
        unit, amount = entry.limit[0], entry.limit[1:]
        if self.limits == "days" and unit != "d":
            return False
        return not self.limits or unit in "eh" or int(amount) <= LONGEST_SHORT_DAYS


@cache
def rules() -> Mapping[Fate, Rule]:
    """Every fate, in the order of the file."""
    return msgspec.convert(book("fates"), dict[Fate, Rule])


def scaled(fate: Fate, count: int) -> int:
    """How many of `count` matters take this way; no way is left out."""
    whole = sum(rule.of_900 for rule in rules().values())
    return max(1, round(rules()[fate].of_900 * count / whole))
