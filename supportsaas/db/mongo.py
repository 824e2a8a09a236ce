"""The one door to MongoDB: Django's own client, one pool a process.

Raw pipelines go through the client that the Django backend opened, so the pool limits of
the settings hold for everything. Dates come back aware, in UTC.
"""

from collections.abc import Callable
from datetime import UTC
from typing import Any, TypeVar

import pymongo
from bson.codec_options import CodecOptions
from django.db import OperationalError, connection
from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
)
from pymongo.read_concern import ReadConcern

Document = dict[str, Any]
Pipeline = list[Document]
T = TypeVar("T")

UNAVAILABLE = (ConnectionFailure, ServerSelectionTimeoutError, ExecutionTimeout, OperationalError)
"""What is raised where MongoDB cannot be reached or does not answer in time, by pymongo or by the database engine."""

_AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


def took_too_long(error: Exception) -> bool:
    """Whether MongoDB is there, and only could not do what was asked in the time for it. For what is in `UNAVAILABLE`.

    Server and driver both watch the time. Where the driver gives up first, the error is one of the network, and the
    server is still known to take writes; one that could not even be connected to is not.
    """
    for each in (error, error.__cause__):
        if isinstance(each, ExecutionTimeout):
            return True
        if isinstance(each, NetworkTimeout):
            return client().topology_description.has_writable_server()
    return False


def client() -> "MongoClient[Document]":
    connection.ensure_connection()
    found: MongoClient[Document] = connection.connection
    return found


def assert_reachable() -> None:
    """Raise what is in `UNAVAILABLE` where no server that takes writes is known, nor found in the time for that."""
    found = client()
    if not found.topology_description.has_writable_server():
        with pymongo.timeout(found.options.server_selection_timeout):
            found.admin.command("ping")


def database() -> "Database[Document]":
    """The project's database; the pool opens at the first call, never at import."""
    found: Database[Document] = connection.database  # type: ignore[attr-defined]
    return found.with_options(codec_options=_AWARE, write_concern=WriteConcern("majority"))


def collection(name: str) -> "Collection[Document]":
    return database()[name]


def count(name: str, match: Document, *, index: str, most: int | None = None) -> int:
    """How many documents of a collection an index finds, at most `most`.

    The command counts in the index itself where it can; the aggregation behind pymongo's `count_documents` takes
    each key into a document of its own, which is half as dear again. With a condition it is exact on a sharded cluster,
    too (SERVER-3645, since MongoDB 4.0). Asked once more where the connection broke,
    as pymongo does by itself for its own reads.
    """
    command = {"count": name, "query": match, "hint": index, **({"limit": most} if most is not None else {})}
    try:
        answer = database().command(command)
    except AutoReconnect:
        answer = database().command(command)
    return int(answer["n"])


def in_transaction(work: Callable[[ClientSession], T]) -> T:
    """Run `work(session)` in one transaction, all or nothing; it may run again after a conflict.

    Reads in it see one snapshot. Raises what `work` raises, after rolling back.
    """
    with client().start_session() as session:
        return session.with_transaction(
            work,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )


def close() -> None:
    """Close the pool; for the end of a process."""
    connection.close_pool()  # type: ignore[attr-defined]
