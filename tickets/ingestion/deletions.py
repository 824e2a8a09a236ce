"""Which stored tickets are gone at the source, and the brake on believing it too easily."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby


class SeenIds:
    """The ids of a whole read in eight bytes each, whatever their length.

    Two ids that share a hash (one pair in 2**64) only mean that a deletion is missed.
    """

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._is_sorted = True

    def add(self, external_ids: Iterable[str]) -> None:
        self._hashes.extend(_hash(each) for each in external_ids)
        self._is_sorted = False

    def count_distinct(self) -> int:
        self._sort()
        return len(self._hashes)

    def missing(self, stored_ids: Iterable[str]) -> Iterator[str]:
        """Those of `stored_ids` that were not seen."""
        self._sort()
        for each in stored_ids:
            wanted = _hash(each)
            place = bisect_left(self._hashes, wanted)
            if place == len(self._hashes) or self._hashes[place] != wanted:
                yield each

    def _sort(self) -> None:
        if not self._is_sorted:
            self._hashes = array("Q", (each for each, _ in groupby(sorted(self._hashes))))
            self._is_sorted = True


def brake_applies(*, gone: int, stored: int, seen: int, most: int, most_percent: int) -> bool:
    """Whether so many deletions at once look like a fault of the helpdesk rather than the truth.

    A listing that is empty where tickets were before never deletes; otherwise more than `most`
    and more than `most_percent` of all at once need a person's word.
    """
    if gone == 0:
        return False
    if seen == 0:
        return True
    return gone > most and gone * 100 > stored * most_percent


def _hash(external_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(external_id.encode(), digest_size=8).digest(), "little")
