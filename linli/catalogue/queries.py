from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Max, Q

from linli.catalogue.changes import apply_changes
from linli.catalogue.kinds import UnitKind
from linli.catalogue.models import Element, Item, ItemVersion, OutsideTopic, Override
from linli.catalogue.shipped import ElementSpec, Json, OutsideSpec, from_json
from linli.catalogue.spec import ItemClass, ItemSpec, ListKind
from linli.catalogue.suggest import OutsideMatch, Suggester, Suggestion, suggester
from linli.kernel.clock import now
from linli.kernel.errors import NotFound
from linli.kernel.phrases import gettext_noop

FRESH_SECONDS = 15.0
Stamp = tuple[int | None, int | None, int, int]


@dataclass(frozen=True, slots=True)
class InForce:
    """An item as it holds at a place and time: demands, version, and the ids of the overrides laid over it."""

    spec: ItemSpec
    version: int
    overridden_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Local:
    id: int
    valid_from: datetime
    fields: Json


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """All versions and overrides, read at once: a few hundred rows that change a few times a year."""

    retired: Mapping[str, datetime | None]
    versions: Mapping[str, tuple[tuple[datetime, int, ItemSpec], ...]]
    overrides: Mapping[tuple[str, str], tuple[_Local, ...]]
    topics: Mapping[str, OutsideSpec]
    merged: dict[tuple[str, int, tuple[int, ...]], ItemSpec]
    suggesters: list[Suggester]


class _Kept:
    """What this process holds, good while the stamp of the tables stays the same."""

    stamp: Stamp | None = None
    asked_at = 0.0
    snapshot: _Snapshot | None = None


def forget() -> None:
    """Drop what this process keeps, so that the next question reads the tables."""
    _Kept.stamp = None


def _kept() -> _Snapshot:
    if _Kept.snapshot is None or _Kept.stamp is None or time.monotonic() - _Kept.asked_at > FRESH_SECONDS:
        stamp = _stamp()
        if _Kept.snapshot is None or stamp != _Kept.stamp:
            _Kept.snapshot = _load()
        _Kept.stamp, _Kept.asked_at = stamp, time.monotonic()
    return _Kept.snapshot


def _stamp() -> Stamp:
    """What changes with every write: versions and overrides only grow, and an item retires once."""
    items = Item.objects.aggregate(rows=Count("id"), retired=Count("id", filter=Q(retired_at__isnull=False)))
    last = ItemVersion.objects.aggregate(last=Max("id"))["last"]
    return last, Override.objects.aggregate(last=Max("id"))["last"], items["rows"], items["retired"]


def _load() -> _Snapshot:
    items = list(Item.objects.values_list("code", "retired_at"))
    versions = ItemVersion.objects.order_by("item__position", "item__code", "version").values_list(
        "item__code", "valid_from", "version", "spec"
    )
    local = Override.objects.order_by("item__code", "area__path", "version").values_list(
        "item__code", "area__path", "id", "valid_from", "fields"
    )
    return _Snapshot(
        retired=dict(items),
        versions={
            code: tuple((since, number, from_json(spec)) for _, since, number, spec in rows)
            for code, rows in groupby(versions, key=lambda row: row[0])
        },
        overrides={
            key: tuple(_Local(*row[2:]) for row in rows)
            for key, rows in groupby(local, key=lambda row: (row[0], row[1]))
        },
        topics={topic.code: topic for topic in map(_topic, OutsideTopic.objects.all())},
        merged={},
        suggesters=[],
    )


def in_force(code: str, area_path: str | None = None, *, at: datetime | None = None) -> InForce:
    """The item as it holds at `area_path` (None: the district list itself) and `at` (aware; None: now).

    Overrides of every area from the district down to the place are laid over the version in force, the nearest last,
    so a committee's value beats its town's. A retired item is still answered: old cases need it.
    Kept in the process; a change made elsewhere is seen within 15 seconds, a change made here at once.
    Raises NotFound (`item_unknown`).
    """
    kept, moment = _kept(), at or now()
    begun = [version for version in kept.versions.get(code, ()) if version[0] <= moment]
    if not begun:
        raise NotFound(gettext_noop("The list has no such item."), code="item_unknown", detail={"code": code})
    _, number, spec = begun[-1]
    laid = [found for found in _laid_over(kept, code, area_path, moment) if found.fields]
    key = (code, number, tuple(found.id for found in laid))
    if key not in kept.merged:
        for found in laid:
            spec = apply_changes(spec, found.fields)
        kept.merged[key] = spec
    return InForce(spec=kept.merged[key], version=number, overridden_by=key[2])


def _laid_over(kept: _Snapshot, code: str, area_path: str | None, moment: datetime) -> list[_Local]:
    if not area_path:
        return []
    steps = area_path.split(".")
    levels = [".".join(steps[:n]) for n in range(1, len(steps) + 1)]
    found = []
    for level in levels:
        begun = [local for local in kept.overrides.get((code, level), ()) if local.valid_from <= moment]
        if begun:
            found.append(begun[-1])
    return found


def spec_for(code: str, area_path: str | None = None, *, at: datetime | None = None) -> ItemSpec:
    """The demands of `in_force`. Raises NotFound (`item_unknown`)."""
    return in_force(code, area_path, at=at).spec


def is_active(code: str, *, at: datetime | None = None) -> bool:
    """Whether new cases may be opened under this item."""
    kept, moment = _kept(), at or now()
    retired = kept.retired.get(code)
    begun = any(since <= moment for since, _, _ in kept.versions.get(code, ()))
    return begun and (retired is None or retired > moment)


def list_specs(
    list_kind: ListKind | None = None, area_path: str | None = None, *, at: datetime | None = None
) -> list[ItemSpec]:
    """The active items of one list or of all three, in the order of the lists, as they hold at `area_path`."""
    specs = [spec_for(code, area_path, at=at) for code in _kept().versions if is_active(code, at=at)]
    return [spec for spec in specs if list_kind is None or spec.list_kind is list_kind]


def elements() -> list[ElementSpec]:
    """The elements (要素) that items feed, in the order of their codes."""
    return [
        ElementSpec(
            code=row.code,
            id=row.slug,
            name=row.name,
            name_en=row.name_en,
            cls=ItemClass(row.cls),
            fed_by=tuple(row.fed_by),
            signs=tuple(row.signs),
            signs_en=row.signs_en,
        )
        for row in Element.objects.all()
    ]


def outside_topics() -> list[OutsideSpec]:
    """The topics outside the list with their legal owners, in the order of their codes."""
    return list(_kept().topics.values())


def outside_topic(code: str) -> OutsideSpec:
    """One topic outside the list. Raises NotFound (`topic_unknown`)."""
    topic = _kept().topics.get(code)
    if topic is None:
        raise NotFound(gettext_noop("No such topic."), code="topic_unknown", detail={"code": code})
    return topic


def _topic(row: OutsideTopic) -> OutsideSpec:
    return OutsideSpec(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        owner_name=row.owner_name,
        owner_name_en=row.owner_name_en,
        owner_kind=UnitKind(row.owner_kind),
    )


def _suggester() -> Suggester:
    kept = _kept()
    if not kept.suggesters:
        kept.suggesters.append(suggester(list_specs(), kept.topics.values()))
    return kept.suggesters[0]


def suggest(text: str, *, list_kinds: Iterable[ListKind] | None = None, top: int = 3) -> list[Suggestion]:
    """Up to `top` active items a resident's words may mean, best first, each with the words that speak for it.

    `list_kinds`: keep to the lists of the place's stations. Empty when nothing is clear. A person confirms.
    """
    return _suggester().suggest(text, list_kinds=list_kinds, top=top)


def likeliest(text: str, *, top: int = 3) -> list[Suggestion]:
    """Exactly `top` different active items for a desk to look through, best first.

    A suggestion with little to go on is marked `weak`: it is shown, but never chosen beforehand. A person confirms.
    """
    return _suggester().likeliest(text, top=top)


def outside(text: str) -> OutsideMatch | None:
    """The topic outside the list that is meant, with its legal owner; None when an item is as likely or unclear.

    准入机制: what is outside the list goes to its legal owner, never to the station. A person confirms.
    """
    return _suggester().outside(text)
