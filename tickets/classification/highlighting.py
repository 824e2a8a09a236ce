"""Highlighting: the words of a text that decided, as segments; and the reason for each verdict in words. Pure.

Segments are plain text, so templates have to escape them.
"""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from supportsaas.formatting import format_weight
from tickets.classification.search_query import NO_QUERY, Query, find_hits
from tickets.classification.tenant_rules import Decision
from tickets.classification.verdicts import Category, Classification, Evidence, Field

_WORTH_NAMING = 0.3  # a weaker word that did not decide is only a hint
_VERDICT_NAMES: dict[Category, str] = {"urgency": "urgency", "sentiment": "sentiment", "action": "needs action"}
_STRONGEST_FIRST = ("high", "negative", "medium", "action", "positive", "low", "neutral")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text and the evidence in it; none for plain text."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    decided: bool = False
    """Whether its evidence supports the verdict."""
    is_hit: bool = False
    """Whether it is a search hit."""

    @property
    def label(self) -> str:
        """The strongest label of its evidence, which sets its colour."""
        labels = {each.label for each in self.evidence}
        return next((label for label in _STRONGEST_FIRST if label in labels), "")

    @property
    def title(self) -> str:
        """Why it is highlighted: “urgency: high (lawsuit)”."""
        return "; ".join(dict.fromkeys(_explain(each) for each in self.evidence))


@dataclass(frozen=True, slots=True)
class Reason:
    """A verdict and the words that decided it, in order of appearance; none for a verdict by default.

    `against` are the words that spoke against it without deciding: for a high urgency those that lowered it, for a
    low one those that raised it, for a sentiment those of the other side. If one of the tenant's rules decided,
    `decision` names it. If what was learned decided, `is_learned` is true and the terms are the learned ones.
    """

    category: Category
    verdict: str
    terms: tuple[str, ...]
    decision: Decision | None = None
    against: tuple[str, ...] = ()
    is_learned: bool = False

    @property
    def raised(self) -> tuple[str, ...]:
        """The words for urgency or a request, whatever the verdict is."""
        return self.against if self.verdict in ("low", "no") else self.terms

    @property
    def lowered(self) -> tuple[str, ...]:
        """The words against urgency or a request."""
        return self.terms if self.verdict in ("low", "no") else self.against


def mark_text(
    text: str,
    verdict: Classification,
    field: Field,
    *,
    start: int = 0,
    end: int | None = None,
    query: Query = NO_QUERY,
) -> list[Segment]:
    """`text[start:end]`, cut wherever evidence or a search hit starts or ends. The segments add up to it exactly.

    `text` is the whole field, because the offsets of evidence count from its start.
    """
    end = len(text) if end is None else min(end, len(text))
    start = min(start, end)
    deciding = _deciding_labels(verdict)
    found = [
        each
        for each in verdict.evidence
        if each.field == field and each.weight and max(each.start, start) < min(each.end, end)
    ]
    hits = [(left, right) for left, right in find_hits(text, query) if max(left, start) < min(right, end)]
    borders = {start, end}
    for left, right in [*((each.start, each.end) for each in found), *hits]:
        borders |= {max(left, start), min(right, end)}
    ordered = sorted(borders)
    segments = []
    for left, right in itertools.pairwise(ordered):
        covering = tuple(each for each in found if each.start < right and each.end > left)
        decided = any(each.label in deciding for each in covering)
        before = bisect_right(hits, (left, len(text))) - 1
        is_hit = before >= 0 and hits[before][1] >= right
        segments.append(Segment(text[left:right], covering, decided, is_hit))
    return segments


def mark_hits(text: str, query: Query) -> list[Segment]:
    """The text, cut wherever a search hit starts or ends."""
    borders = [0, *itertools.chain.from_iterable(find_hits(text, query)), len(text)]
    pieces = [
        Segment(text[left:right], is_hit=bool(n % 2)) for n, (left, right) in enumerate(itertools.pairwise(borders))
    ]
    return [piece for piece in pieces if piece.text]


def excerpt_hits(text: str, query: Query, *, length: int) -> list[Segment]:
    """About `length` characters around the first search hit, or the start of the text if there is none."""
    first = next(iter(find_hits(text, query)), (0, 0))
    if first[1] <= length // 4:
        return mark_hits(text[:length], query)
    start = text.rfind(" ", 0, max(first[0] - length // 8, 1)) + 1
    return [Segment("… "), *mark_hits(text[start : start + length], query)]


def reasons(verdict: Classification) -> list[Reason]:
    """Urgency, sentiment and action, each with what decided it."""
    named: list[tuple[Category, str]] = [
        ("urgency", verdict.urgency),
        ("sentiment", verdict.sentiment),
        ("action", "unknown" if verdict.requires_action is None else "yes" if verdict.requires_action else "no"),
    ]
    decided = {"urgency": verdict.decisions.urgency, "sentiment": verdict.decisions.sentiment}
    learned = {
        "urgency": verdict.decided_by.urgency == "learned",
        "sentiment": verdict.decided_by.sentiment == "learned",
        "action": verdict.decided_by.requires_action == "learned",
    }
    return [
        Reason(category, value, (decision.phrase,), decision)
        if (decision := decided.get(category))
        else Reason(category, value, _learned_terms(verdict.evidence, category, value), is_learned=True)
        if learned[category]
        else _reason(verdict.evidence, category, value)
        for category, value in named
    ]


def _learned_terms(evidence: Sequence[Evidence], category: Category, verdict: str) -> tuple[str, ...]:
    """With how far each moved the verdict, the strongest first."""
    found = [each for each in evidence if each.is_learned and each.category == category and each.supports(verdict)]
    found.sort(key=lambda each: -each.weight)
    return tuple(dict.fromkeys(f"“{each.term}” {format_weight(each.weight)}" for each in found))


def _reason(evidence: Sequence[Evidence], category: Category, verdict: str) -> Reason:
    """The words for the verdict and those against it. Negated words of no weight say nothing."""
    terms: dict[str, None] = {}
    against: dict[str, None] = {}
    for each in evidence:
        if each.category != category or not each.weight:
            continue
        if each.supports(verdict):
            terms[_phrase(each)] = None
        elif abs(each.weight) >= _WORTH_NAMING:
            against[_phrase(each)] = None
    return Reason(category, verdict, tuple(terms), against=tuple(each for each in against if each not in terms))


def _deciding_labels(verdict: Classification) -> set[str]:
    labels: set[str] = {verdict.urgency, verdict.sentiment}
    if verdict.requires_action:
        labels.add("action")
    if verdict.urgency == "medium":
        labels.add("high")  # a single weak word for high makes it medium
    return labels


def _explain(evidence: Evidence) -> str:
    name = _VERDICT_NAMES[evidence.category]
    verdict = "" if evidence.category == "action" else f": {evidence.label}"
    by = f"rule “{evidence.term}”" if evidence.by_rule else _phrase(evidence)
    return f"{name}{verdict} ({'learned: ' if evidence.is_learned else ''}{by})"


def _phrase(evidence: Evidence) -> str:
    if evidence.term == "question":
        return "a question"
    if evidence.matter and evidence.matter not in evidence.term:
        return f"{evidence.term} ({evidence.matter})"
    return f"not {evidence.term}" if evidence.negated else evidence.term
