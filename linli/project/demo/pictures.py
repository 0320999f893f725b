"""Plain drawn pictures for the invented matters: what was found and what it looks like afterwards.

Flat scenes with a strip that says 演示图片: nobody can take one for a photograph.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from linli.project.demo.canvas import Canvas
from linli.project.demo.drawings import Spot, drawings, lay

VARIANTS: Final = 3
STATES: Final = ("before", "after")


@cache
def scenes() -> tuple[str, ...]:
    """The names `draw` knows, in the order of the file."""
    return tuple(name for name, drawing in drawings().items() if drawing.backdrop)


def draw(scene: str, *, state: str, variant: int = 0) -> bytes:
    """Return a JPEG of 1200 × 900 pixels without metadata; the same arguments give the same bytes.

    state: `before` or `after`. variant: 0–2, other light, the second one mirrored.
    Raises KeyError for an unknown scene, ValueError for an unknown state or variant.
    """
    if state not in STATES or not 0 <= variant < VARIANTS:
        raise ValueError("state is before or after, variant from 0 to 2")
    if scene not in scenes():
        raise KeyError(scene)
    canvas = Canvas("#ffffff")
    lay(canvas, scene, Spot(variant=variant), before=state == "before")
    if variant == 1:
        canvas.mirror()
    if state == "after":
        lay(canvas, "tick", Spot(1120, 84), before=False)
    return canvas.jpeg()
