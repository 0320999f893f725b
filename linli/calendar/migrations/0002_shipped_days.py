"""Fill in the shipped days and the default office hours [P]; both are rows that an editor may change."""

from datetime import date, time

from django.db import migrations

from linli.calendar.official_days import SHIPPED_YEARS, official_days

OFFICE_HOURS = [
    (time(8, 30), time(12, 0), "上午", "Morning"),
    (time(13, 0), time(17, 30), "下午", "Afternoon"),
]


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    day = apps.get_model("calendar", "Day")
    day.objects.using(alias).bulk_create(
        [
            day(
                date=known.date,
                kind=known.kind.value,
                name_zh=known.name_zh,
                name_en=known.name_en,
                source="shipped",
                estimated=known.estimated,
            )
            for year in SHIPPED_YEARS
            for known in official_days(year)
        ],
        ignore_conflicts=True,
    )
    shift = apps.get_model("calendar", "Shift")
    shift.objects.using(alias).bulk_create(
        [
            shift(valid_from=date(2000, 1, 1), start=start, end=end, label_zh=zh, label_en=en)
            for start, end, zh, en in OFFICE_HOURS
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
