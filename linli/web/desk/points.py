"""Matters as points on the plan (GeoJSON): title, state of the clock, address. Nothing that names a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from linli.casework.cases.api import Case, CaseState
from linli.casework.intake.api import Report
from linli.kernel.clock import now
from linli.web.ui import clocks


def collection(things: Iterable[Case | Report]) -> dict[str, object]:
    """A feature for each matter that has a point."""
    moment = now()
    return {"type": "FeatureCollection", "features": [_feature(one, moment) for one in things if one.lat is not None]}


def _feature(one: Case | Report, moment: datetime) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one.lng, one.lat]},
        "properties": told(one, moment),
    }


def told(one: Case | Report, moment: datetime) -> dict[str, str]:
    """What a point says of its matter. state: left, near, over or paused."""
    return {
        "id": str(one.id),
        "title": f"{one.number} {one.title}",
        "state": _state(one, moment),
        "url": reverse("desk:matter", args=[one.number]),
        "preview": reverse("desk:peek", args=[one.id]),
    }


def _state(one: Case | Report, moment: datetime) -> str:
    if one.state == CaseState.SUSPENDED:
        return "paused"
    state = clocks.state_of(one.due_at, one.warn_at, None, "", moment)
    return {clocks.ClockState.NEAR: "near", clocks.ClockState.OVER: "over"}.get(state, "left")
