from pathlib import Path

from django.db import migrations

from linli.access.policies import run_sql

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_scope"),
        ("accounts", "0002_password_stamp"),
    ]

    operations = [run_sql(HERE / "passwords.sql")]
