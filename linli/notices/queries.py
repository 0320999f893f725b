from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from linli.access.api import Principal
from linli.notices.models import Notice, Receipt


def notices_for(actor: Principal, *, limit: int = 50) -> list[Notice]:
    """The newest notices to this post or its unit; each has `is_read`."""
    read = Receipt.objects.filter(notice=OuterRef("id"), user_id=actor.user_id, transport="in_app")
    return list(_addressed(actor).annotate(is_read=Exists(read)).order_by("-id")[:limit])


def unread_count(actor: Principal) -> int:
    """How many notices to this person are unread."""
    read = Receipt.objects.filter(notice=OuterRef("id"), user_id=actor.user_id, transport="in_app")
    return _addressed(actor).filter(~Exists(read)).count()


def _addressed(actor: Principal) -> QuerySet[Notice]:
    mine = Q(post_id=actor.post_id)
    return Notice.objects.filter(mine | Q(unit_id=actor.unit_id) if actor.unit_id else mine)
