"""Pages that come once more: a server that answers with its last page beyond the end, or that ignores what it is asked."""

import hashlib
from collections import deque
from collections.abc import Sequence
from typing import Any

MOST_IN_A_ROW = 2
"""One page that comes again may have been pushed on by new tickets before it; two in a row are no list that goes on."""


class Repeats:
    """Remembers the pages of one walk, in a few bytes each."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()
        self._recent: deque[frozenset[str]] = deque(maxlen=2)
        self.in_a_row = 0
        self.distinct = 0

    def add(self, names: Sequence[str]) -> bool:
        """Take in a page by what names its records; whether it brings nothing that did not come before."""
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
        """Pages come again because we ask for them again."""
        self._digests.clear()
        self._recent.clear()
        self.in_a_row = 0


def names_of(records: Sequence[Any], ids: Sequence[Any]) -> list[str]:
    """What names the records of a page: their ids, or all of what they are where an id is missing."""
    return [
        str(id_) if isinstance(id_, str | int | float) else repr(record)
        for record, id_ in zip(records, ids, strict=True)
    ]
