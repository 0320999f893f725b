from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from linli.access.api import Principal
from linli.kernel.clock import now
from linli.notices.models import Notice, Receipt
from linli.notices.phrases import TEMPLATES
from linli.notices.rules import NotCarried, not_before

log = logging.getLogger(__name__)


def send(
    *,
    area_id: int,
    template: str,
    params: Mapping[str, object],
    post_id: int | None = None,
    unit_id: int | None = None,
    matter_id: UUID | None = None,
    urgent: bool = False,
) -> Notice:
    """Write a notice to one post or one unit; transports carry it after the transaction commits.

    Raises KeyError for a template that does not exist.
    """
    if template not in TEMPLATES:
        raise KeyError(template)
    at = now()
    return Notice.objects.create(
        area_id=area_id,
        post_id=post_id,
        unit_id=unit_id,
        template=template,
        params=dict(params),
        matter_id=matter_id,
        urgent=urgent,
        not_before=not_before(at, urgent=urgent),
    )


def mark_read(*, actor: Principal, notice_ids: list[UUID]) -> None:
    """Note that this person has read them. Repeating it changes nothing."""
    readable = Notice.objects.filter(id__in=notice_ids).values_list("id", "area_id")
    Receipt.objects.bulk_create(
        [Receipt(notice_id=n, area_id=a, user_id=actor.user_id, transport="in_app") for n, a in readable],
        ignore_conflicts=True,
    )


def carry(*, limit: int = 100) -> int:
    """Hand waiting notices to every transport of the settings; returns how many were carried.

    One that could not be carried waits for the next turn; the others of this turn stay carried.
    """
    transports = {name: import_string(path) for name, path in settings.LINLI_TRANSPORTS.items()}
    carried = 0
    for name, transport in transports.items():
        waiting = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(not_before__lte=now())
            .exclude(receipts__transport=name, receipts__user_id__isnull=True)
            .select_related("post__user", "unit")
            .order_by("id")[:limit]
        )
        for notice in waiting:
            try:
                transport(notice)
            except NotCarried as failure:
                log.warning("notice %s was not carried by %s: %s", notice.id, name, failure)
                continue
            Receipt.objects.create(notice=notice, area_id=notice.area_id, transport=name)
            carried += 1
    return carried
