"""Who stands at each of the three levels above a place (三级联动指挥, DOMAIN row 128)."""

from __future__ import annotations

from datetime import date

from linli.accounts.models import Post
from linli.accounts.queries import holders
from linli.accounts.rules import Role
from linli.territory.api import Area, AreaKind, ancestors

HEADS = {AreaKind.STATION: Role.STATION_HEAD, AreaKind.TOWN: Role.DISPATCHER, AreaKind.DISTRICT: Role.DISTRICT}


def heads_of(area: Area, level: int, today: date) -> list[Post]:
    """The posts that answer at a level (1 first station head, 2 town operation centre, 3 district), or at the nearest
    level above it that is filled: an empty chair passes the matter on, never drops it."""
    above = ancestors(area.path)
    chairs = [(HEADS[AreaKind(a.kind)], a) for a in above if a.kind in HEADS]
    ranks = {Role.STATION_HEAD: 1, Role.DISPATCHER: 2, Role.DISTRICT: 3}
    for role, chair in sorted(chairs, key=lambda pair: ranks[pair[0]]):
        if ranks[role] >= level:
            found = holders(role, chair.id, today)
            if found:
                return found
    return []
