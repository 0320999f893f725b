from django.db import migrations

from linli.access.api import own_policies

AREA = "area_id = any ((select {authz}.area_ids())::int[])"
SYSTEM = "(select {authz}.is_system())"
SEEN = {"linli_app": AREA, "linli_wide": SYSTEM}


class Migration(migrations.Migration):
    dependencies = [("register", "0006_canvass")]

    operations = [
        own_policies("register_canvass", select=SEEN, insert=SEEN, update=SEEN),
        own_policies("register_target", select=SEEN, insert=SEEN, update=SEEN),
        own_policies("register_attempt", select=SEEN, insert=SEEN),
    ]
