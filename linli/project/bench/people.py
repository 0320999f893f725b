"""People to measure with, signed in without a password page in between."""

from __future__ import annotations

import secrets
from datetime import timedelta

import psycopg
from django.conf import settings

from linli.accounts.api import Role, User
from linli.kernel.clock import now
from linli.project.sessions import SessionStore

LIFE = timedelta(hours=6)


def token_of(connection: psycopg.Connection[tuple[object, ...]], *, role: Role, area_code: str) -> str:
    """Make a person with one post, or take the one made before, and return a token of his database session."""
    return _token(connection, *_person(connection, role, area_code))


def sign_in(connection: psycopg.Connection[tuple[object, ...]], *, role: Role, area_code: str) -> str:
    """The same, as the session cookie of his browser."""
    user, post_id = _person(connection, role, area_code)
    token = _token(connection, user, post_id)
    store = SessionStore(secrets.token_hex(16))
    row = store.create_model_instance({
        "_auth_user_id": str(user.id),
        "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
        "_auth_user_hash": user.get_session_auth_hash(),
        "linli.token": token,
    })  # fmt: skip
    connection.execute(
        "insert into django_session (session_key, session_data, expire_date) values (%s, %s, %s)",
        [row.session_key, row.session_data, now() + LIFE],
    )
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def _person(connection: psycopg.Connection[tuple[object, ...]], role: Role, area_code: str) -> tuple[User, int]:
    user = User(username=f"bench.{role}.{area_code}", name="测", password="!unusable")  # noqa: S106  (nobody signs in so)
    (user.id,) = _row(
        connection,
        "insert into accounts_user (username, name, password, email, language, is_staff, is_active, is_superuser,"
        " date_joined, password_stamp) values (%s, %s, %s, '', '', false, true, false, now(), '')"
        " on conflict (username) do update set name = excluded.name returning id",
        [user.username, user.name, user.password],
    )
    connection.execute(
        "insert into accounts_post (user_id, role, area_id, unit_id, deputy, starts_on)"
        " select %s, %s, id, null, false, '2024-01-01' from territory_area where code = %s"
        " and not exists (select 1 from accounts_post p where p.user_id = %s)",
        [user.id, role, area_code, user.id],
    )
    (post_id,) = _row(connection, "select id from accounts_post where user_id = %s", [user.id])
    return user, post_id


def _token(connection: psycopg.Connection[tuple[object, ...]], user: User, post_id: int) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(
        f"select {settings.LINLI_AUTHZ_SCHEMA}.open_session(%s, %s, %s, 'web', '6 hours', null, 'bench')",
        [token, user.id, post_id],
    )
    return token


def _row(connection: psycopg.Connection[tuple[object, ...]], query: str, values: list[object]) -> tuple[int, ...]:
    row = connection.execute(query.encode(), values).fetchone()
    if row is None:
        raise LookupError(query)
    return tuple(int(str(value)) for value in row)
