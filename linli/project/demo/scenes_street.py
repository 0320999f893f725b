"""What was found, and the same place in order: one painter per kind of matter on streets and in shops."""

from __future__ import annotations

from linli.project.demo.canvas import INK, PAPER, RED, STEEL, Canvas
from linli.project.demo.props import bag, bike, bin_, box, car, cone, flame, pile, puddle, scooter, stall, tape


def car_mess(c: Canvas, before: bool) -> None:
    """Cars on the pavement, or a free pavement."""
    if before:
        car(c, 300, 668, 1.05, "#c25b48")
        car(c, 760, 680, 1.1, "#e9edf0")
        scooter(c, 1080, 660, 0.9, "#54788a")
    else:
        car(c, 860, 840, 0.95, "#e9edf0")
        for x in range(100, 1200, 260):
            c.rect(x, 628, 20, 60, STEEL, radius=8)


def bike_mess(c: Canvas, before: bool) -> None:
    """Shared bicycles in heaps, or in a row inside the frame."""
    if before:
        for x, y in (
            (180, 640),
            (270, 670),
            (380, 650),
            (470, 680),
            (560, 640),
            (700, 672),
            (790, 650),
            (900, 684),
            (1010, 650),
        ):
            bike(c, x, y, 1.1, ("#3f8f9b", "#d9a63a", "#4b78b0")[x % 3])
    else:
        c.line([(160, 616), (1060, 616), (1060, 676), (160, 676), (160, 616)], "#f4f1e8", 6)
        for x in range(240, 1040, 120):
            bike(c, x, 668, 0.9, ("#3f8f9b", "#d9a63a")[x % 240 // 120])


def noise(c: Canvas, before: bool) -> None:
    """A loudspeaker in front of a shop."""
    c.rect(520, 470, 130, 190, INK, radius=10)
    c.disc(585, 530, 36, "#8d989e")
    c.disc(585, 606, 46, "#8d989e")
    c.disc(585, 606, 20, INK)
    if before:
        for n in range(3):
            c.ring(585, 570, 130 + n * 56, "#c9652f", 9)
    else:
        c.line([(500, 450), (680, 680)], RED, 16)


def leaflets(c: Canvas, before: bool) -> None:
    """Cards strewn on the pavement."""
    if before:
        for n in range(34):
            x, y = 60 + (n * 137) % 1080, 510 + (n * 71) % 160
            c.poly([(x, y), (x + 44, y - 10), (x + 52, y + 18), (x + 8, y + 28)], ("#f3e3a4", "#f1c9bd", PAPER)[n % 3])
    else:
        bin_(c, 980, 680, "#4c8a5c", full=False)


def vendor(c: Canvas, before: bool) -> None:
    """Carts on the pavement."""
    if before:
        stall(c, 330, 690)
        stall(c, 760, 700)
        bag(c, 560, 690, 0.8)
        puddle(c, 1000, 660, 110, "#8a8578")
    else:
        c.rect(520, 560, 160, 90, "#2f6b7a", radius=8)
        c.rect(592, 650, 16, 40, STEEL)
        c.rect(540, 586, 120, 10, PAPER)
        c.rect(540, 612, 90, 10, PAPER)


def storefront(c: Canvas, before: bool) -> None:
    """Goods in front of the shop window."""
    if before:
        for x in (360, 560, 760):
            c.rect(x - 80, 520, 160, 16, "#8a6a4c")
            c.rect(x - 70, 536, 12, 124, "#8a6a4c")
            c.rect(x + 58, 536, 12, 124, "#8a6a4c")
            for n in range(4):
                c.disc(x - 56 + n * 38, 504, 20, ("#d9843b", "#7ea04d", "#c3432f")[(n + x) % 3])
        box(c, 930, 660, 120, 110)
        box(c, 930, 552, 100, 90)


def road_boxes(c: Canvas, before: bool) -> None:
    """Building material on the kerb."""
    if before:
        pile(c, 420, 690, 210, "#cdb893")
        for row in range(4):
            c.rect(660 + row * 12, 660 - row * 36, 260 - row * 24, 32, "#b06a50")
        c.rect(960, 560, 130, 110, "#8d989e", radius=6)
    else:
        cone(c, 220, 690, 0.8)
        cone(c, 980, 690, 0.8)


def signboard(c: Canvas, before: bool) -> None:
    """A shop sign hanging by one corner."""
    if before:
        c.rect(316, 126, 268, 70, "#8f8578")
        c.poly([(316, 150), (560, 290), (530, 340), (290, 204)], "#a4664e")
        c.poly([(350, 190), (470, 258), (462, 274), (342, 206)], PAPER)
        tape(c, 260, 660, 560)


def street_trash(c: Canvas, before: bool) -> None:
    """A litter bin on the square."""
    bin_(c, 560, 680, "#5d7f6b", full=before)
    if before:
        for n in range(12):
            x = 300 + (n * 97) % 620
            c.poly(
                [
                    (x, 640 + n % 4 * 12),
                    (x + 26, 640 + n % 4 * 12),
                    (x + 20, 676 + n % 4 * 12),
                    (x + 6, 676 + n % 4 * 12),
                ],
                PAPER,
            )
        puddle(c, 780, 660, 120, "#948b78")
        bag(c, 430, 690, 0.9)


def oil_fume(c: Canvas, before: bool) -> None:
    """An exhaust hood over the pavement."""
    c.rect(640, 250, 150, 110, STEEL)
    for n in range(4):
        c.rect(652, 266 + n * 24, 126, 10, "#56626a")
    if before:
        for x, y, r in ((620, 330, 50), (560, 280, 66), (480, 220, 80), (400, 150, 90)):
            c.disc(x, y, r, "#a7a39a")
        puddle(c, 720, 640, 160, "#6d6552")


def exit_blocked(c: Canvas, before: bool) -> None:
    """An emergency exit at the end of the passage."""
    c.rect(480, 230, 240, 290, "#5f8a6c")
    c.rect(596, 230, 8, 290, "#466a52")
    c.rect(500, 196, 200, 30, "#2f8f4f", radius=4)
    if before:
        for x, y, w, h in ((500, 610, 200, 150), (680, 620, 180, 170), (600, 470, 170, 120)):
            box(c, x, y, w, h)
        c.ring(600, 380, 34, "#d8b45a", 10)


def gas_bottle(c: Canvas, before: bool) -> None:
    """A stove with a gas bottle beside it, or an induction plate."""
    c.rect(240, 520, 420, 26, "#8d989e")
    c.rect(260, 546, 380, 190, "#aab5bb")
    if before:
        c.rect(740, 560, 130, 200, "#9aa6ad", radius=40)
        c.rect(786, 520, 38, 44, "#56626a")
        c.cable((800, 530), (520, 540), 90, "#d9843b", 9)
        flame(c, 420, 520, 0.4)
    else:
        c.rect(330, 500, 240, 20, INK, radius=6)


def manhole(c: Canvas, before: bool) -> None:
    """A cover in the pavement."""
    c.disc(600, 640, 130, "#5d6468", squash=0.36)
    if before:
        c.disc(600, 640, 112, "#23292d", squash=0.36)
        c.poly([(640, 610), (800, 560), (820, 590), (670, 650)], "#7b8388")
        c.line([(560, 650), (540, 500)], "#8a6a4c", 8)
        cone(c, 380, 690)
    else:
        c.disc(600, 640, 116, "#7b8388", squash=0.36)
        for n in range(5):
            c.rect(540 + n * 26, 620, 10, 40, "#5d6468")
