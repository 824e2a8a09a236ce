"""One digest a person and week, instead of one a tenant. Whoever has got one of this week gets no second one.

Subscriptions stay as they are: each says that a person's digest has a tenant.
"""

from typing import Any

from django.db import migrations

_LEFT = ("sending", "sent", "unknown")


def join_digests(apps: Any, schema_editor: Any) -> None:
    digests = schema_editor.connection.database["digests"]
    of_tenants = {"tenant_id": {"$exists": True}}
    for each in digests.find({**of_tenants, "status": {"$in": _LEFT}}).sort("_id", 1):
        kept = {name: each[name] for name in ("user_id", "week", "status", "sent_at", "expires_at") if name in each}
        key = f"{each['user_id']} {each['week']}"
        digests.update_one({"_id": key}, {"$setOnInsert": {**kept, "attempts": each.get("attempts", 1)}}, upsert=True)
    digests.delete_many(of_tenants)


class Migration(migrations.Migration):

    dependencies = [
        ("tenants", "0018_escalation_and_quiet_hours"),
    ]

    operations = [
        migrations.RunPython(join_digests, migrations.RunPython.noop),
    ]
