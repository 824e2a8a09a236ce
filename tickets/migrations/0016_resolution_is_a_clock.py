"""Times to resolution are counted among the clocks (`rollup_clocks`), no longer in a list of their own."""

from django.db import migrations

from supportsaas.db import mongo


def forget_times(apps, schema_editor):
    mongo.collection("rollup_numbers").update_many({"times": {"$exists": True}}, {"$unset": {"times": ""}})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0015_number_alerts")]

    operations = [migrations.RunPython(forget_times, migrations.RunPython.noop)]
