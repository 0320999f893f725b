"""Chains and their levels, written by those who lead an area; four are shipped to begin with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from linli.access.api import Principal, require
from linli.audit.api import record
from linli.kernel.errors import Conflict, InvalidInput, NotFound
from linli.kernel.text import normalise
from linli.register.duty.models import Chain, ChainLevel, Charge
from linli.register.duty.queries import chain_by_id, level_by_id
from linli.register.duty.rules import MAX_CHAIN_NAME, MOST_LEVELS, LevelDraft, level_of_preset
from linli.territory.api import Area

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "chains.toml"


@dataclass(frozen=True, slots=True)
class Preset:
    """A chain as it is shipped."""

    code: str
    name: str
    name_en: str
    levels: tuple[LevelDraft, ...]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


@cache
def presets() -> Mapping[str, Preset]:
    """The shipped chains by code."""
    rows = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {
        code: Preset(code, row["name"], row["name_en"], tuple(level_of_preset(one) for one in row["levels"]))
        for code, row in rows.items()
    }


def preset(code: str) -> Preset:
    """A shipped chain. Raises NotFound."""
    if code not in presets():
        raise NotFound(_("There is no such chain."), code="chain_unknown")
    return presets()[code]


@transaction.atomic
def add_chain(
    *, actor: Principal, area: Area, name: str, name_en: str = "", levels: tuple[LevelDraft, ...] = ()
) -> Chain:
    """Begin a chain over an area. Raises Forbidden, InvalidInput (`chain_name`, `level_wrong`, `levels_too_many`)."""
    require(actor, "duty.edit", area_path=area.path)
    highest = Chain.objects.aggregate(most=Max("id"))["most"] or 0
    chain = Chain.objects.create(
        code=f"{area.code}-{highest + 1}", name=_name(name), name_en=_name(name_en, needed=False), area_id=area.id
    )
    if len(levels) > MOST_LEVELS:
        raise _too_many()
    ChainLevel.objects.bulk_create(
        ChainLevel(chain=chain, depth=depth, **_columns(draft)) for depth, draft in enumerate(levels, 1)
    )
    _note(actor, "chain.add", chain, levels=len(levels))
    return chain_by_id(chain.id)


@transaction.atomic
def change_chain(*, actor: Principal, chain_id: int, name: str, name_en: str = "", is_active: bool = True) -> Chain:
    """Rename a chain, or put it aside: its charges stay as history. Raises Forbidden, NotFound, InvalidInput."""
    chain = _own_chain(actor, chain_id)
    chain.name, chain.name_en, chain.is_active = _name(name), _name(name_en, needed=False), is_active
    chain.save(update_fields=["name", "name_en", "is_active"])
    _note(actor, "chain.change", chain, is_active=is_active)
    return chain


@transaction.atomic
def add_level(*, actor: Principal, chain_id: int, draft: LevelDraft) -> ChainLevel:
    """Add a level below the lowest. Raises Forbidden, NotFound, InvalidInput."""
    chain = _own_chain(actor, chain_id)
    deepest = chain.levels.aggregate(most=Max("depth"))["most"] or 0
    if deepest >= MOST_LEVELS:
        raise _too_many()
    level = ChainLevel.objects.create(chain=chain, depth=deepest + 1, **_columns(draft))
    _note(actor, "chain.level.add", chain, level=level.id)
    return level


@transaction.atomic
def change_level(*, actor: Principal, level_id: int, draft: LevelDraft) -> ChainLevel:
    """Change a level. Charges laid before on what is no longer named stay. Raises Forbidden, NotFound, InvalidInput."""
    level = level_by_id(level_id)
    chain = _own_chain(actor, level.chain_id)
    for column, value in _columns(draft).items():
        setattr(level, column, value)
    level.save()
    _note(actor, "chain.level.change", chain, level=level.id)
    return level


@transaction.atomic
def raise_level(*, actor: Principal, level_id: int) -> None:
    """Put a level above the one over it; the highest stays. Raises Forbidden, NotFound."""
    level = level_by_id(level_id)
    chain = _own_chain(actor, level.chain_id)
    above = chain.levels.filter(depth=level.depth - 1).first()
    if above is not None:
        ChainLevel.objects.filter(id=level.id).update(depth=MOST_LEVELS + 1)
        ChainLevel.objects.filter(id=above.id).update(depth=level.depth)
        ChainLevel.objects.filter(id=level.id).update(depth=above.depth)
        _note(actor, "chain.level.raise", chain, level=level.id)


@transaction.atomic
def remove_level(*, actor: Principal, level_id: int) -> None:
    """Take a level out that nobody was ever charged at. Raises Forbidden, NotFound, Conflict (`level_has_charges`)."""
    level = level_by_id(level_id)
    chain = _own_chain(actor, level.chain_id)
    if Charge.objects.filter(level=level).exists():
        raise Conflict(_("People were charged at this level: it stays as history."), code="level_has_charges")
    level.delete()
    for lower in chain.levels.filter(depth__gt=level.depth).order_by("depth"):
        ChainLevel.objects.filter(id=lower.id).update(depth=lower.depth - 1)
    _note(actor, "chain.level.remove", chain, level=level_id)


def charges_by_level(chain_id: int) -> dict[int, int]:
    """How many charges each level has or had."""
    rows = Charge.objects.filter(level__chain_id=chain_id).values_list("level_id").annotate(n=Count("id"))
    return dict(rows)


def _own_chain(actor: Principal, chain_id: int) -> Chain:
    chain = chain_by_id(chain_id)
    require(actor, "duty.edit", area_path=chain.area.path)
    return Chain.objects.select_for_update().get(id=chain.id)


def _name(given: str, *, needed: bool = True) -> str:
    name = normalise(given, multiline=False)
    if (needed and not name) or len(name) > MAX_CHAIN_NAME:
        raise InvalidInput(
            _("Please give a name of at most %(most)s characters.") % {"most": MAX_CHAIN_NAME}, code="chain_name"
        )
    return name


def _columns(draft: LevelDraft) -> dict[str, object]:
    bounds = (draft.most_doors, draft.most_homes)
    if not draft.laid_on or any(bound is not None and bound < 1 for bound in bounds):
        raise InvalidInput(_("A level needs something it is laid on, and bounds of at least one."), code="level_wrong")
    return {
        "name": _name(draft.name),
        "name_en": _name(draft.name_en, needed=False),
        "laid_on": [kind.value for kind in draft.laid_on],
        "must_cover": draft.must_cover,
        "most_doors": draft.most_doors,
        "most_homes": draft.most_homes,
    }


def _too_many() -> InvalidInput:
    return InvalidInput(_("A chain has at most %(most)s levels.") % {"most": MOST_LEVELS}, code="levels_too_many")


def _note(actor: Principal, act: str, chain: Chain, **detail: object) -> None:
    record(actor=actor, act=act, subject_kind="chain", subject_id=str(chain.id), area_id=chain.area_id, detail=detail)
