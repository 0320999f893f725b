"""The signs of a legend as SVG: colour on the screen; grey, pattern and shape on paper. No style attribute anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from linli.register.charts.api import INK, Colour, Reading, Shape, Sign, colour_of, grey

PATHS = {
    Shape.CIRCLE: "M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2z",
    Shape.TRIANGLE: "M8 1.2 15.2 14.2H.8z",
    Shape.SQUARE: "M2.2 2.2h11.6v11.6H2.2z",
    Shape.DIAMOND: "M8 .8 15.2 8 8 15.2.8 8z",
    Shape.CROSS: "M5.6 1.4h4.8v4.2h4.2v4.8h-4.2v4.2H5.6v-4.2H1.4V5.6h4.2z",
    Shape.STRIPE: "M1.4 2h13.2v3H1.4zM1.4 6.5h13.2v3H1.4zM1.4 11h13.2v3H1.4z",
    Shape.RING: "M8 1.6a6.4 6.4 0 1 0 0 12.8A6.4 6.4 0 1 0 8 1.6zm0 3.6a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 1 1 0-5.6z",
    Shape.STAR: "M8 .8l2.1 4.9 5.3.4-4 3.5 1.2 5.2L8 12l-4.6 2.8 1.2-5.2-4-3.5 5.3-.4z",
}
"""Shapes on a field of 16 by 16."""

TILES = {
    Shape.CIRCLE: "M1 1h1v1H1zM3 3h1v1H3z",
    Shape.TRIANGLE: "M-1 1l2-2M0 4l4-4M3 5l2-2",
    Shape.SQUARE: "M0 .5h4M.5 0v4",
    Shape.DIAMOND: "M-1 3l2 2M0 0l4 4M3-1l2 2",
    Shape.CROSS: "M0 0l4 4M4 0 0 4",
    Shape.STRIPE: "M0 1h4M0 3h4",
    Shape.RING: "M2 0v4",
    Shape.STAR: "M0 0h4v4H0z",
}
"""What fills a sign on paper, on a tile of 4 by 4: it tells the colour's row where there is no colour."""
FILLED = {Shape.CIRCLE, Shape.STAR}
PAPER_GREY = 0.55
"""Greys are lifted towards white so that a pattern can be seen on them."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One layer bound to colour or to shape. `shown`: whether paper may tell it (personal layers only when asked)."""

    reading: Reading
    shown: bool = True


def definitions(
    colour: Signal, shape: Signal, pairs: Iterable[tuple[str, str]], *, prefix: str = "", paper_only: bool = False
) -> SafeString:
    """Symbols for each pair (value of the colour's layer, value of the shape's) and for the keys of both.

    prefix: before every id, where a page draws two charts. paper_only: as it prints, on the screen too.
    """
    style = _Style(prefix, paper_only)
    tiles = [_tile(sign, prefix) for sign in colour.reading.signs]
    both = [_pair(colour, shape, c, s, style) for c, s in sorted(set(pairs))]
    keys = [_symbol(f"{prefix}kc-{one.value}", one, Shape.CIRCLE, colour.shown, style) for one in colour.reading.signs]
    forms = [_form(f"{prefix}ks-{one.value}", one) for one in shape.reading.signs]
    return format_html(
        '<svg class="c-defs" aria-hidden="true" focusable="false"><defs>{}</defs></svg>',
        mark_safe("".join([*tiles, *both, *keys, *forms])),  # noqa: S308  (each made by format_html)
    )


@dataclass(frozen=True, slots=True)
class _Style:
    prefix: str
    paper_only: bool


def _pair(colour: Signal, shape: Signal, c: str, s: str, style: _Style) -> SafeString:
    form = Shape(shape.reading.sign(s).shape)
    on_paper = form if shape.shown else Shape.CIRCLE
    return _symbol(f"{style.prefix}g-{c}-{s}", colour.reading.sign(c), form, colour.shown, style, on_paper)


def _symbol(
    name: str, sign: Sign, form: Shape, shown: bool, style: _Style, on_paper: Shape | None = None
) -> SafeString:
    colour = known(sign)
    fill = f"url(#{style.prefix}t-{sign.value})" if shown else "#ffffff"
    screen = format_html(
        '<path class="c-on-screen" fill="{}" stroke="{}" stroke-width="1.1" fill-rule="evenodd" d="{}"/>',
        colour.hex, colour.outline, PATHS[form],
    )  # fmt: skip
    paper = format_html(
        '<path{} fill="{}" stroke="#000000" stroke-width="1.1" fill-rule="evenodd" d="{}"/>',
        mark_safe("" if style.paper_only else ' class="c-on-paper"'), fill, PATHS[on_paper or form],  # noqa: S308
    )  # fmt: skip
    return format_html(
        '<symbol id="{}" viewBox="-.6 -.6 17.2 17.2">{}{}</symbol>', name, "" if style.paper_only else screen, paper
    )


def _form(name: str, sign: Sign) -> SafeString:
    return format_html(
        '<symbol id="{}" viewBox="-.6 -.6 17.2 17.2"><path fill="#ffffff" stroke="{}" stroke-width="1.4"'
        ' fill-rule="evenodd" d="{}"/></symbol>', name, INK, PATHS[Shape(sign.shape)],
    )  # fmt: skip


def _tile(sign: Sign, prefix: str) -> SafeString:
    colour, form = known(sign), Shape(sign.shape)
    if colour.hollow:
        return format_html(
            '<pattern id="{}t-{}" width="4" height="4" patternUnits="userSpaceOnUse">'
            '<path fill="#ffffff" d="M0 0h4v4H0z"/></pattern>', prefix, sign.value,
        )  # fmt: skip
    fill, stroke = (INK, "none") if form in FILLED else ("none", INK)
    return format_html(
        '<pattern id="{}t-{}" width="4" height="4" patternUnits="userSpaceOnUse"><path fill="{}" d="M0 0h4v4H0z"/>'
        '<path fill="{}" stroke="{}" d="{}"/></pattern>',
        prefix, sign.value, paper_grey(colour), fill, stroke, TILES[form],
    )  # fmt: skip


def known(sign: Sign) -> Colour:
    """The colour of a sign; ink for one that a legend in the making has wrong."""
    found = colour_of(sign.colour)
    return found if found is not None else Colour("", INK, "")


def paper_grey(colour: Colour) -> str:
    """The grey a colour prints in, lifted towards white, as #rrggbb."""
    light = grey(colour.hex) / 100
    level = round(255 * (light + (1 - light) * PAPER_GREY))
    return f"#{level:02x}{level:02x}{level:02x}"


def use(name: str) -> SafeString:
    """A sign drawn small."""
    return format_html('<svg class="c-glyph" aria-hidden="true" focusable="false"><use href="#{}"/></svg>', name)


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Safe pieces one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def sample_cell(symbol: str, letter: str) -> SafeString:
    """A cell of the building that shows a legend in the making."""
    return format_html('<td class="c-cell" data-l="{}">{}</td>', letter, use(symbol))


def sample_row(cells: SafeString) -> SafeString:
    """A floor of it."""
    return format_html("<tr>{}</tr>", cells)


def sample_table(rows: SafeString) -> SafeString:
    """The building."""
    return format_html('<table class="c-grid c-grid--big" aria-hidden="true"><tbody>{}</tbody></table>', rows)
