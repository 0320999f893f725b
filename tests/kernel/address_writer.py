"""Makes addresses of every pattern, and writes one down as many hands would: with or without marks, in Chinese
numerals, full width, spaced out, with a prefix or a remark. The writer knows nothing of the parser."""

from __future__ import annotations

from hypothesis import strategies as st

from linli.kernel.addresses import Address

TOWNS = ("", "周浦镇", "康桥镇", "川沙新镇", "三林镇", "花木街道", "潍坊新村街道", "唐镇", "南汇新城镇")
COMMITTEES = ("", "", "", "瑞和居委会", "界浜居民区", "潍坊三村居委会", "第二居委会")
FIRST = "沈梅年瑞秀沿峨华芳栖耀德五八万丁王龙云昌雪灵"
SECOND = "家浦沿兴和州山阳水草园福桂台野"
ROAD_ENDS = ("路", "东路", "南路", "中路", "公路", "大道", "街", "大街", "环路", "一路")
COMPOUND_ENDS = ("苑", "花园", "小区", "新村", "公寓", "三村", "一街坊", "家园", "名邸", "新城二期", "佳苑东区")
OFFICES = ("大厦", "广场", "金融中心", "商务大楼")
STEMS = ("", "", "", "", "甲", "乙")
CN = "零一二三四五六七八九"

small = st.integers(1, 199).map(str)
name = st.builds("{}{}".format, st.sampled_from(FIRST), st.sampled_from(SECOND))
roads = st.builds("{}{}".format, name, st.sampled_from(ROAD_ENDS))
compounds = st.builds("{}{}".format, name, st.sampled_from(COMPOUND_ENDS))
offices = st.builds("{}{}".format, name, st.sampled_from(OFFICES))
rooms = st.one_of(
    st.builds("{}{:02d}".format, st.integers(1, 33), st.integers(1, 12)),
    st.builds("{}{:02d}{}".format, st.integers(1, 33), st.integers(1, 12), st.sampled_from(["甲", "乙", "A", "B"])),
    st.builds("{}{:02d}-{}".format, st.integers(1, 33), st.integers(1, 12), st.integers(1, 3)),
    st.builds("A{}{:02d}".format, st.integers(1, 33), st.integers(1, 12)),
    st.sampled_from(["地下室", "阁楼", "车库", "东", "8", "12"]),
)
doors = st.one_of(
    st.builds("{}{}".format, small, st.sampled_from(STEMS)),
    st.integers(1, 150).map(lambda n: f"{n}-{n + 2}"),
    small.map(lambda n: f"临{n}"),
    small.map(lambda n: f"{n}A"),
    st.integers(10, 900).map(lambda n: f"{n}-{n % 9 + 1}"),
)
buildings = st.one_of(small, st.sampled_from(["A", "B", "主楼", "东楼", "B3"]))
floors = st.one_of(st.integers(1, 33).map(str), st.sampled_from(["B1", "B2", "顶"]))
units = st.one_of(st.integers(1, 6).map(str), st.sampled_from(["A", "B"]))
head = {
    "district": st.sampled_from(["", "浦东新区"]),
    "town": st.sampled_from(TOWNS),
}
none = st.just("")


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The part, or nothing."""
    return st.one_of(none, strategy)


lanes = st.builds(
    Address, **head, committee=st.sampled_from(COMMITTEES), road=roads, lane=st.integers(1, 9999).map(str),
    sublane=st.one_of(none, none, none, small), compound=st.one_of(none, none, compounds),
    number=doors, room=maybe(rooms), floor=st.one_of(none, none, floors), unit=st.one_of(none, none, units),
)  # fmt: skip
lane_buildings = st.builds(
    Address, **head, road=roads, lane=st.integers(1, 9999).map(str), building=buildings, unit=maybe(units),
    room=rooms, compound=maybe(compounds),
)  # fmt: skip
on_roads = st.builds(
    Address, **head, road=roads, number=doors, compound=maybe(offices), building=maybe(buildings),
    floor=maybe(floors), room=maybe(rooms),
)  # fmt: skip
in_compounds = st.builds(
    Address, **head, committee=st.sampled_from(COMMITTEES), compound=compounds, building=maybe(buildings),
    number=doors, unit=maybe(units), room=maybe(rooms),
)  # fmt: skip
in_villages = st.builds(
    Address, **head, village=name.map(lambda n: n + "村"), group=st.integers(1, 20).map(str),
    homestead=maybe(st.sampled_from("周王唐沈").map(lambda n: n + "家宅")), number=doors,
    room=maybe(st.sampled_from(["201", "东间", "101"])),
)  # fmt: skip
every = st.one_of(lanes, lane_buildings, on_roads, in_compounds, in_villages)


def chinese(value: str) -> str:
    """The number as it is read out: 12 十二, 101 一百零一, 501 in a room 五零一."""
    if not value.isdigit() or len(value) > 4:
        return value
    number = int(value)
    if number < 20:
        return ("十" if number >= 10 else "") + (CN[number % 10] if number % 10 else "")
    if number < 100:
        return CN[number // 10] + "十" + (CN[number % 10] if number % 10 else "")
    return "".join(CN[int(digit)] for digit in value)


def _stemmed(draw: st.DrawFn, value: str, mark: str) -> str:
    stem = value[-1] if value and value[-1] in "甲乙" else ""
    if not stem:
        return value + mark
    core = value.removesuffix(stem)
    return draw(st.sampled_from([core + mark + stem, core + stem + mark]))


def _door(draw: st.DrawFn, a: Address) -> list[str]:
    """Number, unit, floor and room, in one of the ways they are run together."""
    number = _stemmed(draw, a.number, draw(st.sampled_from(["号", "#"]))) if a.number else ""
    named = a.room and not any(char.isdigit() for char in a.room)
    room = a.room if named and len(a.room) > 1 else _stemmed(draw, a.room, "室") if a.room else ""
    if a.room[-1:].isdigit() and len(a.room) > 2 and draw(st.booleans()):
        room = a.room
    if a.lane and a.number.isdigit() and a.room.isdigit() and len(a.room) > 2 and not (a.unit or a.floor or a.building):
        number, room = draw(st.sampled_from([
            (number, room), (number, room), (f"{a.number}-", a.room), (f"{a.number}/", a.room),
            (f"{a.number}-", f"{a.room}室"),
        ]))  # fmt: skip
    floor = a.floor + draw(st.sampled_from(["楼", "层"])) if a.floor else ""
    unit = f"{a.unit}单元" if a.unit else ""
    return [number, unit, floor, room]


def _building(draw: st.DrawFn, value: str) -> str:
    if not value or value.endswith("楼"):
        return value
    marks = ["座", "栋"] if value.isalpha() else ["号楼", "幢", "栋", "#楼"]
    return value + draw(st.sampled_from(marks))


def _place(draw: st.DrawFn, a: Address) -> list[str]:
    lane = f"{chinese(a.lane) if draw(st.booleans()) else a.lane}弄" if a.lane else ""
    sublane = f"{a.sublane}支弄" if a.sublane else ""
    compound = a.compound
    if compound and a.lane and draw(st.booleans()):
        compound = draw(st.sampled_from([f"({compound})", f"（{compound}）", f" {compound} "]))
    building, (number, *rest) = _building(draw, a.building), _door(draw, a)
    office = a.compound.endswith(OFFICES)
    inner = [number, compound, building] if office or (a.road and not a.lane) else [compound, building, number]
    group = f"{a.group}{draw(st.sampled_from(['组', '队', '村民小组', '小组']))}" if a.group else ""
    return [a.committee, a.village, group, a.homestead, a.road, lane, sublane, *inner, *rest]


@st.composite
def written(draw: st.DrawFn, addresses: st.SearchStrategy[Address] = every) -> tuple[Address, str]:
    """An address and one of the ways to write it down."""
    a = draw(addresses)
    prefix = draw(st.sampled_from(["", "", "上海市", "上海市 "])) + a.district + a.town
    pieces = [prefix, *(piece for piece in _place(draw, a) if piece)]
    gap = draw(st.sampled_from(["", "", "", " ", "，"]))
    text = gap.join(piece for piece in pieces if piece)
    if draw(st.integers(0, 4)) == 0:
        text = text.translate({ord("0") + n: ord("０") + n for n in range(10)} | {ord("-"): "－", ord("#"): "＃"})
    text += draw(st.sampled_from(["", "", "", "(近地铁站)", "【急】", "。", " "]))
    return a, text
