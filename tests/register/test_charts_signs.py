"""Legends: what two eyes, a colour-blind eye and a grey print can tell apart."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linli.register
from linli.register.charts.palette import (
    GREY_STEP,
    LEAST_CONTRAST,
    PALETTE,
    Shape,
    colour_of,
    contrast,
    grey,
    luminance,
    same_grey,
)
from linli.register.charts.rules import (
    LAYERS_OF,
    ORDINARY,
    PERSONAL,
    PRESETS,
    VALUES,
    Layer,
    layers_of,
    needs_of,
    presets_for,
    role_of,
    stay_of,
)
from linli.register.charts.signs import Sign, faults_of, read_signs, write_signs

DATA = Path(linli.register.__file__).parent / "data" / "legends.csv"


def shipped() -> dict[Layer, list[Sign]]:
    found: dict[Layer, list[Sign]] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(Layer(row["layer"]), []).append(read_signs([row])[0])
    return found


MATTERS = shipped()[Layer.MATTERS]


def codes(signs: list[Sign], layer: Layer = Layer.MATTERS) -> set[str]:
    return {fault.code for fault in faults_of(layer, signs)}


def changed(at: int, **what: str) -> list[Sign]:
    return [replace(sign, **what) if n == at else sign for n, sign in enumerate(MATTERS)]


def test_every_layer_ships_with_a_legend_that_is_fit() -> None:
    assert set(shipped()) == set(Layer)
    assert {layer: faults_of(layer, signs) for layer, signs in shipped().items()} == {layer: [] for layer in Layer}


def test_the_triangle_of_nanmatou_has_three_colours_and_three_shapes() -> None:
    preset = next(one for one in PRESETS if one.slug == "triangle")
    colours = {sign.colour for sign in shipped()[preset.colour]}
    shapes = {sign.shape for sign in shipped()[preset.shape]}
    assert (preset.colour, preset.shape) == (Layer.CONTROL, Layer.STAY)
    assert len(colours) == len(shapes) == 3


def test_known_values_of_the_formulas() -> None:
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.01)
    assert grey("#ffffff") == pytest.approx(100) and grey("#000000") == pytest.approx(0)
    assert grey("#777777") == pytest.approx(50, abs=0.5)
    assert luminance("#ffffff") == pytest.approx(1)


def test_every_colour_of_the_palette_stands_out_from_paper() -> None:
    assert {one.token for one in PALETTE.values() if contrast(one.outline) < LEAST_CONTRAST} == set()
    assert contrast("#f0e442") < LEAST_CONTRAST, "the counter example"


CVD = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
"""Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as people without one kind of cone see it."""


def seen_by(kind: str, colour: str) -> tuple[float, float, float]:
    """CIELAB of a colour as somebody with this kind of eyes sees it."""
    linear = [(int(colour[at : at + 2], 16) / 255 + 0.055) / 1.055 for at in (1, 3, 5)]
    linear = [max(0.0, c) ** 2.4 for c in linear]
    r, g, b = (min(1.0, max(0.0, sum(k * c for k, c in zip(row, linear, strict=True)))) for row in CVD[kind])
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apart(kind: str, one: str, other: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(seen_by(kind, one), seen_by(kind, other), strict=True)) ** 0.5


@pytest.mark.parametrize("kind", CVD)
def test_colours_of_one_shipped_legend_are_told_apart_by_colour_blind_eyes(kind: str) -> None:
    for layer, signs in shipped().items():
        for one, other in combinations({PALETTE[sign.colour].hex for sign in signs}, 2):
            assert apart(kind, one, other) > 15, (layer, one, other)
    assert apart(kind, "#b3311a", "#5d6b1a") < 25, "red and olive, the counter example, are near"


def test_a_sign_that_cannot_be_read_is_refused_with_its_reason() -> None:
    assert codes(MATTERS) == set()
    assert codes(MATTERS[:2]) == {"value_missing"}
    assert codes([*MATTERS, replace(MATTERS[0], value="nonsense")]) == {"value_unknown"}
    assert codes([*MATTERS, MATTERS[0]]) == {"value_unknown"}
    assert codes(changed(1, colour="#f0e442")) == {"colour_pale"}
    assert codes(changed(1, colour="#0a5c36")) == set()
    assert codes(changed(1, colour="mauve")) == {"colour_unknown"}
    assert codes(changed(1, shape="blob")) == {"shape_unknown"}
    assert codes(changed(1, letter="办事")) == codes(changed(1, letter=" ")) == {"letter_not_one"}
    assert codes(changed(1, letter="超")) == {"letter_twice"}
    assert codes(changed(1, zh="")) == codes(changed(1, en="x" * 41)) == {"label_missing"}
    assert codes(changed(1, colour="vermilion", shape="diamond")) == {"alike"}
    assert codes(changed(1, colour="teal", shape="diamond")) == {"alike_in_grey"}
    assert codes(changed(1, colour="ink", shape="diamond")) == set(), "much darker: told apart in grey"


def test_a_fault_names_the_rows_and_fills_its_sentence() -> None:
    (fault,) = faults_of(Layer.MATTERS, changed(1, colour="#ffee99"))
    assert fault.values == ("open",)
    assert fault.message % fault.params == (
        "The colour of “有在办事项” is too pale: 1.2 : 1 against paper, at least 3 : 1."
    )


def test_signs_survive_being_stored() -> None:
    assert read_signs(write_signs(MATTERS)) == tuple(MATTERS)
    assert read_signs([{"value": "x"}])[0].colour == ""


HEX = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(HEX, HEX)
def test_what_passes_as_two_rows_is_told_apart_in_grey_or_by_shape(one: str, other: str) -> None:
    rows = changed(1, colour=one)
    rows[2] = replace(rows[2], colour=other, shape=rows[1].shape)
    if not faults_of(Layer.MATTERS, rows):
        first, second = colour_of(one), colour_of(other)
        assert first and second
        assert abs(grey(one) - grey(other)) >= GREY_STEP and not same_grey(first, second)
        assert min(contrast(one), contrast(other)) >= LEAST_CONTRAST


def test_own_colours_are_written_as_hex_and_nothing_else() -> None:
    assert colour_of("#0a5c36") is not None
    for wrong in ("#0A5C3", "0a5c36", "#0a5c36;", "red", "", "#xyzxyz", "url(#a)"):
        assert colour_of(wrong) is None


def test_every_value_has_its_ordinary_and_every_preset_belongs_to_somebody() -> None:
    assert set(VALUES) == set(ORDINARY) == set(Layer)
    assert all(ORDINARY[layer] in VALUES[layer] for layer in Layer)
    for preset in PRESETS:
        assert any({preset.colour, preset.shape} <= layers for layers in LAYERS_OF.values()), preset.slug
    for role, layers in LAYERS_OF.items():
        assert presets_for(layers), role


def test_the_table_of_layers_written_a_second_time_by_hand() -> None:
    by_hand = {
        "worker": "use people stay needs matters checks duty roles grade control",
        "station_head": "use people stay needs matters checks duty roles grade control",
        "dispatcher": "use people stay matters checks duty grade control",
        "responder": "use matters duty",
        "building_head": "use people help duty",
        "district": "grade control matters",
        "auditor": "grade control matters",
    }
    assert {role: {layer.value for layer in layers} for role, layers in LAYERS_OF.items()} == {
        role: set(row.split()) for role, row in by_hand.items()
    }
    assert layers_of("system_admin") == layers_of("") == frozenset()


def test_no_post_outside_the_site_sees_a_need() -> None:
    assert {role for role, layers in LAYERS_OF.items() if Layer.NEEDS in layers} == {"worker", "station_head"}
    assert not LAYERS_OF["responder"] & PERSONAL


def test_values_from_counts() -> None:
    assert [needs_of(n) for n in (0, 1, 2, 9)] == ["none", "one", "several", "several"]
    assert role_of(frozenset()) == "none"
    assert role_of(frozenset({"volunteer"})) == role_of(frozenset({"owners_committee"})) == "volunteer"
    assert role_of(frozenset({"volunteer", "party_member"})) == "party"
    assert role_of(frozenset({"building_head", "party_member"})) == "head"
    assert stay_of(arrived=True, away=True) == "arrived"
    assert stay_of(arrived=False, away=True) == "away"
    assert stay_of(arrived=False, away=False) == "home"


def test_every_shape_and_layer_has_a_name() -> None:
    assert all(shape.label for shape in Shape)
    assert len({layer.label for layer in Layer}) == len(Layer)
