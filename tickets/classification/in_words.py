"""A verdict and what decided it, as a short sentence for people who see the ticket for the first time. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from tickets.classification.deciding_words import deciding_words
from tickets.classification.verdicts import Category, Classification, Decider
from tickets.classification.vocabularies.group import Matter

MOST_WORDS: Final = 3
_MATTERS: Final[Mapping[Matter, str]] = {
    "legal": "legal threat",
    "chargeback": "chargeback",
    "breach": "data breach",
    "safety": "danger to people",
}


def verdict_sentences(found: Classification) -> Mapping[str, str]:
    """For urgency and sentiment the verdict with its reason: “High urgency: legal threat (“lawsuit”)”."""
    words = deciding_words(found)
    urgency = _sentence(found, "urgency", found.urgency, found.decided_by.urgency, words["urgency"])
    sentiment = _sentence(found, "sentiment", found.sentiment, found.decided_by.sentiment, words["sentiment"])
    return {"urgency": urgency, "sentiment": sentiment}


def _sentence(found: Classification, category: Category, verdict: str, decider: Decider, words: Sequence[str]) -> str:
    name = f"{verdict.capitalize()} {category}"
    quoted = ", ".join(f"“{each}”" for each in words[:MOST_WORDS])
    if decider == "correction":
        return f"{name}: decided by a person"
    if decider == "rule":
        return f"{name}: your rule {quoted}".rstrip()
    if decider == "learned":
        return f"{name}: learned from corrections{f' ({quoted})' if quoted else ''}"
    matters = _matters(found, words) if category == "urgency" and verdict == "high" else []
    if matters:
        return f"{name}: {' and '.join(matters)} ({quoted})"
    return f"{name}: {quoted}" if quoted else name


def _matters(found: Classification, words: Sequence[str]) -> list[str]:
    named = (each.matter for each in found.evidence if each.matter and not each.negated and each.term in words)
    return [_MATTERS[each] for each in dict.fromkeys(named)]
