from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from linli.access.api import own_policies, run_sql

DUTY = Path(__file__).resolve().parents[1] / "duty"
AREA = "area_id = any ((select {authz}.area_ids())::int[])"
WIDE = "(select {authz}.is_wide())"
SYSTEM = "(select {authz}.is_system())"
SIGNED_IN = "(select m.post_id from {authz}.me() m) is not null"
OPEN = "kind not in ('home', 'entrance')"
MY_HOME = "home_id = any ((select {authz}.my_homes())::bigint[])"
MY_OWN = "post_id = (select m.post_id from {authz}.me() m where m.role = any ({head_roles}))"
OF_PERSON = "person_id is not null"
"""Erased with the resident; what an office did stays."""
LEAVE_OF_PERSON = "exists (select 1 from register_charge c where c.id = charge_id and c.person_id is not null)"
OWNER = {"authz_owner": "true"}
"""What the functions of the scope look into; nobody signs in as their owner."""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_building_head"),
        ("accounts", "0005_building_head"),
        ("register", "0008_homes"),
        ("territory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, default="", max_length=60)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="territory.area"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChainLevel",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("depth", models.SmallIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, default="", max_length=60)),
                (
                    "laid_on",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("district", "District"),
                                ("town", "Town"),
                                ("station", "Station"),
                                ("committee", "Residents' committee"),
                                ("village", "Villagers' committee"),
                                ("special", "Special area"),
                                ("other", "Other area"),
                                ("compound", "Compound"),
                                ("village_group", "Village group"),
                                ("building", "Building"),
                                ("entrance", "Entrance"),
                                ("home", "Home"),
                            ],
                            max_length=14,
                        ),
                        size=None,
                    ),
                ),
                ("must_cover", models.BooleanField(default=True)),
                ("most_doors", models.IntegerField(null=True)),
                ("most_homes", models.IntegerField(null=True)),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="levels", to="register.chain"
                    ),
                ),
            ],
            options={
                "ordering": ["depth"],
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "seat",
                    models.CharField(
                        choices=[("accountable", "Accountable"), ("co_head", "Second head"), ("deputy", "Deputy")],
                        db_default="accountable",
                        default="accountable",
                        max_length=12,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="territory.area"
                    ),
                ),
                (
                    "handed_over_to",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="register.charge"
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.chainlevel"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="register.person"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.place"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="territory.area"
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="register.charge"
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="register.charge"
                    ),
                ),
                (
                    "stand_in_post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shown_name", models.CharField(max_length=60)),
                ("duty_words", models.CharField(max_length=200)),
                ("promise", models.CharField(blank=True, default="", max_length=200)),
                ("reach", models.CharField(max_length=200)),
                ("consented_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="territory.area"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="register.person"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", True), ("post__isnull", False)),
                            models.Q(("person__isnull", False), ("post__isnull", True)),
                            _connector="OR",
                        ),
                        name="card_has_one_holder",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)), fields=("post",), name="card_one_of_a_post"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("person",),
                        name="card_one_of_a_person",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="chainlevel",
            constraint=models.UniqueConstraint(fields=("chain", "depth"), name="chainlevel_depth_once"),
        ),
        migrations.AddConstraint(
            model_name="chainlevel",
            constraint=models.CheckConstraint(
                condition=models.Q(("depth__gte", 1)), name="chainlevel_counted_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="chainlevel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("most_doors__isnull", True), ("most_doors__gte", 1), _connector="OR"),
                    models.Q(("most_homes__isnull", True), ("most_homes__gte", 1), _connector="OR"),
                ),
                name="chainlevel_bounds_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", True), ("post__isnull", False)),
                    models.Q(("person__isnull", False), ("post__isnull", True)),
                    _connector="OR",
                ),
                name="charge_has_one_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="charge_term_runs_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(("handed_over_to__isnull", True), ("ends_on__isnull", False), _connector="OR"),
                name="charge_handed_over_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="leave_term_runs_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("stand_in__isnull", True), ("stand_in_post__isnull", True), _connector="OR"),
                name="leave_one_stand_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("stand_in", models.F("charge")), _negated=True), name="leave_not_by_himself"
            ),
        ),
        run_sql(DUTY / "scope.sql"),
        *(
            own_policies(
                table,
                select={
                    **dict.fromkeys(("linli_app", "linli_unit", "linli_head"), SIGNED_IN),
                    "linli_wide": WIDE,
                    "linli_reader": WIDE,
                    **OWNER,
                },
                insert={"linli_app": AREA, "linli_wide": WIDE},
                update={"linli_app": AREA, "linli_wide": WIDE},
                delete={"linli_app": f"{AREA} and {of_person}", "linli_wide": f"{SYSTEM} and {of_person}"},
            )
            for table, of_person in (("register_charge", OF_PERSON), ("register_leave", LEAVE_OF_PERSON))
        ),
        own_policies(
            "register_card",
            select={
                "linli_app": AREA,
                "linli_unit": "withdrawn_at is null and " + SIGNED_IN,
                "linli_head": f"{MY_OWN} or (withdrawn_at is null and {SIGNED_IN})",
                "linli_wide": WIDE,
                "linli_reader": WIDE,
                **OWNER,
            },
            insert={"linli_app": AREA, "linli_head": MY_OWN, "linli_wide": SYSTEM},
            update={"linli_app": AREA, "linli_head": MY_OWN, "linli_wide": SYSTEM},
            delete={"linli_app": f"{AREA} and {OF_PERSON}", "linli_wide": f"{SYSTEM} and {OF_PERSON}"},
        ),
        own_policies(
            "register_place",
            select={"linli_head": f"{OPEN} or id = any ((select {{authz}}.my_places())::bigint[])", **OWNER},
        ),
        own_policies("register_duty", select={"linli_head": SIGNED_IN}),
        own_policies("register_person", select={"linli_head": MY_HOME, **OWNER}),
        own_policies("register_tag", select=OWNER),
        *(
            own_policies(table, select={"linli_head": MY_HOME})
            for table in ("register_household", "register_member", "register_homecheck")
        ),
    ]
