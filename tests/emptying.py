"""An empty database for every test."""

from collections.abc import Collection

from supportsaas.db import mongo

MADE_BY_MIGRATIONS = {"django_content_type", "auth_permission", "django_migrations"}  # no test writes these


def empty_collections(*, but: Collection[str] = ()) -> None:
    """Delete every document of every collection, except those of the collections named in `but`."""
    for name in _find_filled():
        if name not in but:
            mongo.collection(name).delete_many({})


def _find_filled() -> list[str]:
    """One aggregation over all collections: most tests fill only a few of the fifty, and a delete is a round trip."""
    names = mongo.database().list_collection_names()
    emptied = [name for name in names if name not in MADE_BY_MIGRATIONS and not name.startswith("system.")]
    if not emptied:
        return []
    first, *others = emptied
    unions = [{"$unionWith": {"coll": name, "pipeline": _name_if_filled(name)}} for name in others]
    return [found["name"] for found in mongo.collection(first).aggregate([*_name_if_filled(first), *unions])]


def _name_if_filled(name: str) -> mongo.Pipeline:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]
