"""What roll-ups leave out: days with too many different values for one document or one MongoDB response.

Such a day is read from the tickets, like a dirty one: still exact, and slower only for that tenant.
"""

from collections.abc import Sequence

from bson.errors import InvalidBSON
from pymongo.errors import BulkWriteError, DocumentTooLarge, PyMongoError

from supportsaas.db.mongo import Document

MOST_SOURCES = 1_000
"""Per day. Each has its own document."""

MOST_STATUSES = 1_000
"""Per day. Each is in the day's list, and in those of its hours."""

_TOO_LARGE = frozenset(
    (
        146,  # ExceededMemoryLimit
        292,  # QueryExceededMemoryLimitNoDiskUseAllowed
        10334,  # BSONObjectTooLarge
        13548,  # a buffer would grow over 64 MB
        17419,  # a document would be too large after an update
        17420,  # a document to be inserted is too large
        4031700,  # what a $facet gives is too large
    )
)


class TooVaried(Exception):
    """A day has more different values than are stored."""


def assert_storable(rows: Sequence[Document]) -> None:
    """`rows` are those of a day: one per source and one for all. Raises `TooVaried` if the day is not stored."""
    if len(rows) > MOST_SOURCES + 1 or any(len(row["status"]) > MOST_STATUSES for row in rows):
        raise TooVaried


def is_too_large(error: Exception) -> bool:
    """Whether the error says that a result or a document is too large, so that another attempt would not help."""
    # MongoDB quotes the value and may cut a character in two; then its response is not valid BSON.
    if isinstance(error, TooVaried | DocumentTooLarge | InvalidBSON):
        return True
    if isinstance(error, BulkWriteError):
        return any(each.get("code") in _TOO_LARGE for each in (error.details or {}).get("writeErrors", ()))
    return isinstance(error, PyMongoError) and getattr(error, "code", None) in _TOO_LARGE
