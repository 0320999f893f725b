from __future__ import annotations

from django.db import transaction

from linli.access.api import Principal, require
from linli.accounts.api import Unit
from linli.audit.api import record
from linli.calendar.api import today
from linli.register.duty.models import Duty
from linli.register.places.api import Place


def lay_duty(*, actor: Principal, place: Place, unit: Unit) -> Duty:
    """Make a unit answer for a place as the unit of its kind; the one before it ends today. Raises Forbidden."""
    require(actor, "duty.edit", area_path=place.area.path)
    with transaction.atomic():
        Duty.objects.filter(place=place, unit_kind=unit.kind, ends_on__isnull=True).update(ends_on=today())
        duty = Duty.objects.create(place=place, area_id=place.area_id, unit=unit, unit_kind=unit.kind)
        record(
            actor=actor, act="duty.lay", subject_kind="place", subject_id=str(place.id), area_id=place.area_id,
            detail={"unit": unit.id},
        )  # fmt: skip
    return duty
