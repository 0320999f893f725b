"""Somebody who adds and subtracts cannot work out a hidden count, over the tree, the totals and two months.

Ordinary runs attack 200 random tables, `LINLI_SOAK=1` 2,000. Every attack is made with more than was published: the
shown counts before they were rounded, and by how much each count has changed. What he cannot find from that, he cannot
find from less.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pytest
from figures import note_figures
from kernel.disclosure_attack import MOST, Attack, Cell, Geography, Knowledge, Range, learn, rounded
from kernel.disclosure_tables import by_another_dimension, ordinary_district, random_table, recounted, true_counts

from linli.kernel.disclosure import TOTAL, Published, Reason, Table, publish

SOAK = os.environ.get("LINLI_SOAK") == "1"
TABLES = 2_000 if SOAK else 200
SEED = int(os.environ.get("LINLI_SEED", "20261124"))


def kept(truth: Mapping[Cell, int], min_cell: int = 10) -> Callable[[Cell, Range], bool]:
    """The promise: ten possible values, and for a small count all of 0 … 9."""

    def safe(cell: Cell, bounds: Range) -> bool:
        low, high = bounds
        return high - low >= min_cell - 1 and (truth[cell] >= min_cell or low == 0)

    return safe


def unrounded(published: Published, truth: Mapping[Cell, int]) -> dict[Cell, Range]:
    return {cell: (truth[cell], truth[cell]) for cell in published.figures}


def as_read(published: Published) -> dict[Cell, Range]:
    rules = {"base": published.base, "min_cell": published.min_cell}
    return {cell: rounded(figure, **rules) for cell, figure in published.figures.items()}


def attacked(
    table: Table, shown: Mapping[Cell, Range], hidden: Iterable[Cell], min_cell: int = 10
) -> tuple[Attack, list[Cell]]:
    """One publication: the attack, and which hidden counts it recovers."""
    geography, knowledge = Geography(table.parents, table.categories), Knowledge()
    learn(knowledge, geography, shown)
    attack = Attack(knowledge, {cell: geography.parts(cell) for cell in hidden}, seed=SEED)
    return attack, attack.run(kept(true_counts(table), min_cell))


def attacked_over_time(before: Table, first: Published, after: Table, second: Published) -> list[Cell]:
    """Two publications of the same counts, by somebody who knows the difference of every count."""
    geography, knowledge = Geography(before.parents, before.categories), Knowledge()
    learn(knowledge, geography, unrounded(first, true_counts(before)))
    change = {cell: after.counts[cell] - count for cell, count in before.counts.items()}
    learn(knowledge, geography, unrounded(second, true_counts(after)), change)
    both = [cell for cell in first.hidden if cell in second.hidden]
    attack = Attack(knowledge, {cell: geography.parts(cell) for cell in both}, seed=SEED)
    return attack.run(kept(true_counts(before)))


@pytest.mark.slow
def test_no_hidden_count_is_recovered_from_random_tables() -> None:
    rng = random.Random(SEED)
    seen: Counter[str] = Counter()
    for _ in range(TABLES):
        before = random_table(rng)
        first = publish(before)
        after = recounted(rng, before, first.hidden)
        second = publish(after, earlier=first)
        truth = true_counts(after)
        assert all(low <= truth[cell] <= high for cell, (low, high) in as_read(second).items())
        recovered = attacked(after, unrounded(second, truth), second.hidden)[1]
        recovered += attacked_over_time(before, first, after, second)
        assert recovered == [], (before, after)
        seen.update(second.hidden.values())
        seen.update(shown=len(second.figures), attacked_twice=len(first.hidden))
    assert min(seen.values()) > TABLES
    note_figures("published figures", tables=TABLES, recovered=0, seed=SEED, **seen)


def test_no_hidden_count_is_recovered_from_two_tables_with_the_same_totals() -> None:
    rng = random.Random(SEED + 1)
    tables = hidden = 0
    while tables < TABLES // 10:
        one = random_table(rng, categories=3)
        other = by_another_dimension(rng, one)
        knowledge, targets, truths = Knowledge(), {}, {}
        kinds = {"one": one, "other": other}
        places = {label: Geography(table.parents, table.categories, label) for label, table in kinds.items()}
        for label, table in kinds.items():
            published, truth = publish(table), true_counts(table)
            learn(knowledge, places[label], unrounded(published, truth))
            targets |= {(label, *cell): places[label].parts(cell) for cell in published.hidden}
            truths |= {(label, *cell): count for cell, count in truth.items()}
        for leaf in {leaf for leaf, _ in one.counts}:
            sides = [place.parts((leaf, TOTAL)) for place in places.values()]
            knowledge.say(sides[0], (0, 0), minus=sides[1])
        attack = Attack(knowledge, targets, seed=SEED)
        assert attack.run(kept(truths)) == [], (one, other)
        # Three sets of sums no longer make every value between two possible ones possible: a few are tried one by one.
        small = [cell for cell in targets if truths[cell] < 10]
        for cell in rng.sample(small, min(2, len(small))):
            assert all(attack.possible(cell, value) for value in range(10)), (one, other, cell)
        tables, hidden = tables + 1, hidden + len(targets)
    assert hidden > TABLES
    note_figures("published figures, two dimensions", tables=tables, recovered=0, seed=SEED, hidden=hidden)


@pytest.mark.parametrize(("min_cell", "base"), [(2, 1), (5, 3), (10, 10), (30, 5)])
def test_other_rules_keep_the_promise_too(min_cell: int, base: int) -> None:
    rng = random.Random(SEED + min_cell)
    hidden = 0
    for _ in range(10):
        table = random_table(rng)
        published, truth = publish(table, min_cell=min_cell, base=base), true_counts(table)
        assert attacked(table, unrounded(published, truth), published.hidden, min_cell)[1] == [], table
        hidden += len(published.hidden)
    assert hidden > 0


# Controls: what the attacker must find


def naive(table: Table) -> dict[Cell, int]:
    """Hide what is small and nothing else."""
    return {cell: count for cell, count in true_counts(table).items() if count >= 10}


def recovered_from(shown_of: Callable[[Table], Mapping[Cell, Range]], tables: int = 15) -> tuple[int, int, int]:
    """How many hidden counts there are, are recovered, are known to the unit."""
    rng = random.Random(SEED)
    hidden = recovered = exact = 0
    for _ in range(tables):
        table = random_table(rng, categories=4)
        shown = shown_of(table)
        cells = [cell for cell in true_counts(table) if cell not in shown]
        attack, found = attacked(table, shown, cells)
        hidden, recovered = hidden + len(cells), recovered + len(found)
        exact += sum(low == high for low, high in attack.found.values())
    return hidden, recovered, exact


def test_hiding_small_counts_alone_is_broken() -> None:
    hidden, recovered, exact = recovered_from(
        lambda table: {cell: (count, count) for cell, count in naive(table).items()}
    )
    note_figures("control: small counts hidden, no more", hidden=hidden, recovered=recovered, exact=exact)
    assert recovered > hidden // 4
    assert exact > 10


def test_hiding_small_counts_and_rounding_is_broken() -> None:
    hidden, recovered, exact = recovered_from(
        lambda table: {cell: rounded((count + 2) // 5 * 5, base=5, min_cell=10) for cell, count in naive(table).items()}
    )
    note_figures("control: small counts hidden, others rounded", hidden=hidden, recovered=recovered, exact=exact)
    assert recovered > hidden // 10


def test_what_is_hidden_to_protect_is_needed() -> None:
    """Any one complement shown after all, and something can be recovered in many a table."""
    rng = random.Random(SEED)
    broken = tried = 0
    while tried < 20:
        table = random_table(rng, categories=3)
        published, truth = publish(table), true_counts(table)
        complements = [cell for cell, reason in published.hidden.items() if reason == Reason.COMPLEMENT]
        if complements:
            told = rng.choice(complements)
            shown = unrounded(published, truth) | {told: (truth[told], truth[told])}
            broken += bool(attacked(table, shown, set(published.hidden) - {told})[1])
            tried += 1
    assert broken >= 5


def test_a_new_choice_every_month_is_broken() -> None:
    """Without what was hidden before, one month shows what the other month's hidden counts rest on."""
    rng = random.Random(SEED)
    broken = 0
    for _ in range(40):
        before = random_table(rng, categories=3)
        first = publish(before)
        after = recounted(rng, before, first.hidden)
        broken += bool(attacked_over_time(before, first, after, publish(after)))
    assert broken > 0


def test_the_reason_of_a_hidden_count_would_betray_it() -> None:
    """Two committees of nine: who is told that both are small knows both, from the sum. So no page tells it."""
    table = Table({"d": None, "a": "d", "b": "d", "c": "d"}, {("a", TOTAL): 9, ("b", TOTAL): 9, ("c", TOTAL): 30})
    published = publish(table)
    assert set(published.hidden) == {("a", TOTAL), ("b", TOTAL)}
    truth = true_counts(table)
    attack, recovered = attacked(table, unrounded(published, truth), published.hidden)
    assert recovered == []
    told = {cell: (0, 9) if reason == Reason.SMALL else (10, MOST) for cell, reason in published.hidden.items()}
    attack, recovered = attacked(table, unrounded(published, truth) | told, published.hidden)
    assert attack.found == {("a", TOTAL): (9, 9), ("b", TOTAL): (9, 9)}
    assert len(recovered) == 2


@pytest.mark.parametrize("mean", [3, 10, 30, 100])
@pytest.mark.slow
def test_in_an_ordinary_district_even_the_reasons_would_tell_no_count(mean: float) -> None:
    """No promise, a measure of four fixed districts: how many values are left to somebody who is told that much."""
    table = ordinary_district(random.Random(round(mean)), mean)
    published = publish(table)
    told = {cell: (0, 9) if reason == Reason.SMALL else (10, MOST) for cell, reason in published.hidden.items()}
    small = [cell for cell, reason in published.hidden.items() if reason == Reason.SMALL]
    attack, narrowed = attacked(table, as_read(published) | told, small)
    fewest = min(high - low + 1 for low, high in attack.found.values())
    note_figures("told the reasons", mean=mean, small=len(small), narrowed=len(narrowed), fewest_values=fewest)
    assert fewest > 1


# The attacker himself


def test_the_attacker_finds_the_bounds_that_can_be_found_by_hand() -> None:
    """Two towns by two categories, all four counts hidden: max(0, r + c - T) and min(r, c)."""
    table = Table(
        {"d": None, "n": "d", "s": "d"}, {("n", "a"): 2, ("n", "b"): 20, ("s", "a"): 40, ("s", "b"): 7}, ("a", "b")
    )
    truth = true_counts(table)
    hidden = [(node, name) for node in "ns" for name in "ab"]
    shown = {cell: (count, count) for cell, count in truth.items() if cell not in hidden}
    attack, recovered = attacked(table, shown, hidden)
    for cell in hidden:
        for sign in (1, -1):
            attack.solve(dict.fromkeys(attack.parts[cell], sign))
    assert attack.found == {("n", "a"): (0, 22), ("n", "b"): (0, 22), ("s", "a"): (20, 42), ("s", "b"): (5, 27)}
    assert recovered == [("s", "b")]
    assert attack.possible(("s", "b"), 5)
    assert not attack.possible(("s", "b"), 4)


@pytest.mark.parametrize(("figure", "counts"), [(10, (10, 12)), (15, (13, 17)), (100, (98, 102))])
def test_the_attacker_reads_a_rounded_figure_as_it_was_made(figure: int, counts: Range) -> None:
    assert rounded(figure, base=5, min_cell=10) == counts
    made = [count for count in range(10, 200) if (count + 2) // 5 * 5 == figure]
    assert (made[0], made[-1]) == counts


def test_a_table_that_does_not_fit_is_no_witness() -> None:
    knowledge = Knowledge()
    knowledge.say(["x", "y"], (3, 4))
    assert knowledge.fits([1, 2])
    assert not knowledge.fits([1, 1])
    assert not knowledge.fits([5, -1])


def test_a_change_is_an_offset_of_the_same_unknowns() -> None:
    """Month two shows 12, two of them new: month one had 10."""
    table = Table({"d": None}, {("d", TOTAL): 10})
    geography, knowledge = Geography(table.parents, ()), Knowledge()
    learn(knowledge, geography, {})
    learn(knowledge, geography, {("d", TOTAL): (12, 12)}, {("d", TOTAL): 2})
    attack = Attack(knowledge, {("d", TOTAL): geography.parts(("d", TOTAL))})
    attack.run(lambda _cell, _bounds: False)
    assert attack.found == {("d", TOTAL): (10, 10)}
