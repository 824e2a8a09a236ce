"""Pages by key, for lists in the order of a time: a cursor names the last document seen.

Unlike a page by number, a page by cursor neither skips nor repeats a document, whatever is inserted or deleted
between two requests.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.collection import Collection

from supportsaas.db.mongo import Document

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorError(ValueError):
    """The text is not a cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in a list. It stands for what comes after it or, if `backwards`, before it."""

    time: datetime
    key: str
    backwards: bool = False

    @property
    def is_end(self) -> bool:
        """Whether this is the position after the last document, so that what comes before it is the last page."""
        return self == END

    def encode(self) -> str:
        milliseconds = (self.time - _EPOCH) // timedelta(milliseconds=1)
        text = json.dumps([int(self.backwards), milliseconds, self.key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises `CursorError`."""
        try:
            padded = text + "=" * (-len(text) % 4)
            backwards, milliseconds, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if backwards not in (0, 1) or type(milliseconds) is not int or not isinstance(key, str):
                raise CursorError(text)
            return cls(_EPOCH + timedelta(milliseconds=milliseconds), key, bool(backwards))
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
            raise CursorError("This is not a cursor of this list.") from None


END = Cursor(datetime(1, 1, 1, tzinfo=UTC), "", backwards=True)


@dataclass(frozen=True, slots=True)
class TimeOrder:
    """The order of a list: by the field `time`, newest first or oldest first, then by the unique field `key`.

    `key_of` turns a cursor's text back into a value of the key.
    """

    time: str
    key: str
    key_of: Callable[[str], Any] = str
    is_oldest_first: bool = False

    def ascends(self, *, backwards: bool) -> bool:
        """Whether times grow in the order of reading."""
        return backwards != self.is_oldest_first

    def sort(self, *, backwards: bool = False) -> list[tuple[str, int]]:
        direction = 1 if self.ascends(backwards=backwards) else -1
        return [(self.time, direction), (self.key, direction)]

    def place(self, document: Document) -> tuple[datetime, Any]:
        """What the list is sorted by."""
        return document[self.time], document[self.key]

    def cursor_at(self, document: Document, *, backwards: bool = False) -> Cursor:
        return Cursor(document[self.time], str(document[self.key]), backwards)

    def beyond(self, match: Document, cursor: Cursor | None) -> Document:
        """The match, limited to what lies beyond the cursor. An index that ends in the two fields answers it."""
        if cursor is None or cursor.is_end:
            return match
        # With an $or instead, MongoDB may read its branches one by one and sort what it finds.
        return {"$and": [match, self._at_or_beyond(cursor), {"$nor": [self._not_beyond(cursor)]}]}

    def at_or_beyond(self, match: Document, cursor: Cursor | None) -> tuple[Document, Document | None]:
        """The match, limited to times at or beyond the cursor's, and a match of those of them that are not beyond it.

        Together they say what `beyond` says, but an index alone answers each, even one with several entries a document.
        """
        if cursor is None or cursor.is_end:
            return match, None
        return {"$and": [match, self._at_or_beyond(cursor)]}, {"$and": [match, self._not_beyond(cursor)]}

    def _at_or_beyond(self, cursor: Cursor) -> Document:
        return {self.time: {"$gte" if self.ascends(backwards=cursor.backwards) else "$lte": cursor.time}}

    def _not_beyond(self, cursor: Cursor) -> Document:
        """Of the cursor's time, but not beyond the cursor."""
        operator = "$lte" if self.ascends(backwards=cursor.backwards) else "$gte"
        return {self.time: cursor.time, self.key: {operator: self.key_of(cursor.key)}}


@dataclass(frozen=True, slots=True)
class Page:
    """The documents of one page, in the order of the list, and the cursors of its neighbours (None at the ends of the list)."""

    documents: list[Document]
    next_cursor: str | None
    previous_cursor: str | None


def page_of(
    collection: "Collection[Document]",
    match: Document,
    sort: TimeOrder,
    cursor: Cursor | None,
    size: int,
    *,
    fields: Document | None = None,
) -> Page:
    """The page of matching documents at the cursor, or the first page. Raises `CursorError` for an invalid key."""
    order = sort.sort(backwards=is_backwards(cursor))
    found = collection.find(sort.beyond(match, cursor), fields).sort(order).limit(size + 1)
    return cut_page(list(found), sort, cursor, size)


def cut_page(
    found: Sequence[Document],
    sort: TimeOrder,
    cursor: Cursor | None,
    size: int,
    *,
    stopped_at: Document | None = None,
) -> Page:
    """The page made of documents in the order of reading. One more than `size` shows that the list continues.

    `stopped_at`: where reading stopped although the list may continue. The next page in the same direction starts
    there.
    """
    documents = list(found[:size])
    continues = len(found) > size or stopped_at is not None
    if is_backwards(cursor):
        documents.reverse()
        has_previous, has_next = continues, bool(documents) and cursor != END
        first, last = stopped_at or _first(documents), _last(documents)
    else:
        has_previous, has_next = bool(documents) and cursor is not None, continues
        first, last = _first(documents), stopped_at or _last(documents)
    return Page(
        documents,
        next_cursor=sort.cursor_at(last).encode() if last and has_next else None,
        previous_cursor=sort.cursor_at(first, backwards=True).encode() if first and has_previous else None,
    )


def is_backwards(cursor: Cursor | None) -> bool:
    return cursor is not None and cursor.backwards


def _first(documents: list[Document]) -> Document | None:
    return documents[0] if documents else None


def _last(documents: list[Document]) -> Document | None:
    return documents[-1] if documents else None
