"""Who answers for this door: every level of every chain, every seat, stand-ins, and units, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from linli.access.api import Principal, require
from linli.accounts.api import Role
from linli.calendar.api import today
from linli.kernel.identifiers import mask_name
from linli.register.duty.rules import Seat
from linli.register.duty.statements import Value, rows
from linli.register.places.api import Place

FULL_NAMES = frozenset({Role.WORKER, Role.STATION_HEAD, Role.BUILDING_HEAD})
"""Roles on site; whoever stands above them reads the names of residents masked (DOMAIN §4.2)."""


@dataclass(frozen=True, slots=True)
class Answering:
    """One who answers. `name` is empty where the reader may not know it: a resident is told on site alone.

    depth: from the top of the chain; 0 for a unit. where: what the charge is laid on. away: the holder is on leave and
    nobody stands in; instead_of: the holder somebody stands in for. reach: from a card given with consent, else "".
    """

    charge_id: int | None
    chain: str
    level: str
    depth: int
    seat: Seat
    where: str
    name: str
    is_resident: bool
    reach: str = ""
    away: bool = False
    instead_of: str = ""
    unit_kind: str = ""


def answers_for(actor: Principal, place: Place, *, day: date | None = None) -> list[Answering]:
    """All who answer for a place, from the nearest level up, accountable first; then the units by duty (包干单位).

    One statement, under the reader's own scope. Charges whose holder has left are not answers: the proof tells of them.
    Raises Forbidden.
    """
    require(actor, "register.read")
    given: dict[str, Value] = {"place": place.id, "area": place.area_id, "day": day or today()}
    english = (get_language() or "").startswith("en")
    return [_answering(actor, row, english=english) for row in rows("answers", given)]


def _answering(actor: Principal, row: tuple[object, ...], *, english: bool) -> Answering:
    (charge, chain, chain_en, level, level_en, depth, seat, where, post_name, person, person_name, on_leave, in_post,
     in_person, in_person_name, reach, kind) = (value if value is not None else "" for value in row)  # fmt: skip
    full = actor.role in FULL_NAMES
    first = _name(str(post_name), str(person_name), full=full)
    second = _name(str(in_post), str(in_person_name), full=full)
    stands_in = bool(on_leave) and bool(in_post or in_person)
    return Answering(
        charge_id=int(str(charge)) if charge else None,
        chain=str(chain_en if english and chain_en else chain),
        level=str(level_en if english and level_en else level),
        depth=int(str(depth)),
        seat=Seat(str(seat)),
        where=str(where),
        name=second if stands_in else first,
        is_resident=bool(in_person if stands_in else person),
        reach=str(reach),
        away=bool(on_leave) and not stands_in,
        instead_of=first if stands_in else "",
        unit_kind=str(kind),
    )


def _name(of_post: str, of_person: str, *, full: bool) -> str:
    if of_post:
        return of_post
    return of_person if full or not of_person else mask_name(of_person)
