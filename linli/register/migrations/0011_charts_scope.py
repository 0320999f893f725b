from pathlib import Path

from django.db import migrations

from linli.access.api import own_policies, run_sql

ROOMS = Path(__file__).resolve().parents[1]
AREA = "area_id = any ((select {authz}.area_ids())::int[])"
WIDE = "(select {authz}.is_wide())"
SIGNED_IN = "(select m.post_id from {authz}.me() m) is not null"
STAFF = {
    "linli_app": SIGNED_IN,
    "linli_unit": SIGNED_IN,
    "linli_head": SIGNED_IN,
    "linli_wide": WIDE,
    "linli_reader": WIDE,
}


class Migration(migrations.Migration):
    dependencies = [("register", "0010_charts"), ("access", "0006_building_head")]

    operations = [
        run_sql(ROOMS / "charts" / "scope.sql"),
        # How a chart is read is no secret among those who work; it is set where one's post is.
        own_policies("register_legend", select=STAFF, insert={"linli_app": AREA}, update={"linli_app": AREA}),
        own_policies("register_gradelimit", select=STAFF, insert={"linli_app": AREA}),
        own_policies(
            "register_grading",
            select={"linli_app": AREA, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={"linli_app": AREA},
            update={"linli_app": AREA},
        ),
    ]
