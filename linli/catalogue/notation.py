"""The compact notation of the item list: read it into the structures of `rules`, write it back.

Limits: `;` separates branches, `、` further steps under the same condition, `或` alternatives. A step is words around
one amount: `e2` natural hours, `4h` working hours, `3d` working days, `30n` natural days, `立即` at once. Words in
CONDITIONS in front are a condition, other words name the step. `[…]` marks a condition that is not in CONDITIONS.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from linli.catalogue.spec import (
    Branch,
    Cadence,
    Channel,
    Closing,
    Evidence,
    EvidencePart,
    GbClass,
    Limit,
    LimitUnit,
    Patrol,
    Recheck,
)
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

CONDITIONS: Final = (
    "拒不拆",
    "复杂",
    "固定物",
    "涉安全",
    "屡犯",
    "季节补种",
    "满溢",
    "混投",
    "建筑垃圾",
    "渣土",
    "非机动车",
    "井盖",
    "困人",
    "停运",
    "大修",
    "外溢",
    "停水停电",
    "伤人",
    "夜间",
    "重大",
    "堆物",
    "施工",
    "破损",
    "违规",
    "诈骗",
    "险情",
    "大面积",
    "桥梁",
    "断线",
    "积水",
    "工程",
)
AT_ONCE: Final = "立即"

_AMOUNT = re.compile(r"e(?P<e>\d+(?:\.\d+)?)|(?P<x>\d+(?:\.\d+)?)(?P<u>[hdn])|(?P<now>立即)")
_HALF_NUMBER = re.compile(r"[-+−.,e\d]$")
"""What would be read as part of an amount behind it: -3d, 1.5.2d, 3d转110 (written 转1103d), 3de (written e3d)."""
_MARKED = re.compile(r"^\[(?P<condition>[^\]]+)\](?P<rest>.*)$")
_BRACKET = re.compile(r"\(([^()]*)\)")


def parse_limits(text: str) -> tuple[tuple[Limit, ...], tuple[Branch, ...]]:
    """Read a limit cell.

    Raises InvalidInput (`limit_unreadable`): words without an amount that name no condition, or two amounts in one step
    (停工4h拆除20d), of which one would be lost.
    """
    limits: list[Limit] = []
    branches: list[Branch] = []
    for part in re.split(r"[;；]|或", text):
        condition: str | None = None
        for step in part.split("、"):
            found = _AMOUNT.search(step)
            if found is None:
                branches.append(_branch(step))
                continue
            limit = _limit(step, found, condition)
            condition = limit.condition
            limits.append(limit)
    return tuple(limits), tuple(branches)


def _limit(step: str, found: re.Match[str], inherited: str | None) -> Limit:
    before, after = step[: found.start()], step[found.end() :]
    condition, label = _condition(before)
    aside = _BRACKET.search(after)
    if aside:
        condition, after = aside[1], after[: aside.start()] + after[aside.end() :]
    label += after
    if _AMOUNT.search(label) or (_HALF_NUMBER.search(label) and not found["now"]):
        raise _unreadable(step)
    if found["now"]:
        amount, unit = Decimal(0), LimitUnit.NATURAL_HOUR
    elif found["e"]:
        amount, unit = Decimal(found["e"]), LimitUnit.NATURAL_HOUR
    else:
        amount, unit = Decimal(found["x"]), LimitUnit(found["u"])
    if condition is None and _condition(label) != (None, label):  # 5h大修 would be written 大修5h, a condition
        raise _unreadable(step)
    if not amount and not found["now"]:  # at once is 立即; nought days would be the rest of the day
        raise _unreadable(step)
    return Limit(label=label, amount=amount, unit=unit, condition=condition or inherited)


def _condition(words: str) -> tuple[str | None, str]:
    marked = _MARKED.match(words)
    if marked:
        return marked["condition"], marked["rest"]
    known = max((c for c in CONDITIONS if words.startswith(c)), key=len, default=None)
    return known, words[len(known or "") :]


def _branch(words: str) -> Branch:
    condition, act = _condition(words)
    if condition is None or not act:
        raise _unreadable(words)
    return Branch(condition, act)


def _unreadable(words: str) -> InvalidInput:
    return InvalidInput(gettext_noop("This limit cannot be read."), code="limit_unreadable", detail={"text": words})


def amount_text(limit: Limit) -> str:
    """`e0.5`, `4h`, `立即` …"""
    if not limit.amount:
        return AT_ONCE
    number = f"{limit.amount.normalize():f}"
    return f"e{number}" if limit.unit is LimitUnit.NATURAL_HOUR else f"{number}{limit.unit.value}"


def write_limits(limits: tuple[Limit, ...], branches: tuple[Branch, ...] = ()) -> str:
    """The notation of a limit cell; `parse_limits` reads it back to the same value."""
    out: list[str] = []
    previous: str | None = None
    for limit in limits:
        follows = limit.condition is not None and limit.condition == previous
        named = "" if follows or limit.condition is None else _mark(limit.condition)
        step = amount_text(limit) + limit.label if not limit.amount else limit.label + amount_text(limit)
        out.append(f"{'、' if follows else ';'}{named}{step}")
        previous = limit.condition
    out += [f";{_mark(branch.condition)}{branch.act}" for branch in branches]
    return "".join(out).removeprefix(";")


def _mark(condition: str) -> str:
    return condition if condition in CONDITIONS else f"[{condition}]"


WHEN_WORDS: Final = ("汛期", "预警时", "农忙", "暑期", "大风前", "大风后", "夜间", "客流时段", "早市", "24h")
_EVERY = re.compile(r"^(?P<pre>[^每]*)每(?P<n>\d+)?(?P<unit>日|周|半月|月|e)(?:(?P<t>\d+)次)?(?P<post>.*)$")
_TIMES = re.compile(r"^(?P<pre>\D+)(?P<t>\d+)次$")
_EVERY_UNITS: Final = {
    "日": Cadence.DAY,
    "周": Cadence.WEEK,
    "半月": Cadence.HALF_MONTH,
    "月": Cadence.MONTH,
    "e": Cadence.HOUR,
}
_UNIT_WORDS: Final = {cadence: word for word, cadence in _EVERY_UNITS.items()}
_FREE: Final = {
    "随报": Cadence.ON_REPORT,
    "实时": Cadence.CONTINUOUS,
    "全时": Cadence.CONTINUOUS,
    "监控": Cadence.CONTINUOUS,
    "加密": Cadence.DENSER,
    "抽查": Cadence.SPOT_CHECK,
    "即查": Cadence.AT_ONCE,
}


def parse_patrol(text: str) -> tuple[Patrol, ...]:
    """Read a frequency cell. Raises InvalidInput (`patrol_unreadable`) for words it does not know."""
    out: list[Patrol] = []
    for part in re.split(r"[;；+/]", text):
        aside = _BRACKET.search(part)
        main = _BRACKET.sub("", part)
        base = _patrol(main, out[-1] if out else None)
        if aside is None:
            out.append(base)
            continue
        note = aside[1]
        if "每" in note:
            out += [base, _patrol(note, base)]
        else:
            out.append(_with_note(base, note))
    return tuple(out)


def _with_note(base: Patrol, note: str) -> Patrol:
    counted = _TIMES.match(note)
    words, times = (counted["pre"], int(counted["t"])) if counted else (note, base.times)
    when, scope = _when(words)
    return Patrol(base.cadence, times, base.every, when or base.when, scope or base.scope, base.act)


def _when(words: str) -> tuple[str, str]:
    when = next((word for word in WHEN_WORDS if words.startswith(word)), "")
    return when, words.removeprefix(when)


def _patrol(words: str, previous: Patrol | None) -> Patrol:
    words = words.replace("月度", "每月")
    every = _EVERY.match(words)
    if every and not every["post"][:1].isdigit():  # 每日2 lacks its 次
        when, scope = _when(every["pre"])
        cadence = _EVERY_UNITS[every["unit"]]
        return Patrol(cadence, int(every["t"] or 1), int(every["n"] or 1), when, scope, every["post"])
    counted = _TIMES.match(words)
    if counted and previous:
        when, scope = _when(counted["pre"])
        return Patrol(previous.cadence, int(counted["t"]), previous.every, when, scope)
    for ending, cadence in _FREE.items():
        if words.endswith(ending):
            when, scope = _when(words.removesuffix(ending))
            return Patrol(cadence, when=when, scope=scope, act=ending)
    raise InvalidInput(
        gettext_noop("This patrol frequency cannot be read."), code="patrol_unreadable", detail={"text": words}
    )


def write_patrol(patrol: tuple[Patrol, ...]) -> str:
    """The notation of a frequency cell; `parse_patrol` reads it back to the same value."""
    return ";".join(_patrol_text(line) for line in patrol)


def _patrol_text(line: Patrol) -> str:
    if line.cadence not in _UNIT_WORDS:
        return f"{line.when}{line.scope}{line.act}"
    number = str(line.every) if line.every > 1 else ""
    times = f"{line.times}次" if line.times > 1 else ""
    return f"{line.when}{line.scope}每{number}{_UNIT_WORDS[line.cadence]}{times}{line.act}"


_PHOTO = re.compile(r"照(片)?$")


def parse_evidence(text: str) -> Evidence:
    """Read an evidence cell: what stands before the first `;` is the found state, the rest the result."""
    aside = _BRACKET.search(text)
    first, *rest = re.split(r"[;；]", _BRACKET.sub("", text))
    return Evidence(_parts(first), _parts("、".join(rest)), aside[1] if aside else "")


def _parts(text: str) -> tuple[EvidencePart, ...]:
    words = [word.strip() for word in re.split(r"[、+]", text)]
    return tuple(EvidencePart(word, bool(_PHOTO.search(word))) for word in words if word)


def write_evidence(evidence: Evidence) -> str:
    """The notation of an evidence cell; `parse_evidence` reads it back to the same value."""
    before = "、".join(part.text for part in evidence.before)
    after = "、".join(part.text for part in evidence.after)
    privacy = f"({evidence.privacy})" if evidence.privacy else ""
    return f"{before}{privacy};{after}" if after else before + privacy


_RECHECK = re.compile(r"(?P<amount>\d+)(?P<unit>[hn])内?(?P<act>无[^;,，、]+|[^;,，、]*(?:复查|回访|复核)[^;,，、]*)")


def parse_closing(text: str) -> Closing:
    """Read a closing condition; the recheck is the first `7n…复查`, `15n回访` or `30n无再报` in it."""
    found = _RECHECK.search(text)
    if found is None:
        return Closing(text)
    return Closing(text, Recheck(int(found["amount"]), LimitUnit(found["unit"]), found["act"]))


CHANNELS: Final = {"巡": Channel.PATROL, "报": Channel.REPORT, "热": Channel.HOTLINE, "智": Channel.DEVICE}
_CHANNEL_WORDS: Final = {channel: word for word, channel in CHANNELS.items()}


def parse_channels(text: str) -> tuple[Channel, ...]:
    """Read `巡 报 热 智`. Raises InvalidInput (`channel_unknown`)."""
    unknown = [word for word in text.split() if word not in CHANNELS]
    if unknown:
        raise InvalidInput(
            gettext_noop("This channel is not known."), code="channel_unknown", detail={"text": unknown[0]}
        )
    return tuple(CHANNELS[word] for word in text.split())


def write_channels(channels: tuple[Channel, ...]) -> str:
    """`巡 报 热` for the channels, in their order."""
    return " ".join(_CHANNEL_WORDS[channel] for channel in channels)


def parse_gb(text: str) -> tuple[GbClass, ...]:
    """Read a GB/T 30428.2 cell: `大类·小类`, two of them joined by `/`, `扩展` for an extension class."""
    extension = "扩展" in text
    bare = re.sub(r"[(,、]?扩展[)]?", lambda m: ")" if m[0][0] in ",、" else "", text)
    cells = re.split(r"/(?=[^/]*·)|\+", bare)
    return tuple(_gb(cell, extension) for cell in cells)


def _gb(cell: str, extension: bool) -> GbClass:
    major, _, minor = cell.partition("·")
    aside = _BRACKET.search(major)
    return GbClass(_BRACKET.sub("", major), minor or (aside[1] if aside else ""), extension)


def write_gb(gb: tuple[GbClass, ...]) -> str:
    """The notation of a GB cell; `parse_gb` reads it back to the same value."""
    cells = "+".join(f"{cell.major}·{cell.minor}" if cell.minor else cell.major for cell in gb)
    return f"{cells}(扩展)" if any(cell.extension for cell in gb) else cells
