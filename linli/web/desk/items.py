"""The lists as the desk reads them: one line for each item, and one item in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linli.catalogue.api import (
    CHANNEL_NAMES,
    Difference,
    ItemSpec,
    Limit,
    ListKind,
    differences,
    elements,
    in_force,
    is_active,
    limit_shown,
    list_specs,
    outside_topics,
    patrol_shown,
    spec_for,
)
from linli.web.desk import words


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item in a line; `own`: the town set values of its own."""

    code: str
    name: str
    cls: str
    list_name: str
    owner: str
    contact: str
    whole: str
    own: bool


def rows(area_path: str | None, kind: str = "", asked: str = "") -> list[ItemRow]:
    """The active items of one list or of all, as they hold at the area; `asked` narrows by code or name."""
    specs = list_specs(ListKind(kind) if kind else None, area_path)
    wanted = asked.casefold()
    return [
        _row(spec, area_path)
        for spec in specs
        if not wanted or wanted in f"{spec.code} {spec.name} {spec.name_en}".casefold()
    ]


def _row(spec: ItemSpec, area_path: str | None) -> ItemRow:
    return ItemRow(
        code=spec.code,
        name=words.item_name(spec),
        cls=words.class_name(spec.cls),
        list_name=words.list_name(spec.list_kind),
        owner=words.kind_name(spec.owner_kind),
        contact=_shown((spec.first_contact,)),
        whole=_shown((spec.promise,)),
        own=bool(in_force(spec.code, area_path).overridden_by),
    )


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One item in full. `changed`: every value the place has of its own, beside the district's."""

    spec: ItemSpec
    name: str
    version: int
    active: bool
    own: bool
    cls: str
    list_name: str
    owner: str
    co_owners: str
    channels: str
    respond: Sequence[str]
    resolve: Sequence[str]
    branches: Sequence[str]
    patrol: Sequence[str]
    before: str
    after: str
    closing: str
    changed: Sequence[Difference]


def detail(code: str, area_path: str | None) -> ItemDetail:
    """The item as it holds at the area. Raises NotFound."""
    holds = in_force(code, area_path)
    spec, base, en = holds.spec, spec_for(code), words.english()
    return ItemDetail(
        spec=spec,
        name=words.item_name(spec),
        version=holds.version,
        active=is_active(code),
        own=bool(holds.overridden_by),
        cls=words.class_name(spec.cls),
        list_name=words.list_name(spec.list_kind),
        owner=words.kind_name(spec.owner_kind) if en else spec.owner_name,
        co_owners=words.listed(map(words.kind_name, spec.co_owner_kinds) if en else spec.co_owner_names),
        channels=words.listed(words.named(*CHANNEL_NAMES[one]) for one in spec.channels),
        respond=[limit_shown(limit, english=en) for limit in spec.respond],
        resolve=[limit_shown(limit, english=en) for limit in spec.resolve],
        branches=[f"{words.condition(one.condition)} → {words.condition(one.act)}" for one in spec.branches],
        patrol=[patrol_shown(line, english=en) for line in spec.patrol],
        before=words.listed(part.text for part in spec.evidence.before),
        after=words.listed(part.text for part in spec.evidence.after),
        closing=words.named(spec.closing.text, spec.closing_en),
        changed=differences(spec, base, english=en),
    )


def _shown(limits: Sequence[Limit]) -> str:
    return "; ".join(limit_shown(limit, english=words.english()) for limit in limits)


def feeds(code: str) -> str:
    """The elements that this item feeds."""
    return words.listed(f"{one.code} {words.named(one.name, one.name_en)}" for one in elements() if code in one.fed_by)


def outside() -> list[tuple[str, str]]:
    """The topics outside the lists, each with its legal owner."""
    return [
        (f"{one.code} {words.named(one.name, one.name_en)}", words.named(one.owner_name, one.owner_name_en))
        for one in outside_topics()
    ]
