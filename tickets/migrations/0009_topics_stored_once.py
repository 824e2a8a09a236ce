"""Topics are stored once among a ticket's words. The workers remove the second form from stored tickets."""

from django.db import migrations

from tickets.store.older_words import request_removal


def have_them_removed(apps, schema_editor):
    request_removal()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_status_transitions")]

    operations = [migrations.RunPython(have_them_removed, migrations.RunPython.noop)]
