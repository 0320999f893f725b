"""The words of Shanghai addresses, and how a written address is made plain before it is read."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from linli.kernel.text import normalise

LONGEST: Final = 200
"""Characters of an address that are read."""

CITY_DISTRICTS: Final = (
    "浦东新区", "黄浦区", "徐汇区", "长宁区", "静安区", "普陀区", "虹口区", "杨浦区", "闵行区", "宝山区", "嘉定区",
    "金山区", "松江区", "青浦区", "奉贤区", "崇明区",
)  # fmt: skip
PUDONG: Final = "浦东新区"
MERGED_INTO_PUDONG: Final = ("南汇区", "南汇县", "川沙县")
"""Names of 1992 and 2009 that people still write."""

PUDONG_TOWNS: Final = (
    "潍坊新村街道", "陆家嘴街道", "周家渡街道", "塘桥街道", "上钢新村街道", "南码头路街道", "沪东新村街道",
    "金杨新村街道", "洋泾街道", "浦兴路街道", "东明路街道", "花木街道", "川沙新镇", "高桥镇", "北蔡镇", "合庆镇",
    "唐镇", "曹路镇", "金桥镇", "高行镇", "高东镇", "张江镇", "三林镇", "惠南镇", "周浦镇", "新场镇", "大团镇",
    "康桥镇", "航头镇", "祝桥镇", "泥城镇", "宣桥镇", "书院镇", "万祥镇", "老港镇", "南汇新城镇", "芦潮港农场",
    "东海农场", "朝阳农场", "金桥经济技术开发区", "张江高科技园区",
)  # fmt: skip
"""Towns, sub-districts and zones of Pudong (statistical codes 2023), each as it is written in full."""

_SHORT_OF: Final = re.compile(r"(?:新镇|新城镇|镇|(?:新村|路)?街道)$")
SHORT_TOWNS: Final = {
    short: town
    for town in PUDONG_TOWNS
    if len(short := _SHORT_OF.sub("", town)) > 1 and short != town and short not in {"南汇", "潍坊", "上钢", "沪东"}
}
"""How people shorten them. Left out: names that mean something else as often (old Nanhui, numbered estates)."""

COMPOUND_ENDS: Final = (
    "住宅小区", "小区", "新村", "花园", "花苑", "公寓", "家园", "大厦", "商厦", "大楼", "广场", "中心", "别墅", "山庄",
    "庄园", "半岛", "街坊", "街区", "公馆", "国际", "世纪", "高层", "宝邸", "城市", "公园", "园区", "洋房", "天地",
    "苑", "园", "城", "庭", "府", "邸", "湾", "坊", "里", "居", "阁", "轩", "院", "馆", "都", "墅", "洲", "郡", "筑",
    "寓", "厦", "邨",
)  # fmt: skip
OFFICE_ENDS: Final = ("大厦", "商厦", "大楼", "广场", "中心", "国际", "天地")
"""Compounds that have one number on the road; in the others numbers are doors inside."""

NAMED_ROOMS: Final = (
    "地下室", "亭子间", "三层阁", "二层阁", "假三层", "前客堂", "后客堂", "客堂", "前厢房", "后厢房", "东厢房",
    "西厢房", "厢房", "灶间", "阁楼", "前楼", "后楼", "车库", "门卫室", "门卫", "值班室", "传达室", "东间", "西间",
    "南间", "北间", "前间", "后间", "中间",
)  # fmt: skip
NAMED_BUILDINGS: Final = ("东楼", "西楼", "南楼", "北楼", "中楼", "主楼", "副楼", "裙楼")
NAMED_FLOORS: Final = {"底楼": "1", "底层": "1", "顶楼": "顶", "顶层": "顶"}

STOPS: Final = re.compile(
    r"门口|门前|旁边|旁$|斜对面|对面|附近|隔壁|楼下|楼上|楼道|楼顶(?![楼层])|路口|路边|路段|交叉口|交界|[东西南北]侧|[东西南北]{1,2}角"
    r"|靠近|临近|邻近|前面|后面|里面|外面|周边|边上|转角|拐角|那[个边条里]|这[个边条里]|的|吗|我|你|电话|联系|原来|出口"
)
"""Words that speak about a place beside the address, or of something that is no address."""

NOTE_STARTS: Final = re.compile(r"^(?:近|靠|原|旁|对|双|单|临近|邻|即|现|旧|老|曾)")

_CN: Final = "零〇○一二三四五六七八九十百千两廿卅壹贰叁肆伍陆柒捌玖拾"
CN: Final = rf"[{_CN}]+"
_CN_DIGITS: Final = {char: digit for digit, chars in enumerate(
    ("零〇○", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for char in chars}  # fmt: skip
_CN_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "千": 1000, "廿": 20, "卅": 30}

_OTHER_HANDS: Final = str.maketrans({
    "號": "号", "樓": "楼", "棟": "栋", "衖": "弄", "單": "单", "層": "层", "﹟": "#", "_": "-", "~": "-", "–": "-",
    "—": "-", "―": "-", "−": "-", "‐": "-", "‑": "-", "〜": "-", "·": ".", "。": ",", "；": ",", ";": ",", "!": ",",
    "?": ",", "|": ",", "\\": "/", "【": "(", "】": ")", "[": "(", "]": ")", "{": "(", "}": ")", "〔": "(", "〕": ")",
    "<": "(", ">": ")", "《": "(", "》": ")", "「": "(", "」": ")", "『": "(", "』": ")", '"': " ", "'": " ", "“": " ",
    "”": " ", "‘": " ", "’": " ",
})  # fmt: skip
_REWRITES: Final = tuple((re.compile(pattern), to) for pattern, to in (
    (r"^[ ,:]*(?:(?:家庭|详细|居住|现|户籍|联系|事发|通讯)?(?:地址|住址)|地点|位置)(?:[:是为]| )*", ""),
    (r"^(?:(?:我们?|本人)家?住在?|家?住在|家住|位于)", ""),
    (r"^[ ,]*(?:中国)?\(?上海\)?自由贸易试验区(?:\(?临港新片区\)?|\(?保税片区\)?)?", ""),
    (r"NO\.? ?(?=\d)", ""),
    (r"(?<![\dA-Z甲乙丙丁戊])#(?=\d)", ""),
    (r" ?#", "号"),
    (r"(?<=\d弄)(?:堂|内|里)(?=[\d ,]|$)", ""),
    (r"(?<=[\d号])至(?=\d)", "-"),
    (r"(?<=\d)之(?=[\d一二三四五六七八九十])", "-"),
    (r"(?<=\d)[.](?=\d)", "-"),
    (r"(?<=\d), ?(?=\d)", "、"),
    (r"(\d)号 ?- ?(?=\d+号(?![楼门]))", r"\1-"),
    (r"(\d)号 ?[、,] ?(?=\d+号(?![楼门]))", r"\1、"),
    (r"(\d)室 ?[、/]? ?(?=\d+室)", r"\1、"),
    (rf"(?:地下|负)({CN}|\d+)(?=[楼层])", lambda m: f"B{numeral(m[1])}"),
))  # fmt: skip

MISHEARD: Final = tuple((re.compile(pattern), to) for pattern, to in (
    (r"(?<=\d)(?:浓|农|龙|笼|拢|NONG)(?=\d|$)", "弄"),
    (r"(?<=\d)(?:浩|好|豪|耗|HAO)(?=\d|$)", "号"),
    (r"(?<=\d)(?:市|是|式|士|SHI)(?=$|[ ,])", "室"),
    (r"(?<=\d)O(?=[\dO]*(?:\d|[弄号室]))", "0"),
    (r"(?<![A-Z])[LI](?=\d+[弄号室])", "1"),
    (r"(?<=\d)[LI](?=\d)", "1"),
))  # fmt: skip
"""Slips of dictation and of the eye, tried only where the text as it stands is not clear."""


def plain(text: str) -> str:
    """Return `text` in one line, half width, capitals, one kind of dash, bracket and sign; at most `LONGEST` long."""
    line = unicodedata.normalize("NFKC", normalise(text[: LONGEST * 2], multiline=False)).upper()
    line = re.sub(r"\s+", " ", line.translate(_OTHER_HANDS)).strip()[:LONGEST]
    for pattern, to in _REWRITES:
        line = pattern.sub(to, line)
    return line.strip(" ,")


def numeral(text: str) -> str:
    """Return a number written in Chinese (十二, 一二三, 一百零二, 廿八) in digits; digits stay as they are."""
    if text.isdigit() and text.isascii():
        return text
    if not any(char in _CN_UNITS for char in text):
        return "".join(str(_CN_DIGITS[char]) for char in text)
    total, digit = 0, 0
    for char in text:
        if char in _CN_UNITS:
            worth = _CN_UNITS[char]
            total += worth if worth in (20, 30) else (digit or 1) * worth
            digit = 0
        else:
            digit = _CN_DIGITS[char]
    return str(total + digit)
