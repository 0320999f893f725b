"""Writes to the calendar. It stands below `access`, so the caller has asked for the right `calendar.edit` already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from linli.audit.api import Actor, record
from linli.calendar.events import CalendarChanged
from linli.calendar.models import Day, Shift
from linli.calendar.official_days import SHIPPED_YEARS, DayKind, OfficialDay, official_days
from linli.calendar.queries import forget
from linli.calendar.rules import Shift as OfficeHours
from linli.calendar.rules import WorkCalendar
from linli.kernel.errors import InvalidInput
from linli.kernel.text import normalise
from linli.outbox.api import publish

OWNER = "owner"
SHIPPED = "shipped"
EDITED = "edited"
_YEARS_EDITABLE = range(2000, 2101)


def set_day(*, actor: Actor, date: date, kind: str, name: str = "", name_en: str = "") -> None:
    """Say what a day is (kind: see `DayKind`; name: the holiday in Chinese), and have open limits computed anew.

    Raises InvalidInput: `bad_day_kind` (unknown, or a weekend kind on a weekday and the like), `bad_day` (year).
    """
    chosen = _kind_for(date, kind)
    names = {"name_zh": normalise(name, max_length=60, multiline=False)}
    names["name_en"] = normalise(name_en, max_length=60, multiline=False)
    with transaction.atomic():
        before = Day.objects.select_for_update().filter(date=date).first()
        values = {**names, "kind": chosen, "source": EDITED, "estimated": False, "edited_by": actor.user_id}
        if before is None:
            Day.objects.create(date=date, **values)
        else:
            Day.objects.filter(date=date).update(**values, version=F("version") + 1, updated_at=Now())
        record(
            actor=actor,
            act="calendar.set_day",
            subject_kind="calendar_day",
            subject_id=date.isoformat(),
            detail={"before": before.kind if before else None, "after": str(chosen)},
        )
        publish(CalendarChanged(first_day=date))
        transaction.on_commit(forget)


def set_shifts(
    *,
    actor: Actor,
    valid_from: date,
    shifts: Sequence[OfficeHours],
    area_code: str | None = None,
    labels: Sequence[tuple[str, str]] = (),
) -> None:
    """Add a plan of office hours from a day on, for everyone or for an area and all below it (statistical code).

    shifts: start and end of each, their own `valid_from` is ignored. labels: Chinese and English, one pair per shift.
    A plan with the same first day is replaced. Raises InvalidInput (`bad_shifts`): none, overlapping, or too many.
    """
    plan = _plan(shifts, valid_from)
    titles = [*labels, *[("", "")] * len(plan)][: len(plan)]
    with transaction.atomic():
        former = Shift.objects.select_for_update().filter(area_code=area_code, valid_from=valid_from)
        version = max((shift.version for shift in former), default=0) + 1
        former.delete()
        Shift.objects.bulk_create(
            Shift(
                area_code=area_code,
                valid_from=valid_from,
                start=shift.start,
                end=shift.end,
                label_zh=normalise(zh, max_length=20, multiline=False),
                label_en=normalise(en, max_length=20, multiline=False),
                edited_by=actor.user_id,
                version=version,
            )
            for shift, (zh, en) in zip(plan, titles, strict=True)
        )
        record(
            actor=actor,
            act="calendar.set_shifts",
            subject_kind="calendar_shifts",
            subject_id=f"{area_code or '*'} {valid_from.isoformat()}",
            detail={"shifts": [f"{shift.start:%H:%M}-{shift.end:%H:%M}" for shift in plan]},
        )
        publish(CalendarChanged(first_day=valid_from, area_code=area_code))
        transaction.on_commit(forget)


def seed_days(*, actor: None, years: Iterable[int] = SHIPPED_YEARS) -> int:
    """Bring the shipped days of these years into the table; days that a person set stay. Returns the days written.

    Runs on the owner's connection and may be repeated. Raises InvalidInput (`year_not_shipped`).
    """
    wanted = list(years)
    unknown = sorted(set(wanted) - set(SHIPPED_YEARS))
    if unknown:
        raise InvalidInput(
            _("The days of this year are not shipped; enter them by hand."),
            code="year_not_shipped",
            detail={"years": unknown},
        )
    with transaction.atomic(using=OWNER):
        written = sum(_write(day) for year in wanted for day in official_days(year))
        if written:
            record(
                actor=actor,
                act="calendar.seed",
                subject_kind="calendar_day",
                subject_id="-".join(str(year) for year in wanted),
                detail={"days": written},
                using=OWNER,
            )
        transaction.on_commit(forget, using=OWNER)
    return written


def _write(day: OfficialDay) -> bool:
    """Write one shipped day when it is missing or differs; return whether it was."""
    rows = Day.objects.using(OWNER)
    values = {"kind": day.kind, "name_zh": day.name_zh, "name_en": day.name_en, "estimated": day.estimated}
    known = rows.filter(date=day.date).first()
    if known is None:
        rows.create(date=day.date, source=SHIPPED, **values)
        return True
    if known.edited_by is not None or all(getattr(known, field) == value for field, value in values.items()):
        return False
    rows.filter(date=day.date).update(**values, source=SHIPPED, version=F("version") + 1, updated_at=Now())
    return True


def _kind_for(day: date, kind: str) -> DayKind:
    if day.year not in _YEARS_EDITABLE:
        raise InvalidInput(_("This year cannot be edited."), code="bad_day", detail={"year": day.year})
    allowed = {DayKind.HOLIDAY, *((DayKind.WEEKEND, DayKind.MAKE_UP) if day.weekday() >= 5 else (DayKind.WORKDAY,))}
    if kind not in allowed:
        raise InvalidInput(
            _("A weekday is a workday or a holiday; a weekend day is a rest day, a make-up workday or a holiday."),
            code="bad_day_kind",
            detail={"kind": kind, "allowed": sorted(allowed)},
        )
    return DayKind(kind)


def _plan(shifts: Sequence[OfficeHours], valid_from: date) -> list[OfficeHours]:
    plan = sorted(OfficeHours(shift.start, shift.end, valid_from) for shift in shifts)
    try:
        WorkCalendar(shifts=tuple(plan))
    except ValueError as wrong:
        raise _bad_shifts() from wrong
    if len(plan) > 6:
        raise _bad_shifts()
    return plan


def _bad_shifts() -> InvalidInput:
    return InvalidInput(_("Office hours are one to six spans of a day that do not overlap."), code="bad_shifts")
