"""Fits weights to labelled texts with scikit-learn: logistic regression on terms, over what the vocabulary says. Pure.

Imported only by the training process and benchmarks, because scikit-learn takes 100 MB and a second.

People correct what is wrong, so corrections alone would teach that the vocabulary is always wrong. Against that stand
`Anchor` texts: tickets that nobody corrected, labelled as the vocabulary has them. Together with the corrections that
confirm the vocabulary they weigh at least as much as those that contradict it, and at least as much as
`LEAST_ANCHORS` corrections where there are enough of them, so that a few corrections cannot turn everything around.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from tickets.classification.learning.features import CLASSES, SUM_COUNT, UNKNOWN, VERDICT_SCALE, Kind, Prior
from tickets.classification.learning.weights import TermWeight, VerdictWeights

LEAST_TICKETS: Final = 2
"""Labelled tickets, and customers who wrote them, that must have a term for it to be kept. What only one person writes, such
as a name, is never learned.

Rarer terms are fitted, too: they explain what is peculiar to a ticket, which would else be taken for a fault of the
vocabulary.
"""
RARE_TERMS_UP_TO: Final = 2_000
"""Of more labels, rare terms are left out: they would take memory and time."""
MOST_TERMS: Final = 2_000
MOST_EXAMPLES: Final = 3
LEAST_ANCHORS: Final = 5.0
MOST_OF_ANCHOR: Final = 0.5
"""The weight of one anchor, where a correction has 1: it may be a verdict that nobody has looked at."""
INVERSE_REGULARIZATION: Final = 0.5
MOST_ROUNDS: Final = 500
IMPOSSIBLE: Final = -20.0
"""The bias of a value that no example has."""
LEAST_WEIGHT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Text:
    """A ticket's terms and what the vocabulary made of it. `id`: the ticket's; `customer`: who wrote it, if that is known."""

    id: str
    terms: frozenset[str]
    prior: Prior
    customer: str = ""

    @property
    def writer(self) -> str:
        """Tickets of unknown customers may be of different ones."""
        return f"by {self.customer}" if self.customer else f"in {self.id}"


@dataclass(frozen=True, slots=True)
class Label:
    """`value` is the index of the right verdict in `CLASSES`. `weight`: less than 1 for what is less sure."""

    text: Text
    value: int
    weight: float = 1.0


def fit(kind: Kind, labels: Sequence[Label], anchors: Sequence[Text], *, vetoed: frozenset[str]) -> VerdictWeights:
    """The weights that the labels teach. The same input gives the same weights."""
    kept = [each for each in anchors if each.prior.class_of(kind) != UNKNOWN]
    vocabulary = _vocabulary([each.text for each in labels], vetoed)
    matrix = _matrix(kind, [*(each.text for each in labels), *kept], vocabulary)
    values = [each.value for each in labels] + [each.prior.class_of(kind) for each in kept]
    balance = _balance(labels)
    each_anchor = min(_anchor_weight(kind, labels) / max(len(kept), 1), MOST_OF_ANCHOR)
    weights = [each.weight * balance[each.value] for each in labels] + [each_anchor] * len(kept)
    found = sorted(set(values))
    if len(found) < 2:
        return _as_weights(
            kind, vocabulary, np.zeros((len(found), matrix.shape[1])), np.zeros(len(found)), found, labels
        )
    model = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=MOST_ROUNDS)
    model.fit(matrix, values, sample_weight=weights)
    coefficients, bias = model.coef_, model.intercept_
    if len(found) == 2:  # one row for the second value; half of it for each says the same
        coefficients = np.vstack((-coefficients / 2, coefficients / 2))
        bias = np.concatenate((-bias / 2, bias / 2))
    return _as_weights(kind, vocabulary, coefficients, bias, found, labels)


def _anchor_weight(kind: Kind, labels: Sequence[Label]) -> float:
    contradicting = sum(each.weight for each in labels if each.value != each.text.prior.class_of(kind))
    confirming = sum(each.weight for each in labels) - contradicting
    return max(LEAST_ANCHORS, contradicting - confirming)


def _balance(labels: Sequence[Label]) -> dict[int, float]:
    """All values weigh the same together, so that the commonest one does not take the others' tickets."""
    counts = Counter(each.value for each in labels)
    return {value: len(labels) / (len(counts) * count) for value, count in counts.items()}


def _vocabulary(texts: Sequence[Text], vetoed: frozenset[str]) -> dict[str, int]:
    counts = Counter(term for each in texts for term in each.terms)
    least = 1 if len(texts) <= RARE_TERMS_UP_TO else LEAST_TICKETS
    kept = sorted(
        term
        for term, count in counts.items()
        if count >= least and (not vetoed or vetoed.isdisjoint((term, *term.split())))
    )
    return {term: place for place, term in enumerate(kept)}


def _matrix(kind: Kind, texts: Sequence[Text], vocabulary: dict[str, int]) -> csr_matrix:
    """A row for each text: its terms, the vocabulary's verdict, and the sums."""
    size, verdicts = len(vocabulary), len(CLASSES[kind])
    data: list[float] = []
    columns: list[int] = []
    ends = [0]
    for each in texts:
        known = sorted(vocabulary[term] for term in each.terms if term in vocabulary)
        columns += known
        data += [1.0] * len(known)
        verdict = each.prior.class_of(kind)
        if verdict != UNKNOWN:
            columns.append(size + verdict)
            data.append(VERDICT_SCALE)
        columns += range(size + verdicts, size + verdicts + SUM_COUNT)
        data += each.prior.sums
        ends.append(len(columns))
    return csr_matrix((data, columns, ends), shape=(len(texts), size + verdicts + SUM_COUNT))


def _as_weights(
    kind: Kind,
    vocabulary: dict[str, int],
    coefficients: NDArray[np.float64],
    bias: NDArray[np.float64],
    found: Sequence[int],
    labels: Sequence[Label],
) -> VerdictWeights:
    """The fitted numbers as plain ones, of all values, with the strongest terms."""
    verdicts, size = len(CLASSES[kind]), len(vocabulary)
    columns = np.zeros((coefficients.shape[1], verdicts))
    columns[:, list(found)] = coefficients.T
    biases = [IMPOSSIBLE] * verdicts
    for value, number in zip(found, bias, strict=True):
        biases[value] = float(number)
    rows = [tuple(round(float(number), 4) for number in row) for row in columns]
    tickets: dict[str, list[str]] = {term: [] for term in vocabulary}
    writers: dict[str, set[str]] = {term: set() for term in vocabulary}
    for label in labels:
        for term in label.text.terms & tickets.keys():
            tickets[term].append(label.text.id)
            writers[term].add(label.text.writer)
    common = (term for term in vocabulary if len(writers[term]) >= LEAST_TICKETS)
    strongest = sorted(common, key=lambda term: (-_strength(rows[vocabulary[term]]), term))[:MOST_TERMS]
    return VerdictWeights(
        bias=tuple(round(each, 4) for each in biases),
        prior=tuple(rows[size : size + verdicts]),
        sums=tuple(rows[size + verdicts :]),
        terms=tuple(
            TermWeight(term, rows[vocabulary[term]], len(tickets[term]), tuple(tickets[term][:MOST_EXAMPLES]))
            for term in strongest
            if _strength(rows[vocabulary[term]]) >= LEAST_WEIGHT
        ),
        corrections=len(labels),
    )


def _strength(row: tuple[float, ...]) -> float:
    """How far a term can move a verdict."""
    return max(row) - min(row)
