"""Where learned terms occur in a ticket's text, as evidence for the verdicts that they moved. Pure."""

from collections.abc import Mapping, Set
from itertools import islice
from typing import Final

from tickets.classification.learning.features import Kind, is_telling
from tickets.classification.learning.weights import Revision
from tickets.classification.own_words import own_words
from tickets.classification.tokenizer import READ_LIMIT, Span, locate_words
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
    wanted = {each.term for terms in revision.terms.values() for each in terms}
    places = _find_places(wanted, text)
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


def _find_places(terms: Set[str], text: str) -> Mapping[str, list[Span]]:
    """The start and end of each word or adjacent pair."""
    firsts = {each.partition(" ")[0] for each in terms}
    words, spans = locate_words(own_words(text[:READ_LIMIT]))
    found: dict[str, list[Span]] = {}
    for place, word in enumerate(words):
        if word not in firsts:
            continue
        start, end = spans[place]
        if word in terms:
            found.setdefault(word, []).append((start, end))
        if place + 1 < len(words) and (pair := f"{word} {words[place + 1]}") in terms:
            found.setdefault(pair, []).append((start, spans[place + 1][1]))
    return found
