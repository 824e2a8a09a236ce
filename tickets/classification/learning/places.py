"""Where learned terms occur in a ticket's text, as evidence for the verdicts that they moved. Pure."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from tickets.classification.learning.features import Kind, is_telling
from tickets.classification.learning.weights import Revision
from tickets.classification.own_words import own_words
from tickets.classification.tokenizer import READ_LIMIT, locate_words
from tickets.classification.verdicts import Category, Evidence, Field

MOST_KEYWORDS: Final = 5
MOST_PLACES: Final = 50
CATEGORIES: Final[dict[Kind, Category]] = {
    "urgency": "urgency",
    "sentiment": "sentiment",
    "requires_action": "action",
}
_LABELS: Final = {"yes": "action", "no": "no action"}


def learned_terms(revision: Revision) -> tuple[str, ...]:
    """The strongest terms of each revised verdict, as keywords of the ticket."""
    telling = ((each.term for each in terms if is_telling(each.term)) for terms in revision.terms.values())
    return tuple(dict.fromkeys(term for terms in telling for term in islice(terms, MOST_KEYWORDS)))


def learned_evidence(revision: Revision, *, subject: str, message: str) -> list[Evidence]:
    """The places of the terms that moved a verdict, at most `MOST_PLACES` in each field."""
    texts: tuple[tuple[Field, str], ...] = (("subject", subject), ("message", message))
    return [each for name, text in texts if text for each in _in_text(revision, name, text)]


def _in_text(revision: Revision, name: Field, text: str) -> list[Evidence]:
    places = _places(text)
    found = []
    for kind, terms in revision.terms.items():
        verdict = revision.verdicts[kind]
        for each in terms:
            found += [
                Evidence(
                    category=CATEGORIES[kind],
                    label=_LABELS.get(verdict, verdict),
                    term=each.term,
                    field=name,
                    start=start,
                    end=end,
                    weight=each.weight,
                    negated=False,
                    is_learned=True,
                )
                for start, end in places.get(each.term, ())
            ]
    return found[:MOST_PLACES]


def _places(text: str) -> Mapping[str, list[tuple[int, int]]]:
    """The start and end of each word and adjacent pair."""
    found: dict[str, list[tuple[int, int]]] = {}
    for term, start, end in _terms(text):
        found.setdefault(term, []).append((start, end))
    return found


def _terms(text: str) -> Iterator[tuple[str, int, int]]:
    words, spans = locate_words(own_words(text[:READ_LIMIT]))
    for place, word in enumerate(words):
        start, end = spans[place]
        yield word, start, end
        if place + 1 < len(words):
            yield f"{word} {words[place + 1]}", start, spans[place + 1][1]
