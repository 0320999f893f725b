from django.db import migrations

from linli.access.api import own_policies

AREA = "area_id = any ((select {authz}.area_ids())::int[])"
UNIT = "unit_id = any ((select {authz}.unit_ids())::int[])"
WIDE = "(select {authz}.is_wide())"
OF_NOTICE = "exists (select 1 from notices_notice n where n.id = notice_id)"


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("access", "0001_scope")]

    operations = [
        own_policies(
            "notices_notice",
            select={"linli_app": AREA, "linli_unit": UNIT, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={"linli_app": AREA, "linli_wide": WIDE},
            update={"linli_wide": WIDE},
        ),
        own_policies(
            "notices_receipt",
            select={"linli_app": OF_NOTICE, "linli_unit": OF_NOTICE, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={"linli_app": OF_NOTICE, "linli_unit": OF_NOTICE, "linli_wide": WIDE},
        ),
    ]
