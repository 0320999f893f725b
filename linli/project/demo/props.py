"""Things that stand in the scenes. (x, y) is the middle of the foot; `s` the size, 1 near the viewer."""

from __future__ import annotations

from linli.project.demo.canvas import INK, Canvas

GLASS = "#a9c6d3"


def car(c: Canvas, x: float, y: float, s: float = 1.0, colour: str = "#e9edf0") -> None:
    """A saloon car from the side."""
    c.disc(x, y, 190 * s, "#8f9499", squash=0.07)
    c.rect(x - 190 * s, y - 84 * s, 380 * s, 66 * s, colour, radius=24 * s)
    c.poly(
        [(x - 116 * s, y - 80 * s), (x - 66 * s, y - 142 * s), (x + 62 * s, y - 142 * s), (x + 128 * s, y - 80 * s)],
        colour,
    )
    c.poly(
        [(x - 92 * s, y - 84 * s), (x - 56 * s, y - 130 * s), (x - 6 * s, y - 130 * s), (x - 6 * s, y - 84 * s)], GLASS
    )
    c.poly(
        [(x + 8 * s, y - 84 * s), (x + 8 * s, y - 130 * s), (x + 54 * s, y - 130 * s), (x + 100 * s, y - 84 * s)], GLASS
    )
    c.rect(x - 190 * s, y - 60 * s, 20 * s, 16 * s, "#c9503b", radius=5 * s)
    c.rect(x + 168 * s, y - 62 * s, 22 * s, 16 * s, "#f2dc93", radius=5 * s)
    for dx in (-112, 112):
        c.disc(x + dx * s, y - 22 * s, 36 * s, INK)
        c.disc(x + dx * s, y - 22 * s, 17 * s, "#c8ced2")


def bike(c: Canvas, x: float, y: float, s: float = 1.0, colour: str = "#3f8f9b") -> None:
    """A bicycle from the side."""
    for dx in (-52, 52):
        c.ring(x + dx * s, y - 40 * s, 40 * s, INK, 6 * s)
    frame = [(-52, -40), (-14, -94), (40, -94), (0, -40), (-52, -40)]
    c.line([(x + a * s, y + b * s) for a, b in frame], colour, 8 * s)
    c.line([(x - 14 * s, y - 94 * s), (x, y - 40 * s)], colour, 8 * s)
    c.line([(x + 52 * s, y - 40 * s), (x + 36 * s, y - 122 * s), (x + 58 * s, y - 126 * s)], colour, 7 * s)
    c.rect(x - 36 * s, y - 110 * s, 40 * s, 10 * s, INK, radius=4 * s)


def scooter(c: Canvas, x: float, y: float, s: float = 1.0, colour: str = "#b7503f") -> None:
    """An electric scooter from the side."""
    for dx in (-66, 70):
        c.disc(x + dx * s, y - 28 * s, 28 * s, INK)
        c.disc(x + dx * s, y - 28 * s, 11 * s, "#c8ced2")
    c.rect(x - 88 * s, y - 96 * s, 84 * s, 48 * s, colour, radius=14 * s)
    c.rect(x - 84 * s, y - 114 * s, 88 * s, 18 * s, INK, radius=8 * s)
    c.rect(x - 10 * s, y - 56 * s, 66 * s, 14 * s, colour, radius=6 * s)
    c.poly(
        [(x + 40 * s, y - 48 * s), (x + 62 * s, y - 150 * s), (x + 80 * s, y - 150 * s), (x + 72 * s, y - 44 * s)],
        colour,
    )
    c.line([(x + 70 * s, y - 150 * s), (x + 44 * s, y - 166 * s)], INK, 8 * s)


def box(c: Canvas, x: float, y: float, w: float, h: float) -> None:
    """A cardboard box with tape."""
    c.rect(x - w / 2, y - h, w, h, "#c79a63")
    c.rect(x - w / 2, y - h, w, h * 0.16, "#b28551")
    c.rect(x - w * 0.07, y - h, w * 0.14, h * 0.46, "#e3cda4")


def bag(c: Canvas, x: float, y: float, s: float = 1.0, colour: str = "#4c555b") -> None:
    """A tied rubbish bag."""
    c.disc(x, y - 38 * s, 44 * s, colour, squash=0.88)
    c.poly(
        [(x - 15 * s, y - 70 * s), (x + 15 * s, y - 70 * s), (x + 24 * s, y - 98 * s), (x - 22 * s, y - 96 * s)], colour
    )
    c.rect(x - 16 * s, y - 78 * s, 32 * s, 7 * s, "#d5dadd")


def bin_(c: Canvas, x: float, y: float, colour: str, *, full: bool) -> None:
    """A wheeled bin; a full one is heaped and its lid stands open."""
    if full:
        for dx, dy in ((-36, 0), (10, -22), (44, 2)):
            bag(c, x + dx, y - 150 + dy, 0.72, ("#5b6369", "#d9d5c8", "#7c8f72")[dx % 3])
        c.poly([(x - 76, y - 190), (x - 66, y - 196), (x - 40, y - 290), (x - 54, y - 290)], colour)
    c.poly([(x - 70, y - 180), (x + 70, y - 180), (x + 58, y - 10), (x - 58, y - 10)], colour)
    if not full:
        c.rect(x - 76, y - 200, 152, 26, colour, radius=8)
        c.rect(x - 76, y - 178, 152, 5, INK)
    c.rect(x - 28, y - 128, 56, 56, "#f4f4ee", radius=8)
    c.disc(x - 44, y - 8, 13, INK)
    c.disc(x + 44, y - 8, 13, INK)


def sofa(c: Canvas, x: float, y: float) -> None:
    """A worn sofa."""
    c.rect(x - 150, y - 150, 300, 100, "#9d7a5e", radius=22)
    c.rect(x - 170, y - 104, 60, 96, "#8c6b51", radius=18)
    c.rect(x + 110, y - 104, 60, 96, "#8c6b51", radius=18)
    c.rect(x - 116, y - 88, 232, 64, "#b08c6e", radius=10)
    c.rect(x - 3, y - 88, 6, 64, "#8c6b51")
    c.poly([(x + 40, y - 140), (x + 84, y - 128), (x + 60, y - 104)], "#e9dfc9")


def lamp(c: Canvas, x: float, y: float, *, lit: bool) -> None:
    """A street lamp; a broken one hangs its head."""
    c.rect(x - 9, y - 440, 18, 440, "#68757d")
    c.rect(x - 26, y - 22, 52, 22, "#56626a")
    if lit:
        c.disc(x + 92, y - 392, 120, "#f7ecc2")
        c.line([(x, y - 436), (x + 92, y - 436)], "#68757d", 12)
        c.poly([(x + 50, y - 436), (x + 134, y - 436), (x + 118, y - 404), (x + 66, y - 404)], "#f6d66b")
    else:
        c.line([(x, y - 430), (x + 66, y - 400), (x + 78, y - 330)], "#68757d", 12)
        c.poly([(x + 50, y - 336), (x + 108, y - 330), (x + 92, y - 284), (x + 58, y - 290)], "#56626a")


def cone(c: Canvas, x: float, y: float, s: float = 1.0) -> None:
    """A traffic cone."""
    c.rect(x - 42 * s, y - 12 * s, 84 * s, 12 * s, "#c8542f")
    c.poly(
        [(x - 30 * s, y - 12 * s), (x + 30 * s, y - 12 * s), (x + 9 * s, y - 104 * s), (x - 9 * s, y - 104 * s)],
        "#e06a3b",
    )
    c.poly(
        [(x - 21 * s, y - 42 * s), (x + 21 * s, y - 42 * s), (x + 15 * s, y - 66 * s), (x - 15 * s, y - 66 * s)],
        "#f7f3ea",
    )


def tape(c: Canvas, x1: float, x2: float, y: float) -> None:
    """A striped barrier between two posts."""
    for x in (x1, x2):
        c.rect(x - 6, y - 20, 12, 120, "#5d676e")
    c.rect(x1, y, x2 - x1, 26, "#f3efe6")
    stripe = x1
    while stripe < x2 - 40:
        c.poly([(stripe, y + 26), (stripe + 22, y), (stripe + 44, y), (stripe + 22, y + 26)], "#c9402e")
        stripe += 62


def tick(c: Canvas, x: float, y: float) -> None:
    """The inspector's green card: done."""
    c.rect(x - 46, y - 46, 92, 92, "#f6f9fa", radius=14)
    c.disc(x, y, 36, "#3f6b3a")
    c.line([(x - 17, y + 1), (x - 5, y + 14), (x + 19, y - 13)], "#ffffff", 9)


def flame(c: Canvas, x: float, y: float, s: float = 1.0) -> None:
    """A fire with smoke above."""
    for dx, dy, r in ((10, -250, 70), (60, -340, 92), (0, -430, 110), (70, -530, 120)):
        c.disc(x + dx * s, y + dy * s, r * s, "#9aa0a2")
    c.poly(
        [
            (x - 80 * s, y),
            (x - 60 * s, y - 110 * s),
            (x - 30 * s, y - 60 * s),
            (x, y - 190 * s),
            (x + 34 * s, y - 70 * s),
            (x + 64 * s, y - 120 * s),
            (x + 84 * s, y),
        ],
        "#dd6a2f",
    )
    c.poly(
        [
            (x - 44 * s, y),
            (x - 20 * s, y - 60 * s),
            (x + 2 * s, y - 110 * s),
            (x + 28 * s, y - 50 * s),
            (x + 46 * s, y),
        ],
        "#f3c14b",
    )


def puddle(c: Canvas, x: float, y: float, r: float, colour: str = "#6f97a8") -> None:
    """Standing water."""
    c.disc(x, y, r, colour, squash=0.28)
    c.disc(x - r * 0.2, y - r * 0.05, r * 0.5, "#9dbecb", squash=0.2)


def stall(c: Canvas, x: float, y: float) -> None:
    """A street trader's cart with an awning and fruit."""
    c.rect(x - 130, y - 130, 260, 90, "#b98a5a")
    for n in range(6):
        c.disc(x - 108 + n * 43, y - 138, 22, ("#d9843b", "#c3432f", "#7ea04d")[n % 3])
    for dx in (-120, 114):
        c.rect(x + dx, y - 300, 8, 260, "#6c5a48")
    for n in range(7):
        c.poly(
            [
                (x - 154 + n * 44, y - 300),
                (x - 110 + n * 44, y - 300),
                (x - 104 + n * 46, y - 246),
                (x - 152 + n * 46, y - 246),
            ],
            ("#c94f3d", "#f4ede0")[n % 2],
        )
    for dx in (-80, 80):
        c.disc(x + dx, y - 30, 32, INK)
        c.disc(x + dx, y - 30, 13, "#c8ced2")


def dog(c: Canvas, x: float, y: float, s: float = 1.0, *, lead: bool = False) -> None:
    """A dog from the side, on a lead or not."""
    coat = "#a9794f"
    c.rect(x - 70 * s, y - 92 * s, 140 * s, 52 * s, coat, radius=24 * s)
    for dx in (-56, -34, 30, 52):
        c.rect(x + dx * s, y - 56 * s, 14 * s, 56 * s, coat)
    c.disc(x + 84 * s, y - 112 * s, 32 * s, coat)
    c.rect(x + 92 * s, y - 112 * s, 40 * s, 22 * s, coat, radius=10 * s)
    c.poly([(x + 60 * s, y - 130 * s), (x + 54 * s, y - 168 * s), (x + 86 * s, y - 142 * s)], "#7e5737")
    c.line([(x - 66 * s, y - 84 * s), (x - 104 * s, y - 128 * s)], coat, 13 * s)
    c.disc(x + 94 * s, y - 118 * s, 5 * s, INK)
    if lead:
        c.line([(x + 64 * s, y - 90 * s), (x - 20 * s, y - 260 * s), (x - 120 * s, y - 330 * s)], "#c9402e", 6 * s)


def pile(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    """A heap of soil, rubble or straw."""
    c.poly(
        [
            (x - r, y),
            (x - r * 0.62, y - r * 0.42),
            (x - r * 0.16, y - r * 0.62),
            (x + r * 0.3, y - r * 0.5),
            (x + r * 0.74, y - r * 0.2),
            (x + r, y),
        ],
        colour,
    )
    for n in range(7):
        c.rect(x - r * 0.6 + n * r * 0.18, y - r * (0.12 + 0.07 * (n % 4)), r * 0.1, r * 0.08, "#8d7c6a")
