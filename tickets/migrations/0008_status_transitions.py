"""Status transitions of tickets that earlier versions stored. The dashboard's numbers of their tenants are recounted."""

from django.db import migrations

from tickets.store.older_transitions import find_tenants, update_transitions
from tickets.store.dirty_days import mark_everything_dirty


def update_all(apps, schema_editor):
    for slug in find_tenants():
        update_transitions(slug)
        mark_everything_dirty(slug)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_status_mapping")]

    operations = [migrations.RunPython(update_all, migrations.RunPython.noop)]
