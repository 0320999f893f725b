"""Somebody was charged with a place: he is told, where he has an account."""

from __future__ import annotations

from linli.access.api import as_system
from linli.notices.api import send
from linli.outbox.api import nobody_listens, on
from linli.register.duty.api import level_by_id
from linli.register.duty.events import ChargesEnded, ChargesLaid


@on(ChargesLaid)
def tell_holder(event: ChargesLaid) -> None:
    """The holder of the post hears at which level he answers, and where."""
    if event.post_id is None:
        return
    with as_system():
        level = level_by_id(event.level_id)
        more = len(event.charge_ids) - 1
        send(
            area_id=event.area_id, template="charged_more" if more else "charged", post_id=event.post_id,
            params={"level": level.name, "spot": event.spot, "more": more, "number": ""},
        )  # fmt: skip


nobody_listens(ChargesEnded, "the proof shows what is open; who ended it knows")
