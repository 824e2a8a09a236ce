"""Tickets that have their words wait for them once more: fields of the ticket are among them now."""

from django.db import migrations

from supportsaas import clock
from supportsaas.db import mongo


def have_words_stored(apps, schema_editor):
    """They stay searchable meanwhile, and lists take what waits as it is."""
    mongo.collection("tickets").update_many(
        {"words": {"$exists": True}, "unindexed_since": {"$exists": False}}, {"$set": {"unindexed_since": clock.now()}}
    )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_saved_views")]

    operations = [migrations.RunPython(have_words_stored, migrations.RunPython.noop)]
