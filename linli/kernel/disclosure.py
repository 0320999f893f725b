"""Published figures that betray nobody: which counts of a table may be shown, and which must stay hidden.

A table counts one fixed period over one fixed tree of areas by one dimension. Every area is the sum of those below it,
every total the sum of its categories, so a hidden count can be worked out from what stands around it unless more is
hidden. What is shown is rounded; what is hidden gets one mark, whatever the reason.

**The promise.** Whoever sees the publication and knows the rules (rounding, threshold, tree, sums, that counts are
whole and not negative) finds at least `min_cell` possible values for every hidden count, and all of 0 … `min_cell` − 1
for one that is below `min_cell`. This holds
- even if he knew the shown counts before they were rounded;
- together with other tables of the same counts by other dimensions: which totals are hidden depends on totals alone;
- together with the `earlier` publication, even if he knows by how much each count has grown since; not if a count that
  was hidden then went down and he knows by how much.
It does not hold against somebody who knows some hidden counts from elsewhere, or which of them are the small ones.

`hiding` says why it holds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from linli.kernel.errors import InvalidInput
from linli.kernel.hiding import Plan, Sums
from linli.kernel.phrases import gettext_noop

TOTAL: Final = "*"
"""Stands for the category in the cell of a total."""

HIDDEN: Final = gettext_noop("not shown")
NOTE: Final = gettext_noop(
    "Figures are rounded to %(base)s, so sums may differ. Not shown: counts below %(min_cell)s, and counts from which "
    "such a count could be worked out."
)

Cell = tuple[Hashable, str]
"""An area and a category, or an area and TOTAL."""


_BAD_COUNTS = gettext_noop("These counts do not fit the table.")


class Reason(StrEnum):
    """Why a count is hidden: it is below the threshold, or it protects one that is."""

    SMALL = "small"
    COMPLEMENT = "complement"


@dataclass(frozen=True, slots=True)
class Table:
    """What was counted.

    parents: for every area the one above it, None for the root (there is one). counts: by (area, category), for areas
    that have none below them; what is missing is 0. categories: all there can be, also those that were counted nowhere
    this time; at least two, or none for a table of totals (then counts are by (area, TOTAL)).
    """

    parents: Mapping[Hashable, Hashable | None]
    counts: Mapping[Cell, int]
    categories: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What may be shown. Every cell of the table stands in `figures` (rounded) or in `hidden`.

    hidden: with the reason, for people who may see the counts. No page tells the reason, since it says on which side of
    the threshold a count lies: it shows `HIDDEN` in the cell and `NOTE` below the table.
    """

    parents: Mapping[Hashable, Hashable | None]
    categories: tuple[str, ...]
    min_cell: int
    base: int
    figures: Mapping[Cell, int]
    hidden: Mapping[Cell, Reason]

    def figure(self, node: Hashable, category: str = TOTAL) -> int | None:
        """The rounded count, or None when it is hidden. Raises KeyError for a cell that the table does not have."""
        cell = (node, category)
        return None if cell in self.hidden else self.figures[cell]


def publish(table: Table, *, min_cell: int = 10, base: int = 5, earlier: Published | None = None) -> Published:
    """Decide what of a table may be shown, and round it.

    Zero is hidden like every other count below `min_cell`: were it shown, a hidden count would be known not to be zero,
    and zeros in all categories but one tell what everybody in the area has in common. Categories that cannot occur do
    not belong in the table.

    earlier: what was last published of the same thing (a running total, a stock, a correction). What was hidden stays
    hidden. The next period of a count that begins anew is a new table and needs none; a period that contains a
    published one must not be published. A count that was shown and is small now is hidden now, but not in the past.

    Raises InvalidInput: `bad_disclosure_rule`, `bad_tree`, `bad_counts`, `changed_table` (`earlier` has other areas,
    categories or rules: the difference of two geographies shows what lies between them).
    """
    if min_cell < 2 or base < 1:
        raise InvalidInput(gettext_noop("These rules protect no count."), code="bad_disclosure_rule")
    categories = tuple(table.categories)
    sums = _added_up(table)
    plan = Plan(sums, need=min_cell - 1)
    published = Published(dict(table.parents), categories, min_cell, base, figures := {}, hidden := {})
    if earlier is not None:
        if replace(earlier, figures={}, hidden={}) != published:
            raise InvalidInput(
                gettext_noop("This table was published before with other areas, categories or rules."),
                code="changed_table",
            )
        for node, category in earlier.hidden:
            plan.hide(node, None if category == TOTAL else categories.index(category))
    plan.complete()
    for cell, place, count in _cells(sums, categories):
        if plan.hides(cell[0], place):
            hidden[cell] = Reason.SMALL if count < min_cell else Reason.COMPLEMENT
        else:
            figures[cell] = (count + base // 2) // base * base
    return published


def _cells(sums: Sums, categories: tuple[str, ...]) -> Iterator[tuple[Cell, int | None, int]]:
    """Every cell with its place in the row (None: the total) and its count."""
    for node in sums.order:
        yield (node, TOTAL), None, sums.totals[node]
        for place, count in enumerate(sums.rows[node]):
            yield (node, categories[place]), place, count


def _added_up(table: Table) -> Sums:
    place = {category: index for index, category in enumerate(table.categories)}
    if len(place) == 1 or len(place) != len(table.categories) or TOTAL in place:
        raise InvalidInput(_BAD_COUNTS, code="bad_counts", detail={"categories": list(table.categories)})
    order, below = _from_the_root_down(table.parents)
    sums = Sums(table.parents, below, order, {node: [0] * len(place) for node in order}, dict.fromkeys(order, 0))
    for (node, category), count in table.counts.items():
        known = below.get(node) == [] and (category in place if place else category == TOTAL)
        if not known or count < 0:
            raise InvalidInput(_BAD_COUNTS, code="bad_counts", detail={"area": str(node), "category": category})
        sums.totals[node] += count
        if place:
            sums.rows[node][place[category]] = count
    for node in reversed(order[1:]):
        parent = table.parents[node]
        sums.totals[parent] += sums.totals[node]
        sums.rows[parent] = [a + b for a, b in zip(sums.rows[parent], sums.rows[node], strict=True)]
    return sums


def _from_the_root_down(
    parents: Mapping[Hashable, Hashable | None],
) -> tuple[list[Hashable], dict[Hashable, list[Hashable]]]:
    """Areas so that each comes after the one above it, and the areas below each."""
    below: dict[Hashable, list[Hashable]] = {node: [] for node in parents}
    roots = [node for node, parent in parents.items() if parent is None]
    for node, parent in parents.items():
        if parent is not None:
            below.setdefault(parent, []).append(node)
    order = roots[:1]
    for node in order:  # grows while it is read
        order += below[node]
    if len(roots) != 1 or len(order) != len(below):
        raise InvalidInput(gettext_noop("The areas of this table are not one tree."), code="bad_tree")
    return order, below
