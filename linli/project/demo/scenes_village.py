"""What was found, and the same place in order: one painter per kind of matter in villages."""

from __future__ import annotations

from linli.project.demo.canvas import INK, PAPER, STEEL, Canvas
from linli.project.demo.props import bag, box, car, cone, flame, pile, puddle, sofa, stall, tape


def burning(c: Canvas, before: bool) -> None:
    """A fire in the stubble, or bales."""
    if before:
        flame(c, 640, 720, 1.15)
        pile(c, 640, 740, 190, "#6d5a44")
    else:
        for x in (420, 620, 820):
            c.disc(x, 700, 74, "#d3b56a")
            c.ring(x, 700, 46, "#b8984f", 8)


def animals(c: Canvas, before: bool) -> None:
    """A pen of planks with ducks, or the cleared ground."""
    if before:
        for x in range(220, 1000, 70):
            c.rect(x, 560, 16, 180, "#8a6a4c")
        c.rect(210, 590, 790, 14, "#a07c58")
        c.rect(210, 670, 790, 14, "#a07c58")
        for n in range(7):
            x, y = 280 + n * 96, 760 - n % 2 * 26
            c.disc(x, y - 24, 30, "#f4f1e6", squash=0.8)
            c.disc(x + 28, y - 54, 16, "#f4f1e6")
            c.poly([(x + 42, y - 58), (x + 62, y - 52), (x + 42, y - 48)], "#e0953b")
        c.poly([(640, 460), (1020, 420), (1040, 470), (640, 510)], "#5f7f97")
    else:
        c.poly([(260, 560), (980, 560), (1080, 800), (160, 800)], "#8a6a4c")


def ditch(c: Canvas, before: bool) -> None:
    """An irrigation channel, broken or whole."""
    c.poly([(540, 370), (640, 370), (840, 838), (340, 838)], "#b9bdb8")
    c.poly([(556, 370), (624, 370), (770, 838), (420, 838)], "#7fa9b5")
    if before:
        c.poly([(600, 560), (760, 600), (900, 720), (640, 700)], "#8a6a4c")
        pile(c, 640, 700, 120, "#9a8468")


def farmland(c: Canvas, before: bool) -> None:
    """Concrete poured over a field, or green again."""
    if before:
        c.poly([(380, 480), (860, 480), (1060, 820), (180, 820)], "#b9bdb8")
        c.line([(600, 480), (610, 820)], "#a2a6a1", 6)
        car(c, 620, 760, 0.9, "#4f7f97")
    else:
        for row in range(5):
            for n in range(9):
                c.disc(360 + n * 62 - row * 24 + n * row * 6, 520 + row * 66, 18 + row * 3, "#6c9a4c", squash=0.7)


def house_build(c: Canvas, before: bool) -> None:
    """A floor too many under scaffolding, or taken down."""
    if before:
        c.rect(640, 10, 460, 180, "#b06a50")
        for x in range(626, 1130, 82):
            c.rect(x, 0, 9, 490, "#c9a14a")
        for y in (60, 160, 280, 390):
            c.rect(620, y, 500, 9, "#c9a14a")
        pile(c, 360, 800, 190, "#cdb893")
    else:
        pile(c, 1040, 600, 60, "#b5a893")


def river_trash(c: Canvas, before: bool) -> None:
    """Weeds and bottles on the water."""
    if before:
        for n in range(30):
            x, y = 80 + (n * 173) % 1040, 480 + (n * 67) % 260
            c.disc(x, y, 40, ("#6f9a4c", "#7fae59")[n % 2], squash=0.4)
        for n in range(10):
            x, y = 140 + (n * 211) % 920, 500 + (n * 53) % 220
            c.rect(x, y, 50, 16, ("#dfeaf0", "#e6b84f", "#f4f4ee")[n % 3], radius=8)
    else:
        c.poly([(760, 640), (980, 640), (950, 700), (790, 700)], "#8a5b45")
        c.rect(850, 590, 60, 50, "#d9cbb8")


def sewage(c: Canvas, before: bool) -> None:
    """A pipe mouth at the bank."""
    c.rect(420, 380, 120, 60, STEEL, radius=8)
    c.disc(536, 410, 30, "#3b444b" if before else "#9aa0a2")
    if before:
        c.poly([(520, 420), (556, 420), (620, 520), (560, 520)], "#6b6a45")
        c.disc(660, 570, 190, "#77764f", squash=0.3)


def dumping(c: Canvas, before: bool) -> None:
    """Heaps of construction soil beside the track."""
    if before:
        pile(c, 380, 740, 220, "#a08a6c")
        pile(c, 700, 760, 270, "#8f7b60")
        for x, y in ((560, 800), (860, 800), (240, 790)):
            c.rect(x, y - 40, 70, 40, "#c26d55")
    else:
        c.rect(240, 420, 18, 330, "#5d676e")
        c.rect(940, 420, 18, 330, "#5d676e")
        c.rect(230, 410, 740, 30, "#e0b53d")
        for x in range(250, 940, 90):
            c.poly([(x, 440), (x + 26, 410), (x + 56, 410), (x + 30, 440)], INK)


def yard(c: Canvas, before: bool) -> None:
    """Scrap and firewood in front of the house, or pots of flowers."""
    if before:
        for x, y, w, h in ((180, 640, 150, 110), (220, 530, 120, 90), (340, 650, 120, 90)):
            box(c, x, y, w, h)
        for row in range(5):
            for n in range(7):
                c.disc(760 + n * 44, 640 - row * 36, 20, "#9a7350")
        sofa(c, 620, 800)
        bag(c, 420, 780, 1.0)
    else:
        for x in (140, 320, 760, 1000):
            c.poly([(x - 34, 600), (x + 34, 600), (x + 24, 660), (x - 24, 660)], "#b06a50")
            c.disc(x, 580, 42, "#6f9a5c", squash=0.8)
            c.disc(x - 14, 568, 10, "#d9a0a8")
            c.disc(x + 18, 576, 10, "#f0d27a")


def road_hole(c: Canvas, before: bool) -> None:
    """A lane with a pothole, or new asphalt."""
    c.poly([(0, 620), (1200, 580), (1200, 838), (0, 838)], "#83898c")
    if before:
        c.disc(540, 730, 150, "#5a5f62", squash=0.4)
        puddle(c, 545, 738, 100)
        c.line([(700, 720), (820, 690), (900, 740), (1020, 716)], "#5a5f62", 7)
        cone(c, 320, 800)
    else:
        c.poly([(360, 660), (780, 650), (800, 810), (340, 816)], "#5d6366")


def river_edge(c: Canvas, before: bool) -> None:
    """The bank with a gap in the railing, or closed."""
    for x in range(30, 1200, 90):
        if before and 380 < x < 840:
            continue
        c.rect(x, 680, 14, 150, PAPER)
    for y in (700, 760):
        if before:
            c.rect(0, y, 390, 12, PAPER)
            c.rect(840, y, 360, 12, PAPER)
        else:
            c.rect(0, y, 1200, 12, PAPER)
    if not before:
        c.ring(600, 740, 40, "#d9642f", 18)


def fishing(c: Canvas, before: bool) -> None:
    """Ground cages in the water, or open water."""
    if before:
        for n in range(6):
            c.ring(300 + n * 100, 600 + n * 10, 46, "#3b5a44", 8)
        c.line([(250, 590), (860, 660)], "#3b5a44", 6)
        c.line([(180, 800), (420, 560)], "#8a6a4c", 10)


def workshop(c: Canvas, before: bool) -> None:
    """Barrels and spray in a farmhouse yard, or cleared."""
    if before:
        for n in range(4):
            x = 180 + n * 120
            c.rect(x - 44, 560, 88, 130, ("#4b78b0", "#a34a3c")[n % 2], radius=10)
            c.rect(x - 48, 600, 96, 8, INK)
        puddle(c, 460, 760, 200, "#8b7aa0")
        for x, y, r in ((820, 330, 50), (880, 260, 66), (960, 180, 80)):
            c.disc(x, y, r, "#b9b3c2")
    else:
        c.rect(300, 690, 420, 20, "#c9cdc7")


def market(c: Canvas, before: bool) -> None:
    """Stalls along the lane, or a swept lane."""
    c.poly([(0, 650), (1200, 620), (1200, 838), (0, 838)], "#83898c")
    if before:
        stall(c, 240, 780)
        stall(c, 600, 800)
        stall(c, 960, 780)
        for n in range(9):
            c.disc(150 + n * 110, 822, 14, "#7ea04d", squash=0.6)


def tree_fallen(c: Canvas, before: bool) -> None:
    """A tree across a cable, or cleared."""
    for x in (60, 1130):
        c.rect(x, 120, 18, 420, "#7a6a58")
    if before:
        c.cable((70, 150), (600, 520), 60, INK, 6)
        c.cable((600, 520), (1140, 150), 60, INK, 6)
        c.poly([(260, 760), (280, 790), (820, 560), (806, 536)], "#86684e")
        for x, y, r in ((800, 540, 90), (880, 480, 80), (900, 580, 86)):
            c.disc(x, y, r, "#628c55")
        tape(c, 160, 560, 690)
    else:
        c.cable((70, 150), (1140, 150), 50, INK, 6)


def flood(c: Canvas, before: bool) -> None:
    """Water in the yard, or a dry yard with a pump."""
    if before:
        c.rect(0, 560, 1200, 280, "#8aa5a3")
        for n in range(9):
            c.rect(60 + (n * 143) % 1000, 590 + n * 26, 170, 6, "#b2c8c5", radius=3)
        c.disc(330, 640, 30, "#c9a14a", squash=0.5)
    else:
        c.rect(500, 660, 150, 90, "#d9842f", radius=8)
        c.cable((650, 700), (1200, 780), 40, "#4b78b0", 22)
