"""The database roles and what each may touch. Row policies decide about rows; these decide about tables.

A table that is not named here is granted to nobody: `tests/access` fails until somebody decides.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from linli.project.environment import role_password

LOGIN_ROLES = ("linli_app", "linli_audit", "linli_gate")
TAKEN_ROLES = ("linli_unit", "linli_head", "linli_wide", "linli_reader", "linli_link", "linli_public")
"""Roles the application takes for one transaction, by whose identity it is under."""
OWNING_ROLES = ("authz_owner", "linli_intake")

STAFF = ("linli_app", "linli_unit", "linli_wide")
EVERYBODY = (*STAFF, "linli_head", "linli_reader", "linli_link", "linli_public", "linli_intake")

READ, ADD, CHANGE = "select", "insert", "update"
Grant = tuple[tuple[str, ...], tuple[str, ...]]


REFERENCE: list[Grant] = [(EVERYBODY, (READ,))]
EDITED: list[Grant] = [(EVERYBODY, (READ,)), (STAFF, (ADD, CHANGE))]
CASEWORK: list[Grant] = [((*STAFF, "linli_link"), (READ, ADD, CHANGE)), (("linli_reader",), (READ,))]
CASE_BY_LINK = (
    "select (id, number, state, area_id, desk_id, unit_id, level, item_code, item_version, topic, cls, channel,"
    " reports, opened_at, promised_at, due_at, warn_at, next_clock, waiting_for, result, returns, extensions, reworks,"
    " extension_asked, closed_at)"
)
"""A case without the words and the whereabouts of its first reporter: a link may be that of a report merged into it."""
PEOPLE: list[Grant] = [(("linli_app", "linli_wide"), (READ, ADD, CHANGE, "delete"))]
OF_A_HOME: list[Grant] = [*PEOPLE, (("linli_head",), (READ,))]
SIGN_IN: list[Grant] = [(("linli_app",), (READ, ADD, CHANGE, "delete"))]
PERSON = (
    "id, username, name, email, language, is_staff, is_active, is_superuser, date_joined, last_login, password_stamp"
)
"""The columns of a person without the password: of that the gate fetches one at a time (linli/access/passwords.sql)."""
OWN_CHOICE = "last_login, email, language"
CHARGES: list[Grant] = [
    ((*STAFF, "linli_head", "linli_reader"), (READ,)),
    (("linli_app", "linli_wide"), (ADD, CHANGE, "delete")),
]
"""Deleted only together with a resident who is erased: the policies say so."""
JOBS: list[Grant] = [
    (STAFF, (READ, ADD, CHANGE, "delete")),
    (("linli_head", "linli_link", "linli_public", "linli_intake"), (ADD, READ)),
]

TABLES: Mapping[str, list[Grant]] = {
    "territory_area": REFERENCE,
    "territory_areashape": EDITED,
    "posture_declaration": REFERENCE,
    "accounts_user": [(EVERYBODY, (f"{READ} ({PERSON})",)), (("linli_app",), (f"{CHANGE} ({OWN_CHOICE})",))],
    "accounts_unit": REFERENCE,
    "accounts_post": REFERENCE,
    "accounts_savedfilter": [((*STAFF, "linli_reader"), (READ, ADD, CHANGE, "delete"))],
    "calendar_day": EDITED,
    "calendar_shift": [*EDITED, (STAFF, ("delete",))],  # a plan of the same first day is replaced whole
    "audit_record": [(EVERYBODY, (ADD,)), ((*STAFF, "linli_reader"), (READ,))],
    "audit_opening": [(("linli_audit",), (ADD,)), ((*STAFF, "linli_reader"), (READ,))],
    # Seals are added, and rows taken off the queue, on the owner's connection alone.
    "audit_seal": [(("linli_app", "linli_wide", "linli_reader"), (READ,))],
    "audit_unsealed": [((*STAFF, "linli_reader"), (f"{READ} (added_at)",))],
    "access_glass": [
        (("linli_app",), (READ, ADD, f"{CHANGE} (ended_at)")),
        (("linli_wide",), (READ, f"{CHANGE} (ended_at)")),
        (("linli_reader",), (READ,)),
    ],
    "access_glassreview": [(("linli_app", "linli_wide", "linli_reader"), (READ, ADD))],
    "access_shredding": [(("linli_wide", "linli_reader"), (READ,))],  # added by authz.shred alone
    "files_photo": [(EVERYBODY, (READ, ADD, CHANGE))],
    "outbox_event": [(EVERYBODY, (ADD,)), (("linli_wide",), (READ, CHANGE))],
    "notices_notice": [(STAFF, (READ, ADD, CHANGE)), (("linli_head", "linli_reader"), (READ,))],
    "notices_receipt": [((*STAFF, "linli_head", "linli_reader"), (READ, ADD))],
    "catalogue_item": EDITED,
    "catalogue_itemversion": EDITED,
    "catalogue_override": EDITED,
    "catalogue_element": EDITED,
    "catalogue_admissionrecord": EDITED,
    "catalogue_outsidetopic": REFERENCE,
    "register_place": [(EVERYBODY, (READ,)), (("linli_app", "linli_wide"), (ADD, CHANGE, "delete"))],
    "register_placename": [(EVERYBODY, (READ,)), (("linli_app", "linli_wide"), (ADD, "delete"))],
    "register_person": [*OF_A_HOME, (("linli_reader",), (READ,))],  # joined to charges; no policy shows one
    "register_tag": PEOPLE,
    "register_tagkind": EDITED,
    "register_household": OF_A_HOME,
    "register_member": OF_A_HOME,
    "register_verdict": PEOPLE,
    "register_homecheck": [*PEOPLE, (("linli_head",), (READ,))],
    "register_canvass": [(("linli_app", "linli_wide"), (READ, ADD, CHANGE))],
    "register_target": [(("linli_app", "linli_wide"), (READ, ADD, CHANGE))],
    "register_attempt": [(("linli_app", "linli_wide"), (READ, ADD))],
    "register_chain": [(EVERYBODY, (READ,)), (("linli_app", "linli_wide"), (ADD, CHANGE))],
    "register_chainlevel": [(EVERYBODY, (READ,)), (("linli_app", "linli_wide"), (ADD, CHANGE, "delete"))],
    "register_charge": CHARGES,
    "register_leave": CHARGES,
    "register_card": [
        ((*STAFF, "linli_head", "linli_reader"), (READ,)),
        (("linli_app", "linli_head", "linli_wide"), (ADD, CHANGE)),
        (("linli_app", "linli_wide"), ("delete",)),
    ],
    "register_duty": [(EVERYBODY, (READ,)), (("linli_app", "linli_wide"), (ADD, CHANGE))],
    "register_legend": [((*STAFF, "linli_head", "linli_reader"), (READ,)), (("linli_app",), (ADD, CHANGE))],
    "register_gradelimit": [((*STAFF, "linli_head", "linli_reader"), (READ,)), (("linli_app",), (ADD,))],
    "register_grading": [(("linli_app",), (READ, ADD, CHANGE)), (("linli_wide", "linli_reader"), (READ,))],
    "casework_report": [*CASEWORK, (("linli_intake",), (READ, ADD, CHANGE))],
    "casework_entry": [
        ((*STAFF, "linli_link"), (READ, ADD)),
        (("linli_reader",), (READ,)),
        (("linli_intake",), (READ, ADD)),
    ],
    "casework_clock": [*CASEWORK, (("linli_intake",), (READ, ADD))],
    "casework_steplimit": REFERENCE,
    "casework_case": [
        (STAFF, (READ, ADD, CHANGE)),
        (("linli_link",), (CASE_BY_LINK, CHANGE)),
        (("linli_reader", "linli_intake"), (READ,)),
    ],
    "casework_casereport": [*CASEWORK, (("linli_intake",), (READ,))],
    "casework_rule": EDITED,
    "casework_assignment": CASEWORK,
    "casework_workorder": CASEWORK,
    "casework_check": CASEWORK,
    "casework_rating": CASEWORK,
    "doors_importprofile": EDITED,
    "doors_importbatch": [(STAFF, (READ, ADD, CHANGE)), (("linli_reader",), (READ,))],
    "doors_sheetbatch": [(("linli_app", "linli_wide"), (READ, ADD, CHANGE))],
    "doors_made": [(("linli_app", "linli_wide"), (READ, ADD, "delete"))],
    "doors_sheetexport": [(("linli_app", "linli_wide"), (READ, ADD, CHANGE)), (("linli_reader",), (READ,))],
    "django_session": SIGN_IN,
    "django_content_type": REFERENCE,
    "django_migrations": [(("linli_app",), (READ,))],
    "project_cache": SIGN_IN,
    "account_emailaddress": SIGN_IN,
    "account_emailconfirmation": SIGN_IN,
    "mfa_authenticator": SIGN_IN,
    "procrastinate_jobs": JOBS,
    "procrastinate_events": JOBS,
    "procrastinate_periodic_defers": JOBS,
    "procrastinate_workers": JOBS,
}

UNTOUCHED = frozenset({
    "auth_group", "auth_permission", "auth_group_permissions", "accounts_user_groups",
    "accounts_user_user_permissions",
})  # fmt: skip
"""Tables of the framework that no role of the application needs."""


def make_roles(connection: BaseDatabaseWrapper) -> None:
    """Create the roles that are missing and set the passwords of those that sign in. Needs a role that may do so."""
    with connection.cursor() as cursor:
        cursor.execute("select rolname from pg_roles")
        there = {name for (name,) in cursor.fetchall()}
        for role in (*LOGIN_ROLES, *TAKEN_ROLES, *OWNING_ROLES):
            if role not in there:
                cursor.execute(sql.SQL("create role {} noinherit nobypassrls").format(sql.Identifier(role)))
        for role in LOGIN_ROLES:
            cursor.execute(
                sql.SQL("alter role {} login password {}").format(
                    sql.Identifier(role), sql.Literal(role_password(role, settings.SECRET_KEY))
                )
            )
        for role in TAKEN_ROLES:
            cursor.execute(sql.SQL("grant {} to linli_app").format(sql.Identifier(role)))


def grant_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Bring the rights on every table in line with `TABLES`; returns the tables nobody has decided about."""
    with connection.cursor() as cursor:
        cursor.execute("select current_schema()")
        schema = sql.Identifier(cursor.fetchone()[0])
        roles = sql.SQL(", ").join(map(sql.Identifier, (*EVERYBODY, "linli_audit", "linli_gate")))
        for kind in ("tables", "sequences"):
            cursor.execute(sql.SQL("revoke all on all " + kind + " in schema {} from {}").format(schema, roles))
        cursor.execute(sql.SQL("grant usage on schema {} to {}").format(schema, roles))
        cursor.execute(sql.SQL("grant usage on all sequences in schema {} to {}").format(schema, roles))
        there = set(connection.introspection.table_names(cursor))
        for table, grants in TABLES.items():
            for holders, privileges in grants:
                if table in there:
                    cursor.execute(
                        sql.SQL("grant {} on {} to {}").format(
                            sql.SQL(", ".join(privileges)),
                            sql.Identifier(table),
                            sql.SQL(", ").join(map(sql.Identifier, holders)),
                        )
                    )
    return sorted(there - set(TABLES) - UNTOUCHED)
