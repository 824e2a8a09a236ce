"""Says from its words alone whether a ticket is urgent, how its writer feels, and whether it asks for something.

The vocabulary is in ``lexicon``; here the weights of what was found are added up. Of each field the first
20,000 characters are read; quoted lines and signatures count for nothing. A tenant's own rules, where it has any,
have the last word on urgency and feeling; only what the vocabulary says is always high stays so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tickets.classification.lexicon import FACES
from tickets.classification.lexicon_search import ACTION_SLOT, SENTIMENT_SLOT, URGENCY_SLOT, Entry, Reading
from tickets.classification.tenant_rules import NO_DECISIONS, NO_RULES, Decision, Decisions, TenantRules, names_of

Urgency = Literal["high", "medium", "low"]
Sentiment = Literal["positive", "neutral", "negative"]
Category = Literal["urgency", "sentiment", "action"]
Field = Literal["subject", "message"]

#: Most places kept as evidence, and most keywords.
EVIDENCE_LIMIT: Final = 200
KEYWORD_LIMIT: Final = 20

_HIGH: Final = 1.0
_MEDIUM: Final = 0.4
_TROUBLE_LIMIT: Final = 0.4  # fault words together: medium, however many
_FEELING: Final = 0.5  # either side of neutral
_ACTION: Final = 1.0
_QUESTION: Final = 1.0
_DENIED_URGENCY: Final = -0.6  # "not urgent"
_DENIED_PRAISE: Final = -0.6  # "not good" is well below neutral,
_DENIED_BLAME: Final = -0.3  # "not terrible" hardly above it
_ILL: Final = -1.0  # a word this bad makes "thanks" a mere formula
_ROUNDING: Final = 1e-9


class Evidence(NamedTuple):
    """One place in the text that spoke for or against a verdict.

    ``term`` is the vocabulary's entry in lower case, or "question" for a question mark. ``start`` and ``end``
    are character offsets into the original text of ``field``. ``weight`` is what the entry contributes to its
    category's sum, once a ticket however often it stands there: below zero it speaks against urgency or action,
    or for a bad feeling. ``label`` is where the weight points: "high", "medium" or "low" (damping: "no rush", or
    an "urgent" that is denied), "negative" or "positive", "action". ``negated``: a "not" or the like before it
    turned the entry's meaning round. ``by_rule``: it is a phrase of the tenant's rule that decided, ``label`` what
    it decided.
    """

    category: Category
    label: str
    term: str
    field: Field
    start: int
    end: int
    weight: float
    negated: bool
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class Classification:
    """The three verdicts on one ticket and what they rest on.

    ``keywords`` are the vocabulary's terms that decided, none of them negated, distinct, in order of appearance,
    at most 20; plain "please" and question marks are evidence, but no keywords. ``evidence`` is sorted by field,
    subject first, and start; at most 200 places, besides those of the tenant's rules. ``decisions`` are the
    tenant's rules that decided; their phrases are the first of the keywords.
    """

    urgency: Urgency
    sentiment: Sentiment
    requires_action: bool
    keywords: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    decisions: Decisions = NO_DECISIONS


#: Start and end in the flat text, category, label, term, weight, negated, fit for a keyword, polite formula.
_Found = tuple[int, int, Category, str, str, float, bool, bool, bool]


class _Sums:
    """The categories' sums so far; an entry counts once, and once more where it is denied."""

    __slots__ = ("action", "always", "courtesy", "damping", "faces", "feeling", "high", "ill", "seen", "trouble")

    def __init__(self) -> None:
        self.always = False
        self.high = self.trouble = self.damping = 0.0
        self.feeling = self.courtesy = 0.0
        self.ill = False
        self.faces: set[str] = set()
        self.action = 0.0
        self.seen: tuple[set[Entry], set[Entry]] = (set(), set())

    def urgency(self) -> Urgency:
        if self.always:
            return "high"
        total = self.high + min(self.trouble, _TROUBLE_LIMIT) + self.damping + _ROUNDING
        if self.high and total >= _HIGH:
            return "high"
        return "medium" if total >= _MEDIUM else "low"

    def requires_action(self) -> bool:
        return self.action + _ROUNDING >= _ACTION

    def sentiment(self, *, with_courtesy: bool) -> Sentiment:
        total = self.feeling + (self.courtesy if with_courtesy else 0.0)
        if total + _ROUNDING >= _FEELING:
            return "positive"
        return "negative" if total - _ROUNDING <= -_FEELING else "neutral"


def classify_ticket(*, subject: str, message: str, rules: TenantRules = NO_RULES) -> Classification:
    """Judges one ticket. Any text will do, none raises; the time grows with the text up to the reading limit."""
    sums = _Sums()
    readings: list[tuple[Field, Reading, list[_Found]]] = []
    if subject:
        reading = Reading(subject)
        readings.append(("subject", reading, _weigh(reading, sums)))
    if message:
        reading = Reading(message)
        readings.append(("message", reading, _weigh(reading, sums)))
    urgency = sums.urgency()
    requires_action = sums.requires_action()
    # "thanks" under a request or a fault report is good manners, not a good mood
    with_courtesy = urgency == "low" and not requires_action and not sums.ill
    sentiment = sums.sentiment(with_courtesy=with_courtesy)
    decisions = NO_DECISIONS
    if rules:
        decisions = rules.decide(subject=subject, message=message)
        urgency, sentiment, decisions = _overrule(decisions, urgency, sentiment, is_always_high=sums.always)

    deciding: set[str] = {sentiment}
    if urgency != "low":
        deciding.update(("high", "medium") if urgency == "medium" else ("high",))
    if requires_action:
        deciding.add("action")
    keywords = dict.fromkeys(names_of((decisions.urgency, decisions.sentiment)))
    evidence: list[Evidence] = []
    room = EVIDENCE_LIMIT
    for field, reading, places in readings:
        place = reading.place
        for start, end, category, label, term, weight, negated, keyword, courtesy in places:
            if courtesy and not with_courtesy:
                continue
            if keyword and not negated and label in deciding:
                keywords[term] = None
            if room:
                room -= 1
                first, last = place(start, end)
                evidence.append(Evidence(category, label, term, field, first, last, weight, negated))
    if decisions != NO_DECISIONS:
        evidence += _evidence_of(decisions, urgency, sentiment, subject=subject, message=message)
        evidence.sort(key=lambda each: (each.field != "subject", each.start))
    kept = tuple(keywords)[:KEYWORD_LIMIT]
    return Classification(urgency, sentiment, requires_action, kept, tuple(evidence), decisions)


def _overrule(
    found: Decisions, urgency: Urgency, sentiment: Sentiment, *, is_always_high: bool
) -> tuple[Urgency, Sentiment, Decisions]:
    """The verdicts under the tenant's rules, and the rules that made them so.

    A rule that asks for what the words came to anyway is named too; "at least medium" only where it raised it.
    """
    by_urgency, by_sentiment = found.urgency, found.sentiment
    if by_urgency is not None:
        effect = by_urgency.rule.urgency
        wanted: Urgency = "medium" if effect == "at least medium" else effect or urgency
        if (effect == "at least medium" and urgency != "low") or (is_always_high and wanted != "high"):
            by_urgency = None
        else:
            urgency = wanted
    if by_sentiment is not None:
        sentiment = by_sentiment.rule.sentiment or sentiment
    return urgency, sentiment, Decisions(by_urgency, by_sentiment)


def _evidence_of(
    decisions: Decisions, urgency: Urgency, sentiment: Sentiment, *, subject: str, message: str
) -> list[Evidence]:
    """Where the phrases of the tenant's rules stand that decided."""
    texts: tuple[tuple[Field, str], ...] = (("subject", subject), ("message", message))
    decided: tuple[tuple[Category, str, Decision | None], ...] = (
        ("urgency", urgency, decisions.urgency),
        ("sentiment", sentiment, decisions.sentiment),
    )
    return [
        Evidence(category, label, decision.phrase, field, start, end, 1.0, False, True)
        for category, label, decision in decided
        if decision is not None
        for field, text in texts
        for start, end in decision.places(text)
    ]


def _weigh(reading: Reading, sums: _Sums) -> list[_Found]:
    """Adds what one text says to ``sums``; the places it rests on, in order."""
    found: list[_Found] = []
    _weigh_urgency(reading, sums, found)
    _weigh_sentiment(reading, sums, found)
    _weigh_action(reading, sums, found)
    found.sort()
    return found


def _weigh_urgency(reading: Reading, sums: _Sums, found: list[_Found]) -> None:
    has_negators = reading.has_negators
    for start, end, entry in reading.hits[URGENCY_SLOT]:
        weight = entry.weight
        if not weight:
            continue
        label: str = entry.group.label
        negated = has_negators and reading.denied(start, entry)
        if negated:
            # "no errors" and "no data breach" are silence, "not urgent" is a word against
            weight = _DENIED_URGENCY if label == "high" and not entry.group.always else 0.0
            label = "low"
        if entry not in sums.seen[negated]:
            sums.seen[negated].add(entry)
            if label == "high":
                sums.high += weight
                sums.always = sums.always or entry.group.always
            elif label == "medium":
                sums.trouble += weight
            else:
                sums.damping += weight
        found.append((start, end, "urgency", label, entry.term, weight, negated, True, False))


def _weigh_sentiment(reading: Reading, sums: _Sums, found: list[_Found]) -> None:
    has_negators = reading.has_negators
    for start, end, entry in reading.hits[SENTIMENT_SLOT]:
        weight = entry.weight
        if not weight:
            continue
        courtesy = entry.group.courtesy
        negated = has_negators and reading.denied(start, entry)
        if negated:
            weight *= _DENIED_PRAISE if weight > 0 else _DENIED_BLAME
        if entry not in sums.seen[negated]:
            sums.seen[negated].add(entry)
            if courtesy:
                sums.courtesy = max(sums.courtesy, weight)
            else:
                sums.feeling += weight
            sums.ill = sums.ill or weight <= _ILL
        label = "positive" if weight > 0 else "negative"
        found.append((start, end, "sentiment", label, entry.term, weight, negated, True, courtesy))
    for start, end, face in reading.faces():
        weight = FACES[face]
        if face not in sums.faces:
            sums.faces.add(face)
            sums.feeling += weight
        label = "positive" if weight > 0 else "negative"
        found.append((start, end, "sentiment", label, face, weight, False, False, False))


def _weigh_action(reading: Reading, sums: _Sums, found: list[_Found]) -> None:
    has_negators = reading.has_negators
    for start, end, entry in reading.hits[ACTION_SLOT]:
        weight = entry.weight
        if not weight:
            continue
        negated = has_negators and reading.denied(start, entry)
        if negated:
            weight = 0.0
        if entry not in sums.seen[negated]:
            sums.seen[negated].add(entry)
            sums.action += weight
        keyword = weight > 0 and not entry.group.plain
        found.append((start, end, "action", "action", entry.term, weight, negated, keyword, False))
    question = reading.question()
    if question >= 0:
        sums.action += _QUESTION
        found.append((question, question + 1, "action", "action", "question", _QUESTION, False, False, False))
