"""The proof that a chain is complete: no entrance missing at any level, none covered twice (DOMAIN rows 2, 14).

Everything is counted by set-based statements over charges, places and areas; nothing is kept, so nothing is stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linli.access.api import Principal, require
from linli.register.duty.models import Chain
from linli.register.duty.rules import Cause
from linli.register.duty.statements import Value, rows

PAGE = 50
MOST = 100_000
"""Lines of an export."""


@dataclass(frozen=True, slots=True)
class LevelProof:
    """One level: how many doors are in order, and how many are not, by cause."""

    level_id: int
    depth: int
    name: str
    in_order: int
    faults: dict[Cause, int]

    @property
    def wrong(self) -> int:
        """Doors that are not in order."""
        return sum(self.faults.values())


@dataclass(frozen=True, slots=True)
class Proof:
    """A chain below an area on a day. doors: entrances, buildings without any, houses."""

    doors: int
    levels: tuple[LevelProof, ...]

    @property
    def complete(self) -> bool:
        """Whether every door has exactly one accountable at every level. Nothing to cover proves nothing."""
        return self.doors > 0 and bool(self.levels) and not any(level.wrong for level in self.levels)

    def of(self, cause: Cause) -> int:
        """How many are wrong for this cause, at all levels together."""
        return sum(level.faults.get(cause, 0) for level in self.levels)


@dataclass(frozen=True, slots=True)
class Fault:
    """One door that is not in order at one level. `spots`: what the accountable charges that cover it are laid on."""

    door_id: int
    address: str
    kind: str
    area_id: int
    area: str
    level_id: int
    level: str
    depth: int
    cause: Cause
    held: int
    charges: tuple[int, ...] = ()
    spots: tuple[str, ...] = ()

    @property
    def cursor(self) -> str:
        """Where the next page begins."""
        return f"{self.door_id}.{self.depth}"


@dataclass(frozen=True, slots=True)
class Overload:
    """One holder has more than the bound of his level. Exactly one of the two ids."""

    level_id: int
    level: str
    post_id: int | None
    person_id: Any
    doors: int
    homes: int
    most_doors: int | None
    most_homes: int | None


def proof(actor: Principal, chain: Chain, area_path: str, day: date) -> Proof:
    """Count below an area, in one statement. Raises Forbidden outside the actor's area."""
    levels = [level for level in chain.levels.all() if level.must_cover]
    top = _within(actor, chain, area_path)
    found: dict[int, dict[Cause | None, int]] = {level.id: {} for level in levels}
    if top is not None:
        for level_id, cause, n in _rows("summary", chain, top, day):
            found[level_id][Cause(cause) if cause else None] = n
    doors = max((sum(counts.values()) for counts in found.values()), default=0)
    return Proof(
        doors=doors,
        levels=tuple(
            LevelProof(
                level.id, level.depth, str(level), found[level.id].pop(None, 0),
                {cause: n for cause, n in found[level.id].items() if cause is not None},
            )
            for level in levels
        ),
    )  # fmt: skip


def faults(
    actor: Principal,
    chain: Chain,
    area_path: str,
    day: date,
    *,
    causes: Sequence[Cause] = (),
    level_id: int | None = None,
    after: str = "",
    limit: int = PAGE,
) -> list[Fault]:
    """What is wrong, door by door in the order of their ids, from where the last page ended (`Fault.cursor`).

    Raises Forbidden outside the actor's area.
    """
    top = _within(actor, chain, area_path)
    if top is None:
        return []
    door, depth = _after(after)
    found = _rows(
        "faults", chain, top, day, causes=[cause.value for cause in causes or Cause], level=level_id, door=door,
        depth=depth, limit=limit,
    )  # fmt: skip
    names = {level.id: str(level) for level in chain.levels.all()}
    return [
        Fault(
            door_id=row[0], address=row[1], kind=row[2], area_id=row[3], area=row[4], level_id=row[5],
            level=names[row[5]], depth=row[6], cause=Cause(row[7]), held=row[8], charges=tuple(row[9] or ()),
            spots=tuple(row[10] or ()),
        )
        for row in found
    ]  # fmt: skip


def overloads(actor: Principal, chain: Chain, area_path: str, day: date) -> list[Overload]:
    """Holders with more than the bound of their level, the most loaded first; in one statement, none without bounds.

    Raises Forbidden outside the actor's area.
    """
    levels = {level.id: level for level in chain.levels.all()}
    top = _within(actor, chain, area_path)
    if top is None or not any(level.most_doors or level.most_homes for level in levels.values()):
        return []
    count_homes = any(level.most_homes for level in levels.values())
    return [
        Overload(
            level_id=level_id, level=str(levels[level_id]), post_id=post_id, person_id=person_id, doors=doors,
            homes=homes, most_doors=levels[level_id].most_doors, most_homes=levels[level_id].most_homes,
        )
        for level_id, post_id, person_id, doors, homes in _rows(
            "overloads", chain, top, day, count_homes=count_homes
        )
    ]  # fmt: skip


def _within(actor: Principal, chain: Chain, area_path: str) -> str | None:
    """Where chain and area meet. Who sees only a part of the doors would be told of gaps that are none."""
    require(actor, "register.read", area_path=area_path)
    return lower_of(chain.area.path, area_path)


def lower_of(one: str, other: str) -> str | None:
    """The lower of two areas of which one lies in the other; None when neither does."""
    if one == other or other.startswith(f"{one}."):
        return other
    return one if one.startswith(f"{other}.") else None


def _after(cursor: str) -> tuple[int, int]:
    door, _dot, depth = cursor.partition(".")
    return (int(door), int(depth)) if door.isdecimal() and depth.isdecimal() else (0, 0)


def _rows(name: str, chain: Chain, top: str, day: date, **given: Value) -> list[tuple[Any, ...]]:
    return rows(name, {"chain": chain.id, "top": top, "day": day, "all_seats": False, **given})
