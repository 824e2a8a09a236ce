"""A transaction over Django's models; `mongo.in_transaction` is the one over plain collections."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from django.db import DatabaseError, connection
from django.db.models import Model
from django_mongodb_backend.transaction import atomic
from pymongo.errors import PyMongoError

MOST_ATTEMPTS = 20
T = TypeVar("T")


def in_transaction(work: Callable[[], T]) -> T:
    """Do all of `work` or nothing of it; inside of another one, as a part of that.

    Where somebody else changes the same thing in that moment, MongoDB refuses one of both, and `work` runs
    again. Raises what `work` raises.
    """
    if connection.in_atomic_block_mongo:  # type: ignore[attr-defined]
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


def take_turns_on(thing: Model) -> None:
    """Within a transaction: of those that take turns on the same object only one goes through, the others run again.

    For a rule over several objects, each of which another transaction may change: MongoDB would let both pass.
    """
    table = connection.database[thing._meta.db_table]  # type: ignore[attr-defined]
    table.update_one({"_id": thing.pk}, {"$inc": {"turns": 1}}, session=connection.session)  # type: ignore[attr-defined]


@contextmanager
def _transaction() -> Iterator[None]:
    """Django's own `atomic`, in which the admin and `update_or_create` save, does nothing on MongoDB; but
    inside of it the backend refuses to commit a real transaction, so it is taken off meanwhile."""
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
    """What a failed commit leaves: a session that can neither commit nor abort, and that the next one would take."""
    if connection.session is not None:  # type: ignore[attr-defined]
        connection.session.end_session()  # type: ignore[attr-defined]
        connection.session = None  # type: ignore[attr-defined]
    connection.run_on_commit = []


def _is_conflict(error: Exception) -> bool:
    source = error if isinstance(error, PyMongoError) else error.__cause__
    return isinstance(source, PyMongoError) and source.has_error_label("TransientTransactionError")
