"""A home or its people changed: somebody looks at the home again (以房管人)."""

from __future__ import annotations

from linli.access.api import as_system
from linli.outbox.api import nobody_listens, on
from linli.register.households.api import CheckCause, ask_look
from linli.register.households.events import MergeUndone, PeopleMerged, PeopleOfHomeChanged
from linli.register.places.events import HomeUseChanged


@on(HomeUseChanged)
def look_at_home(event: HomeUseChanged) -> None:
    """Who lives there may have changed with the use. Delivered twice it asks once: a home has one open check."""
    with as_system() as system:
        ask_look(actor=system, home_id=event.home_id, cause=CheckCause.HOME)


nobody_listens(PeopleOfHomeChanged, "the act itself asks for a look; charts and lists read the rows")
for decided in (PeopleMerged, MergeUndone):
    nobody_listens(decided, "no row outside the register names a person")
