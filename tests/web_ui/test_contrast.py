"""Every pair of colours used for text, in every theme, against WCAG's formula."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parents[2] / "linli" / "web" / "ui" / "styles"
LEAST = 4.5

GROUNDS = {
    "ink": ("paper", "card", "sunk", "accent-soft", "attention-soft", "danger-soft", "good-soft"),
    "quiet": ("paper", "card", "sunk", "accent-soft"),
    "accent": ("paper", "card", "sunk", "accent-soft"),
    "accent-strong": ("paper", "card", "accent-soft"),
    "attention": ("paper", "card", "attention-soft"),
    "danger": ("paper", "card", "danger-soft"),
    "good": ("paper", "card", "good-soft"),
    "on-accent": ("accent", "accent-strong"),
    "on-danger": ("danger",),
    "paper": ("ink",),
}
BORDERS = {"control": ("card", "paper"), "focus": ("card", "paper")}


def themes() -> dict[str, dict[str, str]]:
    text = (STYLES / "_tokens.css").read_text(encoding="utf-8")
    text = text[: text.index("@media print")]
    light: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"(:root[^{,]*)\{([^}]*)\}", text):
        colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", body))
        if not colours:
            continue
        light = light or colours
        found[selector.strip()] = light | colours
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_known_values() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_all_themes_are_found() -> None:
    assert set(themes()) == {
        ":root",
        ':root[data-theme="dark"]',
        ':root[data-theme="auto"]',
        ':root[data-contrast="more"]',
    }


@pytest.mark.parametrize("theme", sorted(themes()))
@pytest.mark.parametrize(("ink", "ground"), [(ink, ground) for ink, grounds in GROUNDS.items() for ground in grounds])
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    colours = themes()[theme]
    assert ratio(colours[ink], colours[ground]) >= LEAST


@pytest.mark.parametrize("theme", sorted(themes()))
@pytest.mark.parametrize(
    ("edge", "ground"), [(edge, ground) for edge, grounds in BORDERS.items() for ground in grounds]
)
def test_edges_of_controls_are_visible(theme: str, edge: str, ground: str) -> None:
    colours = themes()[theme]
    assert ratio(colours[edge], colours[ground]) >= 3


def test_a_theme_that_is_dark_by_itself_equals_the_chosen_one() -> None:
    found = themes()
    assert found[':root[data-theme="auto"]'] == found[':root[data-theme="dark"]']


def test_colours_stand_only_in_the_tokens() -> None:
    """Others use the tokens, so that a theme changes everything; pictures in the viewer stay on black."""
    allowed = {"#0c1216", "#ffffff", "#8fa3af", "#000000"}
    for sheet in STYLES.glob("_*.css"):
        if sheet.name != "_tokens.css":
            strays = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text(encoding="utf-8"))) - allowed
            assert not strays, (sheet.name, strays)
