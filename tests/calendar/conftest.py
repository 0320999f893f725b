"""Fixtures of the calendar: the stage of casework, for days that are edited while matters run."""

from casework.fixtures import fresh_caches, stage

__all__ = ["fresh_caches", "stage"]
