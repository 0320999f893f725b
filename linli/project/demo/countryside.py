"""Draws the ten villages (groups, farmhouses, waterways) and the two special areas (exits, shops)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from linli.project.demo.book import book, pairs
from linli.project.demo.dice import Dice
from linli.project.demo.estates import TOWN_ADDRESS
from linli.project.demo.layout import Disc, Plane, to_plane, to_spot, turned
from linli.project.demo.places import Facility, FacilityKind, House, Venue, VenueKind, VillageGroup
from linli.project.demo.seeds import AreaSeed

GROUP_RADIUS: Final = 165.0


def group_count(area: AreaSeed, seed: int) -> int:
    """How many villagers' groups the village has."""
    return Dice(seed, "groups", area.code).between(6, 9)


def group_disc(area: AreaSeed, nth: int, of: int, seed: int) -> Disc:
    """Where the `nth` group would like to lie: on a ring around the middle of the village."""
    middle = to_plane(area.lng or 0.0, area.lat or 0.0)
    dice = Dice(seed, "group disc", area.code, nth)
    angle, away = 2 * math.pi * nth / of + dice.span(-0.3, 0.3), dice.span(220, 470)
    return Disc(middle.x + away * math.cos(angle), middle.y + away * math.sin(angle), GROUP_RADIUS)


def village_group(area: AreaSeed, nth: int, middle: Plane, *, seed: int) -> VillageGroup:
    """Draw one group: farmhouses in two or three rows along a lane."""
    dice = Dice(seed, "group", area.code, nth)
    surname, _ = dice.pick(pairs("hamlet_surnames"))
    hamlet = f"{surname}家宅"
    code = f"{area.code}-G{nth:02d}"
    count, bearing = dice.between(22, 40), dice.span(-25, 25)
    per_row = math.ceil(count / 3)
    houses = []
    for at in range(count):
        row, column = divmod(at, per_row)
        along = (column - (per_row - 1) / 2) * 19 + dice.span(-3, 3)
        shift = turned(along, (row - 1) * 34 + dice.span(-4, 4), bearing)
        number = f"{hamlet}{at + 1}号"
        address = f"{TOWN_ADDRESS}{area.short}{nth}组{number}"
        spot = to_spot(middle.x + shift.x, middle.y + shift.y)
        houses.append(House(f"{code}-H{at + 1:03d}", number, address, spot, dice.pick((2, 2, 3))))
    return VillageGroup(code, area.code, f"{area.short}{nth}组", to_spot(*middle), tuple(houses))


def village_facilities(area: AreaSeed) -> tuple[Facility, ...]:
    """四站一室 (DOMAIN row 123), bridge, sluice, river sections, fields and road of a village."""
    middle = to_plane(area.lng or 0.0, area.lat or 0.0)
    return _facilities(area, area.short, middle, book("places")["village_things"])


def special_disc(area: AreaSeed) -> Disc:
    """The room a special area takes."""
    return Disc(*to_plane(area.lng or 0.0, area.lat or 0.0), 140.0)


def special_facilities(area: AreaSeed, middle: Plane) -> tuple[Facility, ...]:
    """The doors, the square and the kerbs around a special area."""
    wanted = [(FacilityKind.EXIT, f"{n}号门", *_ring(n, 6, 95)) for n in range(1, 7)]
    wanted += [(FacilityKind.ROADSIDE, f"{side}侧人行道", *_ring(n, 4, 125)) for n, side in enumerate("东北西南")]
    wanted += [(FacilityKind.PLAZA, "中心广场", 0.0, 0.0), (FacilityKind.CAR_PARK, "地下车库入口", 70.0, -70.0)]
    wanted += [(FacilityKind.JOINT_DUTY, "联勤联动站", -30.0, 40.0)]
    wanted += [(FacilityKind.BIKE_SHED, "非机动车停放区", -75.0, -60.0)]
    return _facilities(area, area.name, middle, wanted)


def special_venues(area: AreaSeed, middle: Plane) -> tuple[Venue, ...]:
    """The shops, by invented names."""
    table = book("places")["special"][area.code]
    venues = []
    for at, (kind, name) in enumerate(table["shops"], start=1):
        x, y = _ring(at, len(table["shops"]), 70)
        address = f"{TOWN_ADDRESS}{table['road']}{area.name}{at:02d}铺"
        spot = to_spot(middle.x + x, middle.y + y)
        venues.append(Venue(f"{area.code}-V{at:02d}", area.code, VenueKind(kind), name, address, spot))
    return tuple(venues)


def _facilities(
    area: AreaSeed, label: str, middle: Plane, wanted: Sequence[tuple[str, str, float, float]]
) -> tuple[Facility, ...]:
    """Things of (kind, name, metres east, metres north) around the middle."""
    return tuple(
        Facility(
            f"{area.code}-F{at:02d}", area.code, "", FacilityKind(kind), f"{label}{name}",
            to_spot(middle.x + x, middle.y + y),
        )
        for at, (kind, name, x, y) in enumerate(wanted, start=1)
    )  # fmt: skip


def _ring(nth: int, of: int, away: float) -> tuple[float, float]:
    angle = 2 * math.pi * nth / of
    return away * math.cos(angle), away * math.sin(angle)
