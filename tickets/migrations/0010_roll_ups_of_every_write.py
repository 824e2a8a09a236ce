"""Collections of the earlier roll-ups and list totals. Workers build the new ones, and pages work meanwhile."""

from django.db import migrations

from supportsaas.db import mongo

EARLIER = ("ticket_counts", "rollup_marks", "rollup_days", "rollup_blocks", "rollup_leaders")


def drop_earlier(apps, schema_editor):
    for name in EARLIER:
        mongo.collection(name).drop()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_topics_stored_once")]

    operations = [migrations.RunPython(drop_earlier, migrations.RunPython.noop)]
