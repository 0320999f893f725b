"""Entering a transaction as somebody: the only way to see a row that is under scope."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import orjson
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, connections, models, transaction
from django.utils.translation import gettext as _

from linli.access.authz import call
from linli.access.permissions import Anyone, Principal, Reporter
from linli.accounts.api import AREA_ROLES, HEAD_ROLES, UNIT_ROLES, WIDE_ROLES, Role
from linli.kernel.errors import Forbidden
from linli.kernel.ids import uuid7
from linli.territory.api import Area, ids_under

GATE = "gate"
M = TypeVar("M", bound=models.Model)


def enter(token: str, *, read_only: bool = False, what: str = "") -> Principal:
    """Put the open transaction under the identity of `token` and return who that is.

    One statement. Under a broken glass the entering is put on record first, with `what` he comes for (method and
    address, never content). Raises Forbidden for a token that is empty, unknown or expired, or whose post has ended;
    the transaction then sees no scoped row at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"select {_authz()}.enter(%s, %s)", [token, read_only])
        found = cursor.fetchone()[0]
    if found is None:
        raise Forbidden(_("Please sign in again."), code="session_over")
    me = orjson.loads(found) if isinstance(found, str) else found
    if me["glass"]:
        _note_glass(token, what)
    return Principal(
        user_id=me["user_id"],
        post_id=me["post_id"],
        role=Role(me["role"]),
        area_id=me["area_id"],
        area_path=me["area_path"],
        unit_id=me["unit_id"],
        name=me["name"],
        mfa_at=datetime.fromisoformat(me["mfa_at"]) if me["mfa_at"] else None,
        glass=tuple(me["glass"]),
    )


def _note_glass(token: str, what: str) -> None:
    call("note_glass", token, uuid7(), what[:200], using=GATE)


def enter_link(secret: str, *, read_only: bool = False) -> Reporter:
    """Put the open transaction under a report's secret link. Raises Forbidden when no report has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_authz()}.enter_link(%s, %s)", [secret, read_only])
        report_id = cursor.fetchone()[0]
    if report_id is None:
        raise Forbidden(_("This link is not known."), code="link_unknown")
    return Reporter(report_id=UUID(str(report_id)), link=secret)


def enter_public(*, read_only: bool = False) -> Anyone:
    """Put the open transaction under nobody's identity: open places and reference data only."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_authz()}.enter('', %s)", [read_only])
    return Anyone()


@contextmanager
def as_system() -> Iterator[Principal]:
    """Act as Linli itself inside one transaction: deliveries, timers, imports from the command line."""
    with under_identity():
        yield enter(_system_token())


@contextmanager
def under_identity() -> Iterator[None]:
    """One transaction for one identity; inside somebody else's transaction that one's is put back at the end."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _identity() if nested else None
        yield
        if before is not None:
            _put_back(before)


def _identity() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('role'), coalesce(current_setting('app.sess', true), ''),"
            " coalesce(current_setting('app.link', true), '')"
        )
        role, session, link = cursor.fetchone()
    return role, session, link


def _put_back(identity: tuple[str, str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', %s, true), set_config('app.sess', %s, true), set_config('app.link', %s, true)",
            identity,
        )


def open_session(
    *, user_id: int, post_id: int, kind: str, ttl: timedelta, mfa_at: datetime | None = None, label: str = ""
) -> str:
    """Open a session on the gate's own connection and return its token; only the hash is stored."""
    token = secrets.token_urlsafe(32)
    with connections[GATE].cursor() as cursor:
        cursor.execute(
            f"select {_authz()}.open_session(%s, %s, %s, %s, %s, %s, %s)",
            [token, user_id, post_id, kind, _interval(ttl), mfa_at, label],
        )
    return token


def close_session(token: str) -> None:
    """End one session at once."""
    with connections[GATE].cursor() as cursor:
        cursor.execute(f"select {_authz()}.close_session(%s)", [token])


def close_sessions_of(user_id: int) -> None:
    """End every session and token of a person at once."""
    with connections[GATE].cursor() as cursor:
        cursor.execute(f"select {_authz()}.close_sessions_of(%s)", [user_id])


def within(
    rows: models.QuerySet[M], actor: object, *, area: str = "area", unit: str | None = None, home: str | None = None
) -> models.QuerySet[M]:
    """The code's own row scope, beside the database's: each must hold without the other.

    area: the relation to `territory.Area`. unit: the column of the responsible unit, for people of a unit. home: the
    column with the id of the home, for building heads.
    """
    if not isinstance(actor, Principal):
        return rows.none()
    if actor.role in WIDE_ROLES:
        return rows
    if actor.role in AREA_ROLES:
        return rows.filter(**{f"{area}_id__in": areas_reached(actor)})
    if unit is not None and actor.role in UNIT_ROLES and actor.unit_id is not None:
        return rows.filter(**{unit: actor.unit_id})
    if home is not None and actor.role in HEAD_ROLES:
        return rows.filter(**{f"{home}__in": my_homes()})
    return rows.none()


def areas_reached(actor: Principal) -> tuple[int, ...]:
    """The areas that a person of an area role reaches now: below his own, and below a broken glass."""
    return sum((ids_under(path) for path in actor.glass), start=ids_under(actor.area_path))


def my_homes() -> list[int]:
    """The homes that the post of this transaction is charged with; none for anybody but a building head."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_authz()}.my_homes()")
        return list(cursor.fetchone()[0])


def help_homes() -> list[int]:
    """Of these homes, those where somebody needs help; which help, nobody is told."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_authz()}.help_homes()")
        return list(cursor.fetchone()[0])


class _Unnest(models.Func):
    """Several in one select run side by side: row by row as long as the arrays are."""

    function = "unnest"
    set_returning = True


def first_within(
    rows: models.QuerySet[M], actor: object, *, order: tuple[str, str], limit: int, unit: str | None = None
) -> models.QuerySet[M]:
    """The first of `rows` in an order, within the scope of the actor (see `within`).

    For people of areas each area's index gives its own first ones, and the first of these are the first of all: a page
    then costs by the number of areas, however many rows lie in them. order: a column and `id`, both with the same sign.
    """
    seen = within(rows, actor, unit=unit)
    if not (isinstance(actor, Principal) and actor.role in AREA_ROLES):
        return seen.order_by(*order)[:limit]
    of_area = rows.filter(area_id=models.OuterRef("pk")).order_by(*order)
    sign = "-" if order[0].startswith("-") else ""
    heads = (
        Area.objects.filter(id__in=areas_reached(actor))
        .annotate(
            first_key=_Unnest(ArraySubquery(of_area.values(order[0].lstrip("-"))[:limit])),
            first_id=_Unnest(ArraySubquery(of_area.values("id")[:limit])),
        )
        .order_by(f"{sign}first_key", f"{sign}first_id")
    )
    return seen.filter(id__in=heads.values("first_id")[:limit]).order_by(*order)


def _interval(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} seconds"


def _authz() -> str:
    return str(settings.LINLI_AUTHZ_SCHEMA)


_SYSTEM_TTL = timedelta(hours=12)


@dataclass(slots=True)
class _SystemSession:
    token: str = ""
    opened: float = float("-inf")


_system = _SystemSession()


def _system_token() -> str:
    """One session of the system per process, renewed at half its life."""
    if time.monotonic() - _system.opened > _SYSTEM_TTL.total_seconds() / 2:
        token = secrets.token_urlsafe(32)
        with connections[GATE].cursor() as cursor:
            cursor.execute(f"select {_authz()}.open_system_session(%s, %s)", [token, _interval(_SYSTEM_TTL)])
        _system.token, _system.opened = token, time.monotonic()
    return _system.token
