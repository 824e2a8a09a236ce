"""What MongoDB did while some code ran, as its own profiler tells it."""

from collections.abc import Callable, Sequence

from supportsaas.db import mongo
from supportsaas.db.mongo import Document


def operations_of(work: Callable[[], object], *, on: Sequence[str]) -> list[Document]:
    """The operations on these collections during `work`, in order."""
    database = mongo.database()
    database.command("profile", 2)
    try:
        work()
    finally:
        database.command("profile", 0)
    names = [f"{database.name}.{name}" for name in on]
    found = list(database["system.profile"].find({"ns": {"$in": names}}).sort("ts", 1))
    database["system.profile"].drop()
    return found
