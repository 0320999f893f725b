"""The repeatable source of choices: the same everywhere, fair, within its bounds."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.project.demo.dice import Dice

seeds = st.one_of(st.integers(), st.text(max_size=12))


def chi_square(counts: Counter[int], expected: dict[int, float]) -> float:
    """How far counts lie from what was expected."""
    assert set(counts) <= set(expected), "nothing but the sides of the die"
    return sum((counts[side] - wanted) ** 2 / wanted for side, wanted in expected.items())


def test_the_same_seed_gives_the_same_draws() -> None:
    first = [Dice(1, "a").fraction() for _ in range(2)]
    assert first[0] == first[1]
    assert Dice(1, "a").fraction() != Dice(1, "b").fraction()
    assert [Dice(9).between(1, 6)] == [Dice(9).between(1, 6)]


def test_draws_are_fixed_for_all_times_and_machines() -> None:
    dice = Dice(310115, "committee", "310115132001")
    assert [dice.between(1, 100) for _ in range(8)] == [68, 38, 44, 28, 83, 3, 86, 96]
    assert [round(Dice("known").fraction(), 6), round(Dice(1).fraction(), 6)] == [0.71301, 0.755288]


def test_another_interpreter_with_another_hash_seed_draws_the_same() -> None:
    program = (
        "from linli.project.demo.dice import Dice; d = Dice('town', 7); print([d.between(1, 1000) for _ in '12345'])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    dice = Dice("town", 7)
    assert said == {str([dice.between(1, 1000) for _ in range(5)])}


def test_parts_of_a_seed_do_not_run_together() -> None:
    draws = {Dice(*parts).fraction() for parts in ((1, 23), (12, 3), ("1", "2", "3"), (123,))}
    assert len(draws) == 4


def test_a_die_has_no_memory_of_other_dice() -> None:
    alone = Dice("quiet")
    wanted = [alone.fraction() for _ in range(5)]
    noisy, other = Dice("quiet"), Dice("loud")
    got = []
    for _ in range(5):
        other.fraction()
        got.append(noisy.fraction())
    assert got == wanted


def test_a_fair_die_passes_the_chi_square_test_and_a_loaded_one_does_not() -> None:
    dice = Dice("even")
    counts = Counter(dice.between(1, 6) for _ in range(6_000))
    fair = dict.fromkeys(range(1, 7), 1_000.0)
    assert chi_square(counts, fair) < 20.5, "the 99.9 % bound for five degrees of freedom"
    loaded = Dice("loaded")
    bent = Counter(loaded.weighted((1, 2, 3, 4, 5, 6), (1, 1, 1, 1, 1, 1.5)) for _ in range(6_000))
    assert chi_square(bent, fair) > 20.5


def test_fractions_fill_every_tenth_evenly() -> None:
    dice = Dice("tenths")
    counts = Counter(int(dice.fraction() * 10) for _ in range(10_000))
    assert chi_square(counts, dict.fromkeys(range(10), 1_000.0)) < 27.9


def test_neighbouring_draws_do_not_follow_each_other() -> None:
    dice = Dice("pairs")
    draws = [dice.fraction() for _ in range(4_000)]
    mean = sum(draws) / len(draws)
    spread = sum((x - mean) ** 2 for x in draws)
    lag = sum((a - mean) * (b - mean) for a, b in pairwise(draws))
    assert abs(lag / spread) < 0.06


def test_weights_are_kept() -> None:
    dice = Dice("weights")
    counts = Counter(dice.weighted(("a", "b", "never"), (3, 1, 0)) for _ in range(4_000))
    assert set(counts) == {"a", "b"}
    assert 2_800 < counts["a"] < 3_200


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.93, 1.0])
def test_a_chance_comes_true_in_its_share_of_draws(share: float) -> None:
    dice = Dice("chance", share)
    times = sum(dice.chance(share) for _ in range(4_000))
    assert abs(times - 4_000 * share) <= 4 * (4_000 * share * (1 - share)) ** 0.5


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(-1_000, 1_000), st.integers(0, 500))
def test_between_stays_between(seed: int | str, low: int, width: int) -> None:
    dice = Dice(seed)
    assert all(low <= dice.between(low, low + width) <= low + width for _ in range(20))


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_span_stays_within(seed: int | str, low: float, width: float) -> None:
    assert low <= Dice(seed).span(low, low + width) <= low + width + 1e-6


@settings(max_examples=60, deadline=None)
@given(seeds, st.lists(st.integers(), min_size=1, max_size=30))
def test_shuffled_keeps_everything_and_leaves_the_list_alone(seed: int | str, cards: list[int]) -> None:
    before = list(cards)
    assert sorted(Dice(seed).shuffled(cards)) == sorted(cards)
    assert cards == before
    assert Dice(seed).pick(cards) in cards


def test_every_order_of_three_cards_comes_up_equally_often() -> None:
    orders = Counter("".join(Dice("order", n).shuffled("abc")) for n in range(3_000))
    assert len(orders) == 6
    assert all(410 < count < 590 for count in orders.values())


def test_both_ends_are_reached() -> None:
    dice = Dice("ends")
    assert {dice.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert dice.between(7, 7) == 7


def test_nothing_can_be_picked_from_nothing() -> None:
    with pytest.raises(IndexError):
        Dice(1).pick(())
    assert Dice(1).shuffled(()) == []


def test_items_without_a_weight_are_not_forgotten_silently() -> None:
    with pytest.raises(ValueError, match="argument"):
        Dice(1).weighted((), (1.0,))
