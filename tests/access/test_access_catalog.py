"""The database's own guards: row security, roles, functions, append-only tables, injected statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import house_db as house
import psycopg
import pytest
from psycopg import errors, sql
from scope_catalog import REFERENCE, ROLES, loose_functions, too_strong, without_scope, writers
from scope_oracle import TABLES
from scope_people import come_in
from scope_stage import Stage, sign_in

Cursor = psycopg.Cursor[Any]


@pytest.fixture
def owner(world: Stage) -> Iterator[Cursor]:
    """The owner's cursor; what a test breaks is undone."""
    with house.admin(world.database) as connection, connection.transaction(force_rollback=True):
        yield connection.cursor()


@pytest.fixture
def app(world: Stage) -> Iterator[Cursor]:
    """A cursor signed in as the application."""
    with sign_in(world.database, "linli_app") as connection:
        yield connection.cursor()
        connection.rollback()


def test_every_table_is_under_scope_or_says_why_not(owner: Cursor) -> None:
    assert without_scope(owner) == []
    owner.execute("alter table casework_check no force row level security")
    owner.execute("alter table notices_notice disable row level security")
    assert without_scope(owner) == ["casework_check", "notices_notice"]


def test_the_probes_know_every_table_under_scope(owner: Cursor) -> None:
    owner.execute("select relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace")
    under = {name for (name,) in owner.fetchall()}
    # Anybody may read how columns of a file are named; only writing is under scope.
    assert under - set(TABLES) == {"doors_importprofile"}
    assert set(TABLES) <= under
    assert not under & set(REFERENCE)


def test_no_role_is_stronger_than_it_must_be(owner: Cursor) -> None:
    assert too_strong(owner) == []
    for fault in (
        "alter role linli_reader bypassrls",
        "alter role linli_gate createrole",
        "alter table casework_case owner to linli_app",
        "grant linli_unit to linli_gate with inherit true",
        "grant authz_owner to linli_app",
        "grant truncate on casework_entry to linli_wide",
    ):
        with owner.connection.transaction(force_rollback=True):
            owner.execute(fault)
            assert too_strong(owner) != [], fault


def test_no_definer_function_is_loose(owner: Cursor) -> None:
    assert loose_functions(owner) == []
    for fault in (
        "grant execute on function authz.me() to public",
        "alter function authz.area_ids() reset search_path",
        "alter function authz.area_ids() set search_path = pg_temp, pg_catalog",
        "create function public.all_of_it() returns bigint language sql security definer as 'select 1::bigint'",
    ):
        with owner.connection.transaction(force_rollback=True):
            owner.execute(fault)
            assert loose_functions(owner) != [], fault


@pytest.mark.parametrize("table", ["casework_entry", "audit_record", "audit_opening"])
@pytest.mark.parametrize("statement", ["update {} set area_id = area_id", "delete from {}"])
def test_the_story_and_the_trail_only_grow(owner: Cursor, table: str, statement: str) -> None:
    """Not even the owner of the database changes a line by accident."""
    assert writers(owner, table, ("UPDATE", "DELETE", "TRUNCATE")) == set()
    with pytest.raises(errors.RaiseException, match="Cannot update or delete"):
        owner.execute(statement.format(table))


def test_openings_are_written_by_the_audit_role_alone_and_it_does_nothing_else(owner: Cursor, world: Stage) -> None:
    assert writers(owner, "audit_opening", ("INSERT",)) == {"linli_audit"}
    owner.execute(
        "select table_name, privilege_type from information_schema.role_table_grants where grantee = 'linli_audit'"
    )
    assert owner.fetchall() == [("audit_opening", "INSERT")]
    with sign_in(world.database, "linli_audit") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("select * from audit_opening")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from authz.db_session",
        "select * from authz.secret",
        "select * from authz.link",
        "select * from authz.used_ticket",
        "select * from authz.subject_key",
        "select * from authz.key_epoch",
        "delete from authz.subject_key",
        "select authz.shred(array[gen_random_uuid()], gen_random_uuid(), 'retention')",
        "select authz.note_glass('x', gen_random_uuid(), '')",
        "select nextval('authz.key_slot')",
        ("insert into access_shredding (id, subject_id, epoch, batch, why) values"
         " (gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), 'retention')"),
        "update access_glass set expires_at = now() + interval '1 year'",
        ("insert into authz.db_session (tok_hash, user_id, post_id, kind, expires_at)"
        " values (sha256('x'), 1, 1, 'web', now() + interval '1 hour')"),
        "select authz.open_session('x', 1, 1, 'web', '1 hour', null, '')",
        "select authz.open_system_session('x', '1 hour')",
        "select authz.add_link(sha256('x'), gen_random_uuid())",
        "select authz.put_secret(gen_random_uuid(), 'x')",
        "insert into accounts_post (user_id, role, area_id, deputy, starts_on) values (1, 'district', 1, false, now())",
        "set role linli_intake",
        "set role authz_owner",
        "set role linli_gate",
        "set row_security = off; select * from casework_case",
        "create table public.mine (a int)",
        "create function public.mine() returns int language sql as 'select 1'",
        "alter table casework_case disable row level security",
        "set session_replication_role = replica",
    ],
)  # fmt: skip
def test_an_injected_statement_is_refused(app: Cursor, world: Stage, statement: str) -> None:
    come_in(app, world.person("worker"))
    app.execute("reset role")
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


GUESSES = ("", "1", "x", "' or true --", "linli", "\\x00", "null", "admin" * 500)


@pytest.mark.parametrize("role", ["linli_app", "linli_unit", "linli_head", "linli_wide", "linli_reader", "linli_link"])
def test_a_taken_role_or_a_guessed_token_opens_nothing(app: Cursor, world: Stage, role: str) -> None:
    """The role is only half of an identity: without its token every table is empty."""
    holders = [
        None,
        *(world.person(name) for name in ("worker", "dispatcher", "responder", "building_head", "sysadmin")),
    ]
    wider = {"linli_wide", "linli_reader"}
    for who in holders:
        come_in(app, who) if who else None
        app.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        if who is None or role in wider:
            _sees_nothing(app, role)
        for guess in GUESSES:
            app.execute("select set_config('app.sess', %s, true), set_config('app.link', %s, true)", [guess, guess])
            _sees_nothing(app, role)
        app.connection.rollback()


def _sees_nothing(cursor: Cursor, role: str) -> None:
    for table in sorted(set(TABLES) - {"files_photo", "register_place"}):
        with cursor.connection.transaction():
            cursor.execute("select has_any_column_privilege(%s, 'select')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone()[0] == 0, (role, table)


def test_the_taken_role_test_would_notice(app: Cursor, world: Stage) -> None:
    come_in(app, world.person("district"))
    with pytest.raises(AssertionError):
        _sees_nothing(app, "linli_wide")


def test_an_auditor_changes_nothing_whatever_role_is_taken(app: Cursor, world: Stage) -> None:
    come_in(app, world.person("auditor"))
    app.execute("select count(*) from casework_case")
    assert app.fetchone()[0] > 0
    app.execute("set local role linli_wide")
    app.execute("update casework_case set title = title")
    assert app.rowcount == 0


def test_an_auditor_notes_what_he_has_read_and_nothing_in_another_name(app: Cursor, world: Stage) -> None:
    note = (
        "insert into notices_receipt (notice_id, area_id, user_id, transport)"
        " select id, area_id, %s, 'in_app' from notices_notice limit 1"
    )
    come_in(app, world.person("auditor"))
    app.execute(note, [world.person("auditor").me.user])
    assert app.rowcount == 1
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(note, [world.person("worker").me.user])


def test_roles_named_here_are_all_there(owner: Cursor) -> None:
    owner.execute("select rolname from pg_roles where rolname = any(%s)", [list(ROLES)])
    assert {name for (name,) in owner.fetchall()} == set(ROLES)
