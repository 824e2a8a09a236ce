"""Finds a tenant's topics: the phrases that recur across its customers, grouped by their variants. Pure.

A phrase is two to four content words in a row. It becomes part of a topic if several customers use it, so one customer
who writes the same each day makes no topic, and nothing that only one person would write is kept.
"""

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Final

from tickets.classification.own_name import name_words, without_name
from tickets.classification.topics.content_words import (
    BREAK,
    NEGATION,
    PARTICLES,
    Word,
    content_roots,
    content_words,
    read_text,
)
from tickets.classification.topics.grouping import Candidate, group

FEWEST_CUSTOMERS: Final = 3
"""A phrase of fewer customers is never kept."""

TICKETS_PER_CUSTOMER: Final = 1_000
"""In larger samples, a phrase needs one more customer for each so many tickets."""

MOST_WORDS: Final = 4
MOST_TOPICS: Final = 200
READ_LIMIT: Final = 2_000
"""Characters of a message that are mined. What a ticket is about is said early."""

MOST_RUNS: Final = 1_000_000
"""Runs of words that are counted at a time. The rarest make room, so that texts of random words do not take all memory."""

COHESION: Final = 0.3
"""How much more often than by chance the words of a phrase stand together: 0 is chance, 1 is always."""

SPELLED_SO: Final = 0.1
"""Of the customers who use a phrase, the share that has to write it alike. Otherwise it has a part that is everybody's own."""

COMMON_SHARE: Final = 0.3
ENOUGH_FOR_SHARES: Final = 200
"""From this many tickets on, a phrase in more than that share of them is part of a form, or the company's name."""

_JOINED_BEFORE: Final = re.compile(r"[^\W_]{1,40}-\Z")
_JOINED_AFTER: Final = re.compile(r"-[^\W_]{1,40}")

_Roots = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MinedTicket:
    """A ticket without a customer counts as one of the same unknown customer. The customer's own name is not mined."""

    customer_id: str
    subject: str
    message: str
    customer_name: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A variant of a topic: the roots of its words with a space between, how customers most often write it, and by how
    many it was used."""

    roots: str
    shown: str
    customers: int


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic in a sample of tickets: which of them have it, and of how many customers. Its first phrase names it."""

    phrases: tuple[Phrase, ...]
    tickets: frozenset[int]
    customers: int

    @property
    def name(self) -> str:
        return self.phrases[0].shown


class _Places:
    """Where a phrase occurs. There are a hundred thousand places of all phrases, so they are numbers in a row."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = array("I")

    def add(self, ticket: int, start: int, end: int) -> None:
        """A ticket of the sample, and a part of its text."""
        self._numbers.extend((ticket, start, end))

    def tickets(self) -> frozenset[int]:
        return frozenset(self._numbers[::3])

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        numbers = iter(self._numbers)
        return zip(numbers, numbers, numbers, strict=True)


@dataclass(slots=True)
class _Sample:
    """The sample: of each ticket its text, how long the subject is, and the number of its customer.

    Texts are split into words twice, because all words with their places would take ten times the memory of the texts.
    """

    texts: list[str] = field(default_factory=list)
    subjects: list[int] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, tickets: Iterable[MinedTicket]) -> "_Sample":
        found, numbers = cls(), dict[str, int]()
        for each in tickets:
            text = read_text(each.subject, each.message[:READ_LIMIT])
            found.texts.append(without_name(text, name_words(each.customer_id, each.customer_name)))
            found.subjects.append(len(each.subject))
            found.customers.append(numbers.setdefault(each.customer_id, len(numbers)))
        return found

    @property
    def fewest_customers(self) -> int:
        return max(FEWEST_CUSTOMERS, len(self.texts) // TICKETS_PER_CUSTOMER)

    @property
    def most_tickets(self) -> float:
        return len(self.texts) * COMMON_SHARE if len(self.texts) >= ENOUGH_FOR_SHARES else math.inf

    def customers_of(self, tickets: Iterable[int]) -> set[int]:
        return {self.customers[each] for each in tickets}


def find_topics(tickets: Iterable[MinedTicket]) -> list[FoundTopic]:
    """The topics of a sample, those of the most customers first, at most 200. Any text is valid."""
    sample = _Sample.read(tickets)
    candidates = list(_candidates(sample))
    topics = [_topic(each, sample) for each in group(candidates)]
    topics.sort(key=lambda each: (-each.customers, -len(each.tickets), each.name))
    return topics[:MOST_TOPICS]


def _topic(candidates: Sequence[Candidate], sample: _Sample) -> FoundTopic:
    tickets = frozenset[int]().union(*(each.tickets for each in candidates))
    phrases = tuple(Phrase(" ".join(each.roots), each.shown, each.customers) for each in candidates)
    return FoundTopic(phrases, tickets, len(sample.customers_of(tickets)))


def _sentences(roots: str) -> list[_Roots]:
    return [tuple(map(intern, words)) for part in roots.split(BREAK) if len(words := part.split()) > 1]


def _candidates(sample: _Sample) -> Iterator[Candidate]:
    """The phrases that enough customers use and whose words belong together."""
    counts = _frequencies(sample)
    places = _places(sample, counts)
    total = len(sample.texts)
    for roots, found in places.items():
        tickets = found.tickets()
        customers = sample.customers_of(tickets)
        if len(customers) < sample.fewest_customers or len(tickets) > sample.most_tickets:
            continue
        cohesion = _cohesion(roots, counts, total)
        shown, writers = _commonest_spelling(found, sample)
        if cohesion >= COHESION and writers >= max(FEWEST_CUSTOMERS, len(customers) * SPELLED_SO):
            in_subject = len({ticket for ticket, _, end in found if end <= sample.subjects[ticket]})
            yield Candidate(roots, shown, tickets, len(customers), cohesion, in_subject / len(tickets))


def _frequencies(sample: _Sample) -> dict[_Roots, int]:
    """In how many tickets each run of words is. Longer ones only if all shorter ones in them are frequent enough."""
    fewest = sample.fewest_customers
    tickets = [_sentences(content_roots(text)) for text in sample.texts]
    frequent: dict[_Roots, int] = {}
    for size in range(1, MOST_WORDS + 1):
        counts: Counter[_Roots] = Counter()
        for sentences in tickets:
            counts.update(
                {
                    run
                    for sentence in sentences
                    for run in _runs(sentence, size)
                    if size == 1 or (run[1:] in frequent and run[:-1] in frequent)
                }
            )
            if len(counts) > MOST_RUNS:
                counts = _commonest(counts)
        frequent |= {run: count for run, count in counts.items() if count >= fewest}
    return frequent


def _commonest(counts: Counter[_Roots]) -> Counter[_Roots]:
    """At most half of `MOST_RUNS`."""
    least = 1
    while len(counts) > MOST_RUNS // 2:
        least += 1
        counts = Counter({run: count for run, count in counts.items() if count >= least})
    return counts


def _runs(roots: Sequence[str], size: int) -> Iterator[_Roots]:
    return zip(*(roots[start:] for start in range(size)), strict=False)


def _places(sample: _Sample, counts: Mapping[_Roots, int]) -> dict[_Roots, _Places]:
    found: defaultdict[_Roots, _Places] = defaultdict(_Places)
    for number, text in enumerate(sample.texts):
        for words in _words_of_sentences(text):
            roots = [word.root for word in words]
            for size in range(2, MOST_WORDS + 1):
                for start, run in enumerate(_runs(roots, size)):
                    if run in counts and _is_phrase(run):
                        found[run].add(number, words[start].start, words[start + size - 1].end)
    return found


def _words_of_sentences(text: str) -> Iterator[list[Word]]:
    sentence: list[Word] = []
    for word in content_words(text):
        if word.root != BREAK:
            sentence.append(word)
            continue
        yield sentence
        sentence = []
    yield sentence


def _is_phrase(roots: _Roots) -> bool:
    if roots[0] in PARTICLES or roots[-1] == NEGATION:
        return False
    own = [each for each in roots if each != NEGATION and each not in PARTICLES and not each.isdigit()]
    return bool(own) and len(set(roots)) == len(roots)


def _cohesion(roots: _Roots, counts: Mapping[_Roots, int], total: int) -> float:
    """Normalized pointwise mutual information of the weakest cut through the phrase."""
    together = counts[roots] / total
    if together == 1:
        return 1.0
    return min(
        math.log(together / (counts[roots[:cut]] / total * counts[roots[cut:]] / total)) / -math.log(together)
        for cut in range(1, len(roots))
    )


def _commonest_spelling(places: _Places, sample: _Sample) -> tuple[str, int]:
    """How the most customers write a phrase, and how many they are.

    With what hyphens join to it: “two-factor login”, “single sign-on”. The number of an order makes it everybody's own.
    """
    writers: defaultdict[str, set[int]] = defaultdict(set)
    for ticket, start, end in places:
        text = sample.texts[ticket]
        before, after = _JOINED_BEFORE.search(text, 0, start), _JOINED_AFTER.match(text, end)
        spelling = text[before.start() if before else start : after.end() if after else end]
        writers[" ".join(spelling.split())].add(sample.customers[ticket])
    shown = min(writers, key=lambda spelling: (-len(writers[spelling]), spelling))
    return shown, len(writers[shown])
