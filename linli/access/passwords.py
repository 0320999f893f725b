"""Passwords, checked and changed through the gate: the application's own role cannot read a hash."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import connections

from linli.access.scope import GATE
from linli.accounts.api import User


def password_fits(user: User, password: str) -> bool:
    """Whether this is the person's password. A hash made by an older method is renewed."""
    with connections[GATE].cursor() as cursor:
        cursor.execute(f"select {settings.LINLI_AUTHZ_SCHEMA}.password_of(%s)", [user.id])
        (encoded,) = cursor.fetchone()
    return encoded is not None and check_password(password, encoded, lambda again: _renew(user, again))


def change_password(user: User, password: str) -> None:
    """Give the person a new password. Every browser signed in with the old one is out at its next request."""
    user.set_password(password)
    _store(user, user.password_stamp)


def _renew(user: User, password: str) -> None:
    stamp = user.password_stamp
    user.set_password(password)
    user.password_stamp = stamp
    _store(user, None)


def _store(user: User, stamp: str | None) -> None:
    with connections[GATE].cursor() as cursor:
        cursor.execute(
            f"select {settings.LINLI_AUTHZ_SCHEMA}.set_password(%s, %s, %s)", [user.id, user.password, stamp]
        )
