"""What surrounds every page of the desk: counts of the views, unread notices, posts. One SQL statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import JSONObject

from linli.access.api import Principal
from linli.accounts.api import WIDE_ROLES, Post, Unit, filters_of
from linli.calendar.api import today
from linli.casework.cases.api import cases
from linli.casework.intake.api import reports
from linli.register.places.api import Place
from linli.territory.api import Area
from linli.web.desk import words
from linli.web.desk.lists import View, views_for


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved filter as the left pane lists it."""

    id: int
    name: str
    query: str
    is_start: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings: counts by view, whether the person holds several posts, own saved filters.

    `area_name`, `unit_name`, `place_name`: of what was asked for; empty when there is none such.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    posts: int = 1
    place: str = ""
    area_name: str = ""
    unit_name: str = ""
    place_name: str = ""
    saved: Sequence[Saved] = ()


def frame_of(
    actor: Principal, *, now: datetime, counts: bool = False, area: str = "", unit: str = "", place: str = ""
) -> Frame:
    """Everything around the page, in one statement; `counts` of the open states only, with the saved filters.

    `area` is a path, `unit` and `place` are ids, each to be named.
    """
    columns: dict[str, Any] = {
        "held": Subquery(_held(actor, today()).values(n=_count(Q(id__isnull=False)))),
        "own_area": Subquery(Area.objects.filter(path=actor.area_path).values(n=_name())[:1]),
        **_asked(area or actor.area_path, unit, place),
    }
    if counts:
        columns["saved"] = ArraySubquery(filters_of(actor).values(n=JSONObject(**{name: name for name in SAVED})))
    kept = _kept_counts(actor, now) if counts else None
    if counts and kept is None:
        views = [view for view in views_for(actor) if view.counted]
        columns |= {
            "of_reports": Subquery(_tally(reports(actor), views, actor, now, of="reports")),
            "of_cases": Subquery(_tally(cases(actor), views, actor, now, of="cases")),
        }
    raw: Any = Post.objects.filter(id=actor.post_id).values(**columns).get()
    counted = kept if kept is not None else _sum(raw.get("of_reports"), raw.get("of_cases"))
    if counts and kept is None and actor.role in WIDE_ROLES:
        _wide[actor.role] = (now, counted)
    return Frame(
        counts=counted,
        posts=raw["held"] or 1,
        place=_named(raw["own_area"]),
        area_name=_named(raw["area_asked"]) if area else "",
        unit_name=_named(raw.get("unit_asked")),
        place_name=raw.get("place_asked") or "",
        saved=[Saved(**one) for one in raw.get("saved") or ()],
    )


def _asked(area: str, unit: str, place: str) -> dict[str, Any]:
    """The columns that name what the address asks for."""
    columns: dict[str, Any] = {"area_asked": Subquery(Area.objects.filter(path=area).values(n=_name())[:1])}
    if unit:
        columns["unit_asked"] = Subquery(Unit.objects.filter(id=int(unit), is_active=True).values(n=_name())[:1])
    if place:
        columns["place_asked"] = Subquery(Place.objects.filter(id=int(place)).values("name")[:1])
    return columns


SAVED = ("id", "name", "query", "is_start")


WIDE_COUNTS_HOLD = timedelta(seconds=30)
"""Counting the open matters of a whole district costs by their number; half a minute old is fresh enough for a rail."""

_wide: dict[str, tuple[datetime, dict[str, int]]] = {}


def _kept_counts(actor: Principal, now: datetime) -> dict[str, int] | None:
    """The counts a wide role was shown lately: they are the same for everybody who holds it."""
    at, counted = _wide.get(actor.role, (None, {}))
    fresh = actor.role in WIDE_ROLES and at is not None and timedelta() <= now - at < WIDE_COUNTS_HOLD
    return counted if fresh else None


def forget_counts() -> None:
    """Drop what the process keeps."""
    _wide.clear()


def _held(actor: Principal, day: date) -> QuerySet[Post]:
    running = Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    return Post.objects.filter(running, user_id=actor.user_id)


def _name() -> JSONObject:
    return JSONObject(zh="name", en="name_en")


def _named(found: Mapping[str, str] | None) -> str:
    return words.named(found["zh"], found["en"]) if found else ""


def _count(wanted: Q) -> Func:
    """`count(*) filter (where …)` over all rows: no grouping, so always one row."""
    return Func(
        ExpressionWrapper(wanted, output_field=BooleanField()),
        template="count(*) filter (where %(expressions)s)",
        output_field=IntegerField(),
    )


def _tally(rows: QuerySet[Any], views: list[View], actor: Principal, now: datetime, *, of: str) -> QuerySet[Any, Any]:
    wanted = {view.slug: getattr(view, f"of_{of}") for view in views}
    conditions = {slug: make(actor, now) for slug, make in wanted.items() if make is not None}
    # Every counted view is a part of the open ones, whose index is partial: closed matters are never touched.
    counts = {slug: _count(condition) for slug, condition in conditions.items()}
    return rows.filter(conditions["open"]).order_by().values(n=JSONObject(**counts))


def _sum(*found: Mapping[str, int] | None) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in found:
        for slug, n in (part or {}).items():
            total[slug] = total.get(slug, 0) + n
    return total
