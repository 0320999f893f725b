"""The door to working days, shifts and working-time arithmetic."""

from linli.calendar.actions import seed_days, set_day, set_shifts
from linli.calendar.official_days import SHIPPED_YEARS, DayKind, shipped_calendar
from linli.calendar.queries import DayShown, current_calendar, days_between, forget, today
from linli.calendar.rules import DEFAULT_SHIFTS, Amount, Pause, Shift, Unit, WorkCalendar

__all__ = [
    "DEFAULT_SHIFTS",
    "SHIPPED_YEARS",
    "Amount",
    "DayKind",
    "DayShown",
    "Pause",
    "Shift",
    "Unit",
    "WorkCalendar",
    "current_calendar",
    "days_between",
    "forget",
    "seed_days",
    "set_day",
    "set_shifts",
    "shipped_calendar",
    "today",
]
