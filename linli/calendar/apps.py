from __future__ import annotations

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """The floor that knows which days and hours are worked."""

    name = "linli.calendar"
    label = "calendar"
