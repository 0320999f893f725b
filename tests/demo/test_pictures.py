"""The drawn pictures: every scene in both states, plain JPEGs without metadata, really different, really repeatable."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from linli.project.demo.pictures import VARIANTS, draw, scenes

STRIP_TOP = 838


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("scene", scenes())
def test_before_and_after_are_pictures_and_differ(scene: str) -> None:
    before, after = draw(scene, state="before"), draw(scene, state="after")
    for data in (before, after):
        image = opened(data)
        assert image.format == "JPEG"
        assert image.size == (1200, 900)
        assert not image.getexif()
        assert 15_000 < len(data) < 200_000
    scene_box = (0, 0, 1050, STRIP_TOP)  # without the strip and the green card
    difference = ImageChops.difference(opened(before).crop(scene_box), opened(after).crop(scene_box))
    assert max(ImageStat.Stat(difference).mean) > 0.5


def test_the_same_arguments_give_the_same_bytes_and_variants_differ() -> None:
    pictures = [draw("bin_overflow", state="before", variant=variant) for variant in range(VARIANTS)]
    assert len(set(pictures)) == VARIANTS
    assert pictures[1] == draw("bin_overflow", state="before", variant=1)


def test_every_picture_says_that_it_is_a_demonstration() -> None:
    for variant in range(VARIANTS):
        strip = opened(draw("vendor", state="before", variant=variant)).convert("L").crop((0, STRIP_TOP, 340, 900))
        shades = [shade for shade, count in enumerate(strip.histogram()) if count]
        assert shades[0] < 60
        assert shades[-1] > 230
        writing = sum(strip.histogram()[160:]) / (strip.width * strip.height)
        assert 0.05 < writing < 0.4


def test_unknown_wishes_are_refused() -> None:
    with pytest.raises(KeyError):
        draw("nowhere", state="before")
    with pytest.raises(ValueError, match="state"):
        draw("place", state="during")
    with pytest.raises(ValueError, match="variant"):
        draw("place", state="before", variant=VARIANTS)
