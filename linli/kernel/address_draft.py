"""An address while it is read: the parts found so far and every doubt that came up."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final

SURE: Final = 0.8
"""Below this a person should look: a part was guessed, or something was left over."""

_LOW, _MILD = 0.5, 0.93
DOUBTS: Final[dict[str, float]] = {
    "empty": 0.0,  # no part was found
    "left_over": _LOW,  # words that no part took
    "cut": _LOW,  # the text was longer than is read
    "twice": _LOW,  # a part named twice, differently
    "order": _LOW,  # a larger part behind a smaller one
    "unmarked": _LOW,  # numbers without 弄, 号, 室 that can be read otherwise
    "by_place": _MILD,  # numbers without marks whose place says what they are
    "misheard": 0.6,  # read after mending a slip of dictation or of the eye
    "name_guessed": _LOW,  # a name without a known ending, taken for a compound
    "name_split": _LOW,  # two names in one run, parted at a guess
    "odd_name": _LOW,  # a name with a mark, a letter or a length that names do not have
    "town_guessed": _LOW,  # a town without 镇 or 街道, or a name that begins like one
    "unknown_town": _LOW,  # not a town of Pudong
    "old_name": _LOW,  # a district that was merged
    "homestead_guessed": _LOW,  # a local place name without 宅
    "village_or_compound": _LOW,  # rooms in what is called a village
    "number_or_building": _LOW,  # 6号楼 right behind a road
    "floor_or_building": _LOW,  # 5楼 right behind a compound
    "floor_or_unit": _LOW,  # 5-501 behind a door
    "whose_number": _LOW,  # a number of the road or a door of the compound
    "no_place": _LOW,  # a door, but no road, compound or village
    "no_number": _LOW,  # a room, but no door
    "several": 0.85,  # more than one door
    "note": _MILD,  # a remark in brackets was set aside
    "repeated": _MILD,  # said twice alike
    "no_door": _MILD,  # a road, compound or village only
}  # fmt: skip
"""What each doubt leaves of the confidence."""

_RANKS: Final = {"lane": 1, "sublane": 2, "number": 3, "building": 3, "unit": 4, "floor": 5, "room": 6}
_DOORS: Final = ("number", "building", "unit", "floor", "room")
_PLACES: Final = ("road", "compound", "village", "homestead")


_NAMES: Final = ("road", "village", "homestead", "committee", "town")
_ODD: Final = re.compile(
    r"[A-Z]|(?<![一二三四五六七八九十壹贰叁])号|[室幢栋]|单元|支弄|居委(?!会$)|新区.|上海市|^[弄座层之至附街路村]|^.{10}"
)
_ODD_COMPOUND: Final = re.compile(
    r"[A-Z](?![A-Z]*(?:[区座苑园块]|街坊|$))|(?<![一二三四五六七八九十壹贰叁])号|[室幢栋]|单元|支弄|居委|新区|上海市"
    r"|^[弄座层之至附街路村号]|^.{13}"
)


@dataclass(slots=True)
class Draft:
    """Parts by name; `last` is the part found last, which decides what a bare number means."""

    parts: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, None] = field(default_factory=dict)
    last: str = ""
    rank: int = 0

    def put(self, part: str, value: str) -> None:
        """Note a part; said again differently, the first stands and the second is a doubt."""
        rank = _RANKS.get(part, self.rank)
        if part in self.parts:
            self.doubt("repeated" if self.parts[part] == value else "twice")
        else:
            self.parts[part] = value
        behind_doors = part in {"road", "village"} or (part == "compound" and not self.has("road", "village"))
        if rank < self.rank or (behind_doors and self.rank >= _RANKS["number"]):
            self.doubt("order")
        self.rank = max(rank, self.rank)
        self.last = part

    def doubt(self, code: str) -> None:
        """Note a doubt once."""
        self.doubts[code] = None

    def has(self, *parts: str) -> bool:
        """Whether one of the parts was found."""
        return any(part in self.parts for part in parts)

    def close(self) -> None:
        """Note what is missing, once everything was read."""
        if not self.parts:
            self.doubts.clear()
            self.doubt("empty")
            return
        for doubt, holds in (
            ("no_place", not self.has(*_PLACES) and self.has("lane", *_DOORS)),
            ("no_number", self.has("lane") and self.has("room") and not self.has("number", "building")),
            ("village_or_compound", self._town_in_village()),
            ("odd_name", any(_ODD.search(self.parts.get(part, "")) for part in _NAMES)),
            ("odd_name", _ODD_COMPOUND.search(self.parts.get("compound", "")) is not None),
            ("no_door", not self.has("lane", "group", "homestead", *_DOORS)),
        ):
            if holds:
                self.doubt(doubt)

    def _town_in_village(self) -> bool:
        """Whether parts of a village and of a town stand together: rooms in a hamlet, a group of a compound."""
        if self.has("village"):
            return self.has("room") and not self.has("road", "compound", "group", "homestead")
        return self.has("group", "homestead") and self.has("road", "compound", "room")

    @property
    def confidence(self) -> float:
        """From 0 (nothing found) to 1 (nothing doubtful)."""
        return round(math.prod(DOUBTS[code] for code in self.doubts), 3)
