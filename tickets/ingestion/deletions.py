"""Which stored tickets are gone at the source, and the brake on believing it too easily."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator


class SeenIds:
    """The ids of a whole read in eight bytes each, whatever their length.

    They lie in 256 parts by their first byte: sorting makes objects of numbers, which are five
    times as large, so only one part at a time is sorted. Two ids that share a hash (one pair in
    2**64) only mean that a deletion is missed.
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


def brake_applies(*, gone: int, stored: int, seen: int | None, most: int, most_percent: int) -> bool:
    """Whether so many deletions at once look like a fault of the helpdesk rather than the truth.

    A listing that is empty where tickets were before never deletes; otherwise more than `most`
    and more than `most_percent` of all at once need a person's word. `seen`: how many tickets were
    listed; None where they are gone because the helpdesk names them as deleted.
    """
    if gone == 0:
        return False
    if seen == 0:
        return True
    return gone > most and gone * 100 > stored * most_percent


def _hash(external_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(external_id.encode(), digest_size=8).digest(), "little")
