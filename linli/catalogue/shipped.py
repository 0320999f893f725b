"""The list we ship: 61 items, 22 elements, their English words, and the legal owners outside the list.

Read from the package's data files into the structures of `rules`. No database, no Django.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from linli.catalogue.kinds import UnitKind, unit_kind
from linli.catalogue.notation import (
    parse_channels,
    parse_closing,
    parse_evidence,
    parse_gb,
    parse_limits,
    parse_patrol,
)
from linli.catalogue.rules import duplicate_defaults
from linli.catalogue.spec import ItemClass, ItemSpec, ListKind
from linli.kernel.errors import InvalidInput
from linli.kernel.phrases import gettext_noop

Json = dict[str, Any]


def data(name: str) -> Any:
    """A parsed JSON file of `linli/catalogue/data`."""
    return json.loads(files("linli.catalogue").joinpath("data", name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class ElementSpec:
    """One of the 22 elements (要素): a state of the place, fed by items (DOMAIN §3.4)."""

    code: str
    id: str
    name: str
    name_en: str
    cls: ItemClass
    fed_by: tuple[str, ...]
    signs: tuple[str, ...]
    signs_en: str


@dataclass(frozen=True, slots=True)
class OutsideSpec:
    """A topic that is not station duty, and the authority the law makes answer for it (准入机制)."""

    code: str
    name: str
    name_en: str
    owner_name: str
    owner_name_en: str
    owner_kind: UnitKind


def item_from_notation(raw: Mapping[str, str], *, list_kind: ListKind, english: Mapping[str, str]) -> ItemSpec:
    """An item from a row in compact notation (the keys of items.json).

    Raises InvalidInput for an owner, limit, channel or frequency that cannot be read.
    """
    first, *others = raw["owner"].split("/")
    co_owners = tuple(raw["co"].split("、"))
    respond, extra = parse_limits(raw["respond"])
    resolve, branches = parse_limits(raw["resolve"])
    radius, days = duplicate_defaults(raw["code"], list_kind)
    return ItemSpec(
        code=raw["code"],
        id=raw["id"],
        name=raw["zh"],
        name_en=english["name"],
        cls=ItemClass(raw["cls"]),
        list_kind=list_kind,
        owner_kind=unit_kind(first),
        owner_alternates=tuple(unit_kind(name) for name in others),
        owner_name=raw["owner"],
        co_owner_kinds=tuple(dict.fromkeys(unit_kind(name) for name in co_owners)),
        co_owner_names=co_owners,
        channels=parse_channels(raw["channel"]),
        respond=respond,
        resolve=resolve,
        branches=extra + branches,
        patrol=parse_patrol(raw["freq"]),
        evidence=parse_evidence(raw["evidence"]),
        closing=parse_closing(raw["close"]),
        closing_en=english["closing"],
        gb=parse_gb(raw["gb"]),
        named=raw["named"] == "S",
        duplicate_radius_m=radius,
        duplicate_days=days,
    )


@cache
def items() -> tuple[ItemSpec, ...]:
    """The 61 shipped items in the order of the three lists."""
    english = data("names_en.json")["items"]
    lists = data("items.json")
    return tuple(
        item_from_notation(raw, list_kind=kind, english=english[raw["code"]])
        for kind in ListKind
        for raw in lists[kind]
    )


_CLASS_WORDS: Final = {
    "更安全 safer": ItemClass.SAFER,
    "更有序 more orderly": ItemClass.ORDERLY,
    "更干净 cleaner": ItemClass.CLEANER,
}


@cache
def elements() -> tuple[ElementSpec, ...]:
    """The 22 shipped elements."""
    english = data("names_en.json")["elements"]
    return tuple(_element(raw, english[raw["code"]]) for raw in data("items.json")["elements"])


def _element(raw: Mapping[str, str], english: Mapping[str, str]) -> ElementSpec:
    return ElementSpec(
        code=raw["code"],
        id=raw["id"],
        name=raw["zh"],
        name_en=english["name"],
        cls=_CLASS_WORDS[raw["klass"]],
        fed_by=() if raw["covers"].startswith("(") else tuple(raw["covers"].split()),
        signs=tuple(raw["sign"].split("、")),
        signs_en=english["signs"],
    )


@cache
def outside_topics() -> tuple[OutsideSpec, ...]:
    """The shipped topics outside the list."""
    return tuple(
        OutsideSpec(raw["code"], raw["zh"], raw["en"], raw["owner"], raw["owner_en"], UnitKind(raw["kind"]))
        for raw in data("outside.json")
    )


@cache
def terms_en() -> Mapping[str, str]:
    """English for the labels, conditions and patrol words that occur in the shipped list."""
    words: Mapping[str, str] = data("names_en.json")["terms"]
    return words


def to_json(spec: ItemSpec) -> Json:
    """The item as plain JSON values, as stored with a version."""
    plain: Json = msgspec.to_builtins(spec)
    return plain


def from_json(plain: Mapping[str, Any]) -> ItemSpec:
    """The item back from `to_json`. Raises InvalidInput (`item_spec_invalid`)."""
    try:
        return msgspec.convert(plain, ItemSpec)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            gettext_noop("This is not a valid item."), code="item_spec_invalid", detail={"problem": str(error)}
        ) from error
