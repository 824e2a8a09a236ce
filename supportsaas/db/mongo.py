"""Access to MongoDB through Django's own client, with one connection pool per process.

Raw pipelines share the client of the Django backend, so the pool limits in the settings apply to everything.
Dates come back timezone-aware, in UTC.
"""

import time
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pymongo
from bson.codec_options import CodecOptions
from django.db import OperationalError
from django.db import connection as django_connection
from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.read_concern import ReadConcern

if TYPE_CHECKING:
    from supportsaas.db.engine.base import DatabaseWrapper

connection = cast("DatabaseWrapper", django_connection)
"""Django's connection, for the type checker with what the MongoDB backend adds to it."""

Document = dict[str, Any]
Pipeline = list[Document]
T = TypeVar("T")

UNAVAILABLE = (ConnectionFailure, ServerSelectionTimeoutError, ExecutionTimeout, OperationalError)
"""What pymongo and the database engine raise if MongoDB is unreachable or does not answer in time."""

_AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


def took_too_long(error: Exception) -> bool:
    """Whether MongoDB is reachable and only ran out of time. For the errors in `UNAVAILABLE`.

    Server and driver both enforce the time limit. If the driver gives up first, it raises a network error, but still
    knows a server that accepts writes. If no connection was possible, it knows none.
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
    """Raise one of `UNAVAILABLE` unless a server that accepts writes is known or found in time."""
    found = client()
    if not found.topology_description.has_writable_server():
        with pymongo.timeout(found.options.server_selection_timeout):
            found.admin.command("ping")


def database() -> "Database[Document]":
    """The project's database. The pool opens on the first call, never on import."""
    found: Database[Document] = connection.database
    return found.with_options(codec_options=_AWARE, write_concern=WriteConcern("majority"))


def collection(name: str) -> "Collection[Document]":
    return database()[name]


def count(name: str, match: Document, *, index: str, most: int | None = None) -> int:
    """The number of matching documents according to an index, at most `most`.

    The `count` command counts within the index where it can. The aggregation behind pymongo's `count_documents` builds
    a document for each key and takes half as long again. With a condition the result is exact on sharded clusters, too
    (SERVER-3645, since MongoDB 4.0). Retried once if the connection broke, as pymongo does for its own reads.
    """
    command = {"count": name, "query": match, "hint": index, **({"limit": most} if most is not None else {})}
    try:
        answer = database().command(command)
    except AutoReconnect:
        answer = database().command(command)
    return int(answer["n"])


class RepeatTransaction(PyMongoError):
    """Raised by the work of a transaction to have it rolled back and run again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, error_labels=["TransientTransactionError"])


class TransactionTooLong(Exception):
    """MongoDB ended a transaction because it took longer than the server allows. Nothing of it is stored."""


LONG_SECONDS = 15.0
"""A transaction that MongoDB forgot after this time took too long. One that it forgot earlier is repeated."""

_ENDED_BY_THE_SERVER = frozenset((251, 290))
"""NoSuchTransaction and TransactionExceededLifetimeLimitSeconds, see MongoDB's `error_codes.yml`."""


def in_transaction(work: Callable[[ClientSession], T]) -> T:
    """Run `work(session)` in one transaction. It runs again after a conflict.

    Reads inside see one snapshot. Raises what `work` raises, after a rollback, or `TransactionTooLong`.
    """

    def within_time(session: ClientSession) -> T:
        began = time.monotonic()
        try:
            return work(session)
        except OperationFailure as error:
            if error.code in _ENDED_BY_THE_SERVER and time.monotonic() - began > LONG_SECONDS:
                raise TransactionTooLong(str(error)) from error
            raise

    with client().start_session() as session:
        return session.with_transaction(
            within_time,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )


def close() -> None:
    """Close the pool at the end of a process."""
    connection.close_pool()
