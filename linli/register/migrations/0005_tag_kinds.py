import csv
from pathlib import Path

from django.db import migrations

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "tag_kinds.csv"


def ship(apps, editor):
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kind = apps.get_model("register", "TagKind")
    kind.objects.using(editor.connection.alias).bulk_create(
        kind(**{**row, "fresh_days": int(row["fresh_days"]), "asks_help": row["asks_help"] == "1", "position": n})
        for n, row in enumerate(rows)
    )


class Migration(migrations.Migration):
    dependencies = [("register", "0004_core_scope")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
