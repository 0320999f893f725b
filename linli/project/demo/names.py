"""Invents people: names that repeat as in life, user names and telephone numbers that never do."""

from __future__ import annotations

from linli.kernel.identifiers import synthetic_phone
from linli.project.demo.book import Pair, pairs
from linli.project.demo.dice import Dice


class People:
    """Invents people one after another. start: index of the first number for `synthetic_phone`."""

    def __init__(self, dice: Dice, *, start: int) -> None:
        self._dice = dice
        self._next = start
        self._taken: dict[str, int] = {}

    def name(self) -> Pair:
        """Return a name of two or three characters and its pinyin in lower case."""
        surname, sound = self._dice.pick(pairs("surnames"))
        if self._dice.chance(0.3):
            given, given_sound = self._dice.pick(pairs("given_single"))
            return surname + given, sound + given_sound
        first, first_sound = self._dice.pick(pairs("given_first"))
        last, last_sound = self._dice.pick(pairs("given_last"))
        return surname + first + last, sound + first_sound + last_sound

    def username(self, sound: str) -> str:
        """Return `sound`, with a number behind it when it is taken."""
        self._taken[sound] = nth = self._taken.get(sound, 0) + 1
        return sound if nth == 1 else f"{sound}{nth}"

    def phone(self) -> str:
        """Return the next number that is allotted to nobody."""
        self._next += 1
        return synthetic_phone(self._next - 1)
