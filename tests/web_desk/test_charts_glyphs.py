"""Signs as SVG: shapes, what fills them on the screen and on paper; and how an address asks for a chart."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.http import QueryDict

import linli.register
from linli.access.api import Principal
from linli.accounts.api import Role
from linli.register.charts.api import INK, PALETTE, PERSONAL, Layer, Reading, Shape, Sign, layers_of, read_signs
from linli.web.desk.charts import asked
from linli.web.desk.charts.asked import Asked
from linli.web.desk.charts.glyphs import (
    PATHS,
    TILES,
    Signal,
    definitions,
    joined,
    known,
    paper_grey,
    sample_cell,
    sample_row,
    sample_table,
    use,
)

DATA = Path(linli.register.__file__).parent / "data" / "legends.csv"
SVG = "{http://www.w3.org/2000/svg}"


def reading(layer: Layer, **changes: str) -> Reading:
    """The shipped legend of a layer."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["layer"] == layer.value]
    return Reading(layer, read_signs(row | changes for row in rows), 1, None)


def drawn(
    colour: Layer = Layer.USE, shape: Layer = Layer.MATTERS, *, shown: tuple[bool, bool] = (True, True), **more: object
) -> str:
    one, other = reading(colour), reading(shape)
    pairs = [(c.value, s.value) for c in one.signs for s in other.signs]
    return str(definitions(Signal(one, shown[0]), Signal(other, shown[1]), pairs, **more))  # type: ignore[arg-type]


def symbols(svg: str) -> dict[str, list[dict[str, str]]]:
    """Id of a symbol → the attributes of its paths."""
    root = ElementTree.fromstring(svg)  # noqa: S314  (our own)
    return {one.attrib["id"]: [path.attrib for path in one.iter("path")] for one in root.iter("symbol")}


def tiles(svg: str) -> dict[str, list[dict[str, str]]]:
    root = ElementTree.fromstring(svg)  # noqa: S314  (our own)
    return {one.attrib["id"]: [path.attrib for path in one.iter("path")] for one in root.iter("pattern")}


def test_every_shape_has_a_path_and_a_tile_and_no_two_are_alike() -> None:
    assert set(PATHS) == set(TILES) == set(Shape)
    assert all(one != other for one, other in combinations(PATHS.values(), 2))
    assert all(one != other for one, other in combinations(TILES.values(), 2))


def test_a_sign_is_colour_on_the_screen_and_a_pattern_on_paper() -> None:
    made = symbols(drawn())
    screen, paper = made["g-let-overdue"]
    assert (screen["class"], screen["fill"], screen["d"]) == ("c-on-screen", PALETTE["blue"].hex, PATHS[Shape.DIAMOND])
    assert (paper["class"], paper["fill"], paper["d"]) == ("c-on-paper", "url(#t-let)", PATHS[Shape.DIAMOND])
    assert paper["stroke"] == "#000000"


def test_there_is_a_symbol_for_every_pair_and_a_key_for_every_value() -> None:
    made = symbols(drawn())
    assert {name for name in made if name.startswith("g-")} == {
        f"g-{c}-{s}" for c in ("owned", "let", "shared", "empty", "business", "unknown")
        for s in ("none", "open", "overdue")
    }  # fmt: skip
    assert {name for name in made if name.startswith("kc-")} == {f"kc-{one.value}" for one in reading(Layer.USE).signs}
    assert {name for name in made if name.startswith("ks-")} == {"ks-none", "ks-open", "ks-overdue"}


def test_only_the_pairs_that_stand_on_the_page_are_sent() -> None:
    one, other = Signal(reading(Layer.USE)), Signal(reading(Layer.MATTERS))
    made = symbols(str(definitions(one, other, [("let", "open"), ("let", "open")])))
    assert [name for name in made if name.startswith("g-")] == ["g-let-open"]


def test_a_hollow_sign_has_an_ink_outline_and_prints_white() -> None:
    svg = drawn()
    screen, _paper = symbols(svg)["g-owned-none"]
    assert (screen["fill"], screen["stroke"]) == ("#ffffff", INK)
    assert [path["fill"] for path in tiles(svg)["t-owned"]] == ["#ffffff"]


def test_what_paper_may_not_tell_is_white_and_round_there_and_as_ever_on_the_screen() -> None:
    for shown, fill, form in (
        ((True, True), "url(#t-several)", Shape.DIAMOND),
        ((False, True), "#ffffff", Shape.DIAMOND),
        ((True, False), "url(#t-several)", Shape.CIRCLE),
        ((False, False), "#ffffff", Shape.CIRCLE),
    ):
        screen, paper = symbols(drawn(Layer.NEEDS, Layer.CHECKS, shown=shown))["g-several-overdue"]
        assert (paper["fill"], paper["d"]) == (fill, PATHS[form])
        assert (screen["fill"], screen["d"]) == (PALETTE["vermilion"].hex, PATHS[Shape.DIAMOND])


def test_the_half_that_shows_paper_on_the_screen_has_no_colour_at_all() -> None:
    svg = drawn(prefix="b-", paper_only=True)
    assert set(re.findall(r'id="(..)', svg)) == {"b-"}
    assert "c-on-screen" not in svg and "c-on-paper" not in svg
    fills = {path["fill"] for paths in symbols(svg).values() for path in paths}
    assert all(one.startswith("url(#b-t-") or one == "#ffffff" for one in fills)


def test_two_charts_on_a_page_do_not_share_an_id() -> None:
    one, other = (set(re.findall(r'id="([^"]+)"', drawn(prefix=prefix))) for prefix in ("a-", "b-"))
    assert one and other and not one & other


@pytest.mark.parametrize("token", [token for token in PALETTE if token != "hollow"])
def test_a_colour_prints_in_its_own_grey_lifted_so_that_a_pattern_shows(token: str) -> None:
    grey = paper_grey(PALETTE[token])
    channels = {grey[at : at + 2] for at in (1, 3, 5)}
    assert len(channels) == 1
    assert 140 < int(channels.pop(), 16) < 256


def test_darker_colours_print_darker() -> None:
    levels = [int(paper_grey(PALETTE[token])[1:3], 16) for token in ("amber", "teal", "ink")]
    assert levels == sorted(levels, reverse=True)


def test_a_legend_in_the_making_is_drawn_though_its_colour_is_wrong() -> None:
    assert known(Sign("x", "mauve", "circle", "x", "x", "x")).hex == INK
    assert known(Sign("x", "#0a5c36", "circle", "x", "x", "x")).hex == "#0a5c36"
    wrong = Signal(reading(Layer.MATTERS, colour='"><script>alert(1)</script>'))
    svg = str(definitions(wrong, wrong, [("open", "open")]))
    assert "<script" not in svg and symbols(svg)["g-open-open"][0]["fill"] == INK


class _Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {name for name, _value in attrs}


def test_nothing_drawn_needs_a_style_or_a_script_in_the_page() -> None:
    parser = _Attributes()
    parser.feed(drawn() + str(sample_table(sample_row(sample_cell("g-let-open", "租")))))
    assert parser.found
    assert not {name for name in parser.found if name == "style" or name.startswith("on")}


def test_pieces_are_joined_as_they_are_and_words_are_escaped() -> None:
    cell = str(sample_cell("g-let-open", '"<b>'))
    assert "<b>" not in cell and "&quot;&lt;b&gt;" in cell
    assert str(joined([use("g-a-b"), use("g-c-d")])).count("<use") == 2
    assert str(sample_table(sample_row(sample_cell("g", "x")))).startswith("<table")


def somebody(role: Role) -> Principal:
    return Principal(1, 1, role, 1, "310115", 1, "somebody")


def read(query: str, role: Role = Role.WORKER) -> Asked:
    return asked.read(QueryDict(query), somebody(role))


@pytest.mark.parametrize(("role", "first"), [
    (Role.WORKER, (Layer.USE, Layer.MATTERS)), (Role.STATION_HEAD, (Layer.USE, Layer.MATTERS)),
    (Role.DISPATCHER, (Layer.USE, Layer.MATTERS)), (Role.RESPONDER, (Layer.USE, Layer.MATTERS)),
    (Role.BUILDING_HEAD, (Layer.HELP, Layer.PEOPLE)), (Role.DISTRICT, (Layer.GRADE, Layer.MATTERS)),
    (Role.AUDITOR, (Layer.GRADE, Layer.MATTERS)),
])  # fmt: skip
def test_each_post_starts_with_what_its_day_asks_for(role: Role, first: tuple[Layer, Layer]) -> None:
    given = read("", role)
    assert (given.colour, given.shape, given.view, given.paper) == (*first, "chart", False)


@pytest.mark.parametrize("role", [role for role in Role if layers_of(role)], ids=str)
def test_no_address_makes_a_post_ask_for_a_layer_of_others(role: Role) -> None:
    allowed = layers_of(role)
    for colour in Layer:
        for shape in Layer:
            given = read(f"c={colour}&s={shape}", role)
            assert {given.colour, given.shape} <= allowed
            assert given.colour is colour or colour not in allowed
            assert given.shape is shape or shape not in allowed


@pytest.mark.parametrize("query", [
    "c=people&s=needs", "c=people&s=needs&view=table", "c=use&s=use&paper=1", "c=grade&s=stay&view=table&paper=1",
])  # fmt: skip
def test_an_address_says_again_what_it_said(query: str) -> None:
    assert read(query).query == query
    assert read(read(query).query) == read(query)


def test_what_is_usual_is_not_said() -> None:
    assert read("c=use&s=matters&view=chart&paper=0&home=3&q=x").query == "c=use&s=matters"


@pytest.mark.parametrize("nonsense", ["c=&s=", "c=USE&s=Matters", "c=use%00", "view=pie", "paper=true", "c=use&c=nope"])
def test_nonsense_is_read_as_nothing_said(nonsense: str) -> None:
    assert read(nonsense) == read("")


def test_something_else_of_the_same_chart() -> None:
    given = read("c=people&s=needs&paper=1")
    assert given.but(view="table").query == "c=people&s=needs&view=table&paper=1"
    assert given.but(paper=False).query == "c=people&s=needs"
    assert given.query == "c=people&s=needs&paper=1", "what was asked stays as it was"


def test_a_chart_is_personal_as_soon_as_one_of_its_layers_is() -> None:
    for colour in Layer:
        for shape in Layer:
            assert Asked(colour, shape).personal is bool({colour, shape} & PERSONAL)
    assert not Asked(Layer.USE, Layer.MATTERS).personal
    assert Asked(Layer.USE, Layer.STAY).personal
