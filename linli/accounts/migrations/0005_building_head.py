from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_password_has_stamp")]

    operations = [
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
                choices=[
                    ("worker", "Committee worker"),
                    ("station_head", "Station head"),
                    ("dispatcher", "Town dispatcher"),
                    ("district", "District operation centre"),
                    ("responder", "Unit worker"),
                    ("building_head", "Building head"),
                    ("auditor", "Auditor"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("system", "Linli"),
                ],
                max_length=20,
            ),
        ),
    ]
