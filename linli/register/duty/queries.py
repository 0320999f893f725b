from __future__ import annotations

from dataclasses import dataclass

from linli.accounts.api import Unit, unit_for
from linli.register.duty.models import Duty
from linli.register.places.api import Place, chain


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers, and by what: `place` (a duty laid on it or on what it stands in) or `area`."""

    unit: Unit
    by: str
    where: str


def who_answers(unit_kind: str, *, place: Place | None, area_path: str) -> Answer | None:
    """The unit of this kind that answers at a place: the duty laid nearest to it, else the unit of the nearest area.

    None when no such unit exists: a gap, which the caller must not hide.
    """
    if place is not None:
        line = chain(place)
        duties = {
            duty.place_id: duty
            for duty in Duty.objects.filter(
                place_id__in=[p.id for p in line], unit_kind=unit_kind, ends_on__isnull=True, unit__is_active=True
            ).select_related("unit", "unit__area")
        }
        for step in line:
            if step.id in duties:
                return Answer(duties[step.id].unit, "place", step.name)
    unit = unit_for(unit_kind, area_path)
    return Answer(unit, "area", str(unit.area)) if unit is not None else None
