"""Proposes a rule that would have made a correction unnecessary. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tickets.classification.classifier import TenantClassifier
from tickets.classification.corrections import Correction
from tickets.classification.deciding_words import deciding_words
from tickets.classification.tenant_rules import (
    LONGEST_PHRASES,
    MAX_WORDS,
    PhraseError,
    TenantRule,
    TenantRules,
    parse_phrases,
)
from tickets.classification.tokenizer import split_words
from tickets.classification.verdicts import Classification

MOST_WORDS: Final = 3
"""Deciding words of a verdict that are proposed."""
LONGEST_NOTE: Final = 200
"""Characters of a rule's note."""


def propose_rule(ticket: Mapping[str, Any], correction: Correction, found: Classification) -> dict[str, str]:
    """The values of the rule's form; empty if no rule would help.

    `found`: how the ticket would be classified without the correction. The proposed phrases are the words that decided
    wrongly or, if there are none, the beginning of the subject. Every phrase of a rule sets all its verdicts, so two
    verdicts are proposed together only if the same words decided both.
    """
    wrong = {name: value for name, value in _wrong(correction).items() if _is_open(name, value, found)}
    words = deciding_words(found)
    misled = {
        name: () if _is_opposite(name, value) else tuple(_matching(words[name], ticket))[:MOST_WORDS]
        for name, value in wrong.items()
    }
    beginning = tuple(_matching(_beginnings(ticket["subject"]), ticket))[:1]
    phrases = {name: each or beginning for name, each in misled.items()}
    deciding = [name for name, value in wrong.items() if _decides(phrases[name], name, value, ticket)]
    if not deciding:
        return {}
    chosen = phrases[next((name for name in deciding if misled[name]), deciding[0])]
    return {
        **{name: wrong[name] for name in deciding if phrases[name] == chosen},
        "phrases": ", ".join(chosen),
        "note": f"From ticket {ticket['external_id']}"[:LONGEST_NOTE],
    }


def _wrong(correction: Correction) -> dict[str, str]:
    """The corrected verdicts that a rule can set, except those that were confirmed."""
    before = correction.before.known()
    return {
        name: value
        for name, value in correction.verdicts.known().items()
        if name != "requires_action" and value != before.get(name)
    }


def _is_open(name: str, value: str, found: Classification) -> bool:
    """Whether a new rule has something to decide: not what is right by now, nor after a rule that comes first."""
    is_right, is_by_rule = getattr(found, name) == value, getattr(found.decided_by, name) == "rule"
    return not is_right and not is_by_rule


def _decides(phrases: Sequence[str], name: str, value: str, ticket: Mapping[str, Any]) -> bool:
    """Whether a rule would give the ticket this verdict. None lowers what is always high."""
    if not phrases:
        return False
    effect: Any = {name: value}
    rule = TenantRule("", parse_phrases(", ".join(phrases)), **effect)
    found = TenantClassifier(TenantRules([rule])).classify(
        subject=ticket["subject"],
        message=ticket["message"],
        latest=ticket.get("latest_message") or "",
        language=ticket.get("language"),
    )
    return bool(getattr(found, name) == value)


def _is_opposite(name: str, value: str) -> bool:
    """Whether the words that misled say nothing for this verdict: a "thanks" that was not meant does not mean anger."""
    return name == "sentiment" and value != "neutral"


def _beginnings(subject: str) -> Iterator[str]:
    """The beginning of a subject as a phrase, best first: as it is written, and in the words that it is read as."""
    written = subject[: 2 * LONGEST_PHRASES].replace(",", " ").replace("*", " ").split()
    yield next(
        (text for end in range(min(len(written), MAX_WORDS), 0, -1) if _is_short(text := " ".join(written[:end]))), ""
    )
    yield " ".join(split_words(subject)[:MAX_WORDS])


def _is_short(phrase: str) -> bool:
    return len(split_words(phrase)) <= MAX_WORDS


def _matching(phrases: Iterable[str], ticket: Mapping[str, Any]) -> Iterator[str]:
    """Those that a rule finds in the ticket. Some words of the vocabulary are names of constructions."""
    texts = (ticket["subject"], ticket["message"], ticket.get("latest_message") or "")
    left = LONGEST_PHRASES
    for phrase in phrases:
        length = len(phrase) + len(", ")
        try:
            rules = TenantRules([TenantRule("", parse_phrases(phrase))])
        except PhraseError:
            continue
        if length <= left and any(rules.matches(subject="", message=each) for each in texts):
            left -= length
            yield phrase
