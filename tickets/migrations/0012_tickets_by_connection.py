"""Lists and dashboards can be narrowed to a connection: its name is a word of its tickets and has numbers of its own."""

from django.db import migrations

from supportsaas.db import mongo

ROLLUPS = ("rollup_numbers", "rollup_words", "customer_counts")
_IS_MISSING = {"$exists": False}


def name_connections(apps, schema_editor):
    """Tickets that were stored before they carried the name of their connection get it."""
    tickets, spaces = mongo.collection("tickets"), list(mongo.collection("name_spaces").find())
    # Those with a prefix first: what is left belongs to the name space without one, the oldest if there are several.
    for space in sorted(spaces, key=lambda each: (not each["prefix"], each["made_at"])):
        match = {"tenant_id": space["tenant_id"], "connection": _IS_MISSING}
        if prefix := space["prefix"]:
            match["external_id"] = {"$gte": prefix, "$lt": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
        tickets.update_many(match, {"$set": {"connection": space["name"]}})


def add_words(apps, schema_editor):
    """Only this word is added, so searches and lists work all the time."""
    match = {"connection": {"$exists": True}, "words": {"$exists": True}}
    word = {"$concat": ["=connection=", "$connection"]}
    mongo.collection("tickets").update_many(match, [{"$set": {"words": {"$setUnion": ["$words", [word]]}}}])


def drop_rollups(apps, schema_editor):
    """Workers build them again, and readers count the tickets meanwhile."""
    for name in ROLLUPS:
        mongo.collection(name).drop()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_tickets_expire_by_retention")]

    operations = [
        migrations.RunPython(name_connections, migrations.RunPython.noop),
        migrations.RunPython(add_words, migrations.RunPython.noop),
        migrations.RunPython(drop_rollups, migrations.RunPython.noop),
    ]
