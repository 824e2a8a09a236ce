"""Words in scripts whose vowels are signs are stored whole: the workers store such words and topics once more."""

from django.db import migrations

from supportsaas import clock
from supportsaas.db import mongo
from tickets.classification.scripts import JOINER, SIGN_BLOCKS

_WRITTEN_SO = {"$regex": f"[{SIGN_BLOCKS}{JOINER}]"}
_TEXTS = ("subject", "message", "external_id", "customer_id")


def have_them_stored(apps, schema_editor):
    """They stay searchable meanwhile. Without its digest a ticket is classified once more, with its topics."""
    now = clock.now()
    tickets, match = mongo.collection("tickets"), {"is_deleted": False, "$or": [{name: _WRITTEN_SO} for name in _TEXTS]}
    begin = {"asked_at": now, "moved_at": now, "after": "", "seen": 0, "changed": 0, "total": None, "ended_at": None}
    for slug in tickets.distinct("tenant_id", match):
        tickets.update_many({**match, "tenant_id": slug}, {"$set": {"digest": "", "unindexed_since": now}})
        mark = {"$set": begin, "$setOnInsert": {"version": ""}, "$inc": {"edits": 1}}
        mongo.collection("rule_judging").update_one({"_id": slug}, mark, upsert=True)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_fields_among_words")]

    operations = [migrations.RunPython(have_them_stored, migrations.RunPython.noop)]
