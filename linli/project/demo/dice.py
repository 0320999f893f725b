"""A repeatable source of choices: the same seed gives the same town on every machine and every Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws numbers from a keyed hash counted upwards.

    The standard generator promises the same sequence only for `random()`, not for `choice` or `shuffle` of later
    versions, and a demonstration that changes with the interpreter cannot be tested.
    """

    def __init__(self, *seed: object) -> None:
        self._key = blake2b("|".join(map(str, seed)).encode(), digest_size=32).digest()
        self._count = 0

    def fraction(self) -> float:
        """Return a number from 0 inclusive to 1 exclusive."""
        self._count += 1
        drawn = blake2b(self._count.to_bytes(8, "big"), key=self._key, digest_size=8).digest()
        return (int.from_bytes(drawn, "big") >> 11) / (1 << 53)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def span(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        return low + self.fraction() * (high - low)

    def chance(self, share: float) -> bool:
        """Return True in this share of all draws."""
        return self.fraction() < share

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items. Raises IndexError when there are none."""
        return items[int(self.fraction() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the items, each in proportion to its weight."""
        left = self.fraction() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return all items in a drawn order."""
        mixed = list(items)
        for i in range(len(mixed) - 1, 0, -1):
            k = int(self.fraction() * (i + 1))
            mixed[i], mixed[k] = mixed[k], mixed[i]
        return mixed
