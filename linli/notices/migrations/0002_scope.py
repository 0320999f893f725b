from django.db import migrations

from linli.access.api import own_policies

AREA = "area_id = any ((select {authz}.area_ids())::int[])"
MINE = "(post_id = (select m.post_id from {authz}.me() m) or unit_id = (select m.unit_id from {authz}.me() m))"
"""A notice to one's own post or unit is one's own, wherever the matter lies."""
WIDE = "(select {authz}.is_wide())"
OF_NOTICE = "exists (select 1 from notices_notice n where n.id = notice_id)"


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("access", "0001_scope")]

    operations = [
        own_policies(
            "notices_notice",
            select={"linli_app": f"{AREA} or {MINE}", "linli_unit": MINE, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={"linli_app": AREA, "linli_wide": WIDE},
            update={"linli_wide": WIDE},
        ),
        own_policies(
            "notices_receipt",
            select={"linli_app": OF_NOTICE, "linli_unit": OF_NOTICE, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={
                "linli_app": OF_NOTICE,
                "linli_unit": OF_NOTICE,
                "linli_wide": WIDE,
                "linli_reader": "user_id = (select m.user_id from {authz}.me() m)",
            },
        ),
    ]
