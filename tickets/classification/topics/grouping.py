"""Groups the phrases that are variants of one topic, and finds the one that names it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from tickets.classification.topics.content_words import NEGATION, PARTICLES

MOSTLY: Final = 0.6
"""A phrase that is mostly part of one longer phrase, or of several, says less than they do."""

OVERLAP: Final = 0.5
"""Phrases that share a word and this share of their tickets are about the same."""

FULL_OVERLAP: Final = 0.8
"""The same for phrases without a common word."""

MOST_CANDIDATES: Final = 2_000
"""All pairs of them are compared. Those that name a topic least are left out."""

SHORTEST_MISSPELT: Final = 6
"""Letters of a word from which on one wrong letter is a misspelling and not another word."""

_Roots = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase: its roots, its commonest spelling, the tickets of the sample that have it, how many customers wrote it,
    how much its words belong together, and in which share of the tickets it is in the subject."""

    roots: _Roots
    shown: str
    tickets: frozenset[int]
    customers: int
    cohesion: float
    in_subject: float

    @property
    def weight(self) -> float:
        """How well it names a topic: in many tickets and their subjects, in words that belong together. A third word
        says more than two."""
        own = sum(1 for each in self.roots if each != NEGATION and each not in PARTICLES)
        return len(self.tickets) * self.cohesion * (1 + self.in_subject) * (1.25 if own > 2 else 1 if own > 1 else 0.8)


def group(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """The phrases of each topic, the one that names it first."""
    kept = sorted(_without_parts(candidates), key=lambda each: (-each.weight, each.roots))[:MOST_CANDIDATES]
    groups = _Groups(kept)
    _join_spellings(kept, groups)
    _join_overlapping(kept, groups)
    return [sorted(each, key=lambda member: (-member.weight, member.roots)) for each in groups.found()]


def _without_parts(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without phrases that are mostly part of longer ones, and without longer ones that are a small part of a kept one."""
    longer: defaultdict[_Roots, list[Candidate]] = defaultdict(list)
    for each in candidates:
        for part in _parts(each.roots):
            longer[part].append(each)
    kept: dict[_Roots, Candidate] = {}
    for each in sorted(candidates, key=lambda candidate: (len(candidate.roots), candidate.roots)):
        if any(part in kept for part in _parts(each.roots)):
            continue
        covered = frozenset[int]().union(*(other.tickets for other in longer[each.roots]))
        if len(covered & each.tickets) < MOSTLY * len(each.tickets):
            kept[each.roots] = each
    return list(kept.values())


def _parts(roots: _Roots) -> Iterator[_Roots]:
    """The shorter phrases in a phrase."""
    for size in range(2, len(roots)):
        for start in range(len(roots) - size + 1):
            yield roots[start : start + size]


@dataclass(slots=True)
class _Groups:
    """Which candidates belong together, by their place in the list."""

    members: Sequence[Candidate]
    _leaders: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._leaders = list(range(len(self.members)))

    def join(self, one: int, other: int) -> None:
        self._leaders[self._leader(one)] = self._leader(other)

    def found(self) -> list[list[Candidate]]:
        groups: defaultdict[int, list[Candidate]] = defaultdict(list)
        for place, member in enumerate(self.members):
            groups[self._leader(place)].append(member)
        return list(groups.values())

    def _leader(self, place: int) -> int:
        while self._leaders[place] != place:
            self._leaders[place] = self._leaders[self._leaders[place]]
            place = self._leaders[place]
        return place


def _join_spellings(candidates: Sequence[Candidate], groups: _Groups) -> None:
    """Join phrases of the same words in another order, or with a misspelling."""
    corrected = _misspellings(candidates)
    first: dict[_Roots, int] = {}
    for place, each in enumerate(candidates):
        key = tuple(sorted(corrected.get(root, root) for root in each.roots))
        groups.join(place, first.setdefault(key, place))


def _misspellings(candidates: Sequence[Candidate]) -> dict[str, str]:
    """The roots that differ by one letter from a more frequent one, with that one."""
    counts: Counter[str] = Counter()
    for each in candidates:
        for root in set(each.roots):
            counts[root] += len(each.tickets)
    by_pattern: defaultdict[str, list[str]] = defaultdict(list)
    for root in counts:
        if len(root) >= SHORTEST_MISSPELT and root.isalpha():
            for pattern in _patterns(root):
                by_pattern[pattern].append(root)
    corrected: dict[str, str] = {}
    for alike in by_pattern.values():
        if len(alike) > 1:
            right = max(alike, key=lambda root: (counts[root], root))
            corrected |= {root: right for root in alike if counts[root] * 3 <= counts[right]}
    return corrected


def _patterns(root: str) -> set[str]:
    """What two roots have in common if one letter is wrong, missing or too many, or if two are swapped. The first letter
    is rarely wrong."""
    places = range(1, len(root))
    wrong = {f"{root[:place]}?{root[place + 1 :]}" for place in places}
    missing = {f"{root[:place]}?{root[place:]}" for place in (*places, len(root))}
    swapped = {f"{root[:place]}{''.join(sorted(root[place : place + 2]))}!{root[place + 2 :]}" for place in places}
    return wrong | missing | swapped


def _join_overlapping(candidates: Sequence[Candidate], groups: _Groups) -> None:
    """Join phrases that are mostly in the same tickets."""
    bits = [sum(1 << ticket for ticket in each.tickets) for each in candidates]
    by_size = sorted(range(len(candidates)), key=lambda place: len(candidates[place].tickets))
    for start, one in enumerate(by_size):
        first, size = candidates[one], len(candidates[one].tickets)
        for other in islice(by_size, start + 1, None):
            second = candidates[other]
            larger = len(second.tickets)
            if size < OVERLAP * larger:
                break  # all others are too large to be mostly the same
            both = (bits[one] & bits[other]).bit_count()
            if both < OVERLAP * (size + larger - both):
                continue
            needed = FULL_OVERLAP if set(first.roots).isdisjoint(second.roots) else OVERLAP
            if both >= needed * (size + larger - both):
                groups.join(one, other)
