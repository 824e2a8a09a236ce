"""Transactions over Django models. `mongo.in_transaction` is the counterpart for plain collections.

The backend offers no transaction that works inside Django's own `atomic`, so this module sets private attributes of
its connection (`CONNECTION_ATTRIBUTES`). A test fails if a release of the backend drops one of them.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from django.db import DatabaseError
from django.db.models import Model
from django_mongodb_backend.transaction import atomic
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from supportsaas.db.mongo import connection

MOST_ATTEMPTS = 20

SERIALIZATION_FIELD = "serialize_on"
"""A counter in documents of Django's tables that no model declares. Nothing reads it: two transactions that raise it
conflict, and that is its purpose."""

CONNECTION_ATTRIBUTES = ("in_atomic_block", "in_atomic_block_mongo", "session", "run_on_commit")

T = TypeVar("T")


def in_transaction(work: Callable[[], T]) -> T:
    """Do all of `work` or nothing. Inside another transaction, `work` becomes part of it.

    If a concurrent transaction changes the same documents, MongoDB aborts one of the two and `work` runs again.
    Raises what `work` raises.
    """
    if connection.in_atomic_block_mongo:
        return work()
    for attempt in count(1):
        try:
            with _transaction():
                return work()
        except (DatabaseError, PyMongoError) as error:
            if attempt == MOST_ATTEMPTS or not _is_conflict(error):
                raise
            time.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 6)))
    raise AssertionError("unreachable")


def open_session() -> ClientSession:
    """The session of the open transaction, for a plain collection to be written in it. Only inside `in_transaction`."""
    session: ClientSession | None = connection.session
    assert session is not None, "no transaction is open"
    return session


def serialize_on(thing: Model) -> bool:
    """Inside a transaction: make concurrent transactions that serialize on the same object conflict, so one runs again.

    Use it for a rule that spans several objects. Two transactions that each change a different one of them do not
    conflict by themselves, and MongoDB would commit both. Returns whether the object still exists.
    """
    table = connection.database[thing._meta.db_table]
    raised = {"$inc": {SERIALIZATION_FIELD: 1}}
    return bool(table.update_one({"_id": thing.pk}, raised, session=open_session()).matched_count)


@contextmanager
def _transaction() -> Iterator[None]:
    """The backend's transaction, also inside Django's own `atomic`, in which the admin and `update_or_create` save.

    Django's `atomic` does nothing on MongoDB, but the backend refuses to commit while its flag `in_atomic_block` is set.
    So the flag is cleared for the duration of the transaction.
    """
    outer, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with atomic():
            yield
    except PyMongoError:
        _end_session()
        raise
    finally:
        connection.in_atomic_block = outer


def _end_session() -> None:
    """Remove the session of a failed commit: it can neither commit nor abort, and the next transaction would use it."""
    if connection.session is not None:
        connection.session.end_session()
        connection.session = None
    connection.run_on_commit = []


def _is_conflict(error: Exception) -> bool:
    source = error if isinstance(error, PyMongoError) else error.__cause__
    return isinstance(source, PyMongoError) and source.has_error_label("TransientTransactionError")
