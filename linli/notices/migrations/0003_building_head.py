from django.db import migrations

from linli.access.api import own_policies

MINE = "post_id = (select m.post_id from {authz}.me() m)"
OF_NOTICE = "exists (select 1 from notices_notice n where n.id = notice_id)"


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_scope"), ("access", "0006_building_head")]

    operations = [
        own_policies("notices_notice", select={"linli_head": MINE}),
        own_policies("notices_receipt", select={"linli_head": OF_NOTICE}, insert={"linli_head": OF_NOTICE}),
    ]
