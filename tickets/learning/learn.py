"""Learns weights from a tenant's examples, and measures whether they help. Pure; runs in the training process.

For each verdict with enough corrections the weights are fitted to all of them, and measured by cross-validation: each
fifth of the corrections is classified by weights that the other four fifths taught. Weights that agree with people no
more often than the vocabulary does are not used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tickets.classification.classify import prior_of
from tickets.classification.language import find_language
from tickets.classification.language_names import read_as
from tickets.classification.learning.features import CLASSES, KINDS, Kind, terms_of, ticket_words
from tickets.classification.learning.weights import LearnedWeights
from tickets.learning.fitting import Label, Text, fit
from tickets.learning.request import LEAST_CORRECTIONS, Example, TrainingRequest

FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class _Known:
    """An example, with its terms and what the vocabulary made of it."""

    example: Example
    text: Text


def learn(request: TrainingRequest) -> dict[str, Any]:
    """For each verdict with enough corrections: `measured`, and `weights` if they help."""
    examples = [_read(each) for each in request.examples]
    anchors = [_read(each).text for each in request.anchors]
    vetoed = frozenset(request.vetoed)
    found = {kind: _learn_verdict(kind, examples, anchors, vetoed) for kind in KINDS}
    return {kind: each for kind, each in found.items() if each is not None}


def _read(example: Example) -> _Known:
    texts = (example.subject, example.message)
    language = find_language(*texts) or read_as(example.language)
    prior = prior_of(subject=example.subject, message=example.message, language=language)
    words = ["" if each in example.names else each for each in ticket_words(*texts)]
    return _Known(example, Text(example.id, frozenset(terms_of(words)), prior, example.customer))


def _learn_verdict(
    kind: Kind, known: Sequence[_Known], anchors: Sequence[Text], vetoed: frozenset[str]
) -> dict[str, Any] | None:
    labelled = [each for each in known if kind in each.example.labels]
    corrections = [_label(kind, each) for each in labelled if not each.example.is_weak]
    if len(corrections) < LEAST_CORRECTIONS:
        return None
    weak = [_label(kind, each) for each in labelled if each.example.is_weak]
    measured = _measure(kind, corrections, weak, anchors, vetoed)
    weights = replace(fit(kind, [*corrections, *weak], anchors, vetoed=vetoed), corrections=len(corrections))
    revised = LearnedWeights(0, {kind: weights})
    measured["others"] = len(anchors)
    measured["others_changed"] = sum(_value(kind, revised, each) != each.prior.class_of(kind) for each in anchors)
    helps = measured["after"] > measured["before"]
    return {"measured": measured, **({"weights": weights.stored()} if helps else {})}


def _label(kind: Kind, known: _Known) -> Label:
    return Label(known.text, CLASSES[kind].index(known.example.labels[kind]), known.example.weight)


def _measure(
    kind: Kind, corrections: Sequence[Label], weak: Sequence[Label], anchors: Sequence[Text], vetoed: frozenset[str]
) -> dict[str, Any]:
    """How many corrections the vocabulary and the learned weights agree with."""
    after = 0
    for fold in range(FOLDS):
        held = corrections[fold::FOLDS]
        taught = [each for number, each in enumerate(corrections) if number % FOLDS != fold]
        weights = LearnedWeights(0, {kind: fit(kind, [*taught, *weak], anchors, vetoed=vetoed)})
        after += sum(_value(kind, weights, each.text) == each.value for each in held)
    before = sum(each.text.prior.class_of(kind) == each.value for each in corrections)
    return {"count": len(corrections), "before": before, "after": after}


def _value(kind: Kind, weights: LearnedWeights, text: Text) -> int:
    revised: Mapping[Kind, str] = weights.revise_terms(text.terms, prior=text.prior).verdicts
    return CLASSES[kind].index(revised[kind]) if kind in revised else text.prior.class_of(kind)
