import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from linli.access.api import own_policies

AREA = "area_id = any ((select {authz}.area_ids())::int[])"
SYSTEM = "(select {authz}.is_system())"
SEEN = {"linli_app": AREA, "linli_wide": SYSTEM}
PERSON = {"on_delete": django.db.models.deletion.CASCADE, "related_name": "+", "to": "register.person"}


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0007_canvass_scope"),
        ("territory", "0001_initial"),
        ("access", "0001_scope"),
    ]

    operations = [
        migrations.AddField(model_name="place", name="looked_on", field=models.DateField(null=True)),
        migrations.AddIndex(
            model_name="place",
            index=models.Index(
                fields=["area", "looked_on"], condition=models.Q(kind="home"), name="place_homes_by_look"
            ),
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("same", models.BooleanField()),
                ("changes", models.JSONField(default=list)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("made_by", models.IntegerField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.IntegerField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="territory.area",
                    ),
                ),
                ("keep", models.ForeignKey(**PERSON)),
                ("drop", models.ForeignKey(**PERSON)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["area"], condition=models.Q(undone_at__isnull=True), name="verdict_in_force")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["drop"],
                        condition=models.Q(same=True, undone_at__isnull=True),
                        name="verdict_merged_once",
                    ),
                    models.UniqueConstraint(
                        fields=["keep", "drop"],
                        condition=models.Q(same=False, undone_at__isnull=True),
                        name="verdict_apart_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("keep", models.F("drop")), _negated=True), name="verdict_about_two"
                    ),
                ],
            },
        ),
        own_policies("register_verdict", select=SEEN, insert=SEEN, update=SEEN, delete=SEEN),
        # A merge that is undone takes back the look it asked for.
        own_policies("register_homecheck", select={}, delete=SEEN),
    ]
