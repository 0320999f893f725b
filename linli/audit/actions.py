from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _

from linli.audit.models import Record
from linli.audit.queries import seals_are_fresh
from linli.kernel.errors import Forbidden
from linli.kernel.ids import uuid7


class Actor(Protocol):
    """Whoever acts, as far as the trail needs to know."""

    @property
    def user_id(self) -> int | None: ...

    @property
    def post_id(self) -> int | None: ...


class NamedActor(Protocol):
    """A person with a post: the only one who may open sealed values."""

    @property
    def user_id(self) -> int: ...

    @property
    def post_id(self) -> int: ...


def record(
    *,
    actor: Actor | None,
    act: str,
    subject_kind: str,
    subject_id: str,
    area_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Write one line of the trail inside the caller's transaction. `actor` None is the system itself."""
    Record.objects.using(using).create(
        actor_id=actor.user_id if actor else None,
        post_id=actor.post_id if actor else None,
        act=act,
        subject_kind=subject_kind,
        subject_id=subject_id,
        area_id=area_id,
        detail=dict(detail or {}),
    )


def ticket(
    *,
    actor: NamedActor,
    secret_id: UUID,
    subject_kind: str,
    subject_id: str,
    area_id: int,
    field: str,
    purpose: str,
    reason: str,
) -> UUID:
    """Commit the right to open one sealed value once, on the audit role's own connection (SECURITY (c)2).

    It stays on record even if the caller's transaction fails afterwards. Raises Forbidden while the trail is not being
    sealed: what is opened must be provable.
    """
    if not seals_are_fresh():
        raise Forbidden(
            _(
                "Sealed details cannot be opened now: the record of who looked has not been sealed in time."
                " Tell whoever runs the system; it works again when sealing does."
            ),
            code="seals_stale",
        )
    opening_id = uuid7()
    with connections["audit"].cursor() as cursor:
        # By hand: the audit role may add rows and read none, so nothing may be returned from the insert.
        cursor.execute(
            "insert into audit_opening (id, actor_id, post_id, secret_id, subject_kind, subject_id, area_id, field,"
            " purpose, reason) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                opening_id,
                actor.user_id,
                actor.post_id,
                secret_id,
                subject_kind,
                subject_id,
                area_id,
                field,
                purpose,
                reason,
            ],
        )
    return opening_id
