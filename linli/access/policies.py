"""Migration operations that put a table under row scope, in the one shape that was measured (SECURITY.md (c)1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from linli.accounts.api import AREA_ROLES, HEAD_ROLES, UNIT_ROLES, WIDE_ROLES

APP_ROLES = (
    "linli_app",
    "linli_unit",
    "linli_head",
    "linli_wide",
    "linli_reader",
    "linli_link",
    "linli_public",
    "linli_intake",
)


def run_sql(path: Path) -> migrations.RunPython:
    """Run a SQL file with the schema names of this database filled in. Not reversible."""

    def forward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(path.read_text(encoding="utf-8").format_map(_names(editor)), params=None)

    return migrations.RunPython(forward, migrations.RunPython.noop)


def scoped(
    table: str,
    *,
    area: str = "area_id",
    unit: str | None = None,
    link: str | None = None,
    public: str | None = None,
    intake: bool = False,
) -> migrations.RunPython:
    """Put `table` under row scope. Whoever has no policy sees nothing.

    area: the column with the leaf area. unit, link, public: the predicate for people of a unit, for a reporter with a
    link and for anyone; `{authz}` in them is filled in. intake: whether the front-door function writes here.
    """
    predicates: dict[str, str | None] = {
        "linli_app": f"{area} = any ((select {{authz}}.area_ids())::int[])",
        "linli_unit": unit,
        "linli_wide": "(select {authz}.is_wide())",
        "linli_reader": "(select {authz}.is_wide())",
        "linli_link": link,
        "linli_public": public,
        "linli_intake": "true" if intake else None,
    }

    def forward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        _under_scope(editor, table)
        for role, predicate in predicates.items():
            if predicate is not None:
                _twins(editor, table, role, predicate)

    return migrations.RunPython(forward, migrations.RunPython.noop)


def own_policies(
    table: str,
    *,
    select: Mapping[str, str],
    insert: Mapping[str, str] | None = None,
    update: Mapping[str, str] | None = None,
    delete: Mapping[str, str] | None = None,
) -> migrations.RunPython:
    """Put `table` under row scope with predicates of its own for each command and role."""

    def forward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        _under_scope(editor, table)
        names = _names(editor)
        given = {"select": select, "insert": insert, "update": update, "delete": delete}
        for command, roles in ((command, asked or {}) for command, asked in given.items()):
            clause = "with check" if command == "insert" else "using"
            for role, predicate in roles.items():
                for kind, name in TWINS:
                    editor.execute(
                        f"create policy {name}_{command}_{role} on {table} as {kind} for {command} to {role} "
                        f"{clause} ({predicate.format_map(names)})",
                        params=None,
                    )

    return migrations.RunPython(forward, migrations.RunPython.noop)


TWINS = (("restrictive", "floor"), ("permissive", "twin"))
"""A restrictive floor that no later policy can widen, and its permissive twin."""


def _under_scope(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    editor.execute(f"alter table {table} enable row level security", params=None)
    editor.execute(f"alter table {table} force row level security", params=None)


def _twins(editor: BaseDatabaseSchemaEditor, table: str, role: str, predicate: str) -> None:
    only = "select" if role in {"linli_reader", "linli_public"} else "all"
    using = predicate.format_map(_names(editor))
    with_check = "" if only == "select" else f" with check ({using})"
    for kind, name in TWINS:
        editor.execute(
            f"create policy {name}_{role} on {table} as {kind} for {only} to {role} using ({using}){with_check}",
            params=None,
        )


def _names(editor: BaseDatabaseSchemaEditor) -> Mapping[str, str]:
    with editor.connection.cursor() as cursor:
        cursor.execute("select current_schema()")
        schema = cursor.fetchone()[0]
    return {
        "schema": schema,
        "authz": authz_schema(schema),
        "area_roles": _array(AREA_ROLES),
        "unit_roles": _array(UNIT_ROLES),
        "wide_roles": _array(WIDE_ROLES),
        "head_roles": _array(HEAD_ROLES),
    }


def authz_schema(schema: str) -> str:
    """The schema of the scope functions that belongs to a schema of tables."""
    return "authz" if schema == "public" else f"{schema}_authz"


def _array(roles: frozenset[str]) -> str:
    return "array[" + ", ".join(f"'{role}'" for role in sorted(roles)) + "]"
