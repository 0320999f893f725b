"""The list in words for people, Chinese and English: limits, patrols, classes, lists, channels. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from linli.catalogue.notation import write_evidence, write_gb
from linli.catalogue.shipped import terms_en
from linli.catalogue.spec import Cadence, Channel, ItemClass, ItemSpec, Limit, LimitUnit, ListKind, Patrol

CLASS_NAMES: Final[Mapping[ItemClass, tuple[str, str]]] = {
    ItemClass.SAFER: ("更安全", "safer"),
    ItemClass.ORDERLY: ("更有序", "more orderly"),
    ItemClass.CLEANER: ("更干净", "cleaner"),
}
LIST_NAMES: Final[Mapping[ListKind, tuple[str, str]]] = {
    ListKind.COMMUNITY: ("社区中心联勤联动站", "community-centre station"),
    ListKind.AREA: ("特定区域联勤联动站", "special-area station"),
    ListKind.VILLAGE: ("村级联勤联动站", "village station"),
}
CHANNEL_NAMES: Final[Mapping[Channel, tuple[str, str]]] = {
    Channel.PATROL: ("巡查", "patrol"),
    Channel.REPORT: ("随手报", "residents' report"),
    Channel.HOTLINE: ("12345/110", "hotline 12345/110"),
    Channel.DEVICE: ("智能感知", "device or video"),
}

_UNITS: Final[Mapping[LimitUnit, tuple[str, str]]] = {
    LimitUnit.NATURAL_HOUR: ("小时", "hour"),
    LimitUnit.WORKING_HOUR: ("个工作时", "working hour"),
    LimitUnit.WORKING_DAY: ("个工作日", "working day"),
    LimitUnit.NATURAL_DAY: ("天", "day"),
}
_CADENCES: Final[Mapping[Cadence, tuple[str, str]]] = {
    Cadence.HOUR: ("小时", "hour"),
    Cadence.DAY: ("日", "day"),
    Cadence.WEEK: ("周", "week"),
    Cadence.HALF_MONTH: ("半月", "half month"),
    Cadence.MONTH: ("月", "month"),
}
_MINUTES: Final = Decimal(60)


def amount_shown(limit: Limit, *, english: bool = False) -> str:
    """`30 minutes`, `4 working hours`, `3 working days`, `30 days`, `at once`; parts of an hour in minutes."""
    if not limit.amount:
        return "at once" if english else "立即"
    amount, (zh, en) = limit.amount, _UNITS[limit.unit]
    if limit.unit is LimitUnit.NATURAL_HOUR and amount < 1:
        amount, zh, en = amount * _MINUTES, "分钟", "minute"
    number = f"{amount.normalize():f}"
    return f"{number} {en}{'' if amount == 1 else 's'}" if english else f"{number}{zh}"


def limit_shown(limit: Limit, *, english: bool = False) -> str:
    """The whole limit: `manhole: cordon, 1 hour` or `井盖：围护，1小时`."""
    label = term_shown(limit.label, english=english)
    steps = [part for part in (label, amount_shown(limit, english=english)) if part]
    if not limit.condition:
        return (", " if english else "，").join(steps)
    condition = term_shown(limit.condition, english=english)
    return f"{condition}: {', '.join(steps)}" if english else f"{condition}：{'，'.join(steps)}"


def term_shown(word: str, *, english: bool = False) -> str:
    """A label, condition or patrol word; English where the shipped list has it, else the word itself."""
    return terms_en().get(word, word) if english else word


def patrol_shown(line: Patrol, *, english: bool = False) -> str:
    """`flood season: every day`, `farming season: 4 times a day`, `汛期每日`, `装修户每3日`."""
    words = [term_shown(word, english=english) for word in (line.when, line.scope) if word]
    act = term_shown(line.act, english=english)
    if line.cadence not in _CADENCES:
        return ": ".join([*words, act]) if english else "".join([*words, act])
    zh, en = _CADENCES[line.cadence]
    if english:
        every = f"every {line.every} {en}s" if line.every > 1 else f"every {en}"
        rhythm = every if line.times == 1 else f"{line.times} times {every}"
        return ": ".join([*words, f"{rhythm} ({act})" if act else rhythm])
    every = f"每{line.every if line.every > 1 else ''}{zh}"
    return "".join([*words, every, f"{line.times}次" if line.times > 1 else "", act])


FIELD_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("名称", "name"),
    "cls": ("类别", "class"),
    "owner": ("主办单位", "who answers"),
    "co_owners": ("协办单位", "together with"),
    "channels": ("来源渠道", "channels"),
    "respond": ("首次响应", "first contact"),
    "resolve": ("办结时限", "whole matter"),
    "branches": ("另行处理", "other ways"),
    "patrol": ("巡查频次", "patrol"),
    "evidence": ("取证要求", "evidence"),
    "closing": ("结案条件", "closed when"),
    "gb": ("国标分类", "class of GB/T 30428.2"),
    "radius": ("同一事项距离(米)", "the same within (metres)"),
    "days": ("同一事项天数", "the same within (days)"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that an item demands otherwise than before, or here otherwise than in the district."""

    what: str
    new: str
    old: str


def differences(new: ItemSpec, old: ItemSpec, *, english: bool = False) -> list[Difference]:
    """What differs between two states of an item, in words for people and in the order of the list's columns."""
    after, before = _said(new, english=english), _said(old, english=english)
    return [
        Difference(FIELD_NAMES[field][english], after[field], before[field])
        for field in FIELD_NAMES
        if after[field] != before[field]
    ]


def _said(spec: ItemSpec, *, english: bool) -> Mapping[str, str]:
    comma, stop = (", ", "; ") if english else ("、", "；")
    owners = (spec.owner_kind, *spec.owner_alternates)
    return {
        "name": spec.name_en if english else spec.name,
        "cls": CLASS_NAMES[spec.cls][english],
        "owner": " / ".join(kind.en for kind in owners) if english else spec.owner_name,
        "co_owners": comma.join([kind.en for kind in spec.co_owner_kinds] if english else spec.co_owner_names),
        "channels": comma.join(CHANNEL_NAMES[channel][english] for channel in spec.channels),
        "respond": stop.join(limit_shown(limit, english=english) for limit in spec.respond),
        "resolve": stop.join(limit_shown(limit, english=english) for limit in spec.resolve),
        "branches": stop.join(
            f"{term_shown(one.condition, english=english)} → {term_shown(one.act, english=english)}"
            for one in spec.branches
        ),
        "patrol": stop.join(patrol_shown(line, english=english) for line in spec.patrol),
        "evidence": write_evidence(spec.evidence),
        "closing": spec.closing_en if english else spec.closing.text,
        "gb": write_gb(spec.gb),
        "radius": str(spec.duplicate_radius_m),
        "days": str(spec.duplicate_days),
    }
