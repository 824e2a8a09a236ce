"""The progress through stored tickets has the same fields, whatever they have to follow."""

from django.db import migrations

from supportsaas.db import mongo

_MISSING = {
    "after": {"$ifNull": ["$after", ""]},
    "seen": {"$ifNull": ["$seen", 0]},
    "changed": {"$ifNull": ["$changed", 0]},
    "total": {"$ifNull": ["$total", None]},
    "moved_at": {"$ifNull": ["$moved_at", "$asked_at"]},
}


def fill_in(apps, schema_editor):
    for name in ("rule_judging", "status_remapping", "topic_tagging"):
        mongo.collection(name).update_many({}, [{"$set": _MISSING}, {"$unset": "asked_at"}])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_tickets_by_connection")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
