from pathlib import Path

from django.db import migrations

from linli.access.policies import own_policies, run_sql

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0001_initial"),
        ("outbox", "0001_initial"),
        ("territory", "0001_initial"),
    ]

    operations = [
        run_sql(HERE / "functions.sql"),
        own_policies(
            "audit_record",
            insert=dict.fromkeys(
                ("linli_app", "linli_unit", "linli_wide", "linli_reader", "linli_link", "linli_public", "linli_intake"),
                "true",
            ),
            select={
                "linli_app": "area_id = any ((select {authz}.area_ids())::int[])",
                "linli_wide": "(select {authz}.is_wide())",
                "linli_reader": "(select {authz}.is_wide())",
            },
        ),
        own_policies(
            "audit_opening",
            insert={"linli_audit": "true"},
            select={
                "linli_app": "area_id = any ((select {authz}.area_ids())::int[])",
                "linli_wide": "(select {authz}.is_wide())",
                "linli_reader": "(select {authz}.is_wide())",
                "authz_owner": "true",
            },
        ),
        own_policies(
            "outbox_event",
            insert=dict.fromkeys(
                ("linli_app", "linli_unit", "linli_wide", "linli_reader", "linli_link", "linli_public", "linli_intake"),
                "true",
            ),
            select={"linli_wide": "(select {authz}.is_wide())"},
            update={"linli_wide": "(select {authz}.is_wide())"},
        ),
    ]
