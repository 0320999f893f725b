from django.db import migrations

from linli.access.api import own_policies

OPEN = "kind not in ('home', 'entrance')"
"""Streets, compounds and buildings are no secret; doors and homes are seen by those who work there."""
AREA = "area_id = any ((select {authz}.area_ids())::int[])"
WIDE = "(select {authz}.is_wide())"
SIGNED_IN = "(select m.post_id from {authz}.me() m) is not null"


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial"), ("access", "0001_scope")]

    operations = [
        own_policies(
            "register_place",
            select={
                "linli_app": f"{AREA} or {OPEN}",
                "linli_unit": OPEN,
                "linli_wide": WIDE,
                "linli_reader": WIDE,
                "linli_link": OPEN,
                "linli_public": OPEN,
            },
            insert={"linli_app": AREA, "linli_wide": WIDE},
            update={"linli_app": AREA, "linli_wide": WIDE},
        ),
        own_policies(
            "register_duty",
            select={"linli_app": SIGNED_IN, "linli_unit": SIGNED_IN, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={"linli_app": AREA, "linli_wide": WIDE},
            update={"linli_app": AREA, "linli_wide": WIDE},
        ),
    ]
