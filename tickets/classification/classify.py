"""Classifies a ticket by its words: its urgency, its sentiment, and whether it needs action.

Each language has a vocabulary (`vocabularies/registry.py`); this module adds up the weights of what was found. The first
20,000 characters of each field are read; quoted lines and signatures count for nothing. A tenant's own rules override urgency
and sentiment, except for what the vocabulary says is always high.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from tickets.classification.learning.features import Prior
from tickets.classification.learning.places import learned_evidence, learned_terms
from tickets.classification.learning.weights import NO_REVISION, LearnedWeights, Revision
from tickets.classification.sums import Sums
from tickets.classification.tenant_rules import NO_DECISIONS, NO_RULES, Decision, Decisions, TenantRules, names_of
from tickets.classification.text_scan import TextScan
from tickets.classification.verdicts import (
    BY_WORDS,
    Category,
    Classification,
    DecidedBy,
    Decider,
    Evidence,
    Field,
    Sentiment,
    Urgency,
)
from tickets.classification.vocabularies.entries import ACTION_SLOT, ANCHOR_SLOT, SENTIMENT_SLOT, URGENCY_SLOT
from tickets.classification.vocabularies.faces import FACES
from tickets.classification.vocabularies.group import Matter
from tickets.classification.vocabularies.registry import DEFAULT_LANGUAGE, vocabulary_for
from tickets.classification.vocabularies.vocabulary import Vocabulary

EVIDENCE_LIMIT: Final = 200
KEYWORD_LIMIT: Final = 20

_QUESTION: Final = 1.0
_NEGATED_URGENCY: Final = -0.6  # "not urgent"
_HYPOTHETICAL: Final = 0.4  # "Does it close immediately?"
_NEGATED_PRAISE: Final = -0.6  # "not good" is clearly below neutral,
_NEGATED_BLAME: Final = -0.3  # "not terrible" barely above it


class _Place(NamedTuple):
    """A term that was found, from `start` to `end` of the scanned text. As a tuple it is fast to create and to sort."""

    start: int
    end: int
    category: Category
    label: str
    term: str
    weight: float
    is_negated: bool = False
    is_keyword: bool = True
    is_courtesy: bool = False
    matter: Matter = ""


@dataclass(slots=True)
class _FieldScan:
    """One field of the ticket and the places found in it, in order."""

    name: Field
    scan: TextScan
    places: list[_Place]


@dataclass(slots=True)
class _Verdicts:
    urgency: Urgency
    sentiment: Sentiment
    requires_action: bool | None
    is_calmed: bool = False  # thanks or praise spoke against the urgency

    def deciding_labels(self) -> set[str]:
        """The labels of evidence that supports these verdicts."""
        labels: set[str] = {self.sentiment}
        if self.urgency in ("high", "medium"):
            labels.add("high")
        if self.urgency == "medium":
            labels.add("medium")
        if self.requires_action:
            labels.add("action")
        return labels


def classify_ticket(
    *,
    subject: str,
    message: str,
    rules: TenantRules = NO_RULES,
    learned: LearnedWeights | None = None,
    language: str | None = None,
    is_thanked: bool = False,
) -> Classification:
    """Classify a ticket. Any text is valid; the time grows with the text up to the reading limit.

    `language` is the code of the text's language ("de"); without one the text is read as English. In a language
    without a vocabulary, only rules, what was learned, and the English terms that are always high decide ("GDPR",
    "chargeback"). `is_thanked`: the customer has thanked since and asks for nothing, which lowers the urgency as praise
    in the text does.
    """
    scans, sums, verdicts, with_courtesy = _read(subject, message, language, is_thanked=is_thanked)
    revision = NO_REVISION
    if learned is not None:
        prior = _prior(sums, verdicts)
        words = [word for each in scans for word in each.scan.words()]
        revision = learned.revise(words, prior=prior, is_always_high=sums.is_always_high)
        verdicts = _apply_learned(revision, verdicts)
    decisions = NO_DECISIONS
    if rules:
        found = rules.decide(subject=subject, message=message)
        verdicts, decisions = _apply_rules(found, verdicts, is_always_high=sums.is_always_high)
    keywords, evidence = _explain(scans, verdicts, decisions, revision, with_courtesy=with_courtesy)
    if revision:
        evidence += learned_evidence(revision, subject=subject, message=message)
    if decisions is not NO_DECISIONS:
        evidence += _rule_evidence(decisions, verdicts, subject=subject, message=message)
    if revision or decisions is not NO_DECISIONS:
        evidence.sort(key=lambda each: (each.field != "subject", each.start))
    return Classification(
        verdicts.urgency,
        verdicts.sentiment,
        verdicts.requires_action,
        keywords,
        tuple(evidence),
        decisions,
        _decided_by(verdicts, decisions, revision),
        language or "",
    )


def prior_of(*, subject: str, message: str, language: str | None = None) -> Prior:
    """What the vocabulary alone makes of a ticket, for learning."""
    _, sums, verdicts, _ = _read(subject, message, language)
    return _prior(sums, verdicts)


def _read(
    subject: str, message: str, language: str | None, *, is_thanked: bool = False
) -> tuple[list[_FieldScan], Sums, _Verdicts, bool]:
    """The terms that were found, their sums, the verdicts by the words alone, and whether polite thanks counted."""
    vocabulary = vocabulary_for(language)
    sums = Sums()
    texts: tuple[tuple[Field, str], ...] = (("subject", subject), ("message", message))
    scans = [_scan_field(name, text, vocabulary, sums) for name, text in texts if text]
    verdicts, with_courtesy = _decide(sums, is_thanked=is_thanked) if vocabulary else (_decide_unread(sums), False)
    return scans, sums, verdicts, with_courtesy


def _prior(sums: Sums, verdicts: _Verdicts) -> Prior:
    return Prior.of(
        sums,
        urgency=verdicts.urgency,
        sentiment=verdicts.sentiment,
        requires_action=verdicts.requires_action,
    )


def _apply_learned(revision: Revision, verdicts: _Verdicts) -> _Verdicts:
    if not revision:
        return verdicts
    changed = revision.verdicts
    return _Verdicts(
        changed.get("urgency", verdicts.urgency),  # type: ignore[arg-type]
        changed.get("sentiment", verdicts.sentiment),  # type: ignore[arg-type]
        changed["requires_action"] == "yes" if "requires_action" in changed else verdicts.requires_action,
        verdicts.is_calmed and "urgency" not in changed,
    )


def _decided_by(verdicts: _Verdicts, decisions: Decisions, revision: Revision) -> DecidedBy:
    if decisions is NO_DECISIONS and not revision and verdicts.requires_action is not None:
        return BY_WORDS
    learned: dict[str, Decider] = dict.fromkeys(revision.verdicts, "learned")
    urgency: Decider = "unknown" if verdicts.urgency == "unknown" else "words"
    sentiment: Decider = "unknown" if verdicts.sentiment == "unknown" else "words"
    action: Decider = "unknown" if verdicts.requires_action is None else "words"
    return DecidedBy(
        "rule" if decisions.urgency else learned.get("urgency", urgency),
        "rule" if decisions.sentiment else learned.get("sentiment", sentiment),
        learned.get("requires_action", action),
    )


def _decide(sums: Sums, *, is_thanked: bool) -> tuple[_Verdicts, bool]:
    """The verdicts by the words alone, and whether polite thanks counted as praise."""
    urgency, requires_action = sums.urgency(), sums.requires_action()
    is_thank_you = sums.opens_with_thanks and not sums.trouble and not requires_action and not sums.is_always_high
    # "thanks" after a request or a fault report is polite, not positive
    with_courtesy = (urgency == "low" or is_thank_you) and not requires_action and not sums.has_very_bad_word
    sentiment = sums.sentiment(with_courtesy=with_courtesy)
    is_praise = is_thanked or (sentiment == "positive" and not requires_action)
    counter = sums.counter_evidence(is_praise=is_praise, is_thank_you=is_thank_you)
    is_calmed = counter is not None and sums.can_be_calmed
    return _Verdicts(sums.urgency(counter), sentiment, requires_action, is_calmed), with_courtesy


def _decide_unread(sums: Sums) -> _Verdicts:
    """The verdicts on a text without a vocabulary."""
    return _Verdicts("high" if sums.is_always_high else "unknown", "unknown", None)


def _explain(
    scans: list[_FieldScan], verdicts: _Verdicts, decisions: Decisions, revision: Revision, *, with_courtesy: bool
) -> tuple[tuple[str, ...], list[Evidence]]:
    """The keywords and the evidence of the vocabulary."""
    deciding = verdicts.deciding_labels()
    keywords = dict.fromkeys((*names_of((decisions.urgency, decisions.sentiment)), *learned_terms(revision)))
    evidence: list[Evidence] = []
    for each in scans:
        name, offsets = each.name, each.scan.offsets
        for start, end, category, label, term, weight, is_negated, is_keyword, is_courtesy, matter in each.places:
            if is_courtesy and not with_courtesy:
                continue
            if is_keyword and not is_negated and label in deciding:
                keywords[term] = None
            if len(evidence) < EVIDENCE_LIMIT:
                start, end = offsets(start, end)
                if verdicts.is_calmed and label == "positive":
                    evidence.append(Evidence("urgency", "low", term, name, start, end, -weight, False))
                evidence.append(Evidence(category, label, term, name, start, end, weight, is_negated, False, matter))
    return tuple(keywords)[:KEYWORD_LIMIT], evidence


def _apply_rules(found: Decisions, verdicts: _Verdicts, *, is_always_high: bool) -> tuple[_Verdicts, Decisions]:
    """The verdicts under the tenant's rules, and the rules that decided them.

    A rule that sets the verdict which the words have anyway is named, too; "at least medium" only if it raised it.
    """
    urgency, sentiment = verdicts.urgency, verdicts.sentiment
    by_urgency, by_sentiment = found.urgency, found.sentiment
    if by_urgency is not None:
        wanted = _urgency_by(by_urgency, urgency)
        if wanted is None or (is_always_high and wanted != "high"):
            by_urgency = None
        else:
            urgency = wanted
    if by_sentiment is not None:
        sentiment = by_sentiment.rule.sentiment or sentiment
    is_calmed = verdicts.is_calmed and by_urgency is None
    return _Verdicts(urgency, sentiment, verdicts.requires_action, is_calmed), Decisions(by_urgency, by_sentiment)


def _urgency_by(decision: Decision, urgency: Urgency) -> Urgency | None:
    """The urgency that the rule sets, or None if "at least medium" is met already."""
    effect = decision.rule.urgency
    if effect == "at least medium":
        return "medium" if urgency in ("low", "unknown") else None
    return effect or urgency


def _rule_evidence(decisions: Decisions, verdicts: _Verdicts, *, subject: str, message: str) -> list[Evidence]:
    """Where the deciding phrases of the tenant's rules occur."""
    texts: tuple[tuple[Field, str], ...] = (("subject", subject), ("message", message))
    decided: tuple[tuple[Category, str, Decision | None], ...] = (
        ("urgency", verdicts.urgency, decisions.urgency),
        ("sentiment", verdicts.sentiment, decisions.sentiment),
    )
    return [
        Evidence(category, label, decision.phrase, name, start, end, 1.0, False, True)
        for category, label, decision in decided
        if decision is not None
        for name, text in texts
        for start, end in decision.places(text)
    ]


def _scan_field(name: Field, text: str, vocabulary: Vocabulary | None, sums: Sums) -> _FieldScan:
    """Find the vocabulary in one field and add it to the sums; without one, the English terms that are always high."""
    places: list[_Place] = []
    if vocabulary is None:
        scan = TextScan(text, _english())
        _add_urgency(scan, sums, places, only_always=True)
        return _FieldScan(name, scan, places)
    scan = TextScan(text, vocabulary)
    sums.length += len(scan.flat)
    sums.has_negation = sums.has_negation or scan.has_negators
    _add_urgency(scan, sums, places)
    spans = _add_constructions(scan, sums, places)
    _add_sentiment(name, scan, sums, places, reproaches=spans.reproaches)
    _add_action(scan, sums, places, fulfilled=spans.fulfilled)
    places.sort()
    return _FieldScan(name, scan, places)


def _english() -> Vocabulary:
    found = vocabulary_for(DEFAULT_LANGUAGE)
    assert found is not None
    return found


def _add_urgency(scan: TextScan, sums: Sums, places: list[_Place], *, only_always: bool = False) -> None:
    has_negators = scan.has_negators
    for start, end, entry in scan.hits[URGENCY_SLOT]:
        weight = entry.weight
        if not weight or (only_always and not entry.group.always):
            continue
        label: str = entry.group.label
        is_negated = has_negators and scan.is_negated(start, end, entry)
        if entry.group.ends_danger and (is_negated or scan.asks(end)):
            continue  # "is it a false alarm?"
        if is_negated:
            # "no errors" and "no data breach" say nothing, "not urgent" counts against urgency
            weight = _NEGATED_URGENCY if label == "high" and not entry.group.always else 0.0
            label = "low"
        elif label == "high" and weight > _HYPOTHETICAL and not entry.group.always and scan.asks_in_general(start):
            label, weight = "medium", _HYPOTHETICAL
        if sums.is_first(entry, is_negated):
            sums.add_urgency(entry, label, weight)
        group = entry.group
        places.append(_Place(start, end, "urgency", label, entry.term, weight, is_negated, True, False, group.matter))
        if group.always and not is_negated:
            places.append(_Place(start, end, "action", "action", entry.term, sums.open_matter))


class _Spans(NamedTuple):
    """From where to where constructions are that change what is inside them."""

    reproaches: list[tuple[int, int]]
    """Praise inside is not meant: "thanks for nothing"."""
    fulfilled: list[tuple[int, int]]
    """Nothing inside is asked for: "the refund has arrived"."""


def _covers(spans: list[tuple[int, int]], start: int) -> bool:
    return any(left <= start < right for left, right in spans)


def _add_constructions(scan: TextScan, sums: Sums, places: list[_Place]) -> _Spans:
    spans = _Spans([], [])
    if not scan.hits[ANCHOR_SLOT]:
        return spans
    for start, end, construction in scan.constructions():
        group = construction.group
        is_urgency = group.label in ("high", "low")
        if is_urgency and not group.always and scan.asks_in_general(start):
            continue
        category: Category = "urgency" if is_urgency else "sentiment"
        sums.add_construction(construction)
        places.append(_Place(start, end, category, group.label, construction.name, group.weight, matter=group.matter))
        if group.always:
            places.append(_Place(start, end, "action", "action", construction.name, sums.open_matter))
        if group.label == "negative":
            spans.reproaches.append((start, end))
        if group.fulfils:
            spans.fulfilled.append((start, end))
    return spans


def _add_sentiment(
    name: Field, scan: TextScan, sums: Sums, places: list[_Place], *, reproaches: list[tuple[int, int]]
) -> None:
    has_negators = scan.has_negators
    for start, end, entry in scan.hits[SENTIMENT_SLOT]:
        weight = entry.weight
        if not weight:
            continue
        is_negated = has_negators and scan.is_negated(start, end, entry)
        if is_negated:
            weight *= _NEGATED_PRAISE if weight > 0 else _NEGATED_BLAME
        if weight > 0 and _covers(reproaches, start):
            continue
        if entry.group.courtesy and scan.signs_off(start, end):
            continue
        if entry.group.gratitude and (name == "subject" or scan.is_in_first_sentence(start)):
            sums.opens_with_thanks = True
        if sums.is_first(entry, is_negated):
            sums.add_sentiment(entry, weight)
        label = _sentiment_label(weight)
        places.append(
            _Place(start, end, "sentiment", label, entry.term, weight, is_negated, True, entry.group.courtesy)
        )
    for start, end, face in scan.faces():
        weight = FACES[face]
        sums.add_face(face, weight)
        places.append(_Place(start, end, "sentiment", _sentiment_label(weight), face, weight, is_keyword=False))


def _sentiment_label(weight: float) -> Sentiment:
    return "positive" if weight > 0 else "negative"


def _add_action(scan: TextScan, sums: Sums, places: list[_Place], *, fulfilled: list[tuple[int, int]]) -> None:
    has_negators = scan.has_negators
    for start, end, entry in scan.hits[ACTION_SLOT]:
        weight = entry.weight
        if not weight or _covers(fulfilled, start):
            continue
        is_negated = has_negators and scan.is_negated(start, end, entry)
        if is_negated:
            weight = 0.0
        if sums.is_first(entry, is_negated):
            sums.action += weight
        is_keyword = weight > 0 and not entry.group.plain
        places.append(_Place(start, end, "action", "action", entry.term, weight, is_negated, is_keyword))
    question = scan.question()
    if question >= 0:
        sums.action += _QUESTION
        places.append(_Place(question, question + 1, "action", "action", "question", _QUESTION, is_keyword=False))
