from pathlib import Path

from django.db import migrations

from linli.access.api import run_sql

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    """A retry is answered from what was stored, with the deadline that was promised then."""

    dependencies = [("casework", "0004_first_of_each_area")]
    operations = [run_sql(HERE / "intake" / "receive.sql")]
