"""What roll-ups do not keep: days of so many different values that a document, or MongoDB's answer, would be too large.

Such a day is read from the tickets, as a marked one is: exact all the same, and slower for its tenant alone.
"""

from collections.abc import Sequence

from bson.errors import InvalidBSON
from pymongo.errors import BulkWriteError, DocumentTooLarge, PyMongoError

from supportsaas.db.mongo import Document

MOST_SOURCES = 1_000
"""Of a day. Each has a document of its own."""

MOST_STATUSES = 1_000
"""Of a day. Each stands in the day's list, and in those of its hours."""

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
    """A day has more different values than are kept."""


def assert_kept(rows: Sequence[Document]) -> None:
    """Of a day, a row a source and one of all: raises `TooVaried` where it is not kept."""
    if len(rows) > MOST_SOURCES + 1 or any(len(row["status"]) > MOST_STATUSES for row in rows):
        raise TooVaried


def is_too_large(error: Exception) -> bool:
    """Whether it says that what was to be counted or written is too large, which no other attempt would change."""
    # MongoDB quotes from what is too large and may cut a letter in two; its answer is then no valid BSON.
    if isinstance(error, TooVaried | DocumentTooLarge | InvalidBSON):
        return True
    if isinstance(error, BulkWriteError):
        return any(each.get("code") in _TOO_LARGE for each in (error.details or {}).get("writeErrors", ()))
    return isinstance(error, PyMongoError) and getattr(error, "code", None) in _TOO_LARGE
