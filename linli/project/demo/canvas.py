"""A small drawing board for flat illustrations: coordinates in a 1200 × 900 picture, drawn at twice the size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.resources import files
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 900
SCALE: Final = 2
STRIP: Final = 62
QUALITY: Final = 86

XY = tuple[float, float]


class Canvas:
    """Shapes without outlines unless asked for; colours as CSS hex."""

    def __init__(self, ground: str) -> None:
        self._image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def rect(self, x: float, y: float, w: float, h: float, fill: str, *, radius: float = 0) -> None:
        """A rectangle with its upper left corner at (x, y)."""
        box = (x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE)
        self._draw.rounded_rectangle(box, radius * SCALE, fill=fill)

    def poly(self, points: Sequence[XY], fill: str) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def disc(self, x: float, y: float, r: float, fill: str, *, squash: float = 1.0) -> None:
        """A filled circle, or a lying ellipse when `squash` is below 1."""
        box = ((x - r) * SCALE, (y - r * squash) * SCALE, (x + r) * SCALE, (y + r * squash) * SCALE)
        self._draw.ellipse(box, fill=fill)

    def ring(self, x: float, y: float, r: float, colour: str, width: float) -> None:
        """A circle line."""
        box = ((x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE)
        self._draw.ellipse(box, outline=colour, width=round(width * SCALE))

    def line(self, points: Sequence[XY], colour: str, width: float) -> None:
        """A line through the points, with round joints."""
        self._draw.line(
            [(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=round(width * SCALE), joint="curve"
        )

    def cable(self, start: XY, end: XY, sag: float, colour: str, width: float) -> None:
        """A line that hangs through by `sag`."""
        points = []
        for step in range(25):
            t = step / 24
            x = start[0] + (end[0] - start[0]) * t
            y = start[1] + (end[1] - start[1]) * t + sag * math.sin(math.pi * t)
            points.append((x, y))
        self.line(points, colour, width)

    def mirror(self) -> None:
        """Swap left and right; writing must come afterwards."""
        self._image = self._image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        self._draw = ImageDraw.Draw(self._image)

    def jpeg(self) -> bytes:
        """The finished picture with its caption strip: no metadata, the same bytes for the same shapes."""
        self.rect(0, HEIGHT - STRIP, WIDTH, STRIP, "#22303c")
        with (files("linli.project.demo") / "data" / "caption.png").open("rb") as file, Image.open(file) as caption:
            mask = caption.convert("L")
        self._image.paste("#f6f9fa", (28 * SCALE, (HEIGHT - STRIP // 2) * SCALE - mask.height // 2), mask)
        out = BytesIO()
        self._image.reduce(SCALE).save(out, "JPEG", quality=QUALITY, optimize=True)
        return out.getvalue()
