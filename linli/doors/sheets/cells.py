"""What a cell says: a date, a floor, the key of a door or a room. Plain Python; nothing is guessed silently."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from linli.kernel.addresses import SURE, parse

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?)?(?:[ T]\d{1,2}:\d{2}.*)?月?")
_PLAIN_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{4,5}(?:\.0+)?")
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet; a date whose cell lost its format arrives as a number of days."""
_SERIAL_FIRST, _SERIAL_LAST = 3_654, 73_050
EARLIEST = date(1900, 1, 1)

_FLOOR = re.compile(r"(?:B|地下|负|-)?\s*(\d{1,3})\s*(?:层|楼|F)?")
_BELOW = re.compile(r"B|地下|负|-")
_UNITS = re.compile(r"(?:号楼|号房|号院|单元|门栋|幢|栋|楼|座|号|门|室|户|组|宅)$")
_LEADING = re.compile(r"^(?:单元|第)")
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMERALS = re.compile(r"[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]")
_DOOR_AND_ROOM = re.compile(r"([0-9A-Za-z]+)[-/]([0-9]+[A-Za-z]?)")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an address below its compound, as written; empty where it says nothing."""

    building: str = ""
    entrance: str = ""
    floor: str = ""
    room: str = ""


@lru_cache(maxsize=65_536)
def read_date(text: str) -> date | None:
    """A day as people write it (1984-5-17, 1984.05.17, 1984年5月17日, 19840517, 30819); None when it is none.

    A month without a day is its first day.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _DATE.fullmatch(plain) or _PLAIN_DATE.fullmatch(plain)
    if found is not None:
        try:
            day = date(int(found[1]), int(found[2]), int(found[3] or 1))
        except ValueError:
            return None
        return day if day >= EARLIEST else None
    if _SERIAL.fullmatch(plain) and _SERIAL_FIRST <= int(float(plain)) <= _SERIAL_LAST:
        return _SERIAL_ZERO + timedelta(days=int(float(plain)))
    return None


@lru_cache(maxsize=1024)
def read_floor(text: str) -> int | None:
    """A floor as the door says it: 5, 5楼, -1, B1, 地下一层; None when it is none."""
    plain = _arabic(unicodedata.normalize("NFKC", text).strip().upper())
    found = _FLOOR.fullmatch(plain)
    if found is None:
        return None
    number = int(found[1])
    return -number if _BELOW.match(plain) else number


@lru_cache(maxsize=65_536)
def floor_of_room(room: str) -> int | None:
    """The floor a room number tells: 501 → 5, 1203 → 12, B102 → -1; None when it tells none."""
    plain = unicodedata.normalize("NFKC", room).strip().upper()
    found = re.match(r"(B|地下)?(\d{1,2})(\d{2})(?!\d)", plain)
    if found is None or int(found[3]) == 0:
        return None
    return -int(found[2]) if found[1] else int(found[2])


@lru_cache(maxsize=65_536)
def door_key(text: str) -> str:
    """How a building, a door or a room is compared: 3号楼, ３幢 and 3 are one; 一单元 and 1 too."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    bare = _LEADING.sub("", _UNITS.sub("", plain)) or plain
    return _arabic(bare).lstrip("0") or "0"


def door_name(text: str, unit: str) -> str:
    """A building, a door or a room as the register writes it: with its unit when only a number was given."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return plain + unit if re.fullmatch(r"[0-9A-Za-z-]+", plain) else plain


@lru_cache(maxsize=65_536)
def split_address(text: str) -> Parts | None:
    """The parts of an address below its compound: …123弄4号501室, 4-501; None when they are not told for certain."""
    short = _DOOR_AND_ROOM.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if short is not None:
        return Parts(f"{short[1]}号", "", "", short[2])
    found = parse(text)
    if not found.room or (found.confidence < SURE and set(found.doubts) != {"no_place"}):
        return None  # that it names no street does no harm: the compound has a column of its own
    building = f"{found.number}号" if found.number else found.building and f"{found.building}号楼"
    return Parts(building, found.unit and f"{found.unit}单元", found.floor, found.room)


def _arabic(text: str) -> str:
    return _NUMERALS.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    tens, ten, ones = found[0].partition("十")
    if not ten:
        return str(_DIGITS[tens])
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))
