"""Status transitions of tickets that earlier versions stored."""

from django.db import migrations

from tickets.store.older_transitions import find_tenants, update_transitions


def update_all(apps, schema_editor):
    for slug in find_tenants():
        update_transitions(slug)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_status_mapping")]

    operations = [migrations.RunPython(update_all, migrations.RunPython.noop)]
