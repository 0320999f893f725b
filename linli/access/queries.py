from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from linli.access.models import Glass, Shredding
from linli.access.permissions import Principal
from linli.access.rules import GlassState, due_at, state_of
from linli.accounts.api import AREA_ROLES, WIDE_ROLES
from linli.kernel.errors import NotFound
from linli.territory.api import ids_under


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A glass with where it stands by the database's clock. `due_at`: by when it must have been reviewed."""

    glass: Glass
    state: GlassState
    due_at: datetime


def glasses(actor: Principal) -> QuerySet[Glass]:
    """The glasses this person may see: his own, and those of the posts below his own area; all for wide roles.

    What he reaches under a glass of his own does not count.
    """
    rows = Glass.objects.select_related("user", "post", "home", "area", "review__reviewer").annotate(looked_at=Now())
    if actor.role in WIDE_ROLES:
        return rows
    own = Q(user_id=actor.user_id)
    return rows.filter(own | Q(home_id__in=ids_under(actor.area_path)) if actor.role in AREA_ROLES else own)


def glass_by_id(actor: Principal, glass_id: UUID) -> BrokenGlass:
    """One glass. Raises NotFound, also when the actor may not see it."""
    found = glasses(actor).filter(id=glass_id).first()
    if found is None:
        raise NotFound(_("There is no such record of access."), code="glass_unknown")
    return standing(found)


def glass_in_force(actor: Principal) -> BrokenGlass | None:
    """The one that lets this person reach beyond his area now."""
    found = glasses(actor).filter(post_id=actor.post_id, ended_at__isnull=True, expires_at__gt=Now()).first()
    return standing(found) if found is not None else None


def unreviewed_glasses(actor: Principal) -> list[BrokenGlass]:
    """What waits for a review of somebody above its holder, the oldest first; `OVERDUE` after seven days."""
    rows = glasses(actor).filter(review__isnull=True).exclude(user_id=actor.user_id)
    return [standing(one) for one in rows.order_by("broken_at", "id")]


def standing(glass: Glass) -> BrokenGlass:
    """Where a glass of `glasses` stands."""
    state = state_of(
        now=_looked_at(glass),
        broken_at=glass.broken_at,
        expires_at=glass.expires_at,
        ended_at=glass.ended_at,
        reviewed=hasattr(glass, "review"),
    )
    return BrokenGlass(glass, state, due_at(glass.broken_at))


def shreddings_of(subject_id: UUID) -> list[Shredding]:
    """The tombstones of a subject, oldest first, for wide roles."""
    return list(Shredding.objects.filter(subject_id=subject_id).order_by(F("at"), "id"))


def _looked_at(glass: Glass) -> datetime:
    at: datetime = glass.looked_at  # type: ignore[attr-defined]  # annotated by `glasses`
    return at
