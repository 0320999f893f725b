"""The file of drawings: its small language, every line of it well formed, every thing and colour used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.project.demo import drawings as language
from linli.project.demo.drawings import Mark, Spot, drawings, lay, number, palette
from linli.project.demo.sayings import item_sayings

SHAPES = {"rect": (4, 5), "disc": (3, 4), "ring": (4, 4), "cable": (6, 6)}
"""How many numbers a shape takes, least and most; poly and line take pairs."""

Stroke = tuple[str, tuple[float, ...], str]


@dataclass
class Notebook:
    """A canvas that writes down what is drawn on it."""

    strokes: list[Stroke] = field(default_factory=list)

    def _note(self, shape: str, colour: str, *numbers: float) -> None:
        self.strokes.append((shape, tuple(round(each, 3) for each in numbers), colour))

    def rect(self, x: float, y: float, w: float, h: float, fill: str, *, radius: float = 0) -> None:
        self._note("rect", fill, x, y, w, h, radius)

    def poly(self, points: list[tuple[float, float]], fill: str) -> None:
        self._note("poly", fill, *(each for point in points for each in point))

    def disc(self, x: float, y: float, r: float, fill: str, *, squash: float = 1.0) -> None:
        self._note("disc", fill, x, y, r, squash)

    def ring(self, x: float, y: float, r: float, colour: str, width: float) -> None:
        self._note("ring", colour, x, y, r, width)

    def line(self, points: list[tuple[float, float]], colour: str, width: float) -> None:
        self._note("line", colour, width, *(each for point in points for each in point))

    def cable(
        self, start: tuple[float, float], end: tuple[float, float], sag: float, colour: str, width: float
    ) -> None:
        self._note("cable", colour, *start, *end, sag, width)


def strokes(name: str, *, before: bool = True, spot: Spot | None = None) -> list[Stroke]:
    """What is drawn, stroke by stroke."""
    book = Notebook()
    lay(book, name, spot or Spot(), before=before)  # type: ignore[arg-type]  # stands in for a canvas
    return book.strokes


def small(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Use a file of drawings of the test's own."""
    monkeypatch.setattr(language, "text", lambda _name: text)
    for kept in (drawings, palette):
        kept.cache_clear()


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    for kept in (drawings, palette):
        kept.cache_clear()


@pytest.mark.parametrize(
    ("token", "n", "m", "value"),
    [
        ("7", 5, 5, 7), ("-7", 0, 0, -7), (".5", 0, 0, 0.5), ("2.25", 0, 0, 2.25), ("60+137n", 3, 0, 471),
        ("60+137n%100", 3, 0, 71), ("-10-4n", 2, 0, -18), ("3n", 4, 0, 12), ("5m", 9, 4, 20),
        ("184+66n+20m%40", 2, 1, 336), ("184+66n+20m%40", 2, 2, 316), ("-12-7n%28", 5, 0, -19),
        ("10|20|30", 0, 0, 10), ("10|20|30", 4, 0, 20), ("1n|100", 2, 0, 2), ("1n|100", 3, 0, 100),
    ],
)  # fmt: skip
def test_numbers_count_with_the_times_and_rows(token: str, n: int, m: int, value: float) -> None:
    assert number(token, n, m) == pytest.approx(value)


@settings(max_examples=80, deadline=None)
@given(st.integers(-900, 900), st.integers(-300, 300), st.integers(1, 900), st.integers(0, 40))
def test_a_term_with_a_remainder_stays_within_it(base: int, factor: int, modulo: int, n: int) -> None:
    value = number(f"{base}+{abs(factor)}n%{modulo}", n, 0)
    assert value == base + (abs(factor) * n) % modulo
    assert base <= value < base + modulo


def test_lines_before_and_after_are_told_apart(own: pytest.MonkeyPatch) -> None:
    small(own, "\n@ s : b\nrect 0 0 1 1 #000000\n- disc 1 1 2 #111111\n+ disc 9 9 2 #222222\n@ b\nrect 5 5 5 5 #333333")
    assert [stroke[2] for stroke in strokes("s", before=True)] == ["#333333", "#000000", "#111111"]
    assert [stroke[2] for stroke in strokes("s", before=False)] == ["#333333", "#000000", "#222222"]


def test_a_line_is_drawn_as_often_as_it_says_row_by_row(own: pytest.MonkeyPatch) -> None:
    small(own, "\n@ s\n3,2 rect 10n 100m 5 5 #000000|#111111")
    assert strokes("s") == [
        ("rect", (x, y, 5, 5, 0), colour)
        for y, (x, colour) in product((0, 100), ((0, "#000000"), (10, "#111111"), (20, "#000000")))
    ]


def test_things_are_moved_stretched_and_coloured_by_their_owner(own: pytest.MonkeyPatch) -> None:
    small(own, "\n@ s\nt 100 50 2 #abcdef\nt 0 0 2 3 #123456\n@ t\nrect 1 2 3 4 1 $\ndisc 10 10 5 0.5 $")
    assert strokes("s") == [
        ("rect", (102, 54, 6, 8, 2), "#abcdef"), ("disc", (120, 70, 10, 0.5), "#abcdef"),
        ("rect", (2, 6, 6, 12, 2), "#123456"), ("disc", (20, 30, 10, 0.5), "#123456"),
    ]  # fmt: skip


def test_things_within_things_are_stretched_twice(own: pytest.MonkeyPatch) -> None:
    small(own, "\n@ s\nouter 10 0 2\n@ outer\ninner 5 5 3 #aaaaaa\n@ inner\nline 1 0 0 1 1 $")
    assert strokes("s") == [("line", (6, 20, 10, 26, 16), "#aaaaaa")]


def test_every_shape_reaches_the_canvas_with_its_numbers(own: pytest.MonkeyPatch) -> None:
    small(
        own,
        "\n@ s\nrect 1 2 3 4 #000001\nrect 1 2 3 4 5 #000002\npoly 0 0 1 0 1 1 #000003\ndisc 1 2 3 #000004\n"
        "ring 1 2 3 4 #000005\nline 9 0 0 1 1 2 2 #000006\ncable 9 30 0 0 10 20 #000007",
    )
    assert strokes("s") == [
        ("rect", (1, 2, 3, 4, 0), "#000001"), ("rect", (1, 2, 3, 4, 5), "#000002"),
        ("poly", (0, 0, 1, 0, 1, 1), "#000003"), ("disc", (1, 2, 3, 1), "#000004"), ("ring", (1, 2, 3, 4), "#000005"),
        ("line", (9, 0, 0, 1, 1, 2, 2), "#000006"), ("cable", (0, 0, 10, 20, 30, 9), "#000007"),
    ]  # fmt: skip


def test_named_colours_follow_the_light(own: pytest.MonkeyPatch) -> None:
    small(own, "= ink #101010\n= sky #aaaaaa #bbbbbb #cccccc\n\n@ s\nrect 0 0 1 1 sky\nrect 0 0 1 1 ink")
    seen = [[stroke[2] for stroke in strokes("s", spot=Spot(variant=light))] for light in range(3)]
    assert seen == [["#aaaaaa", "#101010"], ["#bbbbbb", "#101010"], ["#cccccc", "#101010"]]


def test_notes_behind_a_hash_are_not_drawn(own: pytest.MonkeyPatch) -> None:
    small(own, "# a head\n\n@ s  # what it is\n# between\nrect 0 0 1 1 #010203  # the wall\n")
    assert strokes("s") == [("rect", (0, 0, 1, 1, 0), "#010203")]


@pytest.mark.parametrize("row", ["rect 0 0 1 1 purple", "unicorn 0 0 #000000"])
def test_an_unknown_thing_or_colour_is_an_error_and_not_a_hole(own: pytest.MonkeyPatch, row: str) -> None:
    small(own, f"\n@ s\n{row}")
    with pytest.raises(KeyError):
        strokes("s")


def lines() -> list[tuple[str, Mark]]:
    return [(name, mark) for name, drawing in drawings().items() for mark in drawing.marks]


def test_every_line_of_the_file_names_a_shape_or_a_thing_with_as_many_numbers_as_it_takes() -> None:
    for name, mark in lines():
        given_numbers = len(mark.numbers)
        if mark.name in SHAPES:
            least, most = SHAPES[mark.name]
            assert least <= given_numbers <= most, (name, mark)
        elif mark.name == "poly":
            assert given_numbers >= 6, (name, mark)
            assert given_numbers % 2 == 0, (name, mark)
        elif mark.name == "line":
            assert given_numbers >= 5, (name, mark)
            assert given_numbers % 2 == 1, (name, mark)
        else:
            assert mark.name in drawings(), (name, mark)
            assert 2 <= given_numbers <= 4, (name, mark)
        assert min(mark.times) >= 1
        assert mark.colour or mark.name in drawings()


def test_things_that_take_a_colour_are_given_one_and_others_are_not() -> None:
    def takes(name: str) -> bool:
        return any(mark.colour == "$" or "$|" in mark.colour for mark in drawings()[name].marks)

    for name, mark in lines():
        if mark.name in drawings():
            assert bool(mark.colour) == takes(mark.name), (name, mark)


def test_every_colour_is_written_as_css_hex_or_has_a_name() -> None:
    hexed = re.compile(r"#[0-9a-f]{6}")
    assert all(hexed.fullmatch(shade) for shades in palette().values() for shade in shades)
    assert {len(shades) for shades in palette().values()} == {1, 3}
    for _, mark in lines():
        for colour in filter(None, mark.colour.split("|")):
            assert colour == "$" or hexed.fullmatch(colour) or colour in palette(), mark


def test_nothing_in_the_file_is_unused() -> None:
    drawn = {mark.name for _, mark in lines()} | {drawing.backdrop for drawing in drawings().values()} | {"tick"}
    for name, drawing in drawings().items():
        assert drawing.backdrop or name in drawn, name
    named = {colour for _, mark in lines() for colour in mark.colour.split("|")}
    assert set(palette()) <= named
    scenes = {name for name, drawing in drawings().items() if drawing.backdrop}
    asked = {entry.scene for entry in item_sayings().values() if entry.scene} | {"place", "manhole"}
    assert scenes == asked, "every scene belongs to an item, every item has its scene"


def test_scenes_stand_before_backdrops_and_things_before_nothing() -> None:
    backdrops = {drawing.backdrop for drawing in drawings().values() if drawing.backdrop}
    assert backdrops == {"courtyard", "corridor", "street", "field", "river", "village", "room"}
    assert all(not drawings()[name].backdrop for name in backdrops)


def test_every_scene_says_something_before_and_before_and_after_differ_in_strokes() -> None:
    for name, drawing in drawings().items():
        if drawing.backdrop:
            assert any(mark.when == "-" for mark in drawing.marks), name
            assert strokes(name, before=True) != strokes(name, before=False), name


def test_every_backdrop_covers_the_whole_picture() -> None:
    for name in {drawing.backdrop for drawing in drawings().values() if drawing.backdrop}:
        covered = [False] * 9
        for shape, numbers, _ in strokes(name):
            if shape == "rect" and numbers[0] <= 0 and numbers[2] >= 1200:
                top, bottom = numbers[1], numbers[1] + numbers[3]
                covered = [done or (top <= 100 * n and bottom >= 100 * (n + 1)) for n, done in enumerate(covered)]
        assert all(covered) or name == "room", (name, covered)


def test_what_was_found_lies_inside_the_picture() -> None:
    for name, drawing in drawings().items():
        if drawing.backdrop:
            found = set(strokes(name, before=True)) - set(strokes(name, before=False))
            middles = [numbers[:2] for shape, numbers, _ in found if shape in ("rect", "disc", "ring")]
            inside = [(x, y) for x, y in middles if -120 <= x <= 1200 and -420 <= y <= 900]
            assert len(inside) == len(middles), name
