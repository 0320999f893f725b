"""Fill in the shipped list as version 1, the 22 elements and the legal owners outside the list; all may be edited."""

from datetime import UTC, datetime

from django.db import migrations

from linli.catalogue import shipped

IN_FORCE_FROM = datetime(2020, 1, 1, tzinfo=UTC)
SOURCE = "house list 2020 + proposals"


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias

    def rows(model):
        return apps.get_model("catalogue", model).objects.using(alias)

    item, version = apps.get_model("catalogue", "Item"), apps.get_model("catalogue", "ItemVersion")
    specs = shipped.items()
    made = rows("Item").bulk_create(
        [
            item(code=spec.code, list_kind=spec.list_kind.value, cls=spec.cls.value, position=n)
            for n, spec in enumerate(specs, start=1)
        ]
    )
    rows("ItemVersion").bulk_create(
        [
            version(item=row, version=1, spec=shipped.to_json(spec), valid_from=IN_FORCE_FROM, note=SOURCE)
            for row, spec in zip(made, specs, strict=True)
        ]
    )
    element, topic = apps.get_model("catalogue", "Element"), apps.get_model("catalogue", "OutsideTopic")
    rows("Element").bulk_create(
        [
            element(
                code=spec.code,
                slug=spec.id,
                name=spec.name,
                name_en=spec.name_en,
                cls=spec.cls.value,
                fed_by=list(spec.fed_by),
                signs=list(spec.signs),
                signs_en=spec.signs_en,
            )
            for spec in shipped.elements()
        ]
    )
    rows("OutsideTopic").bulk_create(
        [
            topic(
                code=spec.code,
                name=spec.name,
                name_en=spec.name_en,
                owner_name=spec.owner_name,
                owner_name_en=spec.owner_name_en,
                owner_kind=spec.owner_kind.value,
            )
            for spec in shipped.outside_topics()
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
