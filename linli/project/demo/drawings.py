"""Reads `data/drawings.txt`, which says how every picture is drawn, and lays its marks on a canvas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from linli.project.demo.book import text
from linli.project.demo.canvas import Canvas

_TERM: Final = re.compile(r"([+-]?)(\d*\.?\d+)([nm]?)(?:%(\d+))?")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and how large a drawing stands: middle of its foot, stretch, the colour its owner gives it, the light."""

    x: float = 0
    y: float = 0
    wide: float = 1
    high: float = 1
    colour: str = ""
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a drawing: `when` is - (before only), + (after only) or "" (always)."""

    when: str
    times: tuple[int, int]
    name: str
    numbers: tuple[str, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A thing, a backdrop, or a scene, which names the backdrop it stands before."""

    backdrop: str
    marks: tuple[Mark, ...]


@cache
def drawings() -> Mapping[str, Drawing]:
    """Every drawing by name."""
    return {head[0]: Drawing(head[2] if len(head) > 1 else "", tuple(map(_mark, rows))) for head, rows in _blocks()}


@cache
def palette() -> Mapping[str, tuple[str, ...]]:
    """Named colours: one, or one for each of the three lights."""
    rows = (line.split() for line in _lines() if line.startswith("= "))
    return {name: tuple(shades) for _, name, *shades in rows}


def lay(canvas: Canvas, name: str, spot: Spot, *, before: bool) -> None:
    """Draw a thing, backdrop or scene. Raises KeyError for an unknown name or colour."""
    drawing = drawings()[name]
    if drawing.backdrop:
        lay(canvas, drawing.backdrop, spot, before=before)
    for mark in drawing.marks:
        if mark.when != ("+" if before else "-"):
            for n, m in _rounds(mark.times):
                numbers = [number(token, n, m) for token in mark.numbers]
                _put(canvas, mark.name, numbers, _shade(mark.colour, n, spot), spot, before=before)


def number(token: str, n: int, m: int) -> float:
    """The value of `60+137n%1080`: terms that count with n or m, each with its own remainder; `a|b|c` chooses by n."""
    options = token.split("|")
    total = 0.0
    for sign, factor, letter, modulo in _TERM.findall(options[n % len(options)]):
        value = float(factor) * {"": 1, "n": n, "m": m}[letter]
        total += (-1 if sign == "-" else 1) * (value % int(modulo) if modulo else value)
    return total


def _rounds(times: tuple[int, int]) -> Iterator[tuple[int, int]]:
    return ((n, m) for m in range(times[1]) for n in range(times[0]))


def _shade(colour: str, n: int, spot: Spot) -> str:
    options = colour.split("|")
    one = options[n % len(options)]
    if one == "$":
        return spot.colour
    shades = (one,) if one.startswith("#") or not one else palette()[one]
    return shades[spot.variant % len(shades)]


def _put(canvas: Canvas, name: str, numbers: list[float], colour: str, spot: Spot, *, before: bool) -> None:
    shape = _SHAPES.get(name)
    if shape is not None:
        shape(canvas, numbers, colour, spot)
        return
    x, y, *stretch = numbers
    wide, high = (stretch * 2)[:2] or (1.0, 1.0)
    place = Spot(
        spot.x + x * spot.wide, spot.y + y * spot.high, wide * spot.wide, high * spot.high, colour, spot.variant
    )
    lay(canvas, name, place, before=before)


def _points(numbers: list[float], spot: Spot) -> list[tuple[float, float]]:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [(spot.x + x * spot.wide, spot.y + y * spot.high) for x, y in pairs]


_SHAPES: Final[Mapping[str, Callable[[Canvas, list[float], str, Spot], None]]] = {
    "poly": lambda c, v, colour, at: c.poly(_points(v, at), colour),
    "line": lambda c, v, colour, at: c.line(_points(v[1:], at), colour, v[0] * at.wide),
    "ring": lambda c, v, colour, at: c.ring(*_points(v[:2], at)[0], v[2] * at.wide, colour, v[3] * at.wide),
    "disc": lambda c, v, colour, at: c.disc(
        *_points(v[:2], at)[0], v[2] * at.wide, colour, squash=v[3] if len(v) > 3 else 1.0
    ),
    "rect": lambda c, v, colour, at: c.rect(
        *_points(v[:2], at)[0], v[2] * at.wide, v[3] * at.high, colour, radius=v[4] * at.wide if len(v) > 4 else 0
    ),
    "cable": lambda c, v, colour, at: c.cable(
        _points(v[2:4], at)[0], _points(v[4:], at)[0], v[1] * at.high, colour, v[0] * at.wide
    ),
}


def _lines() -> list[str]:
    return [line.split("# ")[0].strip() for line in text("drawings.txt").splitlines()]


def _blocks() -> Iterator[tuple[list[str], list[str]]]:
    for chunk in "\n".join(["", *filter(None, _lines())]).split("\n@ ")[1:]:
        head, *rows = chunk.splitlines()
        yield head.split(), rows


def _mark(row: str) -> Mark:
    words = row.split()
    when = words.pop(0) if words[0] in "+-" else ""
    times = [int(part) for part in words.pop(0).split(",")] if words[0][0].isdigit() else [1]
    name, *rest = words
    colour = rest.pop() if rest and not re.fullmatch(r"[-+\d.nm%|]+", rest[-1]) else ""
    return Mark(when, (times[0], times[1] if len(times) > 1 else 1), name, tuple(rest), colour)
