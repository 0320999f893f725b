"""Names in an address: district, town, committee, village, road, compound, cut out of a run without any mark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from linli.kernel.address_draft import Draft
from linli.kernel.address_words import (
    CITY_DISTRICTS,
    COMPOUND_ENDS,
    MERGED_INTO_PUDONG,
    NAMED_BUILDINGS,
    NAMED_FLOORS,
    NAMED_ROOMS,
    PUDONG,
    PUDONG_TOWNS,
    SHORT_TOWNS,
    STOPS,
)

_NUMERAL: Final = "一二三四五六七八九十百零〇\\d"
_WAY: Final = "[东西南北中]?(?:路|街|公路|大街|大道)"
_ROAD: Final = re.compile(r"^.{1,10}?(?:大道|公路|路|街|弄|巷)(?![坊区道])路?")
_ROAD_OF_TOWN: Final = re.compile("路|街|公路|大道|[东西南北中]路")
_NOT_BEFORE_WAY: Final = rf"(?!{_WAY})"
_GENERIC: Final = "|".join(COMPOUND_ENDS)
_ONLY_GENERIC: Final = re.compile(rf"^[东西南北中新老]?[{_NUMERAL}]*(?:{_GENERIC}|村)")
_PART_OF_COMPOUND: Final = re.compile(rf"{_GENERIC}|[东西南北中{_NUMERAL}A-Z]+[区苑园座块期]$")
_KNOWN_END: Final = re.compile(
    rf"(?:{_GENERIC}|[新{_NUMERAL}]村|[{_NUMERAL}]+(?:期|街坊|街区|村|号院)|[东西南北中A-Z]+[区苑园座块]|[A-Z]街坊)$"
)
_SPLIT: Final = re.compile(
    rf"^(.{{2,}}?(?:小区|新村|花园|公寓|花苑|家园|大厦|广场|别墅|苑|[{_NUMERAL}]村))(?=(?!{_WAY}).{{2,6}}?{_WAY}$)"
)
_COMMITTEE: Final = re.compile(r"^(.{1,8}?)(居民委员会|居委会|居委|居民区|社区(?!路|中心|卫生|服务|文化|公园|医院))")
_VILLAGE: Final = re.compile(
    rf"^(.{{0,4}}?[^新{_NUMERAL}]村)(?:村民委员会|村委会|村委|民委员会|委会)?(?![东西南北中]?(?:路|街|公路|大道))"
)
_HOMESTEAD: Final = re.compile(r"^.{1,5}?宅(?!小区|新村|路|[东西南北]路)")
_LOCAL: Final = re.compile(r"^.{1,4}[埭浜湾角圩桥塘]$")
_OTHER_TOWN: Final = re.compile(rf"^.{{2,6}}?(?:街道|(?<![小古])镇|乡){_NOT_BEFORE_WAY}(?![村上])")
_ROOM_WORD: Final = re.compile(r"^([东西南北中前后甲乙丙])室")
_VENUE: Final = re.compile(r"(?:政府|医院|学校|[小中大]学|学院|幼儿园|敬老院|养老院|法院|检察院|图书馆|体育馆|文化馆)$")
_INSIDE: Final = "|".join((*NAMED_BUILDINGS, *NAMED_FLOORS, *NAMED_ROOMS, "[东西南北中前后甲乙丙]室"))
_INNER: Final = re.compile(rf"^(.{{2,}}?)((?:{_INSIDE})+)$")
_LONGEST_ROAD: Final = 4
Step = Callable[[str, Draft], str]


def read_names(run: str, draft: Draft, *, group_next: bool) -> None:
    """Note the names in a run of words. group_next: whether 3组 follows, so that the last name is a village."""
    stop = STOPS.search(run)
    if stop:
        draft.doubt("left_over")
        run = run[: stop.start()]
    rest = run
    while rest:
        left = _first_step(rest, draft)
        if left == rest and group_next and re.fullmatch(".{2,5}村", rest):
            draft.put("village", rest)
            return
        if left == rest:
            _compound(rest, draft, sure=stop is None)
            return
        rest = left


def _first_step(rest: str, draft: Draft) -> str:
    for step in _STEPS:
        left = step(rest, draft)
        if left != rest:
            return left
    return rest


def _city(rest: str, draft: Draft) -> str:
    if draft.parts:
        return rest
    for prefix in ("中国", "上海市"):
        if rest.startswith(prefix):
            return rest.removeprefix(prefix)
    after = rest.removeprefix("上海")
    begins = after.startswith((*CITY_DISTRICTS, "浦东", *PUDONG_TOWNS)) or re.match(
        rf"^(?!{_WAY}).{{2,5}}{_WAY}$", after
    )
    if after != rest and (begins or not after):
        return after
    return rest.removeprefix("沪") if rest.startswith(("沪浦东", "沪上海")) else rest


def _district(rest: str, draft: Draft) -> str:
    found = next((name for name in CITY_DISTRICTS if rest.startswith(name)), "")
    if found:
        draft.put("district", found)
        return rest.removeprefix(found)
    merged = next((name for name in MERGED_INTO_PUDONG if rest.startswith(name)), "")
    if merged:
        draft.put("district", PUDONG)
        draft.doubt("old_name")
        return rest.removeprefix(merged)
    after = rest.removeprefix("浦东")
    if after == rest or draft.has("district", "town", "road"):
        return rest
    road = re.match(rf"^(?!{_WAY}|机场|国际机场).{{2,5}}{_WAY}$", after)
    village = _VILLAGE.match(after)
    if not after or after.startswith((*PUDONG_TOWNS, *SHORT_TOWNS)) or road or village:
        draft.put("district", PUDONG)
        return after
    return rest


def _town(rest: str, draft: Draft) -> str:
    for town in PUDONG_TOWNS:
        after = rest.removeprefix(town)
        if after != rest and not _ROAD_OF_TOWN.match(after):
            draft.put("town", town)
            return after
    if draft.has("town", "road", "compound", "village"):
        return rest
    other = _OTHER_TOWN.match(rest)
    if other:
        draft.put("town", other[0])
        if draft.parts.get("district", PUDONG) == PUDONG:
            draft.doubt("unknown_town")
        return rest[other.end() :]
    return _short_town(rest, draft)


def _short_town(rest: str, draft: Draft) -> str:
    """周浦 for 周浦镇: taken alone, or before a road or village that has a name of its own."""
    short = next((name for name in SHORT_TOWNS if rest.startswith(name)), "")
    after = rest.removeprefix(short)
    if not short or re.match(_WAY, after):
        return rest
    road = _ROAD.match(after)
    own_road = road is not None and road.end() == len(after) and not re.match(rf"^.{_WAY}$", after)
    if not after or own_road or _VILLAGE.match(after) or _COMMITTEE.match(after):
        draft.put("town", SHORT_TOWNS[short])
        draft.doubt("town_guessed")
        return after
    if not road and not _ONLY_GENERIC.match(after):
        draft.doubt("town_guessed")
    return rest


def _committee(rest: str, draft: Draft) -> str:
    found = _COMMITTEE.match(rest)
    if found is None or (found[1].endswith("村") and found[2] == "社区"):
        return rest
    kind = "居委会" if found[2].startswith(("居委", "居民委")) else found[2]
    draft.put("committee", found[1] + kind)
    if kind == "社区":
        draft.doubt("name_split")
    return rest[found.end() :]


def _village(rest: str, draft: Draft) -> str:
    found = _VILLAGE.match(rest)
    if found is None or len(found[1]) < 2 or _PART_OF_COMPOUND.match(rest[found.end() :]):
        return rest
    draft.put("village", found[1])
    return rest[found.end() :]


def _homestead(rest: str, draft: Draft) -> str:
    found = _HOMESTEAD.match(rest)
    if found and (draft.has("village", "group") or found.end() == len(rest)):
        draft.put("homestead", found[0])
        return rest[found.end() :]
    if draft.has("group") and not draft.has("homestead") and _LOCAL.match(rest):
        draft.put("homestead", rest)
        draft.doubt("homestead_guessed")
        return ""
    return rest


def _road(rest: str, draft: Draft) -> str:
    split = _SPLIT.match(rest)
    if split:
        draft.put("compound", split[1])
        draft.doubt("name_split")
        return rest[split.end() :]
    found = _ROAD.match(rest)
    if found is None:
        return rest
    after = rest[found.end() :]
    if _ONLY_GENERIC.match(after) and not draft.has("road"):
        return rest
    draft.put("road", found[0])
    if len(re.sub(rf"{_WAY}$", "", found[0])) > _LONGEST_ROAD:
        draft.doubt("odd_name")
    if after and found[0].endswith(("弄", "巷", "街")):
        draft.doubt("name_split")
    return after


def _inside(rest: str, draft: Draft) -> str:
    """Rooms, floors and buildings that have a name: 地下室, 底楼, 主楼, 东室."""
    if not draft.has("number", "building", "lane", "compound", "floor"):
        return rest
    for part, names in (("room", NAMED_ROOMS), ("building", NAMED_BUILDINGS), ("floor", tuple(NAMED_FLOORS))):
        found = next((name for name in names if rest.startswith(name)), "")
        if found:
            draft.put(part, NAMED_FLOORS.get(found, found))
            return rest.removeprefix(found)
    room = _ROOM_WORD.match(rest)
    if room:
        draft.put("room", room[1])
        return rest[room.end() :]
    return rest


_STEPS: Final[tuple[Step, ...]] = (_city, _inside, _district, _town, _committee, _village, _homestead, _road)


def _compound(rest: str, draft: Draft, *, sure: bool) -> None:
    """What no other step took is the name of a compound, a remark, or nothing we know."""
    if re.fullmatch(r"(?:住宅)?小区|商业|办公楼|工厂", rest) and draft.has("road", "lane"):
        return
    inner = _INNER.match(rest)
    if inner:
        _compound(inner[1], draft, sure=sure)
        read_names(inner[2], draft, group_next=False)
        return
    known = _KNOWN_END.search(rest) is not None and len(rest) > 1 and not _VENUE.search(rest)
    if draft.has("compound") or (draft.has("room") and not known) or len(rest) < 2 or rest in COMPOUND_ENDS:
        draft.doubt("left_over")
        return
    if draft.last == "village":
        draft.doubt("name_split")
    draft.put("compound", rest)
    if not known or not sure:
        draft.doubt("name_guessed")
