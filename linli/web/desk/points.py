"""Matters as points on the plan (GeoJSON): title, state of the clock, address. Nothing that names a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from linli.access.api import Principal
from linli.casework.cases.api import Case, CaseState, cases
from linli.casework.intake.api import Report, reports
from linli.kernel.clock import now
from linli.web.desk import filters
from linli.web.desk.filters import Filter
from linli.web.desk.lists import View
from linli.web.ui import clocks

MOST = 3000
"""As many points as a plan can show and a phone can draw; more are cut, and the page says so."""


def collection(things: Iterable[Case | Report], *, cut: bool = False) -> dict[str, object]:
    """A feature for each matter that has a point. `cut`: there are more than are told."""
    moment = now()
    features = [_feature(one, moment) for one in things if one.lat is not None]
    return {"type": "FeatureCollection", "features": features, "cut": cut}


def _feature(thing: Case | Report, moment: datetime) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [thing.lng, thing.lat]},
        "properties": {
            "id": str(thing.id),
            "title": f"{thing.number} {thing.title}",
            "state": _state(thing, moment),
            "url": reverse("desk:matter", args=[thing.number]),
            "preview": reverse("desk:peek", args=[thing.id]),
        },
    }


def _state(thing: Case | Report, moment: datetime) -> str:
    if thing.state == CaseState.SUSPENDED:
        return "paused"
    state = clocks.state_of(thing.due_at, thing.warn_at, None, "", moment)
    return {clocks.ClockState.NEAR: "near", clocks.ClockState.OVER: "over"}.get(state, "left")


def of_view(actor: Principal, view: View, chosen: Filter, moment: datetime) -> dict[str, object]:
    """The matters of a view that have a point, the most urgent first; at most `MOST` of each kind."""
    found: list[Case | Report] = []
    cut = False
    if view.of_cases is not None:
        wanted = view.of_cases(actor, moment) & filters.for_cases(chosen)
        some = list(cases(actor).filter(wanted, lat__isnull=False).order_by("due_at", "id")[: MOST + 1])
        found += some[:MOST]
        cut = len(some) > MOST
    if view.of_reports is not None:
        wanted = view.of_reports(actor, moment) & filters.for_reports(chosen)
        more = list(reports(actor).filter(wanted, lat__isnull=False).order_by("due_at", "id")[: MOST + 1])
        found += more[:MOST]
        cut = cut or len(more) > MOST
    return collection(found, cut=cut)
