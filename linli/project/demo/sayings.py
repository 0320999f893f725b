"""Reads what residents say and workers answer from `data/sayings_*.txt` (invented sentences, one block per matter)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from linli.project.demo.book import text
from linli.project.demo.dice import Dice
from linli.project.demo.matters import PlaceRef

FILES: Final = {"C": "sayings_community.txt", "S": "sayings_area.txt", "V": "sayings_village.txt"}
OUTSIDE_FILE: Final = "sayings_outside.txt"
_LINE: Final = re.compile(r"(?P<who>[RPD])(?:\[(?P<only>\w+)\])? (?P<text>.+)")
HOURS: Final = ("早上七点", "上午九点", "中午", "下午三点", "傍晚六点", "晚上十点")
CHINESE: Final = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence; `only` names the kind of place (or of facility) it speaks of, "" for any."""

    text: str
    only: str

    def suits(self, place: PlaceRef) -> bool:
        """Whether the sentence can be said of the place."""
        return self.only in ("", place.kind, place.detail)


@dataclass(frozen=True, slots=True)
class Sayings:
    """The words for one item or outside topic.

    weight: how often it comes up, relative. limit: whole-item limit as `e2`, `h4`, `d3`, `n30` ("" outside the list).
    places: kinds of place it happens at (`facility:gate`, `entrance`, `home`, `lift` …). scene: picture key or "".
    """

    code: str
    weight: int
    limit: str
    places: tuple[str, ...]
    scene: str
    reports: tuple[Saying, ...]
    patrol: tuple[Saying, ...]
    done: tuple[str, ...]

    def patrolled(self, place: PlaceRef) -> tuple[str, ...]:
        """What a patrol can say of the place; empty when patrols do not find this, or not there."""
        return tuple(saying.text for saying in self.patrol if saying.suits(place))

    def told(self, place: PlaceRef) -> tuple[str, ...]:
        """What residents can say of the place."""
        return tuple(saying.text for saying in self.reports if saying.suits(place))


@cache
def item_sayings() -> dict[str, Sayings]:
    """The 61 items of the three lists, by code."""
    blocks = (block for name in FILES.values() for block in _blocks(name))
    return {block.code: block for block in blocks}


@cache
def outside_sayings() -> dict[str, Sayings]:
    """The outside topics that come up, by code of the catalogue's `outside.json`."""
    return {block.code: block for block in _blocks(OUTSIDE_FILE)}


def filled(template: str, at: str, dice: Dice) -> str:
    """The sentence with its slots filled; `at` names the place as people say it."""
    return template.format(
        at=at,
        n=dice.between(2, 9),
        days=CHINESE[dice.between(3, 9)],
        floor=CHINESE[dice.between(2, 6)],
        hour=dice.pick(HOURS),
    )


def _blocks(name: str) -> Iterator[Sayings]:
    for chunk in f"\n{text(name)}".split("\n@ ")[1:]:
        head, *lines = chunk.strip().splitlines()
        words: dict[str, list[Saying]] = {"R": [], "P": [], "D": []}
        for line in lines:
            found = _LINE.fullmatch(line)
            if found:
                words[found["who"]].append(Saying(found["text"], found["only"] or ""))
        yield _sayings(head.split(), words)


def _sayings(head: list[str], words: dict[str, list[Saying]]) -> Sayings:
    code, weight, limit, places, scene = [*head, "", "", ""][:5]
    return Sayings(
        code=code,
        weight=int(weight),
        limit=limit,
        places=tuple(places.split(",")) if places else (),
        scene=scene,
        reports=tuple(words["R"]),
        patrol=tuple(words["P"]),
        done=tuple(saying.text for saying in words["D"]),
    )
