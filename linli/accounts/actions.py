"""Writes of the back office. They run on the owner's connection: the application itself may not grant posts."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from linli.accounts.models import Post, Unit, User
from linli.accounts.rules import UNIT_ROLES, Role
from linli.audit.api import record
from linli.kernel.errors import InvalidInput
from linli.territory.api import Area

OWNER = "owner"


def create_user(*, actor: None, username: str, name: str, password: str | None, email: str = "") -> User:
    """Make an account without any right; `password` None leaves it unusable until one is set."""
    with transaction.atomic(using=OWNER):
        user = User.objects.db_manager(OWNER).create_user(username, password, name=name, email=email)
        record(actor=actor, act="account.create", subject_kind="user", subject_id=str(user.id), using=OWNER)
    return user


def create_unit(*, actor: None, code: str, kind: str, name: str, area: Area, name_en: str = "") -> Unit:
    """Register a unit that can be made responsible for matters within `area`."""
    with transaction.atomic(using=OWNER):
        unit = Unit.objects.using(OWNER).create(code=code, kind=kind, name=name, name_en=name_en, area_id=area.id)
        record(actor=actor, act="unit.create", subject_kind="unit", subject_id=str(unit.id), using=OWNER)
    return unit


def grant_post(
    *,
    actor: None,
    user: User,
    role: Role,
    area: Area,
    starts_on: date,
    unit: Unit | None = None,
    ends_on: date | None = None,
    deputy: bool = False,
) -> Post:
    """Give a post for a term. Raises InvalidInput when a unit role comes without a unit."""
    if role in UNIT_ROLES and unit is None:
        raise InvalidInput(_("This role is held in a unit."), code="post_needs_unit", detail={"role": str(role)})
    with transaction.atomic(using=OWNER):
        post = Post.objects.using(OWNER).create(
            user_id=user.id,
            role=role,
            area_id=area.id,
            unit_id=unit.id if unit else None,
            starts_on=starts_on,
            ends_on=ends_on,
            deputy=deputy,
        )
        record(
            actor=actor,
            act="post.grant",
            subject_kind="post",
            subject_id=str(post.id),
            area_id=area.id,
            detail={"user": user.id, "role": str(role)},
            using=OWNER,
        )
    return post


def end_post(*, actor: None, post: Post, on: date) -> None:
    """End a post; its sessions see nothing from the next statement on (DOMAIN §4.2 hard rules)."""
    with transaction.atomic(using=OWNER):
        Post.objects.using(OWNER).filter(id=post.id).update(ends_on=on)
        record(actor=actor, act="post.end", subject_kind="post", subject_id=str(post.id), using=OWNER)
