from django.db import migrations

from linli.access.policies import own_policies

OWN = "user_id = (select m.user_id from {authz}.me() m)"
WIDE = f"{OWN} and (select {{authz}}.is_wide())"
"""Whoever takes a wide role without being one sees nothing under it, not even his own."""
MINE = {"linli_app": OWN, "linli_unit": OWN, "linli_wide": WIDE, "linli_reader": WIDE}


class Migration(migrations.Migration):
    dependencies = [("access", "0002_passwords"), ("accounts", "0003_saved_filters")]

    operations = [own_policies("accounts_savedfilter", select=MINE, insert=MINE, update=MINE, delete=MINE)]
