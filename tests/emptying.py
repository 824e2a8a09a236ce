"""An empty database for every test, in as few round trips as it takes."""

from collections.abc import Collection

from django.db import connection

from supportsaas.db import indexes, mongo

DJANGOS = frozenset(connection.introspection.django_table_names())
MADE_BY_MIGRATIONS = {"django_content_type", "auth_permission", "django_migrations"}  # no test writes these
OURS = {index.collection for index in indexes.INDEXES} | {
    "circuits", "locks", "rate_limits", "rollup_state", "sync_state", "tenant_deletions", "troubles"
}  # fmt: skip


def empty_collections(*, but: Collection[str] = ()) -> None:
    """Delete every document of Django's collections and of ours, but those of the collections named in `but`."""
    for name in _filled():
        if name not in but:
            mongo.collection(name).delete_many({})


def _filled() -> list[str]:
    """One aggregation that looks into all: most tests write to a handful, and deleting is a round trip each."""
    first, *others = sorted((DJANGOS | OURS) - MADE_BY_MIGRATIONS)
    looks = [[{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}] for name in (first, *others)]
    unions = [{"$unionWith": {"coll": name, "pipeline": look}} for name, look in zip(others, looks[1:], strict=True)]
    return [found["name"] for found in mongo.collection(first).aggregate([*looks[0], *unions])]
