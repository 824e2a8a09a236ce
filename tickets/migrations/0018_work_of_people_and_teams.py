"""Roll-ups count the work of people and teams. Workers build all of them again, and readers count the tickets meanwhile."""

from django.db import migrations

from supportsaas.db import mongo

ROLLUPS = ("rollup_numbers", "rollup_words", "rollup_clocks", "customer_counts")


def drop_rollups(apps, schema_editor):
    for name in ROLLUPS:
        mongo.collection(name).drop()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0017_targets")]

    operations = [migrations.RunPython(drop_rollups, migrations.RunPython.noop)]
