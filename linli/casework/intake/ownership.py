"""Who owns a matter from its first second, and until when it must be looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from linli.accounts.api import Unit, unit_for
from linli.calendar.api import current_calendar
from linli.casework.intake.rules import Channel
from linli.casework.timeline.api import Act, ClockKind, LimitGiven, Moment, derive, step_limit
from linli.kernel.errors import InvalidInput
from linli.territory.api import Area

DESK_KINDS = ("station", "committee", "village_committee", "operation_centre")
"""Who keeps the desk of an area: its joint-duty station, else its committee, else the centre above."""

_FRESH_SECONDS = 60.0
_desks: dict[int, tuple[float, Unit]] = {}


@dataclass(frozen=True, slots=True)
class Triage:
    """The limit, and what it comes to."""

    given: LimitGiven
    due_at: datetime
    warn_at: datetime


def desk_of(area: Area) -> Unit:
    """The unit that takes a new matter of this area: nothing waits in nobody's queue.

    Raises InvalidInput when no unit at all covers the area: the installation is not complete.
    """
    kept = _desks.get(area.id)
    if kept is None or time.monotonic() - kept[0] > _FRESH_SECONDS:
        unit = next((u for kind in DESK_KINDS if (u := unit_for(kind, area.path)) is not None), None)
        if unit is None:
            raise InvalidInput(
                _("No unit answers for %(area)s yet.") % {"area": area},
                code="area_without_desk",
                detail={"area": area.code},
            )
        kept = _desks[area.id] = (time.monotonic(), unit)
    return kept[1]


def triage_deadline(channel: Channel, at: datetime) -> Triage:
    """When the desk must have decided on a report that came in at `at` (DOMAIN §2.2 step 2)."""
    given = step_limit(ClockKind.TRIAGE, case=channel)
    (reading,) = derive([Moment(Act.RECEIVE, at, (given,))], current_calendar())
    return Triage(given, reading.due_at or at, reading.warn_at or at)
