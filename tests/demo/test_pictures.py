"""The drawn pictures: every scene in both states and all lights, plain JPEGs, really different, really repeatable."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pytest
from demo.town_facts import pictures_of, planned
from PIL import Image, ImageChops, ImageStat

from linli.project.demo.canvas import HEIGHT, STRIP, WIDTH, Canvas
from linli.project.demo.matters import Fate
from linli.project.demo.pictures import STATES, VARIANTS, draw, scenes
from linli.project.demo.sayings import item_sayings

STRIP_TOP = HEIGHT - STRIP
SCENE_BOX = (0, 0, 1050, STRIP_TOP)
"""Without the strip and the green card."""

JPEG_PARTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
"""JFIF head, quantisation, frame, Huffman tables, scan: nothing else may be in the file."""


@cache
def drawn(scene: str, state: str, variant: int = 0) -> bytes:
    return draw(scene, state=state, variant=variant)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def difference(a: bytes, b: bytes) -> float:
    """The mean difference of the strongest colour, from 0 to 255."""
    gap = ImageChops.difference(opened(a).crop(SCENE_BOX), opened(b).crop(SCENE_BOX))
    return max(ImageStat.Stat(gap).mean)


def parts(data: bytes) -> list[int]:
    """The markers of a JPEG up to its scan."""
    found, at = [], 2
    while at < len(data):
        assert data[at] == 0xFF
        marker = data[at + 1]
        found.append(marker)
        if marker == 0xDA:
            return found
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise AssertionError("no scan")


@pytest.mark.parametrize("scene", scenes())
def test_before_and_after_are_pictures_and_differ(scene: str) -> None:
    before, after = drawn(scene, "before"), drawn(scene, "after")
    for data in (before, after):
        with opened(data) as image:
            image.load()
            assert (image.format, image.size, image.mode) == ("JPEG", (1200, 900), "RGB")
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        assert set(parts(data)) <= JPEG_PARTS
        assert 15_000 < len(data) < 200_000
    assert difference(before, after) > 0.5


@pytest.mark.parametrize("scene", ["place", "vendor", "burning", "river_edge", "flood", "elevator", "gas_bottle"])
def test_the_three_lights_differ_in_both_states(scene: str) -> None:
    for state in STATES:
        pictures = [drawn(scene, state, variant) for variant in range(VARIANTS)]
        assert len(set(pictures)) == VARIANTS
        assert min(difference(pictures[0], other) for other in pictures[1:]) > 1


def test_before_and_after_of_one_scene_are_more_alike_than_two_scenes() -> None:
    """The same spot is recognised again: that is what an inspector looks for."""
    same = [difference(drawn(scene, "before"), drawn(scene, "after")) for scene in ("vendor", "bin_overflow", "yard")]
    other = difference(drawn("vendor", "before"), drawn("burning", "before"))
    assert max(same) < other


def test_no_two_scenes_look_alike() -> None:
    small = {scene: opened(drawn(scene, "before")).crop(SCENE_BOX).resize((70, 56)) for scene in scenes()}
    names = list(small)
    for at, name in enumerate(names):
        for other in names[:at]:
            gap = ImageChops.difference(small[name], small[other])
            assert max(ImageStat.Stat(gap).mean) > 1, (name, other)


def test_the_same_arguments_give_the_same_bytes() -> None:
    for scene, state, variant in (("bin_overflow", "before", 1), ("market", "after", 2)):
        assert draw(scene, state=state, variant=variant) == draw(scene, state=state, variant=variant)


def test_the_second_light_is_mirrored_but_its_writing_is_not() -> None:
    plain, mirrored = opened(drawn("sewage", "before", 0)), opened(drawn("sewage", "before", 1))
    dark = (531, 405, 541, 415)  # the mouth of the pipe
    other_side = (1200 - 541, 405, 1200 - 531, 415)
    assert ImageStat.Stat(plain.convert("L").crop(dark)).mean[0] < 90
    assert ImageStat.Stat(mirrored.convert("L").crop(other_side)).mean[0] < 90
    assert ImageStat.Stat(mirrored.convert("L").crop(dark)).mean[0] > 90
    strip = (0, STRIP_TOP + 4, 340, 900)
    gap = ImageChops.difference(plain.convert("L").crop(strip), mirrored.convert("L").crop(strip))
    assert ImageStat.Stat(gap).mean[0] < 3


def test_only_the_orderly_place_bears_the_green_card() -> None:
    card = (1085, 50, 1155, 118)
    for scene in ("place", "burning", "corridor_boxes"):
        red, green, blue = ImageStat.Stat(opened(drawn(scene, "after")).crop(card)).mean
        assert green > red
        assert green > blue
        before = opened(drawn(scene, "before")).crop(card)
        assert max(ImageStat.Stat(ImageChops.difference(before, opened(drawn(scene, "after")).crop(card))).mean) > 20


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("state", STATES)
def test_every_picture_says_that_it_is_a_demonstration(state: str, variant: int) -> None:
    strip = opened(drawn("vendor", state, variant)).convert("L").crop((0, STRIP_TOP, 340, 900))
    shades = [shade for shade, count in enumerate(strip.histogram()) if count]
    assert shades[0] < 60
    assert shades[-1] > 230
    writing = sum(strip.histogram()[160:]) / (strip.width * strip.height)
    assert 0.05 < writing < 0.4


def test_nothing_is_written_but_the_strip() -> None:
    """No name of a real place, no number plate, no shop sign: the drawings know no letters."""
    assert not any("text" in name or "font" in name for name in vars(Canvas))
    rest = opened(drawn("vendor", "before")).convert("L").crop((400, STRIP_TOP + 4, 1200, 900))
    assert ImageStat.Stat(rest).stddev[0] < 3, "the strip is bare beside its words"


@pytest.mark.parametrize(
    ("scene", "state", "variant", "error"),
    [
        ("nowhere", "before", 0, KeyError), ("tick", "before", 0, KeyError), ("courtyard", "before", 0, KeyError),
        ("place", "during", 0, ValueError), ("place", "", 0, ValueError), ("place", "before", VARIANTS, ValueError),
        ("place", "after", -1, ValueError),
    ],
)  # fmt: skip
def test_unknown_wishes_are_refused(scene: str, state: str, variant: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        draw(scene, state=state, variant=variant)


def test_every_picture_a_matter_shows_can_be_drawn_and_fits_its_item() -> None:
    sayings = item_sayings()
    plans = set(pictures_of(planned()))
    assert {plan.scene for plan in plans} <= set(scenes())
    assert len({plan.scene for plan in plans}) > 40, "nearly every scene comes up"
    assert {(plan.state, plan.variant) for plan in plans} == {(s, v) for s in STATES for v in range(VARIANTS)}
    for matter in planned():
        if matter.item_code and matter.item_code != "C15":
            own = sayings[matter.item_code].scene or "place"
            assert {plan.scene for plan in pictures_of((matter,))} <= {own}, matter.key


def test_what_is_solved_shows_the_place_in_order_and_what_is_reported_does_not() -> None:
    for matter in planned():
        assert {photo.state for photo in matter.photos} <= {"before"}
        for step in matter.steps:
            states = {photo.state for photo in step.photos}
            if step.act in ("feed_back", "self_handle"):
                assert states <= {"after"}
            else:
                assert states <= {"before"}
    proud = [m for m in planned() if m.fate is Fate.RATED]
    assert all(any(step.photos and step.act == "feed_back" for step in m.steps) for m in proud)


def test_a_canvas_draws_every_shape_where_it_is_told() -> None:
    canvas = Canvas("#ffffff")
    canvas.rect(100, 100, 50, 40, "#ff0000")
    canvas.disc(300, 300, 40, "#00ff00", squash=0.5)
    canvas.ring(500, 500, 50, "#0000ff", 10)
    canvas.line([(600, 100), (700, 100)], "#000000", 12)
    canvas.poly([(800, 100), (900, 100), (850, 200)], "#ff00ff")
    canvas.cable((100, 600), (500, 600), 80, "#000000", 10)
    image = opened(canvas.jpeg())

    def near(x: int, y: int, colour: tuple[int, int, int]) -> bool:
        pixel = image.getpixel((x, y))
        assert isinstance(pixel, tuple)
        return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))

    white = (255, 255, 255)
    assert near(125, 120, (255, 0, 0))
    assert near(125, 160, white)
    assert near(330, 300, (0, 255, 0))
    assert near(300, 330, white), "a lying ellipse"
    assert near(500, 452, (0, 0, 255))
    assert near(500, 500, white), "a ring is hollow"
    assert near(650, 100, (0, 0, 0))
    assert near(850, 130, (255, 0, 255))
    assert near(300, 680, (0, 0, 0)), "the cable hangs through by its sag"
    assert near(300, 600, white)
    assert image.size == (WIDTH, HEIGHT)
