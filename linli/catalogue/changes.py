"""What may be changed about an item, and how a change written in the list's notation is read. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from linli.catalogue.kinds import unit_kind
from linli.catalogue.notation import parse_channels, parse_closing, parse_evidence, parse_limits, parse_patrol
from linli.catalogue.shipped import Json, from_json, to_json
from linli.catalogue.spec import ItemSpec, Limit, LimitUnit
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

LOCAL: Final = frozenset(
    {
        "owner_kind",
        "owner_name",
        "owner_alternates",
        "co_owner_kinds",
        "co_owner_names",
        "channels",
        "respond",
        "resolve",
        "branches",
        "patrol",
        "evidence",
        "closing",
        "closing_en",
        "duplicate_radius_m",
        "duplicate_days",
    }
)
"""What a town may set for itself (DOMAIN §3: all limits, owners and frequencies are per-街镇 settings).

Class, names and GB class stay the district's: one list for the whole district, and class S guards rules 2 and 3.
"""

CENTRAL: Final = LOCAL | {"name", "name_en", "cls", "gb", "named"}
"""What a revision of the list may change; code, id and list never change."""

_READERS: Final[dict[str, Callable[[str], object]]] = {
    "channels": parse_channels,
    "patrol": parse_patrol,
    "evidence": parse_evidence,
    "closing": parse_closing,
}

CODE: Final = re.compile(r"[A-Z][0-9A-Z]{1,7}")
NAME_MOST: Final = 60
LONGEST: Final = 1000
LABEL_MOST: Final = 40
WHOLE_DAYS: Final = frozenset({LimitUnit.WORKING_DAY, LimitUnit.NATURAL_DAY})
RADIUS_M: Final = (1, 5000)
DAYS: Final = (1, 365)


def read_changes(changes: Mapping[str, Any], *, allowed: frozenset[str] = CENTRAL) -> Json:
    """Plain JSON values for `changes`, as stored with a version or an override.

    Values are structured, or strings in the notation of the list (`{"resolve": "停工4h;拆除20d", "patrol": "每周"}`).
    A new owner brings its own name and drops the alternates unless they are given too.
    Raises InvalidInput: nothing to change (`nothing_to_change`), a field outside `allowed` (`field_fixed`), unreadable.
    """
    if not changes:
        raise InvalidInput(gettext_noop("Nothing was changed."), code="nothing_to_change")
    fixed = sorted(set(changes) - allowed)
    if fixed:
        raise InvalidInput(
            gettext_noop("This cannot be changed here."), code="field_fixed", detail={"fields": ", ".join(fixed)}
        )
    out: Json = {}
    for field, value in changes.items():
        out |= _read(field, value)
    if "owner_kind" in out:
        kind = unit_kind(out["owner_kind"])
        out = {"owner_name": kind.zh, "owner_alternates": []} | out
    return out


def _read(field: str, value: Any) -> Json:
    if field == "owner_kind":
        return {field: unit_kind(str(value)).value}
    if field in {"respond", "resolve"} and isinstance(value, str):
        limits, branches = parse_limits(value)
        plain = {field: msgspec.to_builtins(limits)}
        return plain | ({"branches": msgspec.to_builtins(branches)} if field == "resolve" else {})
    if field in _READERS and isinstance(value, str):
        value = _READERS[field](value)
    plain_value: Json = {field: msgspec.to_builtins(value)}
    return plain_value


def apply_changes(spec: ItemSpec, changes: Mapping[str, Any]) -> ItemSpec:
    """The item with plain `changes` from `read_changes` laid over it, checked. Raises InvalidInput."""
    return checked(from_json(to_json(spec) | dict(changes)))


def checked(spec: ItemSpec) -> ItemSpec:
    """The same item, when it can be worked with; else InvalidInput with the field in `detail`."""
    problem = next((field for field, wrong in _problems(spec).items() if wrong), None)
    if problem is not None:
        raise InvalidInput(
            gettext_noop("This value is missing or out of range."), code="item_value_bad", detail={"field": problem}
        )
    return spec


def _problems(spec: ItemSpec) -> dict[str, bool]:
    return {
        "code": CODE.fullmatch(spec.code) is None,
        "name": not spec.name.strip() or len(spec.name) > NAME_MOST,
        "channels": not spec.channels,
        "respond": not spec.respond or any(_bad(limit) for limit in spec.respond),
        "resolve": (
            not any(limit.amount for limit in spec.resolve)
            or any(_bad(limit) for limit in spec.resolve)
            or _told_twice(spec.resolve)
        ),
        "patrol": any(line.times < 1 or line.every < 1 for line in spec.patrol),
        "closing": not spec.closing.text.strip(),
        "duplicate_radius_m": not RADIUS_M[0] <= spec.duplicate_radius_m <= RADIUS_M[1],
        "duplicate_days": not DAYS[0] <= spec.duplicate_days <= DAYS[1],
    }


def _bad(limit: Limit) -> bool:
    """Whether no clock could run by it: days are whole, hours have two places at most."""
    if not limit.amount.is_finite() or not 0 <= limit.amount <= LONGEST:
        return True
    finest = Decimal(1) if limit.unit in WHOLE_DAYS else Decimal("0.01")
    return limit.amount % finest != 0 or max(len(limit.label), len(limit.condition or "")) > LABEL_MOST


def _told_twice(limits: tuple[Limit, ...]) -> bool:
    """Whether two limits have the same name under the same condition: a case keeps one clock for each name."""
    named = [(limit.condition, limit.label) for limit in limits]
    return len(named) > len(set(named))
