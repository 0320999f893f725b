from pathlib import Path

from django.db import migrations

from linli.access.policies import own_policies, run_sql

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_keys_and_glass"),
        ("accounts", "0005_building_head"),
    ]

    operations = [
        run_sql(HERE / "heads.sql"),
        own_policies("audit_record", select={}, insert={"linli_head": "true"}),
        own_policies("outbox_event", select={}, insert={"linli_head": "true"}),
    ]
