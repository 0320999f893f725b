from django.db import migrations

from linli.access.api import own_policies

AREA = "area_id = any ((select {authz}.area_ids())::int[])"
SYSTEM = "(select {authz}.is_system())"
WIDE = "(select {authz}.is_wide())"
SEEN = {"linli_app": AREA, "linli_wide": SYSTEM}
"""A file of people is for those who work there; the district and the auditor see of it what the trail says."""
OPEN = {"linli_app": AREA, "linli_wide": WIDE}


class Migration(migrations.Migration):
    dependencies = [("doors", "0003_sheets"), ("register", "0012_places_go")]

    operations = [
        own_policies("doors_sheetbatch", select=SEEN, insert=SEEN, update=SEEN),
        own_policies("doors_made", select=SEEN, insert=SEEN, delete=SEEN),
        own_policies(
            "doors_sheetexport", select={**OPEN, "linli_reader": WIDE}, insert={"linli_app": AREA}, update=OPEN
        ),
    ]
