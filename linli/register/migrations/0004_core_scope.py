from pathlib import Path

from django.db import migrations

from linli.access.api import own_policies, run_sql

ROOMS = Path(__file__).resolve().parents[1]
AREA = "area_id = any ((select {authz}.area_ids())::int[])"
SITE = "area_id = any ((select {authz}.site_area_ids())::int[])"
SYSTEM = "(select {authz}.is_system())"
SEEN = {"linli_app": AREA, "linli_wide": SYSTEM}


class Migration(migrations.Migration):
    dependencies = [("register", "0003_the_core"), ("access", "0001_scope")]

    operations = [
        run_sql(ROOMS / "people" / "scope.sql"),
        run_sql(ROOMS / "places" / "names.sql"),
        *(
            own_policies(table, select=SEEN, insert=SEEN, update=SEEN, delete=SEEN)
            for table in ("register_person", "register_household", "register_member")
        ),
        own_policies("register_homecheck", select=SEEN, insert=SEEN, update=SEEN),
        own_policies(
            "register_tag",
            select={"linli_app": SITE, "linli_wide": SYSTEM},
            insert={"linli_app": SITE, "linli_wide": SYSTEM},
            update={"linli_app": SITE, "linli_wide": SYSTEM},
            delete={"linli_app": SITE, "linli_wide": SYSTEM},
        ),
    ]
