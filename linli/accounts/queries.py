from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from linli.accounts.models import Post, Unit
from linli.accounts.rules import Role
from linli.kernel.errors import NotFound


def posts_of(user_id: int, today: date) -> list[Post]:
    """The posts a person holds today, with area and unit."""
    return list(_held(Post.objects.filter(user_id=user_id), today).select_related("area", "unit").order_by("id"))


def holders(role: Role, area_id: int, today: date) -> list[Post]:
    """Who holds `role` over exactly this area today, the holder before his deputy."""
    held = _held(Post.objects.filter(role=role, area_id=area_id, user__is_active=True), today)
    return list(held.select_related("user").order_by("deputy", "id"))


def _held(posts: QuerySet[Post], today: date) -> QuerySet[Post]:
    return posts.filter(starts_on__lte=today).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))


def unit_by_id(unit_id: int) -> Unit:
    """The unit with this id. Raises NotFound."""
    try:
        return Unit.objects.select_related("area").get(id=unit_id)
    except Unit.DoesNotExist:
        raise NotFound(_("No such unit."), code="unit_unknown", detail={"unit_id": unit_id}) from None


def unit_for(kind: str, area_path: str) -> Unit | None:
    """The active unit of this kind that answers nearest above `area_path` (the area itself counts), or None."""
    steps = area_path.split(".")
    above = [".".join(steps[:n]) for n in range(len(steps), 0, -1)]
    units = Unit.objects.filter(kind=kind, is_active=True, area__path__in=above).select_related("area")
    return units.order_by(Length("area__path").desc(), "id").first()


def units_near(area_path: str) -> list[Unit]:
    """Every active unit that answers at `area_path` or above it, nearest first: the choices of a dispatcher."""
    steps = area_path.split(".")
    above = [".".join(steps[:n]) for n in range(len(steps), 0, -1)]
    units = Unit.objects.filter(is_active=True, area__path__in=above).select_related("area")
    return list(units.order_by(Length("area__path").desc(), "kind", "id"))


def unit_names(ids: set[int]) -> dict[int, str]:
    """Display names by id, in the reader's language."""
    return {unit.id: str(unit) for unit in Unit.objects.filter(id__in=ids)}
