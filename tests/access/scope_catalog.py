"""What must hold of the database, asked of its catalogue: row security on every table, no role too strong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from linli.project.roles import LOGIN_ROLES, OWNING_ROLES, TABLES, TAKEN_ROLES

ROLES = (*LOGIN_ROLES, *TAKEN_ROLES, *OWNING_ROLES)

REFERENCE: Mapping[str, str] = {
    "territory_area": "the official tree is public",
    "territory_areashape": "outlines of the official tree are public",
    "posture_declaration": "an emergency is declared to everybody",
    "accounts_user": "names beside acts, no password column; rights follow from posts, which only the owner writes",
    "accounts_unit": "which organisation answers is public",
    "accounts_post": "who holds which office is public; only the owner writes it",
    "register_placename": "addresses of compounds and streets are public; homes have none here",
    "register_chain": "how duty is laid out in levels is no secret",
    "register_chainlevel": "how duty is laid out in levels is no secret",
    "register_tagkind": "what is noted about people, why and by which law, is public",
    "calendar_day": "public holidays",
    "calendar_shift": "opening hours",
    "catalogue_item": "the list is public",
    "catalogue_itemversion": "the list is public",
    "catalogue_override": "the list is public",
    "catalogue_element": "the list is public",
    "catalogue_admissionrecord": "why something is on the list is public",
    "catalogue_outsidetopic": "who answers for the rest is public",
    "casework_steplimit": "settings",
    "casework_rule": "rules of dispatch are shown as the reason on every matter",
    "django_session": "sign-in itself, before anybody has an identity; keys are hashes, contents are sealed",
    "django_content_type": "names of tables",
    "django_migrations": "names of migrations",
    "project_cache": "rate limits of sign-in; the application's own role only",
    "account_emailaddress": "sign-in itself; the application's own role only",
    "account_emailconfirmation": "sign-in itself; the application's own role only",
    "mfa_authenticator": "sign-in itself; the application's own role only, secrets are sealed, keys are public",
    "audit_unsealed": "times of rows that wait for a seal; no other column is granted to any role",
    "procrastinate_jobs": "ids of events to deliver, no content",
    "procrastinate_events": "history of jobs, no content",
    "procrastinate_periodic_defers": "times of timers",
    "procrastinate_workers": "heartbeats",
}
"""Tables without row security, each with its reason."""


def without_scope(cursor: psycopg.Cursor[Any]) -> list[str]:
    """Tables that an application role may touch and that neither have RLS + FORCE nor a reason."""
    cursor.execute(
        "select relname from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        " and not (relrowsecurity and relforcerowsecurity) order by 1"
    )
    bare = {name for (name,) in cursor.fetchall()}
    return sorted((bare & set(TABLES)) - set(REFERENCE))


def too_strong(cursor: psycopg.Cursor[Any]) -> list[str]:
    """Roles of ours that could step over row scope."""
    cursor.execute(
        "select rolname from pg_roles where rolname = any(%s)"
        " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolinherit or rolreplication)",
        [list(ROLES)],
    )  # fmt: skip
    found = [f"{name} has an attribute too many" for (name,) in cursor.fetchall()]
    cursor.execute(
        "select c.relname, pg_get_userbyid(c.relowner) from pg_class c where relnamespace = 'public'::regnamespace"
        " and pg_get_userbyid(c.relowner) = any(%s)", [list(ROLES)],
    )  # fmt: skip
    found += [f"{owner} owns {name}" for name, owner in cursor.fetchall()]
    cursor.execute(
        "select r.rolname, m.rolname from pg_auth_members a join pg_roles r on r.oid = a.roleid"
        " join pg_roles m on m.oid = a.member where m.rolname = any(%s)"
        " and (a.inherit_option or a.admin_option or r.rolname <> all(%s))", [list(ROLES), list(TAKEN_ROLES)],
    )  # fmt: skip
    found += [f"{member} is a member of {role}" for role, member in cursor.fetchall()]
    cursor.execute(
        "select grantee, table_name, privilege_type from information_schema.role_table_grants"
        " where table_schema = 'public' and grantee = any(%s)"
        " and privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')", [list(ROLES)],
    )  # fmt: skip
    found += [f"{who} may {what} {table}" for who, table, what in cursor.fetchall()]
    return found


def loose_functions(cursor: psycopg.Cursor[Any]) -> list[str]:
    """SECURITY DEFINER functions that everybody may run, or whose search path others can put something into."""
    cursor.execute(
        "select p.oid::regprocedure::text, coalesce(array_to_string(p.proconfig, ';'), ''),"
        " has_function_privilege('public', p.oid, 'execute'), pg_get_userbyid(p.proowner)"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') order by 1"
    )
    found = []
    for name, config, public, owner in cursor.fetchall():
        path = next((part for part in config.split(";") if part.startswith("search_path=")), "")
        if public:
            found.append(f"{name} is executable by everybody")
        if not path.startswith("search_path=pg_catalog") or not path.endswith("pg_temp"):
            found.append(f"{name} has no pinned search path: {path!r}")
        if owner not in OWNING_ROLES:
            found.append(f"{name} runs as {owner}")
    return found


def writers(cursor: psycopg.Cursor[Any], table: str, privileges: tuple[str, ...]) -> set[str]:
    """The roles of ours with one of these privileges on a table."""
    cursor.execute(
        "select grantee from information_schema.role_table_grants"
        " where table_name = %s and grantee = any(%s) and privilege_type = any(%s)",
        [table, list(ROLES), list(privileges)],
    )
    return {name for (name,) in cursor.fetchall()}
