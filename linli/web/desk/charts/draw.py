"""Charts as HTML: a table as the building stands, and the same as a table of homes.

Written by hand and not by a template: a compound has thousands of cells, and a template takes ten times as long.
Whatever a person has typed passes `escape`; values of layers are words of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from linli.register.charts.api import PERSONAL, Block, Cell, Chart, Layer, Reading, Sign, Stack
from linli.web.desk.charts.asked import Asked
from linli.web.desk.charts.glyphs import Signal, definitions
from linli.web.desk.charts.matters import Hand, InHand


def home_address() -> Callable[[int], str] | None:
    """Where the page of a home is; None while this installation has none."""
    try:
        reverse("desk:home", args=[0])
    except NoReverseMatch:
        return None
    return lambda home_id: reverse("desk:home", args=[home_id])


def said(sign: Sign) -> str:
    """The name of a sign in the reader's language."""
    return sign.en if (get_language() or "").startswith("en") else sign.zh


@dataclass(frozen=True, slots=True)
class Pair:
    """What every home with the same two values shares, worked out once."""

    words: str
    letters: str
    paper: str


@dataclass(slots=True)
class Pen:
    """Everything that drawing one page needs. `big`: cells with their door number, of one entrance."""

    asked: Asked
    colour: Reading
    shape: Reading
    hands: InHand
    big: bool
    address: Callable[[int, Cell], str]
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)

    def signals(self) -> tuple[Signal, Signal]:
        """Colour and shape; on paper nothing of people unless somebody asked."""
        shown = [self.asked.paper or layer not in PERSONAL for layer in (self.asked.colour, self.asked.shape)]
        return Signal(self.colour, shown[0]), Signal(self.shape, shown[1])

    def definitions(self, chart: Chart) -> SafeString:
        """The symbols the cells of the chart use."""
        pairs = {(cell.values[self.asked.colour], cell.values[self.asked.shape]) for cell in chart.cells}
        return definitions(*self.signals(), pairs)

    def pair(self, c: str, s: str) -> Pair:
        """Words and letters of two values."""
        kept = self.pairs.get((c, s))
        if kept is None:
            signs = [self.colour.sign(c), self.shape.sign(s)]
            told = [sign for sign, signal in zip(signs, self.signals(), strict=True) if signal.shown]
            kept = self.pairs[c, s] = Pair(
                words=", ".join(dict.fromkeys(said(sign) for sign in signs)),
                letters=escape("".join(sign.letter for sign in signs)),
                paper=escape("".join(sign.letter for sign in told)),
            )
        return kept

    def words(self, cell: Cell) -> str:
        """A home in words, for a reader who sees no signs."""
        parts = [self.pair(cell.values[self.asked.colour], cell.values[self.asked.shape]).words]
        if cell.people and Layer.PEOPLE in cell.values:
            parts.append(ngettext("%(n)s person", "%(n)s people", cell.people) % {"n": cell.people})
        if found := self.hands.of(cell.home_id):
            parts.append(ngettext("%(n)s matter", "%(n)s matters", len(found)) % {"n": len(found)})
        return f"{cell.name}: {', '.join(parts)}"


def cell_html(pen: Pen, stack_id: int, cell: Cell, *, first: bool = False) -> str:
    """One home as a cell of the chart."""
    c, s = cell.values[pen.asked.colour], cell.values[pen.asked.shape]
    words, span = escape(pen.words(cell)), f' colspan="{cell.span}"' if cell.span > 1 else ""
    pair = pen.pair(c, s)
    marks = f' data-l="{pair.letters}"' + (f' data-p="{pair.paper}"' if pair.paper != pair.letters else "")
    marks += _of(pen.hands.of(cell.home_id))
    inside = f'<span class="c-door">{escape(cell.door)}</span>' if pen.big else ""
    named = f' aria-label="{words}"' if pen.big else ""  # a small cell has no text: its title is its name
    return (
        f'<td id="h{cell.home_id}" class="c-cell"{span} data-c="{c}" data-s="{s}"{marks}>'
        f'<a href="{escape(pen.address(stack_id, cell))}" tabindex="{0 if first else -1}" title="{words}"'
        f'{named}><svg class="c-glyph" aria-hidden="true"><use href="#g-{c}-{s}"/></svg>{inside}</a></td>'
    )


def _of(found: tuple[Hand, ...]) -> str:
    """Which matters a part of the page shows, so that it hears of their changes."""
    if not found:
        return ""
    return f' data-m="{len(found)}" data-of="{" ".join(str(one.id) for one in found)}"'


def stack_html(pen: Pen, stack: Stack) -> SafeString:
    """One entrance from the roof to the ground, with the numbers of its floors."""
    rows = []
    first = True
    for floor in stack.floors:
        number = "" if floor.number is None else str(floor.number)
        head = f'<th scope="row">{number or "·"}</th>'
        cells = []
        for cell in floor.cells:
            cells.append(cell_html(pen, stack.place_id, cell, first=first) if cell else '<td class="c-gap"></td>')
            first = first and cell is None
        rows.append(f"<tr>{head}{''.join(cells)}</tr>")
    label = escape(_("Chart of %(name)s") % {"name": stack.name})
    size = "c-grid c-grid--big" if pen.big else "c-grid"
    table = f'<table class="{size}" role="grid" aria-label="{label}" data-grid><tbody>{"".join(rows)}</tbody></table>'
    return mark_safe(table)  # noqa: S308  (escaped above)


def badge_html(pen: Pen, place_id: int) -> SafeString:
    """How many matters lie at a building or an entrance itself."""
    found = pen.hands.of(place_id)
    text = (ngettext("%(n)s matter", "%(n)s matters", len(found)) % {"n": len(found)}) if found else ""
    hidden = "" if found else " hidden"
    return mark_safe(  # noqa: S308  (numbers and a sentence of ours)
        f'<span class="c-badge" id="m{place_id}"{_of(found)}{hidden}>{escape(text)}</span>'
    )


def rows_of(chart: Chart) -> Iterator[tuple[Block, Stack, Cell]]:
    """Every home with where it stands, building by building."""
    for block in chart.blocks:
        for stack in block.stacks:
            for cell in stack.cells:
                yield block, stack, cell


def row_html(pen: Pen, block: Block, stack: Stack, cell: Cell) -> str:
    """One home as a row of the table: what the signs say, in words."""
    told = "".join(_told(pen, reading, cell) for reading in (pen.colour, pen.shape))
    found = pen.hands.of(cell.home_id)
    return (
        f'<tr id="r{cell.home_id}" data-c="{cell.values[pen.asked.colour]}" data-s="{cell.values[pen.asked.shape]}"'
        f"{_of(found)}><td>{escape(block.name)}</td><td>{escape(stack.name)}</td>"
        f'<td><a href="{escape(pen.address(stack.place_id, cell))}">{escape(cell.name)}</a></td>{told}'
        f'<td class="c-number">{len(found)}</td></tr>'
    )


def _told(pen: Pen, reading: Reading, cell: Cell) -> str:
    sign = reading.sign(cell.values[reading.layer])
    hidden = reading.layer in PERSONAL and not pen.asked.paper
    return f"<td{' data-no-print' if hidden else ''}>{escape(sign.letter)} {escape(said(sign))}</td>"


def table_html(pen: Pen, chart: Chart) -> SafeString:
    """The rows of the table view."""
    return mark_safe("".join(row_html(pen, *one) for one in rows_of(chart)))  # noqa: S308  (escaped row by row)


@dataclass(frozen=True, slots=True)
class Key:
    """One row of the legend beside the chart: how many homes have this sign."""

    signal: str
    value: str
    symbol: str
    letter: str
    label: str
    count: int


def keys_of(pen: Pen, chart: Chart) -> list[tuple[str, str, bool, list[Key]]]:
    """(signal, name of the layer, whether it is kept from paper, rows) for colour and shape."""
    found = []
    for signal, reading in (("c", pen.colour), ("s", pen.shape)):
        counts = Counter(cell.values[reading.layer] for cell in chart.cells)
        rows = [
            Key(signal, sign.value, f"k{signal}-{sign.value}", sign.letter, said(sign), counts[sign.value])
            for sign in reading.signs
        ]
        hidden = reading.layer in PERSONAL and not pen.asked.paper
        found.append((signal, _(reading.layer.label), hidden, rows))
    return found


def fragment(pen: Pen, chart: Chart, places: set[int]) -> SafeString:
    """The parts of an open page that have to be drawn anew: these homes, and the badges of these other places."""
    homes = list(rows_of(chart))
    badges = "".join(badge_html(pen, place) for place in sorted(places - {cell.home_id for *_rest, cell in homes}))
    rows = "".join(row_html(pen, *one) for one in homes)
    cells = "".join(cell_html(pen, stack.place_id, cell) for _block, stack, cell in homes)
    parts = f"{pen.definitions(chart)}{badges}<table><tbody><tr>{cells}</tr>{rows}</tbody></table>"
    return mark_safe(parts)  # noqa: S308  (escaped piece by piece)
