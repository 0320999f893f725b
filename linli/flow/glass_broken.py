"""Somebody reaches beyond his area: whoever stands above him hears it at once, and reviews it afterwards."""

from __future__ import annotations

from linli.access.api import as_system, glass_by_id
from linli.access.events import GlassBroken
from linli.accounts.api import Role, heads_of
from linli.calendar.api import today
from linli.notices.api import send
from linli.outbox.api import on

LEVEL_ABOVE = {Role.WORKER: 1, Role.STATION_HEAD: 2, Role.DISPATCHER: 3}


@on(GlassBroken)
def tell_supervisor(event: GlassBroken) -> None:
    """To the next level above the post that broke it, urgent: it may have to be ended."""
    with as_system() as system:
        glass = glass_by_id(system, event.glass_id).glass
        for post in heads_of(glass.home, LEVEL_ABOVE[Role(glass.post.role)], today()):
            send(
                area_id=glass.home_id, template="glass_broken", post_id=post.id, urgent=True,
                params={"name": str(glass.user), "area": str(glass.area), "due": glass.expires_at.isoformat()},
            )  # fmt: skip
