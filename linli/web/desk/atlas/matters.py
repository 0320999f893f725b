"""Open matters on the map: reports and cases of a view and a filter, within scope. Nothing that names a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from linli.access.api import Principal
from linli.casework.cases.api import Case, CaseState, cases
from linli.casework.intake.api import Report, reports
from linli.kernel.clock import now
from linli.web.desk import filters, points
from linli.web.desk.atlas import grid
from linli.web.desk.atlas.features import Feature, Told, of_cells, thing
from linli.web.desk.atlas.sight import Sight
from linli.web.desk.filters import Filter
from linli.web.desk.lists import View
from linli.web.ui import clocks, states

Rows = QuerySet[Case] | QuerySet[Report]


def told(actor: Principal, view: View, chosen: Filter, sight: Sight) -> Told:
    """The matters of a view in the window: each by itself when near, most urgent first; else counted on the grid."""
    moment = now()
    parts = [rows.filter(_inside(sight)) for rows in _parts(actor, view, chosen, moment)]
    return _each(parts, sight, moment) if sight.near else _counted(parts, sight, moment)


def _parts(actor: Principal, view: View, chosen: Filter, moment: datetime) -> list[Rows]:
    """The reports and the cases of a view that have a point."""
    parts: list[Rows] = []
    if view.of_cases is not None:
        parts.append(cases(actor).filter(view.of_cases(actor, moment) & filters.for_cases(chosen)))
    if view.of_reports is not None:
        parts.append(reports(actor).filter(view.of_reports(actor, moment) & filters.for_reports(chosen)))
    return parts


def _inside(sight: Sight) -> Q:
    west, south, east, north = sight.box
    return Q(lng__range=(west, east), lat__range=(south, north))


def _each(parts: Sequence[Rows], sight: Sight, moment: datetime) -> Told:
    found = [one for rows in parts for one in rows.order_by("due_at", "id")[: grid.MOST + 1]]
    found.sort(key=lambda one: (one.due_at is None, one.due_at or moment))
    first = found[: grid.MOST]
    return Told(_features(first, sight, moment), len(first), len(found) > grid.MOST)


def _counted(parts: Sequence[Rows], sight: Sight, moment: datetime) -> Told:
    late = Q(due_at__lte=moment) & ~Q(state=CaseState.SUSPENDED)
    by_part = [grid.cells(rows, sight, key="number", flagged=late) for rows in parts]
    kept = grid.joined((cell for found in by_part for cell in found[: grid.MOST]), sight)
    numbers = [cell.one for cell in kept if cell.n == 1]
    alone = [one for rows in parts for one in rows.filter(number__in=numbers)]
    cut = any(len(found) > grid.MOST for found in by_part)
    return of_cells(sight, "matters", kept, _features(alone, sight, moment), cut=cut)


def _features(found: Iterable[Case | Report], sight: Sight, moment: datetime) -> list[Feature]:
    return [_feature(one, sight, moment) for one in found]


def _feature(one: Case | Report, sight: Sight, moment: datetime) -> Feature:
    face = clocks.face(one.due_at, one.warn_at, now=moment)
    waits = one.state == CaseState.SUSPENDED
    facts = [str(states.badge(one.state).word), *([] if waits or not face.text else [face.text])]
    return thing(sight, one.lng or 0.0, one.lat or 0.0, **points.told(one, moment), facts=facts)
