from django.db import migrations, models

STAMP_WHERE_NEEDED = """
    update accounts_user set password_stamp = replace(gen_random_uuid()::text, '-', '')
     where password <> '' and password not like '!%'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(name="user", options={"base_manager_name": "objects"}),
        migrations.AddField(
            model_name="user",
            name="password_stamp",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.RunSQL(STAMP_WHERE_NEEDED, migrations.RunSQL.noop),
        # Sessions of before lie under their plain keys and cannot be read any more: everybody signs in again.
        migrations.RunSQL("delete from django_session", migrations.RunSQL.noop),
    ]
