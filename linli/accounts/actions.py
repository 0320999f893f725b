"""Writes. Those of the back office run on the owner's connection: the application itself may not grant posts.

A person's saved filters are his own affair: they stand on no trail, and the database lets nobody else at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.accounts.models import Post, SavedFilter, Unit, User
from linli.accounts.queries import filter_by_id, filters_of
from linli.accounts.rules import MAX_FILTER_NAME, MAX_FILTER_QUERY, MAX_FILTERS, UNIT_ROLES, Role
from linli.audit.api import NamedActor, record
from linli.kernel.errors import Conflict, InvalidInput
from linli.kernel.text import normalise
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


def save_filter(*, actor: NamedActor, name: str, query: str) -> SavedFilter:
    """Keep a narrowing of the list under a name. Raises InvalidInput and Conflict; nothing is overwritten."""
    wanted = _filter_name(name)
    if not query or len(query) > MAX_FILTER_QUERY:
        raise InvalidInput(_("There is nothing to save: choose a view or a condition first."), code="filter_empty")
    if filters_of(actor).count() >= MAX_FILTERS:
        raise Conflict(
            _("You have saved %(most)s filters, which is the most. Delete one first.") % {"most": MAX_FILTERS},
            code="filters_too_many",
        )
    with _name_once(wanted):
        return SavedFilter.objects.create(user_id=actor.user_id, name=wanted, query=query)


def rename_filter(*, actor: NamedActor, filter_id: int, name: str) -> SavedFilter:
    """Give a saved filter another name. Raises NotFound, InvalidInput, Conflict."""
    kept = filter_by_id(actor, filter_id)
    kept.name = _filter_name(name)
    with _name_once(kept.name):
        kept.save(update_fields=["name"])
    return kept


def delete_filter(*, actor: NamedActor, filter_id: int) -> None:
    """Throw a saved filter away. Raises NotFound."""
    filter_by_id(actor, filter_id).delete()


def start_with_filter(*, actor: NamedActor, filter_id: int | None) -> None:
    """Let the list open with this filter, or with none. Raises NotFound."""
    chosen = filter_by_id(actor, filter_id) if filter_id is not None else None
    with transaction.atomic():
        # In the order of their ids, so that two windows of one person wait for each other and do not lock up.
        mine = SavedFilter.objects.select_for_update().filter(user_id=actor.user_id).order_by("id")
        for one in mine:
            if one.is_start and one != chosen:
                SavedFilter.objects.filter(id=one.id).update(is_start=False)
        if chosen is not None:
            SavedFilter.objects.filter(id=chosen.id).update(is_start=True)


def _filter_name(name: str) -> str:
    plain = normalise(name, multiline=False)
    if not plain:
        raise InvalidInput(_("Please give the filter a name."), code="filter_unnamed")
    if len(plain) > MAX_FILTER_NAME:
        raise InvalidInput(
            _("The name may have at most %(most)s characters.") % {"most": MAX_FILTER_NAME}, code="filter_name_long"
        )
    return plain


@contextmanager
def _name_once(name: str) -> Iterator[None]:
    """The database says whether a name is free: a look beforehand would not see another window's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(
            _("You already have a filter named “%(name)s”. Choose another name.") % {"name": name},
            code="filter_name_taken",
        ) from error
