"""The ids of a whole read, in little memory."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator


class SeenIds:
    """The ids of a whole read in eight bytes each, whatever their length.

    They are split into 256 parts by their first byte. Sorting turns numbers into objects, which are five times as
    large, so only one part at a time is sorted. If two ids share a hash (one pair in 2**64), a deletion is missed.
    """

    def __init__(self) -> None:
        self._parts = [array("Q") for _ in range(256)]
        self._is_sorted = True

    def add(self, external_ids: Iterable[str]) -> None:
        parts = self._parts
        for each in external_ids:
            hashed = _hash(each)
            parts[hashed >> 56].append(hashed)
        self._is_sorted = False

    def count_distinct(self) -> int:
        self._sort()
        return sum(map(len, self._parts))

    def missing(self, stored_ids: Iterable[str]) -> Iterator[str]:
        """Those of `stored_ids` that were not seen."""
        self._sort()
        for each in stored_ids:
            wanted = _hash(each)
            part = self._parts[wanted >> 56]
            place = bisect_left(part, wanted)
            if place == len(part) or part[place] != wanted:
                yield each

    def _sort(self) -> None:
        if not self._is_sorted:
            for number, part in enumerate(self._parts):
                self._parts[number] = array("Q", sorted(set(part)))
            self._is_sorted = True


def _hash(external_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(external_id.encode(), digest_size=8).digest(), "little")
