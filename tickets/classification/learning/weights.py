"""LearnedWeights: what was learned from a tenant's corrections, in the form that classifies tickets fast. Pure.

For each verdict every term (a word, or two adjacent ones) has a weight for each of the verdict's values. To these add
the weights of what the vocabulary made of the text, so that without known terms its verdict stays. The value with the
highest sum wins. A ticket is read once: of most words the look-up in one dictionary is all it costs.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from tickets.classification.learning.features import (
    CLASSES,
    KINDS,
    UNKNOWN,
    VERDICT_SCALE,
    Kind,
    Prior,
    is_telling,
)

MOST_NAMED: Final = 8
"""Terms that an explanation names."""
LEAST_NAMED: Final = 0.05
"""What a term must have moved a verdict by, to be named."""
LEAST_KNOWN: Final = 2
"""Terms that must speak for a verdict where the vocabulary has none."""

_Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TermWeight:
    """A term, its weight for each value of the verdict, in how many corrected tickets it is, and some of their ids."""

    term: str
    weights: _Row
    tickets: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class VerdictWeights:
    """For one verdict: `bias` has a number for each of its values, `prior` a row for each of them as the vocabulary's
    verdict, `sums` a row for each of its sums. `corrections`: how many taught it."""

    bias: _Row
    prior: tuple[_Row, ...]
    sums: tuple[_Row, ...]
    terms: tuple[TermWeight, ...]
    corrections: int

    def base(self, kind: Kind, prior: Prior) -> list[float]:
        """The sums by value of what the vocabulary made of a text."""
        found = list(self._starts[prior.class_of(kind)])
        for value, row in zip(prior.sums, self.sums, strict=False):  # weights of older versions know fewer sums
            if value:
                found = [total + value * weight for total, weight in zip(found, row, strict=True)]
        return found

    @cached_property
    def _starts(self) -> list[_Row]:
        """The bias, by the vocabulary's verdict; the last, at `UNKNOWN`, is of a text without one."""
        of_verdicts = [
            tuple(bias + VERDICT_SCALE * weight for bias, weight in zip(self.bias, row, strict=True))
            for row in self.prior
        ]
        return [*of_verdicts, self.bias]

    def stored(self) -> dict[str, Any]:
        return {
            "bias": list(self.bias),
            "prior": [list(row) for row in self.prior],
            "sums": [list(row) for row in self.sums],
            "corrections": self.corrections,
            "terms": [[each.term, list(each.weights), each.tickets, list(each.examples)] for each in self.terms],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "VerdictWeights":
        return cls(
            bias=tuple(stored["bias"]),
            prior=tuple(map(tuple, stored["prior"])),
            sums=tuple(map(tuple, stored["sums"])),
            terms=tuple(TermWeight(term, tuple(row), n, tuple(ids)) for term, row, n, ids in stored["terms"]),
            corrections=stored["corrections"],
        )


@dataclass(frozen=True, slots=True)
class Contribution:
    """How far a term moved a verdict from the vocabulary's to the learned one."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Revision:
    """The verdicts that differ from the vocabulary's, as names of `CLASSES`, with the terms that moved each of them:
    those that tell a reader something first, and of these the strongest. No terms: the balance of the corrections alone moved it."""

    verdicts: Mapping[Kind, str] = field(default_factory=dict)
    terms: Mapping[Kind, tuple[Contribution, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.verdicts)


NO_REVISION: Final = Revision()


class LearnedWeights:
    """The weights of one version. Threads may share it."""

    def __init__(self, number: int, verdicts: Mapping[Kind, VerdictWeights]) -> None:
        self.number = number
        self.verdicts = dict(verdicts)
        self._terms: list[str] = []
        self._ranks: list[bool] = []
        """Of each term: false if it tells a reader something, so that it is named first."""
        # By verdict and value: by how much each term's weight is above that for the first value. So the sum is one call.
        self._columns: dict[Kind, list[list[float]]] = {}
        self._words: dict[str, int] = {}
        self._pairs: dict[str, dict[str, int]] = {}
        """The numbers of the pairs by their first and second word."""
        self._numbers: dict[str, int] = {}
        for weights in self.verdicts.values():
            for each in weights.terms:
                self._add(each.term)
        for kind, weights in self.verdicts.items():
            columns = self._columns[kind] = [[0.0] * len(self._numbers) for _ in CLASSES[kind]]
            for each in weights.terms:
                for column, weight in zip(columns, each.weights, strict=True):
                    column[self._numbers[each.term]] = weight - each.weights[0]

    def _add(self, term: str) -> None:
        if term in self._numbers:
            return
        number = self._numbers[term] = len(self._terms)
        self._terms.append(term)
        self._ranks.append(not is_telling(term))
        first, _, second = term.partition(" ")
        if second:
            self._pairs.setdefault(first, {})[second] = number
        else:
            self._words[term] = number

    def revise(self, words: Sequence[str], *, prior: Prior, is_always_high: bool = False) -> Revision:
        """Which of the vocabulary's verdicts on a text of these folded words change. An urgency that is always high does
        not."""
        return self._revise(self._find(words), prior, is_always_high=is_always_high)

    def revise_terms(self, terms: Iterable[str], *, prior: Prior) -> Revision:
        """The same for a text whose terms are known."""
        return self._revise({self._numbers[each] for each in terms if each in self._numbers}, prior)

    def _revise(self, found: set[int], prior: Prior, *, is_always_high: bool = False) -> Revision:
        verdicts: dict[Kind, str] = {}
        terms: dict[Kind, tuple[Contribution, ...]] = {}
        pick = _picker(found)
        for kind, weights in self.verdicts.items():
            if kind == "urgency" and is_always_high:
                continue
            columns = self._columns[kind]
            totals = weights.base(kind, prior)
            for value, column in enumerate(columns[1:], 1):
                totals[value] += sum(pick(column))
            before, after = prior.class_of(kind), totals.index(max(totals))
            if before == after:
                continue
            moving = self._moving(found, columns, before, after)
            if before == UNKNOWN and len(moving) < LEAST_KNOWN:
                continue
            verdicts[kind] = CLASSES[kind][after]
            terms[kind] = moving
        return Revision(verdicts, terms) if verdicts else NO_REVISION

    def _find(self, words: Iterable[str]) -> set[int]:
        """The numbers of the distinct known terms. No string is built, because most pairs are unknown."""
        known, pairs_of, found = self._words.get, self._pairs.get, set[int]()
        add = found.add
        pairs: dict[str, int] | None = None
        for word in words:
            if pairs and word in pairs:
                add(pairs[word])
            pairs = pairs_of(word)
            number = known(word)
            if number is not None:
                add(number)
        return found

    def _moving(
        self, found: Iterable[int], columns: Sequence[Sequence[float]], before: int, after: int
    ) -> tuple[Contribution, ...]:
        """Without a verdict before: how far each term moved the verdict from the middle."""
        towards = columns[after]
        if before == UNKNOWN:
            count = len(columns)
            moves = [(towards[number] - sum(each[number] for each in columns) / count, number) for number in found]
        else:
            away = columns[before]
            moves = [(towards[number] - away[number], number) for number in found]
        named = [(self._ranks[number], -weight, number) for weight, number in moves if weight >= LEAST_NAMED]
        named.sort()
        return tuple(Contribution(self._terms[number], round(-weight, 2)) for _, weight, number in named[:MOST_NAMED])

    def __bool__(self) -> bool:
        return bool(self.verdicts)

    def stored(self) -> dict[str, Any]:
        return {kind: weights.stored() for kind, weights in self.verdicts.items()}

    @classmethod
    def of(cls, number: int, stored: Mapping[str, Any]) -> "LearnedWeights":
        return cls(number, {kind: VerdictWeights.of(stored[kind]) for kind in KINDS if kind in stored})


def _picker(places: Collection[int]) -> Callable[[Sequence[float]], Sequence[float]]:
    """Takes the numbers at the places out of a column."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda column: [column[place] for place in places]
