"""Addresses as people of Shanghai write them: read into parts, written in one form, compared (DOMAIN 2.6).

路 road, 弄 lane, 支弄 lane inside a lane, 号 door, 室 room; in villages 村, 组 (队), 宅, 号. A reading says how sure
it is: below `SURE` a part was guessed or something was left over, and a person should look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import Final

from linli.kernel.address_draft import SURE, Draft
from linli.kernel.address_names import read_names
from linli.kernel.address_numbers import item_at, place
from linli.kernel.address_words import LONGEST, MISHEARD, NAMED_ROOMS, NOTE_STARTS, OFFICE_ENDS, plain

__all__ = ["SURE", "Address", "match_key", "parse", "standard", "variants"]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, each empty when it is not there, without the words that mark it.

    number: door, with 甲 (`4甲`), 临 (`临4`), a range (`4-6`) or a list (`12、14`). building: `3`, `A` or `主楼`.
    floor: `5`, `B1` or `顶`. room: `501`, `501甲`, `501-1`, `A1203`, a list, or a name (`地下室`). district, town,
    committee, village and homestead stand in full. Two addresses are equal when their parts are; `confidence` (0 to 1,
    see `SURE`) and `doubts` (codes, see `address_draft.DOUBTS`) speak of the reading only.
    """

    district: str = ""
    town: str = ""
    committee: str = ""
    village: str = ""
    group: str = ""
    homestead: str = ""
    road: str = ""
    lane: str = ""
    sublane: str = ""
    compound: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    confidence: float = field(default=1.0, compare=False)
    doubts: tuple[str, ...] = field(default=(), compare=False)

    def parts(self) -> dict[str, str]:
        """The parts that are there, by name."""
        names = (each.name for each in fields(self) if each.compare)
        return {name: value for name in names if (value := getattr(self, name))}


_BRACKETED: Final = re.compile(r" ?\(([^()]*)\) ?")
_PHASE: Final = re.compile(
    r"(?:[一二三四五六七八九十\d、,]+期|中央区|[东西南北中A-Z\d一二三四五六七八九十]+[区苑园座块])?(?:公寓|别墅|商住楼)?"
    r"|[东西南北中]|.{1,3}街坊"
)
_BREAKS: Final = " ,、-/:.()"
_SPACED_OUT: Final = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


def parse(text: str) -> Address:
    """Return what an address says. Never raises; what cannot be read has a confidence below `SURE`."""
    line = plain(text)
    drafts = [_read(line)]
    if drafts[0].confidence < SURE:
        joined = _SPACED_OUT.sub("", line)
        mended = joined
        for pattern, to in MISHEARD:
            mended = pattern.sub(to, mended)
        drafts.append(_read(joined))
        if mended != joined:
            drafts.append(_read(mended))
            drafts[-1].doubt("misheard")
    best = max(drafts, key=lambda draft: draft.confidence)
    if len(text) > LONGEST:
        best.doubt("cut")
    return Address(**best.parts, confidence=best.confidence, doubts=tuple(best.doubts))


def _read(line: str) -> Draft:
    draft = Draft()
    line = _without_notes(line, draft)
    at = 0
    while at < len(line):
        if line[at] in _BREAKS:
            at += 1
        else:
            at = _step(line, at, draft)
    _whose_number(line, draft)
    draft.close()
    return draft


def _step(line: str, at: int, draft: Draft) -> int:
    """Read one thing; returns where the next one begins."""
    item = item_at(line, at, draft)
    if item is not None:
        return place(item, line, draft)
    end, following = at + 1, None
    while end < len(line) and line[end] not in _BREAKS and following is None:
        following = item_at(line, end, draft)
        end += following is None
    run = line[at:end]
    if re.search(r"[\u3400-\u9fff]", run):
        read_names(run, draft, group_next=following is not None and following.mark == "group")
    else:
        draft.doubt("left_over")
    return end


def _without_notes(line: str, draft: Draft) -> str:
    """The line with brackets opened where they hold a part of the address, and left out where they hold a remark."""

    def opened(found: re.Match[str]) -> str:
        inside = found[1].strip()
        if _PHASE.fullmatch(inside):
            return inside
        trial = Draft()
        if inside and not NOTE_STARTS.match(inside) and "(" not in inside:
            trial = _read(inside)
            for allowed in ("no_place", "town_guessed"):
                trial.doubts.pop(allowed, None)
        if trial.parts and trial.confidence >= SURE:
            return f" {inside} "
        if inside:
            draft.doubt("note")
        return " "

    return _BRACKETED.sub(opened, line)


def _whose_number(line: str, draft: Draft) -> None:
    """沈梅路瑞和苑4号 is a door of the compound, 世纪大道100号东方大厦 a number of the road; otherwise who knows."""
    parts = draft.parts
    if draft.has("road") and draft.has("compound") and draft.has("number") and not draft.has("lane"):
        mark, name = line.find("号"), line.rfind(parts["compound"][:2])
        if (mark < name) is not parts["compound"].endswith(OFFICE_ENDS):
            draft.doubt("whose_number")


def standard(address: Address) -> str:
    """Return the one form in which an address is written; `parse` reads the same parts out of it again."""
    a = address
    head = [a.district, a.town, a.committee, a.village, _marked(a.group, "组"), a.homestead]
    way = [a.road, _marked(a.lane, "弄"), _marked(a.sublane, "支弄")]
    number = _marked(a.number, "号")
    if a.road and not a.lane and a.compound.endswith(OFFICE_ENDS):
        door = [number, a.compound, _building(a.building)]
    elif a.road and not a.lane and not a.compound:
        door = [number, _building(a.building)]
    else:
        door = [a.compound, _building(a.building), number]
    return "".join([*head, *way, *door, _marked(a.unit, "单元"), _floor(a.floor), _room(a.room)])


def _marked(value: str, mark: str) -> str:
    return value and value + mark


def _building(value: str) -> str:
    if not value or value.endswith("楼"):
        return value
    return value + ("座" if value.isalpha() else "号楼")


def _floor(value: str) -> str:
    return _marked(value, "层" if value.startswith("B") else "楼")


def _room(value: str) -> str:
    return value if value in NAMED_ROOMS else _marked(value, "室")


def match_key(address: Address) -> str:
    """Return a key that is equal for spellings of the same door, and different for different doors of one town.

    Left out: what only repeats (district, town and committee; the compound where a lane is named; the group where a
    homestead is; the floor where a room is). Compare keys inside one town: a village or compound of the same name may
    stand in another. Empty when the address names no road, compound or village.
    """
    a = address
    compound = re.sub(r"(?:住宅)?小区$", "", a.compound) or a.compound
    if a.road and (a.lane or not a.compound or a.compound.endswith(OFFICE_ENDS)):
        where = [a.road, a.lane, a.sublane]
    elif a.compound:
        where = [compound, a.lane, a.sublane]
    elif a.village or a.homestead:
        where = [a.village, a.homestead or _marked(a.group, "组")]
    else:
        return ""
    room = re.sub(r"^0+(?=\d)", "", a.room)
    return "|".join([*where, a.number, a.building, a.unit, room or _floor(a.floor)])


def variants(address: Address) -> tuple[str, ...]:
    """Return spellings under which others may have kept the address, the standard form first, none twice."""
    a = address
    inner = replace(a, district="", town="", committee="")
    short = standard(inner)
    found = [standard(a), short, short.removesuffix("室")]
    if a.lane and a.number and a.room and not (a.sublane or a.building or a.unit or a.floor or a.compound):
        found.append(f"{a.road}{a.lane}弄{a.number}-{a.room}")
    if a.road and a.lane and a.compound:
        found.append(standard(replace(inner, compound="")))
        found.append(standard(replace(inner, road="", lane="", sublane="")))
    return tuple(dict.fromkeys(each for each in found if each))
