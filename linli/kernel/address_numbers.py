"""Numbers in an address: 123弄4号501室 with its marks, and 123-4-501 without, read by what stands before them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from linli.kernel.address_draft import Draft
from linli.kernel.address_words import CN, NAMED_BUILDINGS, NAMED_FLOORS, NAMED_ROOMS, OFFICE_ENDS, numeral

_STEM: Final = "甲乙丙丁戊"
_LETTER_MARK: Final = "座|栋|幢|号楼|单元"
_ATOM: Final = (
    rf"(?:(?:临时?)?[{_STEM}]?(?:[A-Z]?\d+(?:[A-EG-Z](?![A-Z\d]|{_LETTER_MARK}))?|{CN})[{_STEM}]?"
    rf"|[A-Z](?={_LETTER_MARK}))"
)
_SEPARATOR: Final = r" ?[-/、] ?| "
_MARKS: Final = (
    ("sublane", "支弄"),
    ("lane", "弄"),
    ("building", "号楼(?![下上道梯前后旁]|顶(?![楼层]))|号幢|号栋|幢|栋|座(?!桥)"),
    ("door", "号门(?![口面卫前外])"),
    ("room", "号房间?|号室|室|房间?(?![东西])"),
    ("number", "号(?![线院桥沟口]|公寓|地块|街坊|码头|高炉)"),
    ("unit", "单元|门(?![口面卫诊前外路市房岗])"),
    ("floor", "楼(?![下上道梯宇组栋房门]|顶(?![楼层]))|层(?!阁(?!楼))|F(?![A-Z])"),
    ("group", "村民小组|生产队|小组|组(?!团)|队(?![伍村宅])"),
)  # fmt: skip
_MARK: Final = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _MARKS)
_ITEM: Final = re.compile(rf"第?(?P<seq>{_ATOM}(?:(?:{_SEPARATOR}){_ATOM})*)(?: ?(?:{_MARK}))?")
_IN_A_NAME: Final = re.compile(r"\d+(?=村(?!民)|期|街坊|街区|区)")
_INSIDE: Final = "|".join((*NAMED_ROOMS, *NAMED_FLOORS, *NAMED_BUILDINGS))
_SUFFIX: Final = re.compile(
    rf"(?P<stem>[{_STEM}])(?=(?P<clear>$|[^\u3400-\u9fff]|{_INSIDE})?)(?!室|座|幢|栋|楼|单元)"
    rf"|(?P<letter>[A-D])(?![A-Z\d座幢栋室楼]|单元|号楼)|之(?P<branch>\d+|{CN})(?![室弄号])"
)
_ROOM_SUFFIX: Final = re.compile(rf"[{_STEM}](?!室)|[A-Z](?![A-Z\d座幢栋])")
_WRITTEN_OUT: Final = re.compile(rf"{CN}(?<=..)")
_ROOM_LIKE: Final = re.compile(rf"[A-Z]?\d{{3,4}}[A-Z{_STEM}]?")
_BEFORE_BARE_WORDS: Final = frozenset({"number", "building", "unit", "floor"})


class Item(NamedTuple):
    """A sequence of numbers with at most one mark behind it, and where it ends."""

    atoms: list[str]
    separators: list[str]
    mark: str
    end: int


def item_at(text: str, at: int, draft: Draft) -> Item | None:
    """The numbers that begin at this place, or None: digits inside a name (12村, 2期) and bare 一, 二 are none."""
    found = _ITEM.match(text, at)
    if found is None or _IN_A_NAME.match(text, at):
        return None
    mark = found.lastgroup or ""
    mark = "" if mark == "seq" else mark
    pieces = re.split(rf"({_SEPARATOR})", found["seq"])
    atoms = [_atom(piece) for piece in pieces[::2]]
    if not mark and not re.search(r"\d", pieces[0]):
        written_out = _WRITTEN_OUT.fullmatch(found["seq"]) and found.end() == len(text)
        if not (written_out and draft.last in _BEFORE_BARE_WORDS):
            return None
    return Item(atoms, [piece.strip() or "-" for piece in pieces[1::2]], mark, found.end())


def place(item: Item, text: str, draft: Draft) -> int:
    """Note what the numbers mean; returns where reading goes on."""
    if not item.mark:
        _bare(item, draft)
        return item.end
    _BY_MARK[item.mark](item, draft)
    if item.mark in {"number", "door"} and draft.last == "number":
        return _number_suffix(text, item.end, draft)
    if item.mark == "room" and draft.last == "room":
        suffix = _ROOM_SUFFIX.match(text, item.end)
        if suffix:
            draft.parts["room"] += suffix[0]
            return suffix.end()
    return item.end


def _atom(written: str) -> str:
    """4, 临4, 4甲 (also from 甲4), 12A, A1203."""
    passing = "临" if written.startswith("临") else ""
    core = written.removeprefix("临").removeprefix("时")
    stem = next((char for char in (core[0], core[-1]) if char in _STEM), "")
    core = core.strip(_STEM)
    return passing + (numeral(core) if re.fullmatch(CN, core) else core) + stem


def _short(atom: str) -> str:
    """Without leading zeros, which only rooms keep."""
    return re.sub(r"^(临?)0+(?=\d)", r"\1", atom)


def _digits(atom: str) -> int:
    found = re.search(r"\d+", atom)
    return int(found[0]) if found else 0


def _room_like(atom: str) -> bool:
    return _ROOM_LIKE.fullmatch(atom) is not None


def _one(part: str) -> Callable[[Item, Draft], None]:
    """A part that one number gives; several of them are a range or a list."""

    def put(item: Item, draft: Draft) -> None:
        draft.put(part, _joined([_short(atom) for atom in item.atoms], item.separators))
        lettered = part in {"lane", "sublane", "group"} and not item.atoms[0][0].isdigit()
        if len(item.atoms) > 1 or lettered:
            draft.doubt("unmarked")

    return put


def _joined(atoms: list[str], separators: list[str]) -> str:
    if separators and set(separators) <= {"-"}:
        return "-".join(atoms)
    return "、".join(atoms)


def _put_number(item: Item, draft: Draft) -> None:
    atoms = [_short(atom) for atom in item.atoms]
    if len(atoms) == 2 and item.separators == ["/"] and _context(draft) == "road":
        draft.put("lane", atoms[0])
        draft.put("number", atoms[1])
        draft.doubt("by_place")
        return
    draft.put("number", _joined(atoms, item.separators))
    if len(atoms) == 1:
        if atoms[0][0].isascii() and atoms[0][0].isalpha():
            draft.doubt("unmarked")
        return
    if item.separators == ["-"] * (len(atoms) - 1):
        first, second = _digits(atoms[0]), _digits(atoms[1])
        branch = second < first and second < 10
        if len(atoms) > 2 or not (second > first or branch):
            draft.doubt("unmarked")
    elif set(item.separators) == {"、"}:
        draft.doubt("several")
    else:
        draft.doubt("unmarked")


def _put_building(item: Item, draft: Draft) -> None:
    if draft.last == "road":
        draft.doubt("number_or_building")
    _one("building")(item, draft)


def _put_door(item: Item, draft: Draft) -> None:
    """4号门 is the door 4; inside a building it is its entrance."""
    (_one("unit") if draft.has("building") else _put_number)(item, draft)


def _put_unit(item: Item, draft: Draft) -> None:
    """In offices the 单元 is the suite: 1802单元 is a room."""
    if len(item.atoms) == 1:
        draft.put("room" if _room_like(item.atoms[0]) else "unit", _short(item.atoms[0]))
    elif len(item.atoms) == 2 and not draft.has("building"):
        draft.put("building", _short(item.atoms[0]))
        draft.put("unit", _short(item.atoms[1]))
        draft.doubt("unmarked")
    else:
        draft.doubt("left_over")


def _put_floor(item: Item, draft: Draft) -> None:
    office = draft.parts.get("compound", "").endswith(OFFICE_ENDS)
    if draft.last == "compound" and not draft.has("number", "building", "lane") and not office:
        draft.doubt("floor_or_building")
    _one("floor")(item, draft)


def _put_room(item: Item, draft: Draft) -> None:
    if len(item.atoms) == 1:
        draft.put("room", item.atoms[0])
    else:
        _bare(item, draft)


def _rooms(item: Item, draft: Draft) -> bool:
    """Several rooms (501、502, 501-502) or a part of one (501-1); False when the numbers are not all rooms."""
    first, *others = item.atoms
    if not _room_like(first):
        return False
    if set(others) == {first}:
        draft.put("room", first)
        draft.doubt("repeated")
        return True
    if all(_room_like(atom) and len(atom) == len(first) for atom in others):
        draft.put("room", "-".join(item.atoms) if set(item.separators) == {"-"} else "、".join(item.atoms))
        draft.doubt("several")
        return True
    if len(others) == 1 and item.separators == ["-"] and re.fullmatch(r"\d{1,2}|[A-Z]", others[0]):
        draft.put("room", f"{first}-{others[0]}")
        return True
    return False


_BY_MARK: Final[dict[str, Callable[[Item, Draft], None]]] = {
    "lane": _one("lane"),
    "sublane": _one("sublane"),
    "number": _put_number,
    "building": _put_building,
    "door": _put_door,
    "unit": _put_unit,
    "floor": _put_floor,
    "room": _put_room,
    "group": _one("group"),
}


def _context(draft: Draft) -> str:
    """What a bare number stands behind: road, lane, number, building, unit, compound, group, or nothing of use."""
    last = draft.last
    if last == "compound":
        if draft.has("number"):
            return "number"
        return "building" if draft.has("building") else "lane" if draft.has("lane") else "compound"
    same = {"sublane": "lane", "floor": "unit", "village": "group", "homestead": "group"}
    return same.get(last, last)


_BY_PLACE: Final[dict[tuple[str, int], tuple[tuple[str, ...], str]]] = {
    ("road", 1): (("number",), "unmarked"),
    ("road", 3): (("lane", "number", "room"), "by_place"),
    ("road", 4): (("lane", "number", "unit", "room"), "unmarked"),
    ("lane", 1): (("number",), "by_place"),
    ("lane", 2): (("number", "room"), "by_place"),
    ("lane", 3): (("number", "unit", "room"), "unmarked"),
    ("number", 1): (("room",), ""),
    ("building", 1): (("room",), ""),
    ("building", 2): (("unit", "room"), "by_place"),
    ("unit", 1): (("room",), ""),
    ("compound", 2): (("number", "room"), "unmarked"),
    ("compound", 3): (("building", "unit", "room"), "unmarked"),
    ("group", 1): (("number",), "unmarked"),
}
"""What numbers without marks are, by what stands before them and how many they are."""


def _bare(item: Item, draft: Draft) -> None:
    context, atoms = _context(draft), item.atoms
    if context in {"number", "building", "unit"} and len(atoms) > 1 and _rooms(item, draft):
        return
    parts, doubt = _meaning(context, atoms)
    if not parts:
        draft.doubt("left_over")
        return
    for part, atom in zip(parts, atoms, strict=True):
        draft.put(part, atom if part == "room" else _short(atom))
    if parts[-1] == "room" and not _room_like(atoms[-1]):
        doubt = "unmarked"
    if parts[0] == "number" and _room_like(atoms[0]):
        doubt = "unmarked"
    if doubt:
        draft.doubt(doubt)


def _meaning(context: str, atoms: list[str]) -> tuple[tuple[str, ...], str]:
    """The parts that the numbers are, and the doubt that goes with them."""
    if context == "road" and len(atoms) == 2:
        return (("number", "room") if _room_like(atoms[1]) else ("lane", "number")), "unmarked"
    if context == "number" and len(atoms) == 2:
        on_floor = _room_like(atoms[1]) and atoms[1].startswith(atoms[0])
        return ("floor" if on_floor else "unit", "room"), "floor_or_unit"
    if context == "compound" and len(atoms) == 1:
        return (("room",) if _room_like(atoms[0]) else ("number",)), "unmarked"
    return _BY_PLACE.get((context, len(atoms)), ((), ""))


def _number_suffix(text: str, at: int, draft: Draft) -> int:
    """4号甲, 4号A, 4号之1."""
    suffix = _SUFFIX.match(text, at)
    if suffix is None:
        return at
    if suffix["stem"] and suffix["clear"] is None:  # 66号乙沿浦大厦, 66号丁园大厦: a letter of the door, or a surname
        draft.doubt("unmarked")
        if suffix["stem"] == "丁":
            return at
    draft.parts["number"] += f"-{numeral(suffix['branch'])}" if suffix["branch"] else suffix["stem"] or suffix["letter"]
    return suffix.end()
