"""Colours and shapes a sign may have, and what the eye and a grey print can tell apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from linli.kernel.phrases import gettext_noop

LEAST_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: what carries meaning stands out 3 : 1 from its ground; a cell is white in every theme."""
GREY_STEP = 12.0
"""Two greys closer than this (CIE lightness, 0 to 100) look alike on an office printer."""
OWN_COLOUR = re.compile(r"^#[0-9a-f]{6}$")


@dataclass(frozen=True, slots=True)
class Colour:
    """A named colour. `hollow`: white with an ink outline, for what asks for no attention."""

    token: str
    hex: str
    label: str
    hollow: bool = False

    @property
    def outline(self) -> str:
        """The colour of its outline: what has to stand out from the ground."""
        return INK if self.hollow else self.hex


INK = "#22303c"
PALETTE: Mapping[str, Colour] = {
    one.token: one
    for one in (
        Colour("hollow", "#ffffff", gettext_noop("Hollow"), hollow=True),
        Colour("amber", "#c27a00", gettext_noop("Amber")),
        Colour("pink", "#cc6699", gettext_noop("Pink")),
        Colour("blue", "#2f7fd0", gettext_noop("Blue")),
        Colour("vermilion", "#b3311a", gettext_noop("Vermilion")),
        Colour("green", "#0a9670", gettext_noop("Green")),
        Colour("teal", "#17667f", gettext_noop("Teal")),
        Colour("grey", "#6b7780", gettext_noop("Grey")),
        Colour("purple", "#5b2d83", gettext_noop("Purple")),
        Colour("ink", INK, gettext_noop("Ink")),
    )
}
"""From light to dark. Never the only signal: every sign also has a shape and a letter."""


class Shape(StrEnum):
    """Forms that are told apart at 16 pixels."""

    CIRCLE = "circle"
    TRIANGLE = "triangle"
    SQUARE = "square"
    DIAMOND = "diamond"
    CROSS = "cross"
    STRIPE = "stripe"
    RING = "ring"
    STAR = "star"

    @property
    def label(self) -> str:
        """The plain English name; faces translate it."""
        return _SHAPE_LABELS[self]


_SHAPE_LABELS = {
    Shape.CIRCLE: gettext_noop("Circle"),
    Shape.TRIANGLE: gettext_noop("Triangle"),
    Shape.SQUARE: gettext_noop("Square"),
    Shape.DIAMOND: gettext_noop("Diamond"),
    Shape.CROSS: gettext_noop("Cross"),
    Shape.STRIPE: gettext_noop("Stripes"),
    Shape.RING: gettext_noop("Ring"),
    Shape.STAR: gettext_noop("Star"),
}


def colour_of(given: str) -> Colour | None:
    """The colour of a token, or a town's own one written as #rrggbb; None for anything else."""
    if given in PALETTE:
        return PALETTE[given]
    return Colour(given, given, given) if OWN_COLOUR.match(given) else None


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of #rrggbb, 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str = "#ffffff") -> float:
    """Contrast of two colours (WCAG 2.2), 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def grey(colour: str) -> float:
    """How light a colour prints without colour: CIE lightness, 0 to 100."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def same_grey(one: Colour, other: Colour) -> bool:
    """Whether two colours cannot be told apart on a grey print."""
    return abs(grey(one.hex) - grey(other.hex)) < GREY_STEP
