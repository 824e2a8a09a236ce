"""One document in MongoDB that any number of processes change by pipelines, on the server's clock.

A retried write carries an old `$$NOW`, so every update first moves a clock of the document's own
forward and never back; the pipeline reads `$now`, and never `$$NOW` itself.
"""

from typing import Any

from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from supportsaas.clock import Clock
from supportsaas.db.mongo import Document, Pipeline


def update_shared(collection: "Collection[Document]", name: str, pipeline: Pipeline, *, now: Any) -> Document:
    """Run the pipeline over the document `name`, made where it is missing; what it is afterwards."""
    steps = [{"$set": {"now": {"$max": [now, "$now"]}}}, *pipeline]
    while True:
        try:
            found = collection.find_one_and_update(
                {"_id": name}, steps, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            continue  # two first-time writers: the document is there now
        assert found is not None, "an upsert gives a document"
        return found


def server_time(clock: Clock | None) -> Any:
    """The server's own time in a pipeline, or what a test's clock says."""
    return clock() if clock else "$$NOW"
