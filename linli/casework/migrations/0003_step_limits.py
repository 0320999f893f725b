from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LIMITS = [
    # DOMAIN §2.2: file within 30 minutes, the hotline on the same working day; a legal owner within one working day.
    ("triage", "", "0.5", "e"),
    ("triage", "hotline", "8", "h"),
    ("triage", "routed", "1", "d"),
    ("refusal", "", "4", "h"),
    ("dispatch", "", "1", "h"),
    ("accept", "", "1", "h"),
    ("accept", "S", "0.5", "e"),
    ("ruling", "", "4", "h"),
    ("extension", "", "4", "h"),
    ("review", "", "7", "n"),
    ("verify", "", "1", "d"),
    ("rate", "", "7", "n"),
]
"""Defaults [P]; a town edits the table."""


def load(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("casework", "StepLimit")
    model.objects.using(editor.connection.alias).bulk_create(
        [model(kind=kind, case=case, amount=amount, unit=unit) for kind, case, amount, unit in LIMITS]
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_scope")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
