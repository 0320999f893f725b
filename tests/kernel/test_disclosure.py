"""Published figures: what is shown, what is hidden, and what a later publication may no longer show."""

from __future__ import annotations

import random
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pytest
from kernel.disclosure_tables import by_another_dimension, random_table, recounted, true_counts

from linli.kernel.disclosure import HIDDEN, NOTE, TOTAL, Published, Reason, Table, publish
from linli.kernel.errors import InvalidInput

SMALL, COMPLEMENT = Reason.SMALL, Reason.COMPLEMENT
TOWNS: dict[Hashable, Hashable | None] = {"d": None, "north": "d", "south": "d", "west": "d"}


def towns(**rows: tuple[int, ...]) -> Table:
    counts = {(town, name): count for town, row in rows.items() for name, count in zip("abc", row, strict=True)}
    return Table(TOWNS, counts, ("a", "b", "c"))


BIG = towns(north=(52, 31, 18), south=(47, 26, 40), west=(33, 38, 61))
ONE_SMALL = towns(north=(3, 31, 48), south=(47, 26, 40), west=(33, 38, 61))


def totals(**counts: int) -> Table:
    return Table({"d": None, **dict.fromkeys(counts, "d")}, {(town, TOTAL): count for town, count in counts.items()})


def hidden_totals(table: Table, **options: Any) -> dict[Hashable, Reason]:
    return {node: reason for (node, name), reason in publish(table, **options).hidden.items() if name == TOTAL}


def refusal(table: Table, **options: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        publish(table, **options)
    return caught.value.code


# What is shown


def test_a_table_without_small_counts_is_shown_whole_and_rounded() -> None:
    published = publish(BIG)
    assert published.hidden == {}
    assert published.figure("north", "a") == 50
    assert published.figure("north", "c") == 20
    assert published.figure("south") == 115
    assert published.figure("d") == 345
    assert len(published.figures) == 4 * 4


@pytest.mark.parametrize(("count", "figure"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1002, 1000)])
def test_a_count_is_rounded_to_the_nearest_five(count: int, figure: int) -> None:
    assert publish(totals(d1=count, d2=40)).figure("d1") == figure


def test_each_figure_is_rounded_by_itself() -> None:
    """Sums may differ: the note says so."""
    published = publish(totals(d1=12, d2=12, d3=12))
    assert [published.figure(node) for node in ("d1", "d2", "d3", "d")] == [10, 10, 10, 35]
    assert "sums may differ" in NOTE % {"base": 5, "min_cell": 10}


def test_a_hidden_count_has_no_figure_and_one_mark() -> None:
    published = publish(ONE_SMALL)
    assert published.figure("north", "a") is None
    assert HIDDEN == "not shown"
    assert "counts below 10" in NOTE % {"base": 5, "min_cell": 10}
    with pytest.raises(KeyError):
        published.figure("east", "a")
    with pytest.raises(KeyError):
        published.figure("north", "z")


# What is hidden, and why


def test_one_small_count_takes_three_with_it() -> None:
    """Its row, its column and the corner: the lightest category, the lightest town."""
    assert publish(ONE_SMALL).hidden == {
        ("north", "a"): SMALL,
        ("north", "b"): COMPLEMENT,
        ("west", "a"): COMPLEMENT,
        ("west", "b"): COMPLEMENT,
    }


def test_zero_is_a_small_count() -> None:
    table = replace(ONE_SMALL, counts={**ONE_SMALL.counts, ("north", "a"): 0})
    assert publish(table).hidden == publish(ONE_SMALL).hidden
    left_out = {cell: count for cell, count in table.counts.items() if cell != ("north", "a")}
    assert publish(replace(table, counts=left_out)) == publish(table)


def test_a_small_total_takes_the_lightest_neighbour() -> None:
    assert hidden_totals(totals(d1=4, d2=80, d3=35, d4=50)) == {"d1": SMALL, "d3": COMPLEMENT}


def test_two_small_totals_protect_each_other_when_they_are_enough_together() -> None:
    assert hidden_totals(totals(d1=4, d2=5, d3=35)) == {"d1": SMALL, "d2": SMALL}
    assert hidden_totals(totals(d1=4, d2=4, d3=35)) == {"d1": SMALL, "d2": SMALL, "d3": COMPLEMENT}


def test_a_small_table_is_hidden_whole() -> None:
    published = publish(towns(north=(1, 0, 2), south=(0, 3, 1), west=(0, 0, 2)))
    assert published.figures == {}
    assert set(published.hidden.values()) == {SMALL}


def test_a_small_category_of_the_whole_district_hides_a_second() -> None:
    published = publish(towns(north=(2, 31, 48), south=(1, 26, 40), west=(0, 38, 61)))
    assert published.hidden[("d", "a")] == SMALL
    assert published.hidden[("d", "b")] == COMPLEMENT
    assert published.figure("d", "c") == 150
    assert [node for node in TOWNS if published.figure(node, "c") is None] == []


def test_a_district_alone_hides_as_many_categories_as_are_enough_together() -> None:
    counts = {("d", "a"): 0, ("d", "b"): 2, ("d", "c"): 50, ("d", "e"): 70}
    published = publish(Table({"d": None}, counts, ("a", "b", "c", "e")))
    assert published.hidden == {("d", "a"): SMALL, ("d", "b"): SMALL, ("d", "c"): COMPLEMENT}


def test_an_only_child_is_hidden_and_shown_with_its_parent() -> None:
    table = Table({"d": None, "t": "d", "u": "d", "only": "t"}, {("only", TOTAL): 7, ("u", TOTAL): 60})
    assert hidden_totals(table) == {"t": SMALL, "only": SMALL, "u": COMPLEMENT}
    table = replace(table, counts={("only", TOTAL): 17, ("u", TOTAL): 60})
    assert hidden_totals(table) == {}


def test_a_total_that_protects_hides_what_it_is_the_sum_of() -> None:
    """Five committees of forty would add up to the hidden town."""
    parents = {"d": None, "t": "d", "u": "d", **{f"u{i}": "u" for i in range(5)}}
    table = Table(parents, {("t", TOTAL): 6, **{(f"u{i}", TOTAL): 40 for i in range(5)}})
    assert set(hidden_totals(table)) == set(parents) - {"d"}


def test_when_nothing_is_left_beside_it_more_is_hidden_above() -> None:
    """9 could go down only as far as the 4 across from it: with the town's sums known, it is at least 5."""
    parents = {"d": None, "t": "d", "u": "d", "t1": "t", "t2": "t"}
    counts = {("t1", "a"): 300, ("t1", "b"): 4, ("t2", "a"): 9, ("t2", "b"): 30, ("u", "a"): 90, ("u", "b"): 70}
    published = publish(Table(parents, counts, ("a", "b")))
    assert {cell for cell in published.hidden if cell[0] in "tu"} == {(node, name) for node in "tu" for name in "ab"}
    assert published.figure("d", "a") == 400


def test_when_nothing_is_left_above_either_the_next_one_up_helps() -> None:
    """The whole row of the town is hidden and still not free enough, as long as the district's row is known."""
    parents = {"d": None, "t": "d", "u": "d", "t1": "t", "t2": "t"}
    counts = {("t1", "a"): 9, ("t1", "b"): 10, ("t2", "a"): 20, ("t2", "b"): 0, ("u", "a"): 12, ("u", "b"): 0}
    published = publish(Table(parents, counts, ("a", "b")))
    assert set(published.figures) == {(node, TOTAL) for node in parents}


@pytest.mark.parametrize("seed", range(60))
def test_what_holds_for_every_publication(seed: int) -> None:
    rng = random.Random(seed)
    table, min_cell, base = random_table(rng), rng.choice((3, 10, 15)), rng.choice((1, 5, 10))
    published, truth = publish(table, min_cell=min_cell, base=base), true_counts(table)
    assert set(published.figures) | set(published.hidden) == set(truth)
    assert not set(published.figures) & set(published.hidden)
    for cell, figure in published.figures.items():
        assert truth[cell] >= min_cell
        assert figure % base == 0
        assert abs(figure - truth[cell]) <= base // 2
    for (node, name), reason in published.hidden.items():
        assert reason == (SMALL if truth[node, name] < min_cell else COMPLEMENT)
        children = [child for child, parent in table.parents.items() if parent == node]
        assert {(child, name) for child in children} <= set(published.hidden)
        if name == TOTAL:
            assert {(node, category) for category in table.categories} <= set(published.hidden)


def test_the_same_table_is_published_the_same_every_time() -> None:
    table = random_table(random.Random(7))
    assert publish(table) == publish(table)
    backwards = replace(table, counts=dict(reversed(table.counts.items())))
    assert publish(backwards) == publish(table)


@pytest.mark.parametrize("seed", range(20))
def test_tables_with_the_same_totals_hide_the_same_totals(seed: int) -> None:
    rng = random.Random(seed)
    one = random_table(rng, categories=4)
    other = by_another_dimension(rng, one)
    bare = Table(one.parents, {(leaf, TOTAL): true_counts(one)[leaf, TOTAL] for leaf, _ in one.counts})
    assert hidden_totals(one) == hidden_totals(other) == hidden_totals(bare)


def test_a_district_of_towns_and_committees() -> None:
    """36 towns of 39 committees by 8 kinds, seven of each a month: towns are shown whole, committees by total."""
    rng = random.Random(1)
    parents: dict[Hashable, Hashable | None] = {"d": None}
    counts = {}
    for town in range(36):
        parents[town] = "d"
        for committee in range(39):
            parents[town, committee] = town
            counts |= {((town, committee), kind): rng.randint(0, 14) for kind in "abcdefgh"}
    published = publish(Table(parents, counts, tuple("abcdefgh")))
    assert len(published.figures) + len(published.hidden) == (1 + 36 + 36 * 39) * 9
    assert all(published.figure(town, kind) for town in range(36) for kind in "abcdefgh")
    assert sum(published.figure(node) is not None for node in parents) > 1_400
    assert all(published.figure((town, 0), "a") is None for town in range(36))


# Publishing again


def test_what_was_hidden_stays_hidden() -> None:
    first = publish(ONE_SMALL)
    grown = replace(ONE_SMALL, counts={**ONE_SMALL.counts, ("north", "a"): 25})
    assert publish(grown).hidden == {}
    again = publish(grown, earlier=first)
    assert set(again.hidden) == set(first.hidden)
    assert again.hidden[("north", "a")] == COMPLEMENT
    assert publish(grown, earlier=again).hidden == again.hidden


def test_what_has_become_small_is_hidden_too() -> None:
    second = publish(ONE_SMALL, earlier=publish(BIG))
    assert second == publish(ONE_SMALL)


def test_a_hidden_total_stays_hidden() -> None:
    first = publish(totals(d1=4, d2=80, d3=35))
    assert set(hidden_totals(totals(d1=40, d2=80, d3=35), earlier=first)) == {"d1", "d3"}


def test_nothing_new_publishes_nothing_new() -> None:
    for seed in range(20):
        table = random_table(random.Random(seed))
        first = publish(table)
        assert publish(table, earlier=first) == first


def test_the_hidden_set_of_counts_that_only_grow_does_not() -> None:
    """Whatever protects today protects when every count is larger: a running total loses nothing over the year."""
    for seed in range(40):
        rng = random.Random(seed)
        table = random_table(rng)
        first = publish(table)
        later = recounted(rng, table, true_counts(table))
        assert set(publish(later, earlier=first).hidden) == set(first.hidden)


def test_an_earlier_publication_that_was_kept_in_part_is_completed() -> None:
    """Any hidden cells will do: a total of an only child alone hides its parent and a second total."""
    table = Table({"d": None, "t": "d", "u": "d", "only": "t"}, {("only", TOTAL): 70, ("u", TOTAL): 60})
    part = replace(publish(table), hidden={("only", TOTAL): SMALL})
    assert set(hidden_totals(table, earlier=part)) == {"t", "u", "only"}


def changed(published: Published, **fields: Any) -> Published:
    return replace(published, **fields)


def test_another_geography_or_other_rules_are_no_continuation() -> None:
    first = publish(BIG)
    moved = {"d": None, "north": "d", "south": "d", "west": "north"}
    assert refusal(BIG, earlier=changed(first, parents=moved)) == "changed_table"
    assert refusal(BIG, earlier=changed(first, categories=("a", "b"))) == "changed_table"
    assert refusal(BIG, earlier=first, base=10) == "changed_table"
    assert refusal(BIG, earlier=first, min_cell=12) == "changed_table"
    assert publish(BIG, earlier=first) == first


# What is no table


@pytest.mark.parametrize(
    "parents",
    [
        {},
        {"d": None, "e": None},
        {"a": "b", "b": "a"},
        {"d": None, "a": "b", "b": "a"},
        {"d": None, "a": "nowhere"},
    ],
)
def test_areas_that_are_not_one_tree(parents: dict[Hashable, Hashable | None]) -> None:
    assert refusal(Table(parents, {})) == "bad_tree"


@pytest.mark.parametrize(
    "counts",
    [
        {("north", "a"): -1},
        {("d", "a"): 5},
        {("east", "a"): 5},
        {("north", "z"): 5},
        {("north", TOTAL): 5},
    ],
)
def test_counts_that_do_not_fit(counts: dict[tuple[Hashable, str], int]) -> None:
    assert refusal(Table(TOWNS, counts, ("a", "b"))) == "bad_counts"


@pytest.mark.parametrize("categories", [("a",), ("a", "a"), ("a", TOTAL)])
def test_categories_that_are_none(categories: tuple[str, ...]) -> None:
    assert refusal(Table(TOWNS, {}, categories)) == "bad_counts"


def test_a_table_of_totals_has_no_categories() -> None:
    assert refusal(Table(TOWNS, {("north", "a"): 5})) == "bad_counts"


@pytest.mark.parametrize("rules", [{"min_cell": 1}, {"base": 0}])
def test_rules_that_protect_nothing(rules: dict[str, int]) -> None:
    assert refusal(BIG, **rules) == "bad_disclosure_rule"
