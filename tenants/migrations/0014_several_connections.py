"""A tenant may have several helpdesk connections. What is stored for its one connection so far stays that of this one."""

import django.db.models.deletion
from django.db import migrations, models

from supportsaas.db import mongo


def key_by_connection(apps, schema_editor):
    """Sources carry the prefix of their ids. State of one with a prefix moves from the tenant's key to its own."""
    tenants = {each["_id"]: each["slug"] for each in mongo.collection("tenants_tenant").find({}, {"slug": 1})}
    for source in mongo.collection("tenants_source").find({"name": {"$gt": ""}}, {"tenant_id": 1, "name": 1}):
        slug = tenants.get(source["tenant_id"])
        space = mongo.collection("name_spaces").find_one({"tenant_id": slug, "name": source["name"]})
        if space is None or not space["prefix"]:
            continue
        mongo.collection("tenants_source").update_one({"_id": source["_id"]}, {"$set": {"prefix": space["prefix"]}})
        key = f"{slug}:{source['name']}"
        _name_runs(slug, key, source["name"], since=space["made_at"])
        _move_state(slug, key)


def _name_runs(slug, key, name, *, since):
    """The runs since the tenant has had this connection."""
    fields = ("status", "counts", "read_began", "ended_at", "reading", "error", "warning")
    part = {"key": key, "name": name, **{field: {"$ifNull": [f"${field}", None]} for field in fields}}
    mongo.collection("ingestion_logs").update_many(
        {
            "tenant_id": slug,
            "active": False,
            "options.kind": "sync",
            "queued_at": {"$gte": since},
            "connections": {"$exists": False},
        },
        [{"$set": {"connections": [part]}}],
    )


def _move_state(slug, key):
    states = mongo.collection("sync_state")
    found = states.find_one({"_id": slug})
    if found is not None:
        states.update_one({"_id": key}, {"$setOnInsert": {**found, "_id": key}}, upsert=True)
        states.delete_one({"_id": slug})


class Migration(migrations.Migration):
    dependencies = [("tenants", "0013_presets_and_tokens")]

    operations = [
        migrations.AlterField(
            model_name="source",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sources", to="tenants.tenant"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="prefix",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="source",
            name="checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="check_problem",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name__gt", "")), fields=("tenant", "name"), name="one_connection_a_name"
            ),
        ),
        migrations.RunPython(key_by_connection, migrations.RunPython.noop),
    ]
