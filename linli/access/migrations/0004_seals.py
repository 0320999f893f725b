from pathlib import Path

from django.db import migrations

from linli.access.policies import own_policies, run_sql

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = [("access", "0003_saved_filters"), ("audit", "0002_seals")]

    operations = [
        own_policies(
            "audit_seal",
            # Ids and hashes of every area's rows, and no content: whoever proves an opening of his area needs them.
            select={
                "linli_app": "cardinality((select {authz}.area_ids())::int[]) > 0",
                "linli_wide": "(select {authz}.is_wide())",
                "linli_reader": "(select {authz}.is_wide())",
            },
        ),
        run_sql(HERE / "seals.sql"),
    ]
