from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from linli.access.events import GlassBroken
from linli.access.models import Glass, GlassReview
from linli.access.permissions import Principal, require
from linli.access.queries import BrokenGlass, glass_by_id, glass_in_force
from linli.access.rules import LONGEST_REASON, SHORTEST_REASON, GlassAct, Verdict, after, length_of
from linli.access.sealed import step_up
from linli.accounts.api import Role
from linli.audit.api import record
from linli.kernel.errors import Forbidden, InvalidInput, WrongState
from linli.outbox.api import publish
from linli.territory.api import Area, AreaKind, area_by_id

RANKS = {Role.WORKER: 0, Role.STATION_HEAD: 1, Role.DISPATCHER: 2, Role.DISTRICT: 3, Role.AUDITOR: 9}
"""Whoever reviews a glass stands above who broke it. The auditor stands above nobody and reviews everybody."""


def break_glass(
    *, actor: Principal, area_id: int, minutes: int, reason: str, subject_kind: str = "", subject_id: str = ""
) -> Glass:
    """Reach one area beyond one's own, at most a station, for at most three hours; from the next transaction on.

    subject_kind, subject_id: the one person or home it is for; the whole area opens all the same, and every entering
    is on record. Raises Forbidden, InvalidInput, WrongState when a glass is in force already, NotFound.
    """
    require(actor, "glass.break")
    if actor.role not in settings.LINLI_GLASS_ROLES:
        raise Forbidden(_("Your role may not do that."), code="not_permitted", detail={"act": "glass.break"})
    step_up(actor)
    _one_at_a_time(actor)
    area, length = _beyond(actor, area_id), _length(minutes)
    glass = Glass.objects.create(
        user_id=actor.user_id,
        post_id=actor.post_id,
        home_id=actor.area_id,
        area=area,
        subject_kind=subject_kind,
        subject_id=subject_id,
        reason=_reason(reason),
        expires_at=Now() + length,
    )
    _note(actor, "glass.break", glass.id, area.id, minutes=minutes)
    publish(GlassBroken(glass_id=glass.id, area_id=area.id, home_id=actor.area_id))
    return glass_by_id(actor, glass.id).glass


def end_glass(*, actor: Principal, glass_id: UUID) -> None:
    """Give the area back before the time is over; whoever stands above the holder may do it too.

    Raises Forbidden, NotFound, WrongState.
    """
    require(actor, "glass.end")
    found = glass_by_id(actor, glass_id)
    if found.glass.user_id != actor.user_id:
        _stands_above(actor, found.glass)
    _possible(found, GlassAct.END)
    if not Glass.objects.filter(id=glass_id, ended_at__isnull=True).update(ended_at=Now()):
        raise _not_possible(found)
    _note(actor, "glass.end", glass_id, found.glass.area_id)


def review_glass(*, actor: Principal, glass_id: UUID, verdict: Verdict, words: str) -> None:
    """Judge a glass that is over: by the auditor, or by somebody above its holder; never by himself.

    Raises Forbidden, InvalidInput, NotFound, WrongState, also when it was reviewed already.
    """
    require(actor, "glass.review")
    found = glass_by_id(actor, glass_id)
    _stands_above(actor, found.glass)
    if not words.strip():
        raise InvalidInput(_("Say in a few words what you found."), code="words_missing")
    _possible(found, GlassAct.REVIEW)
    try:
        with transaction.atomic():
            GlassReview.objects.create(
                glass_id=glass_id, reviewer_id=actor.user_id, verdict=Verdict(verdict), words=words.strip()[:500]
            )
    except IntegrityError:
        raise _not_possible(found) from None
    _note(actor, "glass.review", glass_id, found.glass.area_id, verdict=str(verdict))


def _one_at_a_time(actor: Principal) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('access_glass'), %s)", [actor.post_id])
    if glass_in_force(actor) is not None:
        raise WrongState(_("You reach another area already. Give it back first."), code="glass_in_force")


def _beyond(actor: Principal, area_id: int) -> Area:
    area = area_by_id(area_id)
    if not (area.is_leaf or area.kind == AreaKind.STATION):
        raise InvalidInput(_("Choose one committee, village or station."), code="area_too_large")
    if actor.holds(area.path):
        raise InvalidInput(_("This lies within your area: you reach it already."), code="area_held")
    return area


def _length(minutes: int) -> timedelta:
    length = length_of(minutes)
    if length is None:
        raise InvalidInput(_("Choose a time of at most three hours."), code="glass_too_long")
    return length


def _reason(reason: str) -> str:
    said = reason.strip()
    if len(said) < SHORTEST_REASON:
        raise InvalidInput(
            _("Say why, in at least %(count)d characters.") % {"count": SHORTEST_REASON}, code="reason_missing"
        )
    return said[:LONGEST_REASON]


def _stands_above(actor: Principal, glass: Glass) -> None:
    require(actor, "glass.review")
    above = RANKS.get(actor.role, -1) > RANKS.get(Role(glass.post.role), 0) and actor.holds(glass.home.path)
    if not above or glass.user_id == actor.user_id:
        raise Forbidden(_("This is for somebody above its holder."), code="not_above")


def _possible(found: BrokenGlass, act: GlassAct) -> None:
    if after(found.state, act) is None:
        raise _not_possible(found)


def _not_possible(found: BrokenGlass) -> WrongState:
    return WrongState(
        _("This is not possible any more, or not yet."), code="glass_state", detail={"state": found.state}
    )


def _note(actor: Principal, act: str, glass_id: UUID, area_id: int, **detail: object) -> None:
    record(actor=actor, act=act, subject_kind="glass", subject_id=str(glass_id), area_id=area_id, detail=detail)
