from django.db import migrations, models


class Migration(migrations.Migration):
    # Comparisons of text and of degrees are leakproof: this index serves under row scope too.
    dependencies = [("register", "0012_places_go")]

    operations = [
        migrations.AddIndex(
            model_name="place",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ["building", "compound", "facility", "venue", "village_group"]),
                    ("lng__isnull", False),
                ),
                fields=["kind", "lng", "lat"],
                name="place_on_map",
            ),
        ),
    ]
