"""Workers erase tickets past retention. MongoDB no longer does it by the date in `expires_at`, which stays unused."""

from django.db import migrations
from pymongo.errors import OperationFailure

from supportsaas import clock
from supportsaas.db import mongo

_INDEX = "expires_at"
_INDEX_NOT_FOUND, _NAMESPACE_NOT_FOUND = 27, 26


def drop_indexes(apps, schema_editor):
    _drop_index("tickets")
    _delete_left_history()
    _drop_index("ticket_history")


def _delete_left_history():
    """Of tickets that MongoDB deleted a moment ago: it deletes from one collection after the other."""
    history, tickets = mongo.collection("ticket_history"), mongo.collection("tickets")
    name = {"tenant_id": "$tenant_id", "external_id": "$external_id"}
    expired = history.aggregate([{"$match": {"expires_at": {"$lte": clock.now()}}}, {"$group": {"_id": name}}])
    for each in expired:
        if tickets.find_one(each["_id"], {"_id": 1}) is None:
            history.delete_many(each["_id"])


def _drop_index(name):
    try:
        mongo.collection(name).drop_index(_INDEX)
    except OperationFailure as error:
        if error.code not in (_INDEX_NOT_FOUND, _NAMESPACE_NOT_FOUND):
            raise


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_roll_ups_of_every_write")]

    operations = [migrations.RunPython(drop_indexes, migrations.RunPython.noop)]
