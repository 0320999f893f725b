"""Which counts to hide so that no hidden one can be worked out: complementary suppression by rectangles.

What is hidden is hidden all the way down: where a count is, so are those of the areas below it; where a total is, so
are its categories. Among the children of one area the hidden counts therefore fill a rectangle, some rows by some
columns. Whole numbers from 0 upwards whose rows add up to r, whose columns add up to c, and T all together, can have at
one place every value from max(0, r + c − T) to min(r, c), and no other (Fréchet).

Where the count above is hidden too, c is not known but free between bounds of its own; each of its values can be
carried on below, because there the whole column is hidden. Rows whose totals are hidden are taken as one row: what one
of them has more, another can have less, down to 0. So two numbers for each hidden count, computed from the root down,
say how free it is at least; where that is not enough, the lightest row or column is hidden as well, and where none is
left, a count above. With every category hidden everywhere the bounds are 0 and the total of the row: it always ends.

Everything is argued with exact sums: rounding what is shown only adds to it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Sums:
    """A table with its sums. order: areas from the root down. rows: of each area, its count by category."""

    above: Mapping[Hashable, Hashable | None]
    below: Mapping[Hashable, list[Hashable]]
    order: list[Hashable]
    rows: dict[Hashable, list[int]]
    totals: dict[Hashable, int]


class Plan:
    """Grows the set of hidden counts until every one of them keeps the promise.

    dark: areas whose total is hidden, and with it their row and all below. columns: of the other areas, the hidden
    categories. low, high: of the other areas, the bounds between which each hidden count is free, as the module proves.
    need: how far apart they must be.
    """

    def __init__(self, sums: Sums, *, need: int) -> None:
        self.sums = sums
        self.need = need
        self.all = set(range(len(sums.rows[sums.order[0]])))
        self.dark = {node for node, total in sums.totals.items() if total <= need}
        self.columns = {node: {c for c in self.all if row[c] <= need} for node, row in sums.rows.items()}
        self.low = {node: [0] * len(self.all) for node in sums.order}
        self.high = {node: [0] * len(self.all) for node in sums.order}

    def hide(self, node: Hashable, place: int | None) -> None:
        """Hide a category of an area, or (None) its total."""
        if place is None:
            self.dark.add(node)
        else:
            self.columns[node].add(place)

    def hides(self, node: Hashable, place: int | None) -> bool:
        return node in self.dark or place in self.columns[node]

    def complete(self) -> None:
        self._hide_totals()
        root, *_ = self.sums.order
        if root in self.dark:
            return
        inner = [node for node in self.sums.order if self.sums.below[node] and node not in self.dark]
        self._hide_at_the_root(root)
        while not all(self._hide_below(node) for node in inner):
            self._hide_at_the_root(root)

    def _hide_totals(self) -> None:
        """Totals of siblings share a known sum: two or more are hidden, and large enough together."""
        below, totals = self.sums.below, self.sums.totals
        for node in reversed(self.sums.order):
            if len(below[node]) == 1 and below[node][0] in self.dark:
                self.dark.add(node)
        for node in self.sums.order:
            if node in self.dark:
                self.dark.update(below[node])
            hidden = [child for child in below[node] if child in self.dark]
            shown = sorted((child for child in below[node] if child not in self.dark), key=totals.__getitem__)
            while hidden and shown and (len(hidden) < 2 or sum(totals[child] for child in hidden) < self.need):
                hidden.append(shown.pop(0))
                self.dark.add(hidden[-1])

    def _hide_at_the_root(self, root: Hashable) -> None:
        """Nothing is known of the root's row but its total."""
        row, columns = self.sums.rows[root], self.columns[root]
        while columns and (len(columns) < 2 or sum(row[c] for c in columns) < self.need):
            columns.add(self.lightest(root, self.all - columns))
        self.high[root] = [sum(row[c] for c in columns)] * len(row)

    def _hide_below(self, parent: Hashable) -> bool:
        """Complete the rectangle among an area's children; False when one more count had to be hidden above them."""
        block = _Block(self, parent)
        while (weak := block.weak()) is not None:
            if not block.grow(weak):
                self._hide_above(parent, weak.column)
                return False
        block.keep()
        return True

    def _hide_above(self, node: Hashable, column: int) -> None:
        """Where everything is hidden up to the root every bound is wide, so there is something left to hide."""
        while not (shown := self.all - self.columns[node]):
            node = self.sums.above[node]
        self.columns[node].add(column if column in shown else self.lightest(node, shown))

    def lightest(self, node: Hashable, columns: Iterable[int]) -> int:
        return min(columns, key=self.sums.rows[node].__getitem__)


class _Place(NamedTuple):
    """A hidden count: whose (None for the dark rows together), which column, its row's hidden sum, its bounds."""

    child: Hashable | None
    column: int
    row_sum: int
    low: int
    high: int


class _Block:
    """The rectangle of hidden counts among the children of one area.

    Children whose total is hidden count as one row, `dark`: what one of them has more, another can have less.
    """

    def __init__(self, plan: Plan, parent: Hashable) -> None:
        self.plan, self.parent = plan, parent
        self.given = plan.columns[parent]
        children = plan.sums.below[parent]
        light = [child for child in children if child not in plan.dark]
        self.rows = [child for child in light if self.given or plan.columns[child]]
        self.others = [child for child in light if child not in self.rows]
        dark_rows = [plan.sums.rows[child] for child in children if child in plan.dark]
        self.dark = [sum(column) for column in zip(*dark_rows, strict=True)]
        thin = {c for c, count in enumerate(self.dark) if count < plan.need}
        self.columns = thin.union(self.given, *(plan.columns[child] for child in self.rows))

    def weak(self) -> _Place | None:
        """A hidden count that is not free enough yet."""
        rows, need = self.plan.sums.rows, self.plan.need
        for place in self._places():
            small = place.child is not None and rows[place.child][place.column] <= need
            if place.high - place.low < need or (small and place.low):
                return place
        return None

    def grow(self, weak: _Place) -> bool:
        """Add the lightest column or row that helps; False when everything is hidden already."""
        columns = self.plan.all - self.columns
        narrow = weak.row_sum < self.plan.need or len(self.columns) == 1
        if columns and (narrow or not self.others):
            self.columns.add(self.plan.lightest(self.parent, columns))
        elif self.others:
            lightest = min(self.others, key=lambda child: self.plan.sums.rows[child][weak.column])
            self.others.remove(lightest)
            self.rows.append(lightest)
        else:
            return False
        return True

    def keep(self) -> None:
        for child in self.rows:
            self.plan.columns[child] |= self.columns
        for place in self._places():
            if place.child is not None:
                self.plan.low[place.child][place.column] = place.low
                self.plan.high[place.child][place.column] = place.high

    def _places(self) -> Iterator[_Place]:
        counts = [self.plan.sums.rows[child] for child in self.rows]
        sums = [sum(row[c] for c in self.columns) for row in counts]
        dark_sum = sum(self.dark[c] for c in self.columns) if self.dark else 0
        whole = sum(sums) + dark_sum
        for c in self.columns:
            known = sum(row[c] for row in counts) + (self.dark[c] if self.dark else 0)
            low, high = known, known
            if c in self.given:
                low, high = self.plan.low[self.parent][c], self.plan.high[self.parent][c]
            if self.dark:
                yield _Place(None, c, dark_sum, 0, min(dark_sum, high))
            for child, row_sum in zip(self.rows, sums, strict=True):
                yield _Place(child, c, row_sum, max(0, row_sum + low - whole), min(row_sum, high))
