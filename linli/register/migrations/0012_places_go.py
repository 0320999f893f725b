from pathlib import Path

from django.db import migrations

from linli.access.api import run_sql


class Migration(migrations.Migration):
    """A place that an import has made may go again when the import is undone; its keys hold what hangs on it."""

    dependencies = [("register", "0011_charts_scope")]

    operations = [run_sql(Path(__file__).resolve().parents[1] / "places" / "going.sql")]
