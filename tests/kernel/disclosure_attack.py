"""Somebody who adds and subtracts: what can be found out about hidden counts from what was published.

Shares no code with what chooses the hidden counts. Writes down one unknown for each lowest area and category, one range
for each thing that is known, and asks an integer solver for the least and the greatest value of every hidden count. A
value counts as possible only with a whole table that has it and fits everything known, checked in exact arithmetic: a
slip of the solver cannot make a count look safe.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

ALL = "*"
MOST = 3_000  # above every count in the tests: the solver wants an end
Cell = tuple[Hashable, str]
Range = tuple[int, int]


def leaves_below(parents: Mapping[Hashable, Hashable | None]) -> dict[Hashable, list[Hashable]]:
    inner = set(parents.values())
    found: dict[Hashable, list[Hashable]] = {node: [] for node in parents}
    for leaf in parents:
        node: Hashable | None = leaf
        while leaf not in inner and node is not None:
            found[node].append(leaf)
            node = parents[node]
    return found


@dataclass
class Knowledge:
    """Unknown whole numbers, sums of them that lie in known ranges, and the least each unknown can be."""

    unknowns: dict[Hashable, int] = field(default_factory=dict)
    sums: list[tuple[list[int], list[int], Range]] = field(default_factory=list)
    least: list[int] = field(default_factory=list)

    def unknown(self, name: Hashable) -> int:
        if name not in self.unknowns:
            self.unknowns[name] = len(self.unknowns)
            self.least.append(0)
        return self.unknowns[name]

    def say(self, names: Iterable[Hashable], between: Range, minus: Iterable[Hashable] = ()) -> None:
        """What `names` add up to, less what `minus` add up to, lies between two numbers."""
        plus_at, minus_at = [self.unknown(name) for name in names], [self.unknown(name) for name in minus]
        self.sums.append((plus_at, minus_at, between))

    def fits(self, table: Sequence[int]) -> bool:
        return all(value >= low for value, low in zip(table, self.least, strict=True)) and all(
            low <= sum(table[i] for i in plus) - sum(table[i] for i in minus) <= high
            for plus, minus, (low, high) in self.sums
        )


class Geography:
    """Which unknowns a cell is the sum of. `label` keeps tables of different dimensions apart."""

    def __init__(self, parents: Mapping[Hashable, Hashable | None], categories: Sequence[str], label: str = "") -> None:
        self.leaves = leaves_below(parents)
        self.categories = tuple(categories) or (ALL,)
        self.label = label

    def parts(self, cell: Cell) -> list[Hashable]:
        node, category = cell
        columns = self.categories if category == ALL else (category,)
        return [(self.label, leaf, column) for leaf, column in product(self.leaves[node], columns)]


def rounded(figure: int, *, base: int, min_cell: int) -> Range:
    """What a shown figure says: the counts that are rounded to it, none of them below the threshold."""
    fitting = [
        count for count in range(figure - base, figure + base + 1) if (count + base // 2) // base * base == figure
    ]
    return max(min_cell, fitting[0]), fitting[-1]


def learn(
    knowledge: Knowledge, geography: Geography, shown: Mapping[Cell, Range], change: Mapping[Cell, int] | None = None
) -> None:
    """Add one publication. `change`: how much each lowest count has grown since the table the unknowns stand for."""
    for name in geography.parts((next(iter(geography.leaves)), ALL)):
        knowledge.unknown(name)
    for name in [name for node in geography.leaves for name in geography.parts((node, ALL))]:
        grown = (change or {}).get(name[1:], 0)
        place = knowledge.unknown(name)
        knowledge.least[place] = max(knowledge.least[place], -grown)
    for cell, (low, high) in shown.items():
        parts = geography.parts(cell)
        grown = sum((change or {}).get(name[1:], 0) for name in parts)
        knowledge.say(parts, (low - grown, high - grown))


class Attack:
    """Least and greatest value of hidden counts, each with a whole table as a witness."""

    def __init__(self, knowledge: Knowledge, targets: Mapping[Cell, Sequence[Hashable]], *, seed: int = 0) -> None:
        self.knowledge = knowledge
        self.parts = {cell: [knowledge.unknown(name) for name in names] for cell, names in targets.items()}
        self.found: dict[Cell, Range] = {}
        self.solved = 0
        self._rng = random.Random(seed)
        self._prepare()

    def _prepare(self) -> None:
        size = len(self.knowledge.unknowns)
        rows, columns, values = [], [], []
        for row, (plus, minus, _) in enumerate(self.knowledge.sums):
            for at, sign in [(i, 1) for i in plus] + [(i, -1) for i in minus]:
                rows.append(row), columns.append(at), values.append(sign)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.knowledge.sums), size))
        ranges = [between for _, _, between in self.knowledge.sums]
        self._constraints = LinearConstraint(matrix, [low for low, _ in ranges], [high for _, high in ranges])
        self._size = size

    def solve(
        self, weights: Mapping[int, float], *, pinned: tuple[Sequence[int], int] | None = None
    ) -> list[int] | None:
        """A fitting table with the least weighted sum; None when there is none."""
        objective = np.zeros(self._size)
        for at, weight in weights.items():
            objective[at] += weight
        constraints = [self._constraints] if self.knowledge.sums else []
        if pinned is not None:
            row = np.zeros((1, self._size))
            row[0, list(pinned[0])] = 1
            constraints.append(LinearConstraint(row, pinned[1], pinned[1]))
        self.solved += 1
        answer = milp(
            objective,
            constraints=constraints,
            integrality=np.ones(self._size),
            bounds=Bounds(self.knowledge.least, MOST),
        )
        if answer.x is None:
            return None
        table = [round(value) for value in answer.x]
        assert self.knowledge.fits(table), "the solver's table does not fit: its bounds would prove nothing"
        self._note(table)
        return table

    def run(self, safe: Callable[[Cell, Range], bool]) -> list[Cell]:
        """The hidden counts that are recovered: what is possible for them does not satisfy `safe`."""
        for sign in (1, -1):
            for _ in range(2):
                self.solve({at: sign * self._rng.random() for parts in self.parts.values() for at in parts})
        for cell, parts in self.parts.items():
            for sign in (1, -1):
                if not safe(cell, self.found[cell]):
                    self.solve(dict.fromkeys(parts, sign))
        return [cell for cell, bounds in self.found.items() if not safe(cell, bounds)]

    def possible(self, cell: Cell, value: int) -> bool:
        return self.solve({}, pinned=(self.parts[cell], value)) is not None

    def _note(self, table: Sequence[int]) -> None:
        for cell, parts in self.parts.items():
            value = sum(table[at] for at in parts)
            low, high = self.found.get(cell, (value, value))
            self.found[cell] = min(low, value), max(high, value)
