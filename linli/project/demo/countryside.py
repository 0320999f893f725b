"""Draws the ten villages (groups, farmhouses, waterways) and the two special areas (exits, shops)."""

from __future__ import annotations

import math
from typing import Final

from linli.project.demo.dice import Dice
from linli.project.demo.estates import TOWN_ADDRESS
from linli.project.demo.layout import Disc, Plane, to_plane, to_spot, turned
from linli.project.demo.places import Facility, FacilityKind, House, Venue, VenueKind, VillageGroup
from linli.project.demo.seeds import TOWN, AreaSeed
from linli.project.demo.words import HAMLET_SURNAMES

GROUP_RADIUS: Final = 165.0
VILLAGE_EN: Final = " Villagers' Committee"
VILLAGE_THINGS: Final = (
    (FacilityKind.PARTY_SERVICE, "党建服务站", 20, 10),
    (FacilityKind.RECEPTION, "市民事项受理服务站", 26, 14),
    (FacilityKind.CULTURE, "文化服务站", -20, 16),
    (FacilityKind.JOINT_DUTY, "联勤联动站", -26, -10),
    (FacilityKind.CLINIC, "村卫生室", 40, -16),
    (FacilityKind.BRIDGE, "横港桥", 150, 60),
    (FacilityKind.SLUICE, "东排涝闸", 320, 120),
    (FacilityKind.RIVER_SECTION, "横港河东段", 210, 80),
    (FacilityKind.RIVER_SECTION, "横港河西段", -230, 70),
    (FacilityKind.FIELD, "三号田块", -180, -260),
    (FacilityKind.FIELD, "蔬菜大棚区", 240, -240),
    (FacilityKind.VILLAGE_ROAD, "中心路", 10, -60),
    (FacilityKind.WASTE_ROOM, "生活垃圾收集点", -60, -40),
)
MALL_SHOPS: Final = (
    (VenueKind.RESTAURANT, "老弄堂本帮菜"), (VenueKind.RESTAURANT, "小泽烤鱼"), (VenueKind.RESTAURANT, "巷口牛肉面"),
    (VenueKind.RESTAURANT, "云上米线"), (VenueKind.SHOP, "晴朗童装"), (VenueKind.SHOP, "好步鞋店"),
    (VenueKind.SHOP, "一页书店"), (VenueKind.SHOP, "明眸眼镜"),
    (VenueKind.KIOSK, "转角奶茶"), (VenueKind.KIOSK, "日日咖啡"),
    (VenueKind.SUPERMARKET, "邻里生鲜超市"), (VenueKind.CINEMA, "星空影城"), (VenueKind.TRAINING, "小画家美术"),
    (VenueKind.TRAINING, "跃动体适能"), (VenueKind.SHOP, "甜橙手机"), (VenueKind.RESTAURANT, "渔家小馆"),
)  # fmt: skip
STREET_SHOPS: Final = (
    (VenueKind.RESTAURANT, "阿娘生煎"), (VenueKind.RESTAURANT, "弄口小笼"), (VenueKind.RESTAURANT, "深夜烧烤"),
    (VenueKind.SHOP, "顺风五金"), (VenueKind.SHOP, "新样服饰"), (VenueKind.SHOP, "惠民药房"),
    (VenueKind.SHOP, "快修手机"),
    (VenueKind.SHOP, "花间鲜花"), (VenueKind.KIOSK, "鲜榨果汁"), (VenueKind.KIOSK, "糖炒栗子"),
    (VenueKind.SUPERMARKET, "日用百货"), (VenueKind.TRAINING, "棋趣围棋"), (VenueKind.SHOP, "美丽人生理发"),
    (VenueKind.RESTAURANT, "周记馄饨"),
)  # fmt: skip
SPECIAL_ROADS: Final = {f"{TOWN}901": "棠澜路188号", f"{TOWN}902": "春澜街66号"}


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
    surname, _ = dice.pick(HAMLET_SURNAMES)
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
    name_en = f"{area.name_en.removesuffix(VILLAGE_EN)} Village Group {nth}"
    return VillageGroup(code, area.code, f"{area.short}{nth}组", name_en, hamlet, to_spot(*middle), tuple(houses))


def village_facilities(area: AreaSeed) -> tuple[Facility, ...]:
    """四站一室 (DOMAIN row 123), bridge, sluice, river sections, fields and road of a village."""
    middle = to_plane(area.lng or 0.0, area.lat or 0.0)
    return tuple(
        Facility(
            f"{area.code}-F{at:02d}", area.code, "", kind, f"{area.short}{name}", to_spot(middle.x + x, middle.y + y)
        )
        for at, (kind, name, x, y) in enumerate(VILLAGE_THINGS, start=1)
    )


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
    return tuple(
        Facility(
            f"{area.code}-F{at:02d}", area.code, "", kind, f"{area.name}{name}", to_spot(middle.x + x, middle.y + y)
        )
        for at, (kind, name, x, y) in enumerate(wanted, start=1)
    )


def special_venues(area: AreaSeed, middle: Plane) -> tuple[Venue, ...]:
    """The shops, by invented names."""
    shops: tuple[tuple[VenueKind, str], ...] = MALL_SHOPS if area.code.endswith("901") else STREET_SHOPS
    base = SPECIAL_ROADS[area.code]
    venues = []
    for at, (kind, name) in enumerate(shops, start=1):
        x, y = _ring(at, len(shops), 70)
        address = f"{TOWN_ADDRESS}{base}{area.name}{at:02d}铺"
        venues.append(
            Venue(f"{area.code}-V{at:02d}", area.code, kind, name, address, to_spot(middle.x + x, middle.y + y))
        )
    return tuple(venues)


def _ring(nth: int, of: int, away: float) -> tuple[float, float]:
    angle = 2 * math.pi * nth / of
    return away * math.cos(angle), away * math.sin(angle)
