"""The rights on every table, as the database itself tells them, are those of `linli/project/roles.py` and no others."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from django.db import connection

from linli.project import roles

pytestmark = pytest.mark.django_db

ALL_ROLES = (*roles.LOGIN_ROLES, *roles.TAKEN_ROLES, *roles.OWNING_ROLES)
PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
GRANT = re.compile(r"(\w+)(?: \(([\w, ]+)\))?")


def _ask(query: str, *given: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def _wanted() -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str, str]]]:
    """(role, table, privilege) of whole tables, and (role, table, privilege, column)."""
    whole, columns = set(), set()
    for table, grants in roles.TABLES.items():
        for holders, privileges in grants:
            for role, (privilege, names) in product(holders, (GRANT.fullmatch(one).groups() for one in privileges)):  # type: ignore[union-attr]
                if names is None:
                    whole.add((role, table, privilege))
                else:
                    columns |= {(role, table, privilege, name.strip()) for name in names.split(",")}
    return whole, columns


def _tables() -> list[str]:
    return [
        name
        for (name,) in _ask(
            "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        )
    ]


def test_every_role_has_on_every_table_what_was_decided_and_nothing_more() -> None:
    found = {
        (role, table, privilege)
        for role, table, privilege, held in _ask(
            "select r, t, p, has_table_privilege(r, t::regclass, p) from unnest(%s::text[]) r, unnest(%s::text[]) t,"
            " unnest(%s::text[]) p",
            list(ALL_ROLES), _tables(), list(PRIVILEGES),
        )
        if held
    }  # fmt: skip
    wanted, _columns = _wanted()
    # What the functions of the scope look into; they belong to a role that nobody can sign in with.
    looked_into = {
        "access_glass", "accounts_post", "accounts_user", "audit_opening", "territory_area", "register_place",
        "register_person", "register_tag", "register_tagkind", "register_chain", "register_chainlevel",
        "register_charge", "register_leave", "register_card", "register_duty",
    }  # fmt: skip
    # A tombstone for each key that is shredded, a line for each entering under a broken glass, the queue of the trail.
    written = {("authz_owner", table, "insert") for table in ("access_shredding", "audit_record", "audit_unsealed")}
    assert found - wanted == {("authz_owner", table, "select") for table in looked_into} | written
    assert wanted - found == set()
    assert len(found) > 100


def test_a_grant_on_columns_reaches_these_and_no_others() -> None:
    _whole, wanted = _wanted()
    for role, table, privilege in {one[:3] for one in wanted}:
        held = {
            name
            for name, may in _ask(
                "select attname, has_column_privilege(%s, attrelid, attname, %s) from pg_attribute"
                " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
                role, privilege, table,
            )
            if may
        }  # fmt: skip
        assert held == {column for *key, column in wanted if tuple(key) == (role, table, privilege)}


def test_no_role_can_delete_from_a_table_of_the_house_itself() -> None:
    deleting = {table for table, grants in roles.TABLES.items() for _holders, held in grants if "delete" in held}
    ours = {
        "casework_",
        "catalogue_",
        "territory_",
        "register_",
        "accounts_",
        "audit_",
        "files_",
        "notices_",
        "calendar_",
    }
    assert {table for table in deleting if table.startswith(tuple(ours))} == {
        "accounts_savedfilter", "calendar_shift",
        # A place that an import has made goes when the import is undone.
        "register_place",
        # People are erased; an alias that was wrong is taken back.
        "register_person", "register_household", "register_member", "register_tag", "register_placename",
        # What was decided about two records goes with them; a merge that is undone takes back the look it asked for.
        "register_verdict", "register_homecheck",
        "register_charge", "register_leave", "register_card", "register_chainlevel",
    }  # fmt: skip
    assert deleting


def test_the_public_and_the_front_door_read_no_person_of_casework() -> None:
    for role in ("linli_public", "linli_gate", "linli_audit"):
        for table in ("casework_case", "casework_entry", "casework_rating", "notices_notice"):
            assert _ask("select has_table_privilege(%s, %s, 'select')", role, table) == [(False,)]


@pytest.mark.parametrize("role", ALL_ROLES)
def test_no_role_is_stronger_than_its_task(role: str) -> None:
    ((login, superuser, creates_roles, creates_databases, replicates, passes_by, inherits),) = _ask(
        "select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit"
        " from pg_roles where rolname = %s",
        role,
    )
    assert login is (role in roles.LOGIN_ROLES)
    assert not any((superuser, creates_roles, creates_databases, replicates, passes_by))
    assert inherits is False


def test_only_the_application_may_take_another_role_and_never_an_owning_one() -> None:
    held = set(_ask(
        "select m.rolname, g.rolname from pg_auth_members a join pg_roles m on m.oid = a.member"
        " join pg_roles g on g.oid = a.roleid where m.rolname like 'linli%%' and m.rolname <> 'linli_admin'"
    ))  # fmt: skip
    assert held == {("linli_app", role) for role in roles.TAKEN_ROLES}


def test_what_nobody_decided_about_is_granted_to_nobody() -> None:
    undecided = set(_tables()) - set(roles.TABLES)
    assert undecided <= roles.UNTOUCHED
    for table, role in product(undecided, (*roles.LOGIN_ROLES, *roles.TAKEN_ROLES)):
        assert _ask("select has_table_privilege(%s, %s, 'select')", role, table) == [(False,)]


def test_every_role_that_writes_a_counted_table_may_use_its_sequence() -> None:
    writers = {role for role, _table, privilege in _wanted()[0] if privilege == "insert"}
    lacking = _ask(
        "select r, c.relname from pg_class c, unnest(%s::text[]) r where c.relkind = 'S'"
        " and c.relnamespace = 'public'::regnamespace and not has_sequence_privilege(r, c.oid, 'usage')",
        sorted(writers),
    )
    assert lacking == []
    assert "linli_app" in writers
