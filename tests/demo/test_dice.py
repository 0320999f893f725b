"""The repeatable source of choices."""

from __future__ import annotations

from collections import Counter

import pytest

from linli.project.demo.dice import Dice


def test_the_same_seed_gives_the_same_draws() -> None:
    first = [Dice(1, "a").fraction() for _ in range(2)]
    assert first[0] == first[1]
    assert Dice(1, "a").fraction() != Dice(1, "b").fraction()
    assert [Dice(9).between(1, 6)] == [Dice(9).between(1, 6)]


def test_draws_are_even_and_within_bounds() -> None:
    dice = Dice("even")
    counts = Counter(dice.between(1, 6) for _ in range(6_000))
    assert set(counts) == {1, 2, 3, 4, 5, 6}
    assert all(880 < count < 1_120 for count in counts.values())
    assert all(0 <= dice.fraction() < 1 for _ in range(1_000))
    assert all(2.5 <= dice.span(2.5, 3.5) <= 3.5 for _ in range(100))


def test_weights_are_kept() -> None:
    dice = Dice("weights")
    counts = Counter(dice.weighted(("a", "b", "never"), (3, 1, 0)) for _ in range(4_000))
    assert set(counts) == {"a", "b"}
    assert 2_800 < counts["a"] < 3_200


def test_shuffled_keeps_everything() -> None:
    cards = list(range(50))
    mixed = Dice("cards").shuffled(cards)
    assert mixed != cards
    assert sorted(mixed) == cards


def test_nothing_can_be_picked_from_nothing() -> None:
    with pytest.raises(IndexError):
        Dice(1).pick(())
