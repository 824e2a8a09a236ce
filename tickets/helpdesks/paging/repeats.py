"""Detects repeated pages: some servers repeat the last page after the end, or ignore the page number."""

import hashlib
from collections import deque
from collections.abc import Sequence
from typing import Any

MOST_IN_A_ROW = 2
"""One repeated page may be due to new tickets before it; two in a row mean the list has ended."""


class Repeats:
    """Remembers the pages of one read, in a few bytes each."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()
        self._recent: deque[frozenset[str]] = deque(maxlen=2)
        self.in_a_row = 0
        self.distinct = 0

    def add(self, names: Sequence[str]) -> bool:
        """Add a page by the names of its records; returns whether it contains nothing new."""
        if not names:
            return False
        digest = hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        wanted = frozenset(names)
        if digest in self._digests or wanted <= frozenset().union(*self._recent):
            self.in_a_row += 1
            return True
        self.in_a_row = 0
        self.distinct += 1
        self._digests.add(digest)
        self._recent.append(wanted)
        return False

    def forget(self) -> None:
        """Forget all pages, because they are requested again."""
        self._digests.clear()
        self._recent.clear()
        self.in_a_row = 0


def names_of(records: Sequence[Any], ids: Sequence[Any]) -> list[str]:
    """Names of the records of a page: ids, or the whole record if it has no id."""
    return [
        str(id_) if isinstance(id_, str | int | float) else repr(record)
        for record, id_ in zip(records, ids, strict=True)
    ]
