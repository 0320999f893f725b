"""Random tables that are hard to publish: near the threshold, empty rows and columns, one giant, only children."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

from linli.kernel.disclosure import TOTAL, Cell, Table

KINDS: dict[str, Callable[[random.Random], int]] = {
    "around the threshold": lambda rng: rng.randint(0, 14),
    "mostly small": lambda rng: rng.choice((0, 0, 0, 1, 1, 2, 3, 5, 9)),
    "at the edges": lambda rng: rng.choice((0, 9, 10, 12, 13)),
    "wide": lambda rng: int(rng.lognormvariate(2.5, 1.3)),
    "large": lambda rng: rng.choice((15, 20, 33, 60, 120)),
    "large with gaps": lambda rng: rng.choice((0, 3, 8)) if rng.random() < 0.06 else rng.randint(12, 150),
}


def random_tree(rng: random.Random) -> dict[Hashable, Hashable | None]:
    """A district, towns, committees, in some towns houses; an area may have one child only."""
    parents: dict[Hashable, Hashable | None] = {"d": None}
    for town in range(rng.choice((0, 1, 2, 2, 3, 3, 4, 4))):
        parents[f"t{town}"] = "d"
        for committee in range(rng.choice((0, 1, 2, 3, 5))):
            parents[f"t{town}c{committee}"] = f"t{town}"
            for house in range(rng.choice((0, 0, 0, 1, 2))):
                parents[f"t{town}c{committee}h{house}"] = f"t{town}c{committee}"
    return parents


def random_table(rng: random.Random, *, categories: int | None = None) -> Table:
    parents = random_tree(rng)
    names = tuple("abcde"[: rng.choice((0, 2, 3, 4, 5)) if categories is None else categories])
    kind = rng.choice(list(KINDS.values()))
    lean = {name: rng.random() < 0.15 for name in names}
    giant = rng.choice([*parents, None])
    counts = {}
    inner = set(parents.values())
    for leaf in [node for node in parents if node not in inner]:
        empty = rng.random() < 0.06
        for name in names or (TOTAL,):
            count = 0 if empty else kind(rng)
            count = min(count, rng.randint(0, 2)) if lean.get(name) else count
            counts[leaf, name] = count + (rng.randint(200, 400) if leaf == giant else 0)
    return Table(parents, counts, names)


def ordinary_district(rng: random.Random, mean: float, *, towns: int = 3, committees: int = 10) -> Table:
    """Committees of different size; the first category is frequent (`mean` in a middling committee), the last rare."""
    parents: dict[Hashable, Hashable | None] = {"d": None}
    names = tuple("abcdef")
    counts = {}
    for town in range(towns):
        parents[town] = "d"
        for committee in range(committees):
            parents[town, committee] = town
            size = mean * rng.lognormvariate(0, 0.6)
            for rank, name in enumerate(names, 1):
                expected = size / rank**1.3
                counts[(town, committee), name] = max(0, round(rng.gauss(expected, expected**0.5)))
    return Table(parents, counts, names)


def by_another_dimension(rng: random.Random, table: Table) -> Table:
    """The same things counted by another dimension: every total stays, all else is dealt anew."""
    names = ("x", "y", "z")
    counts: dict[Cell, int] = {}
    for (leaf, _), count in table.counts.items():
        first = rng.choice((0, count, rng.randint(0, count)))
        dealt = (first, (count - first) // 2, count - first - (count - first) // 2)
        for name, part in zip(rng.sample(names, 3), dealt, strict=True):
            counts[leaf, name] = counts.get((leaf, name), 0) + part
    return replace(table, counts=counts, categories=names)


def recounted(rng: random.Random, table: Table, hidden: Mapping[Cell, object]) -> Table:
    """The same table a month later: shown counts went up or down, hidden ones up or not at all."""
    moved = {
        cell: count + rng.choice((0, 0, 1, 2, 7))
        if cell in hidden
        else max(0, count + rng.choice((0, 0, -3, -1, 1, 4)))
        for cell, count in table.counts.items()
    }
    return replace(table, counts=moved)


def true_counts(table: Table) -> dict[Cell, int]:
    """Every cell of the table, inner areas and totals too, added up the slow way."""
    sums: dict[Cell, int] = {(node, name): 0 for node in table.parents for name in (*table.categories, TOTAL)}
    for (leaf, name), count in table.counts.items():
        node: Hashable | None = leaf
        while node is not None:
            for column in {name, TOTAL}:
                sums[node, column] += count
            node = table.parents[node]
    return sums
