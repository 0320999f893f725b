"""Places a scene is set in: courtyard, corridor, street, field, river bank, village, room."""

from __future__ import annotations

from typing import Final

from linli.project.demo.canvas import Canvas

# sky, wall, ground: three times of day, so that variants differ at a glance
TONES: Final = (
    ("#cfe3ee", "#e7dcc9", "#b9bdb8"),
    ("#e9e4d4", "#d9cfc4", "#b4b1a8"),
    ("#c6d3dd", "#cfd8d6", "#a9afb0"),
)
LEAF, LEAF_DARK, TRUNK = "#7ba569", "#628c55", "#86684e"


def courtyard(c: Canvas, variant: int) -> None:
    """The front of a six-storey house, a strip of green, a paved yard."""
    sky, wall, ground = TONES[variant]
    c.rect(0, 0, 1200, 900, sky)
    c.rect(90, 60, 1020, 470, wall)
    c.rect(70, 46, 1060, 22, "#9c8f80")
    for row in range(4):
        for column in range(8):
            x, y = 130 + column * 122, 100 + row * 104
            c.rect(x, y, 74, 62, "#f8f6f0")
            c.rect(x + 6, y + 6, 29, 50, "#9fb9c8")
            c.rect(x + 39, y + 6, 29, 50, "#8dabbc")
            c.rect(x - 4, y + 62, 82, 8, "#bfb2a2")
    c.rect(556, 430, 92, 100, "#7b6a5b")
    c.rect(540, 418, 124, 14, "#9c8f80")
    c.rect(0, 530, 1200, 370, ground)
    c.rect(0, 530, 1200, 34, "#8fae7c")
    for x in (60, 210, 420, 760, 960, 1130):
        c.disc(x, 530, 42, LEAF, squash=0.8)


def corridor(c: Canvas, variant: int) -> None:
    """A stairwell landing seen along the passage: doors on both sides, window at the end."""
    wall = ("#efe9dd", "#e6ebe6", "#ece4e2")[variant]
    c.rect(0, 0, 1200, 900, wall)
    c.poly([(0, 0), (1200, 0), (800, 190), (400, 190)], "#f9f6ef")
    c.poly([(0, 900), (1200, 900), (800, 520), (400, 520)], "#b8b1a5")
    c.rect(400, 190, 400, 330, "#dcd4c5")
    c.rect(520, 235, 160, 150, "#bcd6e3")
    c.rect(596, 235, 8, 150, "#f8f6f0")
    c.poly([(90, 250), (240, 270), (240, 680), (90, 790)], "#8a5b45")
    c.poly([(1110, 250), (960, 270), (960, 680), (1110, 790)], "#7f6a58")
    c.disc(222, 480, 9, "#d8b45a")
    c.disc(978, 480, 9, "#d8b45a")
    c.poly([(0, 640), (400, 470), (400, 480), (0, 664)], "#9fb0a6")
    c.poly([(1200, 640), (800, 470), (800, 480), (1200, 664)], "#9fb0a6")


def street(c: Canvas, variant: int) -> None:
    """A row of shops, a pavement with a tactile line, a kerb, the carriageway."""
    sky, wall, _ = TONES[variant]
    c.rect(0, 0, 1200, 900, sky)
    c.rect(0, 90, 1200, 400, wall)
    fronts = ("#5f8792", "#a4664e", "#7d8b5e", "#8a6f93")
    for n in range(4):
        x = n * 300
        c.rect(x + 16, 130, 268, 62, fronts[(n + variant) % 4], radius=4)
        c.rect(x + 40, 152, 150, 18, "#f4efe4", radius=9)
        c.rect(x + 30, 220, 240, 270, "#55646c")
        c.rect(x + 40, 230, 106, 250, "#a8c3cd")
        c.rect(x + 154, 230, 106, 250, "#98b5c1")
    c.rect(0, 490, 1200, 190, "#cfc9be")
    for x in range(0, 1200, 100):
        c.rect(x, 490, 3, 190, "#bfb8ab")
    c.rect(0, 566, 1200, 34, "#dcb95c")
    c.rect(0, 680, 1200, 16, "#98938a")
    c.rect(0, 696, 1200, 204, "#6f757a")
    for x in range(40, 1200, 220):
        c.rect(x, 772, 120, 9, "#e9e6dc")


def field(c: Canvas, variant: int) -> None:
    """Open land behind a village: far houses, furrows running to the horizon."""
    sky = TONES[variant][0]
    c.rect(0, 0, 1200, 900, sky)
    for x in (140, 330, 820, 1010):
        _far_house(c, x, 300)
    c.rect(0, 360, 1200, 540, ("#9db074", "#b3a469", "#93a878")[variant])
    for n in range(-7, 20):
        c.poly(
            [(600 + (n - 6) * 46, 360), (606 + (n - 6) * 46, 360), (n * 190 - 540, 900), (n * 190 - 580, 900)],
            "#8a9a62",
        )
    for x in range(20, 1200, 118):
        c.disc(x, 352, 34, LEAF_DARK, squash=0.7)


def river(c: Canvas, variant: int) -> None:
    """A village river between banks, a low bridge."""
    sky = TONES[variant][0]
    c.rect(0, 0, 1200, 900, sky)
    for x in (90, 300, 560, 880, 1080):
        tree(c, x, 330, 0.75)
    c.rect(0, 330, 1200, 110, "#93ab78")
    c.poly([(0, 440), (1200, 440), (1200, 760), (0, 800)], ("#7fa9b5", "#8aa79f", "#7b9fb3")[variant])
    for y in (500, 560, 640, 710):
        c.rect(140 + y % 170, y, 210, 5, "#a5c6cd", radius=2)
        c.rect(700 + y % 130, y + 26, 240, 5, "#a5c6cd", radius=2)
    c.poly([(0, 800), (1200, 760), (1200, 900), (0, 900)], "#a3936f")
    c.rect(0, 404, 1200, 40, "#8b9b6b")


def village(c: Canvas, variant: int) -> None:
    """Two farmhouses, a concrete yard, a lane."""
    sky, wall, ground = TONES[variant]
    c.rect(0, 0, 1200, 900, sky)
    for x in (80, 640):
        c.rect(x, 190, 460, 300, wall)
        c.poly([(x - 34, 190), (x + 230, 84), (x + 494, 190)], "#7c5a4e")
        for n in range(3):
            c.rect(x + 40 + n * 146, 226, 88, 74, "#8dabbc")
            c.rect(x + 80 + n * 146, 226, 8, 74, "#f8f6f0")
        c.rect(x + 186, 360, 88, 130, "#6d5949")
        c.rect(x + 40, 366, 96, 74, "#8dabbc")
        c.rect(x + 324, 366, 96, 74, "#8dabbc")
    c.rect(0, 490, 1200, 410, ground)
    c.rect(0, 490, 1200, 20, "#9aae80")
    tree(c, 590, 500, 1.0)


def room(c: Canvas, variant: int) -> None:
    """The inside of a flat or shop."""
    wall = ("#eee5d6", "#e3e8e8", "#efe0d8")[variant]
    c.rect(0, 0, 1200, 620, wall)
    c.rect(0, 620, 1200, 280, "#c2a98c")
    c.rect(0, 604, 1200, 18, "#f7f2e8")
    c.rect(760, 130, 280, 250, "#bcd6e3")
    c.rect(892, 130, 12, 250, "#f8f6f0")
    c.rect(740, 380, 320, 14, "#f8f6f0")
    for x in range(0, 1200, 150):
        c.rect(x, 640 + (x // 150 % 3) * 80, 130, 4, "#b19777")


def tree(c: Canvas, x: float, foot: float, size: float) -> None:
    """A round tree with its foot at (x, foot)."""
    c.rect(x - 9 * size, foot - 110 * size, 18 * size, 110 * size, TRUNK)
    c.disc(x - 34 * size, foot - 130 * size, 52 * size, LEAF_DARK)
    c.disc(x + 30 * size, foot - 140 * size, 58 * size, LEAF)
    c.disc(x, foot - 180 * size, 50 * size, LEAF)


def _far_house(c: Canvas, x: float, y: float) -> None:
    c.rect(x, y, 96, 60, "#e6ddcf")
    c.poly([(x - 12, y), (x + 48, y - 34), (x + 108, y)], "#8f6a5c")
