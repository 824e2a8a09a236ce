"""Who looks after an alert on a number is known as of every alert. The collection of states knew it alone before."""

from django.db import migrations

from supportsaas.clock import iso_z
from supportsaas.db import mongo


def move_acknowledgements(apps, schema_editor):
    """Repeatable: what was moved is kept."""
    states, acknowledgements = mongo.collection("number_alert_states"), mongo.collection("acknowledgements")
    for each in states.find({"is_firing": True, "acknowledged_by": {"$nin": ["", None]}}):
        tenant_id, _, key = each["_id"].rpartition(" ")
        alert = f"number {key} {iso_z(each['since'])}"
        by, at = each["acknowledged_by"], each["acknowledged_at"]
        values = {"tenant_id": tenant_id, "alert": alert, "by": by, "at": at}
        values["steps"] = [{"by": by, "at": at, "is_given_back": False}]
        acknowledgements.update_one({"_id": f"{tenant_id} {alert}"}, {"$setOnInsert": values}, upsert=True)
    states.update_many({}, {"$unset": {"acknowledged_by": "", "acknowledged_at": ""}})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_ratings_among_words")]

    operations = [migrations.RunPython(move_acknowledgements, migrations.RunPython.noop)]
