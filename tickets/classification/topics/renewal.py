"""What newly found topics change about those that a tenant has: which of them grow, and which are added. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tickets.classification.topics.mining import FoundTopic, Phrase

MOST_PHRASES: Final = 40
"""Of one topic."""

OVERLAP: Final = 0.5
"""A found topic is a known one if they share this part of all tickets that either has."""


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic that the tenant has, and the tickets of the sample that contain it."""

    id: str
    phrases: tuple[Phrase, ...]
    tickets: frozenset[int]


@dataclass(slots=True)
class Renewal:
    """`grown`: the phrases of topics that got more, by their ids; `seen`: the ids of all that were found once more."""

    added: list[FoundTopic] = field(default_factory=list)
    grown: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def renew(known: Sequence[KnownTopic], found: Sequence[FoundTopic], *, most: int) -> Renewal:
    """`most`: topics that the tenant may have. Those in the most customers' tickets are added first."""
    renewal = Renewal()
    owners = {phrase.roots: topic.id for topic in known for phrase in topic.phrases}
    phrases = {topic.id: topic.phrases for topic in known}
    for topic in found:
        new = tuple(each for each in topic.phrases if each.roots not in owners)
        owner = _known_as(topic, known, owners)
        if owner is None:
            if len(known) + len(renewal.added) < most:
                renewal.added.append(topic)
            continue
        renewal.seen.add(owner)
        present = renewal.grown.get(owner, phrases[owner])
        if new and len(present) < MOST_PHRASES:
            renewal.grown[owner] = (*present, *new)[:MOST_PHRASES]
            owners |= {each.roots: owner for each in renewal.grown[owner]}
    return renewal


def _known_as(found: FoundTopic, known: Sequence[KnownTopic], owners: Mapping[str, str]) -> str | None:
    """The topic that has the most important of its phrases, or else mostly the same tickets."""
    for phrase in found.phrases:
        if phrase.roots in owners:
            return owners[phrase.roots]
    best = max(known, key=lambda each: _overlap(each.tickets, found.tickets), default=None)
    return best.id if best is not None and _overlap(best.tickets, found.tickets) >= OVERLAP else None


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0
