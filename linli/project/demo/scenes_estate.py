"""What was found, and the same place in order: one painter per kind of matter inside estates."""

from __future__ import annotations

from linli.project.demo import backdrops
from linli.project.demo.canvas import INK, PAPER, RED, STEEL, Canvas
from linli.project.demo.props import bag, bin_, box, car, cone, dog, lamp, pile, puddle, scooter, sofa, tape


def notice(c: Canvas, before: bool) -> None:
    """Any other place: a notice board, crooked or mended."""
    c.rect(420, 610, 14, 190, STEEL)
    c.rect(766, 610, 14, 190, STEEL)
    c.rect(390, 560, 420, 170, "#2f6b7a", radius=8)
    c.rect(408, 578, 384, 134, PAPER)
    for n in range(4):
        c.rect(430, 596 + n * 28, 330 - n * 40, 10, "#b9bfc0")
    if before:
        c.poly([(640, 578), (792, 578), (792, 700)], "#7e888d")
        cone(c, 880, 800)


def parking_lock(c: Canvas, before: bool) -> None:
    """A bay with a folding lock."""
    for x in (180, 480, 780, 1080):
        c.poly([(x, 600), (x + 12, 600), (x - 60, 830), (x - 78, 830)], "#f4f1e8")
    car(c, 270, 770, 0.8, "#7d99a8")
    if before:
        for x in (570, 860):
            c.rect(x - 70, 716, 140, 16, INK)
            c.line([(x - 50, 716), (x, 640), (x + 50, 716)], RED, 16)
            c.rect(x - 16, 676, 32, 26, "#e2b33f", radius=4)


def group_rent(c: Canvas, before: bool) -> None:
    """Bunk beds behind partitions, or an ordinary living room."""
    if before:
        for x in (60, 330):
            for y in (330, 500):
                c.rect(x, y, 230, 22, "#7a8b93")
                c.rect(x + 8, y - 34, 214, 34, ("#b66d5a", "#6d8fa5")[(x + y) % 4 // 2], radius=10)
            c.rect(x - 6, 240, 14, 420, "#5f6e76")
            c.rect(x + 222, 240, 14, 420, "#5f6e76")
        c.rect(610, 150, 18, 500, "#e9d9b5")
        c.cable((640, 190), (1180, 170), 40, INK, 5)
        for x in (700, 860, 1020):
            c.poly([(x, 210), (x + 70, 210), (x + 60, 320), (x + 10, 320)], ("#9c5a52", "#5e7f73", "#c0a25a")[x % 3])
    else:
        sofa(c, 330, 700)
        c.rect(560, 640, 190, 16, "#8a6a4c")
        c.rect(580, 656, 14, 80, "#8a6a4c")
        c.rect(716, 656, 14, 80, "#8a6a4c")


def fire_lane_car(c: Canvas, before: bool) -> None:
    """A yellow no-parking grid in front of the door."""
    c.poly([(240, 600), (960, 600), (1080, 810), (120, 810)], "#a7aaa5")
    for n in range(9):
        c.line([(240 + n * 90, 600), (120 + n * 108, 810)], "#e0b53d", 7)
    c.line([(240, 600), (960, 600), (1080, 810), (120, 810), (240, 600)], "#e0b53d", 12)
    if before:
        car(c, 600, 760, 1.25, "#f3f5f6")


def corridor_boxes(c: Canvas, before: bool) -> None:
    """Boxes, a shoe rack and a child's bicycle in the passage."""
    if before:
        for x, y, w, h in (
            (330, 800, 190, 150),
            (350, 650, 150, 120),
            (480, 770, 130, 110),
            (850, 790, 180, 170),
            (840, 620, 140, 120),
        ):
            box(c, x, y, w, h)
        sofa(c, 640, 812)
        bag(c, 1010, 812, 1.1)
    else:
        c.rect(280, 400, 60, 92, PAPER)
        for n in range(4):
            c.rect(290, 412 + n * 18, 40 - n * 5, 6, "#b9bfc0")


def ebike_cable(c: Canvas, before: bool) -> None:
    """A scooter charging indoors from a loose cable."""
    if before:
        scooter(c, 560, 800, 1.5)
        c.cable((440, 690), (180, 330), 90, RED, 7)
        c.rect(330, 760, 120, 34, "#f4f4ee", radius=6)
        c.cable((660, 610), (390, 770), 60, INK, 6)
    else:
        c.rect(520, 420, 160, 90, "#e8efe6", radius=8)
        c.line([(560, 490), (640, 440)], RED, 10)
        c.ring(600, 465, 38, RED, 9)


def shed_building(c: Canvas, before: bool) -> None:
    """An added shed against the house, or the freed ground."""
    if before:
        c.rect(180, 380, 330, 300, "#b06a50")
        for row in range(8):
            for n in range(5):
                c.rect(184 + n * 66 + (row % 2) * 20, 386 + row * 37, 56, 28, "#bd7a60")
        c.poly([(150, 380), (540, 330), (540, 356), (150, 408)], "#4f7f97")
        c.rect(300, 500, 90, 180, "#5b4a3d")
        pile(c, 690, 740, 140, "#cdb893")
        for n in range(3):
            c.rect(800 + n * 30, 690 - n * 26, 160, 24, "#b06a50")
    else:
        c.rect(170, 600, 380, 90, "#c3c7c1")
        backdrops.tree(c, 240, 640, 0.8)


def green_destroyed(c: Canvas, before: bool) -> None:
    """A lawn dug up for vegetables, or sown again."""
    c.poly([(140, 590), (1060, 590), (1140, 820), (60, 820)], "#8fb079")
    if before:
        c.poly([(330, 620), (880, 620), (960, 800), (250, 800)], "#8a6a4c")
        for row in range(4):
            for n in range(7):
                c.disc(350 + n * 82 - row * 16, 640 + row * 46, 20, "#5f9a4a", squash=0.7)
    else:
        for x in (240, 520, 820, 1000):
            c.disc(x, 660, 46, "#6f9a5c", squash=0.8)
        c.rect(560, 690, 130, 60, PAPER, radius=6)
        c.rect(618, 750, 14, 60, STEEL)


def shop_in_home(c: Canvas, before: bool) -> None:
    """Gaming tables in a flat, or the flat as a home."""
    if before:
        for x in (240, 600):
            c.rect(x - 130, 600, 260, 30, "#2f6b4f", radius=6)
            c.rect(x - 14, 630, 28, 150, "#6c5a48")
            for n in range(9):
                c.rect(x - 110 + n * 25, 578, 18, 22, PAPER, radius=2)
            for dx in (-170, 170):
                c.rect(x + dx - 40, 660, 80, 16, "#8a6a4c")
                c.rect(x + dx - 32, 676, 12, 100, "#8a6a4c")
                c.rect(x + dx + 20, 676, 12, 100, "#8a6a4c")
    else:
        sofa(c, 360, 740)


def wall_damage(c: Canvas, before: bool) -> None:
    """A hole knocked into a wall, or plastered."""
    if before:
        c.poly([(180, 180), (420, 150), (540, 300), (500, 520), (260, 560), (140, 380)], "#6a5347")
        for row in range(6):
            c.rect(230 + (row % 2) * 24, 220 + row * 48, 200, 30, "#a9664e")
        pile(c, 420, 780, 240, "#a79b8c")
        c.line([(560, 600), (640, 420)], "#8a6a4c", 16)
        c.rect(600, 396, 90, 44, STEEL)
    else:
        c.poly([(180, 180), (420, 150), (540, 300), (500, 520), (260, 560), (140, 380)], "#e4dac8")


def bin_overflow(c: Canvas, before: bool) -> None:
    """The waste room with four bins."""
    c.rect(120, 470, 960, 200, "#7f9a8a")
    c.rect(96, 446, 1008, 34, "#4f6b5c")
    for n, colour in enumerate(("#4c6b8a", "#7c5d3f", "#4c8a5c", "#a34a3c")):
        bin_(c, 260 + n * 220, 790, colour, full=before and n < 3)
    if before:
        for x, colour in ((180, "#4c555b"), (380, "#d9d5c8"), (620, "#4c555b"), (900, "#8a9a6a"), (1030, "#4c555b")):
            bag(c, x, 826, 0.9, colour)


def bulky_waste(c: Canvas, before: bool) -> None:
    """Old furniture and rubble beside the path."""
    if before:
        sofa(c, 380, 800)
        c.rect(560, 600, 110, 200, "#e5e1d6", radius=8)
        c.ring(615, 690, 38, STEEL, 9)
        pile(c, 850, 806, 190, "#b5a893")
        c.poly([(700, 620), (760, 600), (800, 800), (740, 810)], "#caa978")
        bag(c, 240, 816, 1.0)
    else:
        c.rect(260, 700, 680, 110, "#c9cdc7")
        for x in range(280, 940, 60):
            c.poly([(x, 704), (x + 20, 704), (x + 4, 806), (x - 16, 806)], "#e0b53d")


def wall_ads(c: Canvas, before: bool) -> None:
    """Stuck notices on the wall, or clean paint."""
    if before:
        for n in range(10):
            x, y = 420 + (n * 83) % 340, 210 + (n * 61) % 250
            c.rect(x, y, 70, 46, ("#f3e3a4", "#f1c9bd", PAPER)[n % 3])
            c.rect(x + 8, y + 10, 50, 6, RED)
            c.rect(x + 8, y + 24, 40, 6, INK)
    else:
        c.rect(420, 400, 90, 100, PAPER)


def facade_loose(c: Canvas, before: bool) -> None:
    """Tiles gone from the front, the ground below."""
    if before:
        c.poly([(740, 150), (880, 130), (930, 240), (860, 330), (760, 300)], "#8f8172")
        c.line([(880, 330), (910, 420), (890, 470)], "#6f6255", 6)
        for x, y in ((800, 640), (850, 690), (900, 650), (760, 720), (940, 710)):
            c.poly([(x, y), (x + 40, y - 12), (x + 52, y + 16), (x + 12, y + 26)], "#d9cbb8")
        tape(c, 640, 1060, 600)


def lamp_broken(c: Canvas, before: bool) -> None:
    """A lamp beside the path."""
    lamp(c, 360, 820, lit=not before)
    c.rect(620, 740, 280, 20, "#9a7350")
    c.rect(620, 690, 280, 16, "#9a7350")
    c.rect(640, 760, 16, 60, STEEL)
    c.rect(864, 760, 16, 60, STEEL)


def elevator(c: Canvas, before: bool) -> None:
    """Lift doors at the end of the passage."""
    c.rect(470, 200, 260, 330, "#8d989e")
    c.rect(486, 216, 112, 314, "#b9c3c8")
    c.rect(602 + (26 if before else 0), 216, 112 - (26 if before else 0), 314, "#aab5bb")
    if before:
        c.rect(598, 216, 30, 314, "#2c343a")
        tape(c, 400, 800, 560)
        c.rect(540, 300, 120, 80, "#f3d15a", radius=6)
        c.line([(600, 316), (600, 346)], INK, 10)
        c.disc(600, 364, 6, INK)
    c.rect(752, 340, 30, 70, "#5d676e", radius=6)
    c.disc(767, 362, 7, "#f6d66b" if not before else "#9aa0a2")


def water_leak(c: Canvas, before: bool) -> None:
    """Water welling up from a drain."""
    c.disc(600, 720, 86, "#5d6468", squash=0.4)
    c.disc(600, 716, 70, "#7b8388", squash=0.4)
    if before:
        puddle(c, 620, 740, 420, "#7d8f80")
        for dx, h in ((-30, 90), (0, 140), (34, 80)):
            c.rect(600 + dx - 8, 720 - h, 16, h, "#a8c3c6", radius=8)
        cone(c, 960, 800)
    else:
        for n in range(5):
            c.rect(560 + n * 18, 700, 8, 32, "#4e565b")


def dog_loose(c: Canvas, before: bool) -> None:
    """A dog without a lead, or on one."""
    dog(c, 560, 800, 1.5, lead=not before)
    if before:
        for x in (860, 900, 930):
            c.disc(x, 806, 18, "#6d4f38", squash=0.7)
    else:
        c.rect(880, 640, 90, 110, "#4f7f5c", radius=8)
        c.rect(916, 750, 18, 70, STEEL)


def extinguisher(c: Canvas, before: bool) -> None:
    """The fire cabinet on the wall."""
    c.rect(470, 240, 260, 240, RED, radius=8)
    c.rect(486, 256, 228, 208, "#efe9e2")
    if before:
        c.line([(520, 300), (680, 440)], "#9aa0a2", 5)
    else:
        for x in (550, 650):
            c.rect(x - 30, 320, 60, 134, "#d24a36", radius=20)
            c.rect(x - 10, 296, 20, 30, INK)
