"""One MongoDB document that any number of processes update with pipelines, based on the server's clock.

A retried write carries an old `$$NOW`. So every update first moves the document's own clock `now` forward, never back,
and the pipeline reads `$now` instead of `$$NOW`.
"""

from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from supportsaas.clock import Clock
from supportsaas.db.mongo import Document, Pipeline


def update_shared(collection: "Collection[Document]", name: str, pipeline: Pipeline, *, now: Any) -> Document:
    """Run the pipeline on the document `name`, created if missing. Returns the updated document."""
    steps = [{"$set": {"now": {"$max": [now, "$now"]}}}, *pipeline]
    while True:
        try:
            found = collection.find_one_and_update(
                {"_id": name}, steps, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            continue  # two first-time writers: the document exists now
        assert found is not None, "an upsert returns a document"
        return found


def server_time(clock: Clock | None) -> Any:
    """The server's time in a pipeline, or the time of a test's clock."""
    return clock() if clock else "$$NOW"
