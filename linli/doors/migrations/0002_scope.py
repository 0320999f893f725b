from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from linli.access.api import own_policies

AREA = "area_id = any ((select {authz}.area_ids())::int[])"
WIDE = "(select {authz}.is_wide())"
EVERYBODY = (
    "linli_app",
    "linli_unit",
    "linli_wide",
    "linli_reader",
    "linli_link",
    "linli_public",
    "linli_intake",
)

LETTERS = {
    "number": "留言编号",
    "name": "留言用户",
    "title": "留言主题",
    "received_at": "留言时间",
    "words": "留言详情",
    "category": "一级分类",
}


def load(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    profiles = apps.get_model("doors", "ImportProfile").objects.using(editor.connection.alias)
    profiles.create(
        name="letters", columns=LETTERS, spread=True, note="市民留言(热线导出样式),未写明居村,按编号分摊到各居村"
    )


class Migration(migrations.Migration):
    dependencies = [("doors", "0001_initial"), ("access", "0001_scope")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        own_policies(
            "doors_importprofile",
            select=dict.fromkeys(EVERYBODY, "true"),
            insert={"linli_app": "(select {authz}.area_ids()) <> '{{}}'", "linli_wide": WIDE},
            update={"linli_app": "(select {authz}.area_ids()) <> '{{}}'", "linli_wide": WIDE},
        ),
        own_policies(
            "doors_importbatch",
            select={"linli_app": AREA, "linli_wide": WIDE, "linli_reader": WIDE},
            insert={"linli_app": AREA, "linli_wide": WIDE},
            update={"linli_app": AREA, "linli_wide": WIDE},
        ),
    ]
