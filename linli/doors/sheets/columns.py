"""The columns of a table of the register: one list, read on the way in and written on the way out.

One row is one person, or a home in which nobody lives. Plain Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from linli.kernel.phrases import gettext_noop


class Kind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    WORD = "word"
    WORDS = "words"
    DATE = "date"
    FLOOR = "floor"
    ID = "id"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. zh, en: its headings; aliases: headings people use for it. place: it tells of the home.

    needed: of the home (in every row) or of the person (in every row that has one). width: in characters of a sheet.
    """

    key: str
    zh: str
    en: str
    kind: Kind
    place: bool
    needed: bool
    example: str
    help: str
    aliases: tuple[str, ...] = ()
    width: int = 12


COLUMNS: tuple[Column, ...] = (
    Column("compound", "小区", "Compound", Kind.TEXT, True, True, "瑞和苑",
           gettext_noop("As the register calls it; for a village the villagers' group."),
           ("小区名称", "所属小区", "住宅小区", "村民小组", "小区/村组"), 14),
    Column("compound_kind", "小区类型", "Kind of compound", Kind.WORD, True, False, "商品房",
           gettext_noop("Only compared; a compound is changed on its own page."), ("小区性质",)),
    Column("building", "楼栋/号", "Building", Kind.TEXT, True, False, "3号",
           gettext_noop("Number of the building or of its door. Villages leave it empty."),
           ("楼栋", "楼号", "幢号", "栋号", "楼幢", "门牌号", "号", "楼栋号", "幢")),
    Column("entrance", "单元/门", "Entrance", Kind.TEXT, True, False, "",
           gettext_noop("Only where a building has several doors."), ("单元", "单元号", "门栋", "门洞", "门")),
    Column("floor", "楼层", "Floor", Kind.FLOOR, True, False, "5",
           gettext_noop("May be left empty: it follows from the room number."), ("层", "所在楼层", "层数"), 7),
    Column("room", "室号", "Room", Kind.TEXT, True, False, "501",
           gettext_noop("Number of the home; in a village of the house."),
           ("房号", "房间号", "室", "门室", "户号", "房屋号", "宅号"), 9),
    Column("address", "标准地址", "Address", Kind.TEXT, True, False, "沈梅路123弄3号501室",
           gettext_noop("Instead of building and room, where these are empty."),
           ("地址", "详细地址", "住址", "家庭住址", "居住地址", "现住址", "房屋地址"), 26),
    Column("use", "用途", "Use", Kind.WORD, True, False, "自住",
           gettext_noop("What the home is used for."), ("房屋用途", "房屋使用情况", "房屋状态", "使用状态")),
    Column("name", "姓名", "Name", Kind.TEXT, False, True, "王小明",
           gettext_noop("Empty together with all other columns of a person: a home in which nobody lives."),
           ("居民姓名", "人员姓名", "名字", "full name")),
    Column("id_kind", "证件类型", "Kind of document", Kind.WORD, False, False, "身份证",
           gettext_noop("Empty: resident identity card."), ("证件种类", "证照类型")),
    Column("id_number", "证件号", "Document number", Kind.ID, False, False, "",
           gettext_noop("Is sealed at once; lists show only its ends."),
           ("身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证", "id number"), 22),
    Column("sex", "性别", "Sex", Kind.WORD, False, False, "女", gettext_noop("May follow from the identity card."),
           ("gender",), 7),
    Column("born_on", "出生日期", "Born on", Kind.DATE, False, False, "1984-05-17",
           gettext_noop("May follow from the identity card."), ("出生年月", "出生年月日", "生日", "date of birth"), 13),
    Column("phone", "手机", "Mobile phone", Kind.PHONE, False, False, "",
           gettext_noop("Is sealed at once; lists show only its ends."),
           ("手机号", "手机号码", "联系电话", "联系方式", "电话", "移动电话", "phone", "mobile"), 15),
    Column("relation", "与户主关系", "Relation to the head", Kind.WORD, False, False, "户主",
           gettext_noop("One head of household at most in each home."),
           ("与户主的关系", "户主关系", "家庭关系", "关系")),
    Column("tenure", "居住方式", "Tenure", Kind.WORD, False, False, "自有住房",
           gettext_noop("By which right the household lives there."), ("房屋性质", "住房性质", "居住性质", "产权性质")),
    Column("moved_in", "迁入日期", "Moved in on", Kind.DATE, False, False, "2016-09-01",
           gettext_noop("When this person came."), ("入住日期", "入住时间", "迁入时间", "来沪日期"), 13),
    Column("moved_out", "迁出日期", "Moved out on", Kind.DATE, False, False, "",
           gettext_noop("When this person left."), ("搬离日期", "搬出日期", "迁出时间", "离开日期"), 13),
    Column("lives_here", "居住在此/户籍在此", "Lives here or registered here", Kind.WORD, False, False, "居住在此",
           gettext_noop("Whether the person lives here or is only registered here."),
           ("居住在此", "户籍在此", "人户情况", "人户状态", "人户分离", "是否居住", "是否在住"), 16),
    Column("tags", "需求标签", "Needs and roles", Kind.WORDS, False, False, "独居老人、高龄老人",
           gettext_noop("Several are separated by 、. Only those whose purpose is on record."),
           ("标签", "人员标签", "关注类型", "特殊需求", "重点人群", "人员类别"), 22),
    Column("source", "来源", "Source", Kind.WORD, False, False, "上门",
           gettext_noop("How this was learnt. Empty: from a list."), ("信息来源", "采集方式", "数据来源")),
    Column("checked_on", "核对日期", "Checked on", Kind.DATE, False, False, "2026-11-02",
           gettext_noop("When somebody last made sure of it. Empty: today."),
           ("核实日期", "采集日期", "登记日期", "更新日期", "核查日期"), 13),
)  # fmt: skip

BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
PLACE_KEYS = tuple(column.key for column in COLUMNS if column.place)
PERSON_KEYS = tuple(column.key for column in COLUMNS if not column.place)
SECRET_KEYS = frozenset({"id_number", "phone"})
"""Columns whose cells are nowhere shown in full, not even in an error."""

CAPTION = "※"
"""Rows of a table that begin with it are words of Linli about the table, and are passed over."""

HEADING_WITHIN = 30
"""The heading stands in one of the first so many rows; titles may stand above it."""

FEWEST_HEADINGS = 3
_LOOSE = re.compile(r"[\s*＊:：()（）\[\]【】_\-—/\\、]+")
_BRACKETED = re.compile(r"[(（\[【].*?[)）\]】]")


def plain(heading: str) -> str:
    """A heading without what people add to it: marks, blanks, remarks in brackets; in lower case."""
    text = unicodedata.normalize("NFKC", heading)
    return _LOOSE.sub("", _BRACKETED.sub("", text)).lower() or _LOOSE.sub("", text).lower()


def _names(column: Column) -> Iterable[str]:
    return (column.zh, column.en, column.key, *column.aliases)


_BY_NAME = {plain(name): column.key for column in reversed(COLUMNS) for name in _names(column)}


def match(headings: Sequence[str], *, known: Mapping[str, str] | None = None) -> dict[str, int]:
    """Our column → place of the heading that means it, from 0. known: a profile (our column → heading), which wins.

    A heading that could mean two columns, or stands twice, counts for the first.
    """
    at = {heading: place for place, heading in reversed(list(enumerate(headings))) if heading}
    found = {key: at[heading] for key, heading in (known or {}).items() if key in BY_KEY and heading in at}
    taken = set(found.values())
    for place, heading in enumerate(headings):
        key = _BY_NAME.get(plain(heading)) if heading else None
        if key is not None and key not in found and place not in taken:
            found[key] = place
            taken.add(place)
    return found


def find_heading(rows: Sequence[tuple[int, Sequence[str]]], *, known: Mapping[str, str] | None = None) -> int | None:
    """Where among the first rows the heading stands (its number in the sheet), or None when no row looks like one."""
    best, where = FEWEST_HEADINGS - 1, None
    for number, cells in rows[:HEADING_WITHIN]:
        hits = len(match(cells, known=known))
        if hits > best:
            best, where = hits, number
    return where


def is_caption(cells: Sequence[str]) -> bool:
    """Whether a row is a line that an export wrote about itself."""
    return next((cell for cell in cells if cell), "").startswith(CAPTION)


def can_be_read(columns: Mapping[str, int]) -> bool:
    """Whether these columns tell in which home a row belongs."""
    return "room" in columns or "address" in columns
